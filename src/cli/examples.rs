//! Examples for every `--help`. Each is parsed by the parser itself in a test.

use clap::Command;

/// Examples of one command: the words that lead to it, then command lines and what each does.
type Examples = (
    &'static [&'static str],
    &'static [(&'static str, &'static str)],
);

const EXAMPLES: &[Examples] = &[
    (
        &[],
        &[
            ("takeoff scenario list", "what there is to run"),
            (
                "takeoff run scenarios/situational-awareness.toml --live",
                "run a scenario and watch it",
            ),
            ("takeoff help run", "every option of a command"),
        ],
    ),
    (
        &["run"],
        &[
            (
                "takeoff run scenarios/smoke.toml --out runs/first",
                "record a run in a folder",
            ),
            (
                "takeoff run scenarios/situational-awareness.toml --live",
                "watch it; space pauses, s steps, q ends",
            ),
            (
                "takeoff run scenarios/smoke.toml --out runs/first --resume",
                "go on where it was stopped, to the same digest",
            ),
            (
                "takeoff run scenarios/situational-awareness.toml --set run.tick_hours=12 --seed 7",
                "change the scenario",
            ),
        ],
    ),
    (
        &["serve"],
        &[
            (
                "takeoff serve runs",
                "runs of a folder in the browser: list, compare, start, stop",
            ),
            (
                "takeoff serve runs --port 0 --jobs 1",
                "on a free port, one run at a time",
            ),
        ],
    ),
    (
        &["report"],
        &[
            (
                "takeoff report runs/first",
                "one page about a run that opens offline",
            ),
            (
                "takeoff report runs/first runs/second --out compared.html",
                "two runs on common axes",
            ),
            (
                "takeoff report runs/first --figures figures",
                "figures for a paper",
            ),
        ],
    ),
    (
        &["replay"],
        &[(
            "takeoff replay runs/first --engine cpu",
            "verify every tick of a run",
        )],
    ),
    (
        &["probe"],
        &[(
            "takeoff probe scenarios/situational-awareness.toml --at 0,90,180 --json probe.json",
            "exponents on three days, with every branch kept",
        )],
    ),
    (
        &["devices"],
        &[("takeoff devices", "what can compute here")],
    ),
    (
        &["bench"],
        &[
            (
                "takeoff bench --engine cpu,gpu --agents 1e6,1e8",
                "compare engines",
            ),
            (
                "takeoff bench --mix busy --threads 1 --json bench.json",
                "one load on one thread, kept in a file",
            ),
        ],
    ),
    (
        &["scenario"],
        &[(
            "takeoff scenario check scenarios/smoke.toml",
            "see what a file comes to before it runs",
        )],
    ),
    (
        &["scenario", "list"],
        &[("takeoff scenario list scenarios", "the questions they ask")],
    ),
    (
        &["scenario", "show"],
        &[
            (
                "takeoff scenario show scenarios/smoke.toml --set run.days=10",
                "every key with its value",
            ),
            (
                "takeoff scenario show scenarios/smoke.toml --parameters",
                "which values are calibrated, measured, assumed, and by whom",
            ),
        ],
    ),
    (
        &["scenario", "check"],
        &[(
            "takeoff scenario check scenarios/smoke.toml mine.toml",
            "every error of both files",
        )],
    ),
    (
        &["scenario", "new"],
        &[(
            "takeoff scenario new mine.toml",
            "a commented file to change",
        )],
    ),
    (
        &["scenario", "schema"],
        &[(
            "takeoff scenario schema > scenario.schema.json",
            "for an editor that completes and checks",
        )],
    ),
    (
        &["sweep"],
        &[
            (
                "takeoff sweep scenarios/smoke.toml --runs 64 --param labs.frontier.fleet_a100e=log:3e4..3e6",
                "64 runs over an uncertain value",
            ),
            (
                "takeoff sweep scenarios/smoke.toml --runs 1000 --shard 2/4 --out part-2",
                "the second of four machines",
            ),
        ],
    ),
    (
        &["merge"],
        &[(
            "takeoff merge part-1 part-2 part-3 part-4 --out whole",
            "the sweep that one machine would have made",
        )],
    ),
    (
        &["analyse"],
        &[(
            "takeoff analyse sweeps/smoke-1 --of days_to_1_oom",
            "when the first OOM is reached, and what that depends on",
        )],
    ),
    (
        &["calibrate"],
        &[(
            "takeoff calibrate scenarios/smoke.toml --param labs.frontier.fleet_a100e=log:3e4..3e6 \
             --target oom_training=0.5±0.05 --out fitted.toml",
            "fit a value to an observation",
        )],
    ),
    (
        &["completions"],
        &[
            (
                "takeoff completions bash > ~/.local/share/bash-completion/completions/takeoff",
                "bash, for good",
            ),
            (
                "takeoff completions fish > ~/.config/fish/completions/takeoff.fish",
                "fish, for good",
            ),
        ],
    ),
    (
        &["man"],
        &[
            ("takeoff man | man -l -", "read the main page"),
            (
                "takeoff man --out ~/.local/share/man/man1",
                "a page for every command",
            ),
        ],
    ),
];

