//! Claim: what a scenario file says is what is simulated. Defaults, includes, variants, `--set`
//! and the recorded form all lead to the same values, and the files of this repository are right.

use std::path::Path;

use proptest::prelude::*;
use takeoff::scenario::{
    Check, Overrides, PopulationKind, Scenario, ScenarioFile, Topology, json_schema,
    key_list_markdown, keys, new_template, parameters, show, variants,
};

fn parse(text: &str) -> Scenario {
    parse_with(text, &Overrides::default())
}

fn parse_with(text: &str, overrides: &Overrides) -> Scenario {
    match Scenario::parse(Path::new("test.toml"), text, overrides) {
        Ok(scenario) => scenario,
        Err(errors) => panic!("{errors}\nin\n{text}"),
    }
}

#[test]
fn the_template_parses() {
    let scenario = parse(&new_template());
    assert_eq!(scenario.labs[0].populations.len(), 2);
}

#[test]
fn what_is_shown_reads_back() {
    let scenario = parse(&new_template());
    let again = parse(&show(&scenario));
    assert_eq!(
        Scenario {
            name: scenario.name.clone(),
            ..again
        },
        scenario
    );
}

#[test]
fn the_canonical_form_reads_back() {
    let scenario = parse(&new_template());
    let json = scenario.canonical_json();
    let again = Scenario::from_canonical_json(&json).expect("canonical");
    assert_eq!(again, scenario);
    assert_eq!(again.canonical_json(), json);
}

fn scenarios() -> Vec<std::path::PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let entries = std::fs::read_dir(dir)
        .expect("scenarios")
        .map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .collect()
}

#[test]
fn the_scenarios_of_this_repository_are_right_with_every_variant() {
    assert!(scenarios().len() >= 2);
    for path in scenarios() {
        if let Err(errors) = Scenario::load(&path, &Overrides::default()) {
            panic!("{errors}");
        }
        for name in variants(&path).unwrap() {
            let overrides = Overrides {
                variant: Some(name.clone()),
                ..Overrides::default()
            };
            let scenario = Scenario::load(&path, &overrides).unwrap();
            assert!(scenario.name.ends_with(&format!("@{name}")));
        }
    }
}

#[test]
fn set_reaches_every_level_by_name_and_a_bare_word_is_a_text() {
    let set = [
        ("run.days", "30"),
        ("ideas.kinds.training-methods.par", "0.25"),
        ("labs.frontier.populations.copies.copies_max", "1e6"),
        ("labs.frontier.populations.copies.topology", "ring"),
        (
            "labs.frontier.fleet_a100e",
            "{ points = [[0, 5]], growth_per_year = 2 }",
        ),
        ("ideas.kinds.training-methods.ceiling_oom", "3"),
    ];
    let set = set
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .to_vec();
    let overrides = Overrides {
        set,
        seed: Some(7),
        ..Overrides::default()
    };
    let scenario = parse_with(&new_template(), &overrides);
    assert_eq!((scenario.run.days, scenario.run.seed), (30.0, 7));
    assert_eq!(scenario.ideas.kinds[0].par, 0.25);
    assert_eq!(scenario.ideas.kinds[0].ceiling_oom, Some(3.0));
    let copies = &scenario.labs[0].populations[1];
    assert_eq!(copies.topology, Topology::Ring);
    let PopulationKind::Automated { copies_max, .. } = copies.kind else {
        panic!("automated")
    };
    assert_eq!(copies_max, 1e6);
    assert_eq!(scenario.labs[0].fleet_a100e.at(365.0), 10.0);
}

#[test]
fn a_new_choice_takes_the_keys_of_the_old_one_along() {
    let text = new_template().replace(
        "topology = \"broadcast\"",
        "topology = \"hierarchy\"\nfan_out = 3",
    );
    assert_eq!(
        parse(&text).labs[0].populations[1].topology,
        Topology::Hierarchy { fan_out: 3 }
    );
    let set = vec![(
        "labs.frontier.populations.copies.topology".into(),
        "none".into(),
    )];
    let scenario = parse_with(
        &text,
        &Overrides {
            set,
            ..Overrides::default()
        },
    );
    assert_eq!(scenario.labs[0].populations[1].topology, Topology::None);
}

