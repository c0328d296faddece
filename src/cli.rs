//! The command line: parses it into a [`Command`], and knows nothing else.

mod examples;
mod probe;
mod serve;
mod shell;
mod studies;

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::bench::load::LEAST_DUE;
use crate::bench::{Load, Request};
use crate::command::recorded::CheckpointPlan;
use crate::command::{Command, bench, replay, report, run, scenario};
use crate::record::Existing;
use crate::scenario::Overrides;
use crate::scenario::keys::limit;
use crate::sim::EngineChoice;

/// Name of the program.
const NAME: &str = "takeoff";

/// Simulates an intelligence explosion by running the researchers.
#[derive(Parser)]
#[command(name = NAME, version, propagate_version = true, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Sub,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 1 other errors; 2 wrong options; 3 scenario refused; \
4 run folder refused or unwritable; 5 disk full; 6 engine or device; 7 run folder altered; \
8 replay differs; 130 interrupted";

#[derive(Subcommand)]
enum Sub {
    /// Run a scenario and record it in a folder
    Run(Run),
    /// Write what runs and sweeps say as one page that opens offline
    Report(Report),
    /// Run a recorded run again and compare every digest
    Replay(Replay),
    /// Measure exponents: branch a run, change one input, compare rates of progress
    Probe(probe::Probe),
    /// Show the runs of a folder as a page on this machine, and start and stop runs there
    Serve(serve::Serve),
    /// List what can compute here and what `--engine auto` takes
    Devices,
    /// Measure speed here: events a second by load, where time goes, how far the device's limits are
    Bench(Bench),
    /// List, show, check and start scenario files
    #[command(subcommand)]
    Scenario(ScenarioSub),
    /// Run a scenario many times, over seeds and uncertain values, into a dataset
    Sweep(studies::Sweep),
    /// Put the shards of a sweep together
    Merge(studies::Merge),
    /// Say what a sweep comes to: bands, chances, times, sensitivities
    Analyse(studies::Analyse),
    /// Fit values of a scenario so that its runs come out as targets say
    Calibrate(studies::Calibrate),
    /// Print what makes a shell complete our words
    Completions(shell::Completions),
    /// Print the manual page, or write those of all commands
    Man(shell::Man),
}

/// What changes a scenario file on its way to a run.
#[derive(Args)]
struct Changes {
    /// Set a key of the scenario, as in `--set run.tick_hours=12`; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value, action = ArgAction::Append)]
    set: Vec<(String, String)>,
    /// Seed of every draw, in place of the file's
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Apply the overrides of `[variants.NAME]`
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
}

impl From<Changes> for Overrides {
    fn from(changes: Changes) -> Self {
        Self {
            set: changes.set,
            variant: changes.variant,
            seed: changes.seed,
        }
    }
}

/// What to do with a folder that is there, by `--force` and `--resume`.
fn existing(force: bool, resume: bool) -> Existing {
    match (force, resume) {
        (true, _) => Existing::Replace,
        (_, true) => Existing::Resume,
        _ => Existing::Refuse,
    }
}

#[derive(Args)]
struct Run {
    /// Scenario file, TOML; with --resume a run folder will do
    scenario: PathBuf,
    #[command(flatten)]
    changes: Changes,
    /// Run the file and each of its variants, into subfolders
    #[arg(long, conflicts_with = "variant")]
    all_variants: bool,
    /// End after N ticks, counted from the end of burn-in
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    ticks: Option<u64>,
    /// Who computes; the results are the same bits
    #[arg(long, value_enum, default_value = "auto")]
    engine: Engine,
    /// Run folder [default: a new one, runs/SCENARIO-SEED-N]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace the run that the folder holds
    #[arg(long, conflicts_with = "resume")]
    force: bool,
    /// Continue the run that the folder holds, to the same digest
    #[arg(long)]
    resume: bool,
    /// Wall time between checkpoints; 0: after every tick
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds,
        allow_negative_numbers = true)]
    checkpoint_seconds: Duration,
    /// Disk space that checkpoints may take
    #[arg(long, value_name = "GIB", default_value_t = run::CHECKPOINTS.budget >> 30)]
    checkpoint_gib: u64,
    /// Write no checkpoints: a stopped run then resumes from its start
    #[arg(long, conflicts_with_all = ["checkpoint_seconds", "checkpoint_gib"])]
    no_checkpoint: bool,
    /// End the run, as Ctrl-C does, when standard input ends: for programs that start runs
    #[arg(long)]
    until_stdin_ends: bool,
    /// Write the report page at the end [default: report.html in the run folder]
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    report: Option<Option<PathBuf>>,
    /// Show no progress
    #[arg(long)]
    quiet: bool,
    /// Watch on the terminal: charts, labs, what happens, speed; keys pause, step and end. Elsewhere plain
    /// progress. Changes no bit of the run
    #[arg(long, conflicts_with = "quiet")]
    live: bool,
    /// Print summary.json on stdout in place of the table
    #[arg(long)]
    json: bool,
}