/// The command with examples after the help of every part of it.
pub(super) fn shown(command: Command) -> Command {
    EXAMPLES.iter().fold(command, |command, (path, examples)| {
        with(command, path, examples)
    })
}

fn with(command: Command, path: &[&'static str], examples: &[(&str, &str)]) -> Command {
    match path {
        [] => {
            let before = command.get_after_help().map(ToString::to_string);
            let after = before.map_or(String::new(), |text| format!("\n\n{text}"));
            command.after_help(text(examples) + &after)
        }
        [first, rest @ ..] => command.mut_subcommand(first, |sub| with(sub, rest, examples)),
    }
}

fn text(examples: &[(&str, &str)]) -> String {
    let blocks = examples
        .iter()
        .map(|(line, does)| format!("  {line}\n      {does}"));
    let title = if examples.len() == 1 {
        "Example"
    } else {
        "Examples"
    };
    format!("{title}:\n{}", blocks.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::super::command;
    use super::*;

    /// Every command and what leads to it, help itself left out.
    fn all<'a>(command: &'a Command, path: &[String], found: &mut Vec<(Vec<String>, &'a Command)>) {
        found.push((path.to_vec(), command));
        for sub in command.get_subcommands() {
            if sub.get_name() != "help" {
                all(sub, &[path, &[sub.get_name().to_owned()]].concat(), found);
            }
        }
    }

    #[test]
    fn every_help_has_an_example() {
        let (command, mut commands) = (command(), Vec::new());
        all(&command, &[], &mut commands);
        assert!(commands.len() > 15);
        for (path, command) in commands {
            let help = command.clone().render_long_help().to_string();
            let of_its_own = format!("takeoff {}", path.join(" "));
            let (_, examples) = help
                .split_once("Example")
                .unwrap_or_else(|| panic!("{path:?}"));
            assert!(examples.contains(of_its_own.trim()), "{path:?}");
        }
    }

    #[test]
    fn every_example_is_parsed_by_the_parser_and_reaches_its_command() {
        for (path, examples) in EXAMPLES {
            for (line, _) in *examples {
                // What a shell does with the rest is not ours.
                let ours = line.split(['>', '|']).next().expect("a first part");
                let parsed = command().try_get_matches_from(ours.split_whitespace());
                let mut matches = match parsed {
                    Ok(matches) => matches,
                    Err(error) if error.kind() == clap::error::ErrorKind::DisplayHelp => continue,
                    Err(error) => panic!("{line}: {error}"),
                };
                for word in *path {
                    let (name, inner) = matches.remove_subcommand().expect(line);
                    assert_eq!(name, *word, "{line}");
                    matches = inner;
                }
            }
        }
    }
}