#[test]
fn the_hash_changes_with_any_value_and_with_nothing_else() {
    let one = parse(&new_template());
    let spaced = parse(&new_template().replace("\n[run]", "\n\n\n# a remark\n[run]"));
    assert_eq!(one.hash(), spaced.hash());
    let set = vec![(
        "run.popularity_rebuild_days".into(),
        "7.000000000000001".into(),
    )];
    let other = parse_with(
        &new_template(),
        &Overrides {
            set,
            ..Overrides::default()
        },
    );
    assert_ne!(one.hash(), other.hash());
    assert_eq!(one.ideas_hash(), other.ideas_hash());
}

#[test]
fn a_recorded_scenario_is_read_strictly() {
    let json = parse(&new_template()).canonical_json();
    for (from, to) in [
        ("\"run\":{", "\"run\":{\"speed\":1,"),
        (
            "\"topology\":\"broadcast\"",
            "\"topology\":\"broadcast\",\"fan_out\":4",
        ),
        ("\"breadth\":32", "\"breadth\":33"),
        ("\"par\":0.5", "\"par\":1.5"),
        ("\"seed\":1,", ""),
        ("\"tick_hours\":24.0", "\"tick_hours\":7.0"),
    ] {
        assert!(json.contains(from), "{from} is not in {json}");
        let broken = json.replacen(from, to, 1);
        assert!(
            Scenario::from_canonical_json(&broken).is_err(),
            "{to} passed"
        );
    }
    let pretty: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(Scenario::from_canonical_json(&format!("{pretty:#}")).is_ok());
    assert!(Scenario::from_canonical_json(&"[".repeat(100_000)).is_err());
}

#[test]
fn the_json_schema_is_json_and_has_every_key_as_the_key_list_has() {
    let schema: serde_json::Value = serde_json::from_str(&json_schema()).expect("JSON");
    let list = key_list_markdown();
    keys::for_each_table(&mut |at, table| {
        let mut place = &schema;
        for part in at.split('.').filter(|part| !part.is_empty()) {
            place = &place["properties"][part];
            place = place.get("items").unwrap_or(place);
        }
        for key in table.keys {
            assert!(
                place["properties"][key.name].is_object(),
                "{at}.{} in the schema",
                key.name
            );
            assert!(
                list.contains(&format!("| `{}` |", key.name)),
                "{at}.{} listed",
                key.name
            );
        }
    });
}

#[test]
fn check_recomputes_the_headcount_from_compute() {
    // Design: 10M A100e x 9.2 tokens/s at 100 tokens a minute is 55M researchers at 1x.
    let set = [
        ("labs.frontier.fleet_a100e", "1e7"),
        ("labs.frontier.experiment_share", "0"),
        ("labs.frontier.training_share", "0"),
        ("labs.frontier.inference_share", "1"),
        ("labs.frontier.populations.copies.native_speed", "1"),
        ("ideas.kinds.training-methods.par", "0.4"),
    ];
    let set = set
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .to_vec();
    let scenario = parse_with(
        &new_template(),
        &Overrides {
            set,
            ..Overrides::default()
        },
    );
    let check = Check::of(&scenario);
    let copies = &check.populations[1];
    assert!(
        (copies.researchers - 55.2e6).abs() < 1.0,
        "{}",
        copies.researchers
    );
    assert_eq!((copies.speed, copies.blind_hours), (1.0, 24.0));
    assert_eq!((check.burn_in_ticks, check.ticks), (365, 365));
    let text = check.to_string();
    assert!(
        text.contains("extrapolation") && text.contains("a wall"),
        "{text}"
    );
}

#[test]
fn includes_merge_and_lists_of_tables_join() {
    let dir = tempfile::tempdir().unwrap();
    let template = new_template();
    let labs_at = template.find("\n# An owner of compute").unwrap();
    let (head, labs) = template.split_at(labs_at);
    let head = head.replace("include = []", "include = [\"parts/labs.toml\"]");
    std::fs::create_dir(dir.path().join("parts")).unwrap();
    std::fs::write(dir.path().join("parts/labs.toml"), labs).unwrap();
    let path = dir.path().join("whole.toml");
    std::fs::write(&path, head).unwrap();
    let scenario = Scenario::load(&path, &Overrides::default()).unwrap_or_else(|e| panic!("{e}"));
    let direct = parse(&template);
    assert_eq!(
        Scenario {
            name: direct.name.clone(),
            ..scenario
        },
        direct
    );
}