/// Folders of runs and of sweeps may be mixed; a folder of run folders, as --all-variants leaves it,
/// stands for all of them. Several runs are drawn on common axes.
#[derive(Args)]
struct Report {
    /// Folders that `run` or `sweep` left
    #[arg(required = true, value_name = "RUN_DIR")]
    folders: Vec<PathBuf>,
    /// The page to write, in place of report.html in the first folder
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write figures for papers, SVG and PNG with captions, into a folder; the page too only with --out
    #[arg(long, value_name = "DIR")]
    figures: Option<PathBuf>,
}

#[derive(Args)]
struct Replay {
    /// Run folder
    run_dir: PathBuf,
    /// Who computes; not necessarily who did
    #[arg(long, value_enum, default_value = "auto")]
    engine: Engine,
    /// Show no progress
    #[arg(long)]
    quiet: bool,
}

/// Loads are what --mix and --due name; without either all mixes, and 0.1, 1, 10 and 100% due.
#[derive(Args)]
struct Bench {
    /// Who computes; several are measured one after another and must end in the same digests
    #[arg(long, value_enum, value_delimiter = ',', default_value = "auto")]
    engine: Vec<Engine>,
    /// Numbers of agents, as in 1e6,1e9
    #[arg(long, value_name = "N,...", value_delimiter = ',', value_parser = agents,
        default_value = "1e6,1e7")]
    agents: Vec<u64>,
    /// quiet: nobody is due; typical: the human era; busy: 12 events an agent; flagship:
    /// scenarios/throughput.toml
    #[arg(long, value_name = "MIX,...", value_delimiter = ',', value_parser = mix)]
    mix: Vec<Load>,
    /// Percent of the agents that are due in a tick, once each
    #[arg(long, value_name = "PERCENT,...", value_delimiter = ',', value_parser = due,
        allow_negative_numbers = true)]
    due: Vec<Load>,
    /// Threads of the CPU engine; 0: one a core
    #[arg(long, value_name = "N", default_value = "0",
        value_parser = clap::value_parser!(u16).range(0..=4096))]
    threads: u16,
    /// Threads of a workgroup on a GPU: 32, 64, 128 or 256; as suits it without
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(32..=256))]
    workgroup: Option<u32>,
    /// Agents that a workgroup visits on a GPU, a multiple of its threads; as suits their number without
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(32..=1 << 20))]
    block: Option<u32>,
    /// Measured ticks of each point
    #[arg(long, value_name = "N", default_value = "5",
        value_parser = clap::value_parser!(u16).range(1..=1000))]
    repeats: u16,
    /// Memory in which the device's own rates are measured, less where less is free
    #[arg(long, value_name = "MIB", default_value = "1024",
        value_parser = clap::value_parser!(u64).range(1..=65_536))]
    working_set: u64,
    /// Keep the report in FILE, written anew after each point
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Show no progress
    #[arg(long)]
    quiet: bool,
}