proptest! {
    /// Whatever is inside its range survives the record bit for bit.
    #[test]
    fn floats_survive_the_record(
        par in 0.0..=1.0_f64, gain in 1e-9..1e-4_f64, level in 0.0..=0.0625_f64, z in 0.0..=5.0_f64,
    ) {
        let mut scenario = parse(&new_template());
        scenario.ideas.popularity_exponent = z;
        let kind = &mut scenario.ideas.kinds[0];
        (kind.par, kind.gain_mean_oom, kind.level_oom_per_idea) = (par, gain, level);
        let again = Scenario::from_canonical_json(&scenario.canonical_json());
        prop_assert_eq!(again.map_err(|e| e.to_string()), Ok(scenario));
    }

    /// Bytes that are no scenario are refused, never a panic.
    #[test]
    fn noise_is_refused(noise in "[\\[\\]{}=\"'.,\\n a-z0-9#-]{0,200}") {
        prop_assert!(Scenario::parse(Path::new("n.toml"), &noise, &Overrides::default()).is_err());
    }
}

#[test]
fn the_list_starts_with_the_scenario_to_start_with() {
    let dir = tempfile::tempdir().unwrap();
    for (name, head) in [
        ("a-late", "question = \"late?\"\n"),
        ("b-second", "order = 2\nquestion = \"second?\"\n"),
        ("c-first", "order = 1\nquestion = \"first?\"\n"),
        ("d-late", "order = 1000\nquestion = \"late too?\"\n"),
    ] {
        std::fs::write(dir.path().join(format!("{name}.toml")), head).unwrap();
    }
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_takeoff"))
        .args(["scenario", "list"])
        .arg(dir.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.lines().next().unwrap().starts_with("Start with "),
        "{text}"
    );
    let places: Vec<_> = ["c-first", "b-second", "a-late", "d-late"]
        .map(|name| {
            text.rfind(name)
                .unwrap_or_else(|| panic!("{name} is not in {text}"))
        })
        .to_vec();
    assert!(places.is_sorted(), "{text}");
    assert!(
        text.lines().next().unwrap().contains("c-first.toml"),
        "{text}"
    );
}

#[test]
fn the_order_is_no_part_of_what_is_simulated() {
    let scenario = parse(&new_template());
    let moved = parse(&new_template().replace("order = 1000", "order = 7"));
    assert_eq!(scenario.canonical_json(), moved.canonical_json());
    assert!(!scenario.canonical_json().contains("order"));
}

/// The output of the binary.
fn printed(arguments: &[&str]) -> String {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_takeoff"))
        .args(arguments)
        .output()
        .expect("the binary starts");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn every_value_is_shown_with_its_grounds_and_they_are_counted() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/smoke.toml");
    let name = path.to_str().expect("UTF-8");
    let file = ScenarioFile::read(&path).expect("it is right");
    let overrides = Overrides::default();
    let scenario = file.resolve(&overrides).expect("it is right");
    let parameters = parameters(&scenario, &file.remarks(&overrides));
    let table = printed(&["scenario", "show", name, "--parameters"]);
    let lines: Vec<&str> = table.trim_end().lines().collect();
    let (counts, lines) = lines.split_last().expect("there are lines");
    assert_eq!(lines.len(), parameters.len());
    for (line, one) in lines.iter().zip(&parameters) {
        let start = format!("{:<10}  {} ", one.grounds.word(), one.key);
        assert!(line.starts_with(&start), "{line}");
        assert!(line.contains(&one.value) && line.contains(one.unit));
        assert!(line.ends_with(&one.source), "{line}");
    }
    let count = |word| lines.iter().filter(|line| line.starts_with(word)).count();
    let each = ["calibrated", "measured", "assumed", "stated"];
    let each = each.map(|word| format!("{} {word}", count(word)));
    assert!(counts.starts_with(&each.join(", ")), "{counts}");
    assert!(printed(&["scenario", "check", name]).contains(counts));
}