#[derive(Subcommand)]
enum ScenarioSub {
    /// List the scenario files of a folder with the question each asks
    List {
        /// Folder with scenario files
        #[arg(default_value = "scenarios")]
        folder: PathBuf,
    },
    /// Print a resolved scenario: includes, defaults and overrides filled in
    Show {
        /// Scenario file
        file: PathBuf,
        #[command(flatten)]
        changes: Changes,
        /// Print the canonical JSON, whose blake3 is the scenario's hash
        #[arg(long)]
        json: bool,
        /// Print every value with its unit, why it may be believed and where it comes from
        #[arg(long, conflicts_with = "json")]
        parameters: bool,
    },
    /// Check files and all their variants, and say what they come to
    Check {
        /// Scenario files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Write a commented scenario file to start from
    New {
        /// File to write; stdout without it
        file: Option<PathBuf>,
    },
    /// Print the JSON Schema of scenario files
    Schema,
}

#[derive(Clone, Copy, ValueEnum)]
enum Engine {
    /// A hardware GPU, else the native CPU engine
    Auto,
    /// The native CPU engine
    Cpu,
    /// A hardware GPU
    Gpu,
    /// The shaders on a software Vulkan driver
    Software,
}

impl From<Engine> for EngineChoice {
    fn from(engine: Engine) -> EngineChoice {
        match engine {
            Engine::Auto => EngineChoice::Auto,
            Engine::Cpu => EngineChoice::Cpu,
            Engine::Gpu => EngineChoice::Gpu,
            Engine::Software => EngineChoice::Software,
        }
    }
}

/// The command line as help, completions and manual pages show it.
fn command() -> clap::Command {
    examples::shown(Cli::command())
}

/// Parses the command line of this process; a wrong one ends it with code 2 and a hint.
pub fn parse() -> Command {
    let matches = command().get_matches();
    let parsed = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match parsed.command {
        Sub::Run(run) => Command::Run(run.into()),
        Sub::Report(report) => Command::Report(report::Options {
            folders: report.folders,
            out: report.out,
            figures: report.figures,
        }),
        Sub::Replay(replay) => Command::Replay(replay::Options {
            folder: replay.run_dir,
            engine: replay.engine.into(),
            quiet: replay.quiet,
        }),
        Sub::Probe(probe) => Command::Probe(probe.into()),
        Sub::Serve(serve) => Command::Serve(serve.into()),
        Sub::Devices => Command::Devices,
        Sub::Bench(bench) => Command::Bench(bench.into()),
        Sub::Scenario(sub) => Command::Scenario(sub.into()),
        Sub::Sweep(sweep) => Command::Sweep(sweep.into()),
        Sub::Merge(merge) => Command::Merge(merge.into()),
        Sub::Analyse(analyse) => Command::Analyse(analyse.into()),
        Sub::Calibrate(calibrate) => Command::Calibrate(calibrate.into()),
        Sub::Completions(shell) => Command::Documents(shell.into()),
        Sub::Man(man) => Command::Documents(man.into()),
    }
}

impl From<Run> for run::Options {
    fn from(run: Run) -> run::Options {
        let checkpoints = CheckpointPlan {
            interval: run.checkpoint_seconds,
            budget: run.checkpoint_gib.saturating_mul(1 << 30),
        };
        run::Options {
            scenario: run.scenario,
            set: run.changes.set,
            seed: run.changes.seed,
            ticks: run.ticks,
            engine: run.engine.into(),
            out: run.out,
            existing: existing(run.force, run.resume),
            variant: run.changes.variant,
            all_variants: run.all_variants,
            checkpoints: (!run.no_checkpoint).then_some(checkpoints),
            until_stdin_ends: run.until_stdin_ends,
            report: run.report,
            quiet: run.quiet,
            live: run.live,
            json: run.json,
        }
    }
}

impl From<Bench> for bench::Options {
    fn from(bench: Bench) -> bench::Options {
        let mut loads = [bench.mix, bench.due].concat();
        if loads.is_empty() {
            loads.extend(Load::MIXES);
            loads.extend([0.001, 0.01, 0.1, 1.0].map(Load::Due));
        }
        bench::Options {
            request: Request {
                engines: bench.engine.into_iter().map(EngineChoice::from).collect(),
                agents: bench.agents,
                loads,
                threads: bench.threads.into(),
                workgroup: bench.workgroup,
                block: bench.block,
                repeats: bench.repeats.into(),
                working_set: bench.working_set << 20,
            },
            json: bench.json,
            quiet: bench.quiet,
        }
    }
}

impl From<ScenarioSub> for scenario::Action {
    fn from(sub: ScenarioSub) -> scenario::Action {
        match sub {
            ScenarioSub::List { folder } => scenario::Action::List { folder },
            ScenarioSub::Show {
                file,
                changes,
                json,
                parameters,
            } => scenario::Action::Show {
                file,
                overrides: changes.into(),
                form: match (json, parameters) {
                    (true, _) => scenario::Form::Json,
                    (_, true) => scenario::Form::Parameters,
                    _ => scenario::Form::Toml,
                },
            },
            ScenarioSub::Check { files } => scenario::Action::Check { files },
            ScenarioSub::New { file } => scenario::Action::New { file },
            ScenarioSub::Schema => scenario::Action::Schema,
        }
    }
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => {
            Ok((key.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("expected KEY=VALUE, as in run.tick_hours=12".to_owned()),
    }
}

/// TOML, in which scenarios are written, has no larger whole number.
const SEED_MAX: u64 = i64::MAX as u64;

fn seed(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(seed) if seed <= SEED_MAX => Ok(seed),
        _ => Err(format!("expected a whole number from 0 to {SEED_MAX}")),
    }
}

/// A day: longer ones lead to no checkpoint at all, which has an option of its own.
const SECONDS_MAX: f64 = 86_400.0;

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) if (0.0..=SECONDS_MAX).contains(&seconds) => {
            Ok(Duration::from_secs_f64(seconds))
        }
        _ => Err(format!(
            "expected 0 to {SECONDS_MAX} seconds; --no-checkpoint writes none"
        )),
    }
}

/// A number of agents, as a whole number or as 1e9.
fn agents(text: &str) -> Result<u64, String> {
    let exact = text.parse().ok();
    let written = text.parse::<f64>().ok().filter(|n| n.fract() == 0.0);
    match exact.or(written.map(|n| n as u64)) {
        Some(agents) if (1..=limit::AGENTS).contains(&agents) => Ok(agents),
        _ => Err(format!(
            "expected a whole number of agents from 1 to {}, as in 1e6",
            limit::AGENTS
        )),
    }
}

fn mix(text: &str) -> Result<Load, String> {
    Load::named(text).ok_or_else(|| {
        let names = Load::MIXES.map(Load::name);
        format!("expected one of {}", names.join(", "))
    })
}

/// 0% is the quiet load.
fn due(text: &str) -> Result<Load, String> {
    let least = 100.0 * LEAST_DUE;
    match text.parse::<f64>() {
        Ok(0.0) => Ok(Load::Quiet),
        Ok(percent) if (least..=100.0).contains(&percent) => Ok(Load::Due(percent / 100.0)),
        _ => Err(format!("expected 0, or {least} to 100 percent")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn a_negative_number_is_a_wrong_value_and_no_option() {
        for option in ["--seed", "--checkpoint-seconds"] {
            let arguments = ["takeoff", "run", "file.toml", option, "-1"];
            let Err(error) = Cli::try_parse_from(arguments) else {
                panic!("{option} takes -1")
            };
            assert!(error.to_string().contains("expected"), "{error}");
        }
    }

    #[test]
    fn loads_are_named_or_percents() {
        assert_eq!(agents("1e6"), Ok(1_000_000));
        assert_eq!(agents("123"), Ok(123));
        for wrong in ["0", "-1", "1e20", "0.5", "many", "nan", "inf"] {
            let told = agents(wrong).expect_err(wrong);
            assert_eq!(
                told,
                "expected a whole number of agents from 1 to 68719476736, as in 1e6"
            );
        }
        assert_eq!(mix("busy"), Ok(Load::Busy));
        let told = mix("lazy").expect_err("there is none");
        assert_eq!(told, "expected one of quiet, typical, busy, flagship");
        assert_eq!(due("10"), Ok(Load::Due(0.1)));
        assert_eq!(due("0"), Ok(Load::Quiet));
        for wrong in ["-1", "101", "nan", "1e-9", "all"] {
            due(wrong).expect_err(wrong);
        }
    }

    #[test]
    fn set_takes_a_key_and_any_value() {
        assert_eq!(
            key_value("a.b=c=d"),
            Ok(("a.b".to_owned(), "c=d".to_owned()))
        );
        assert!(key_value("a.b").is_err());
        assert!(key_value("=1").is_err());
    }

    #[test]
    fn seconds_are_of_a_day() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(seconds("86400"), Ok(Duration::from_secs(86_400)));
        for wrong in ["-1", "nan", "inf", "1e19", "1e300", "86401", "soon"] {
            let told = seconds(wrong).expect_err(wrong);
            assert_eq!(
                told,
                "expected 0 to 86400 seconds; --no-checkpoint writes none"
            );
        }
    }

    #[test]
    fn seeds_are_those_that_a_scenario_file_can_hold() {
        assert_eq!(seed("9223372036854775807"), Ok(9_223_372_036_854_775_807));
        for wrong in [
            "-1",
            "9223372036854775808",
            "18446744073709551616",
            "1.5",
            "x",
        ] {
            let told = seed(wrong).expect_err(wrong);
            assert_eq!(
                told,
                "expected a whole number from 0 to 9223372036854775807"
            );
        }
    }
}
