//! Claim: an event changes the parameters it names, once, at the start of the first tick on its day
//! or after the first tick that meets its condition; it is told in the record, leaves everything
//! before it as it was, and is checked before anything runs.

use std::path::{Path, PathBuf};
use std::process::Command;

use takeoff::model::digest::Digest;
use takeoff::scenario::{
    Check, Condition, Overrides, Scenario, ScenarioErrors, keys, new_template, show,
};
use takeoff::sim::{EngineChoice, SimError, Simulation, TickRecord};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// The smoke scenario with what `text` adds at its end.
fn smoke_file(text: &str) -> String {
    let smoke = std::fs::read_to_string(folder().join("smoke.toml")).expect("it is shipped");
    smoke + text
}

fn parsed(text: &str, set: &[(&str, &str)]) -> Result<Scenario, ScenarioErrors> {
    let set = set
        .iter()
        .map(|&(key, value)| (key.to_owned(), value.to_owned()));
    let overrides = Overrides {
        set: set.collect(),
        ..Overrides::default()
    };
    Scenario::parse(&folder().join("test.toml"), text, &overrides)
}

fn smoke(text: &str) -> Scenario {
    parsed(&smoke_file(text), &[]).unwrap_or_else(|errors| panic!("{errors}"))
}

fn start(scenario: &Scenario) -> Simulation {
    Simulation::new(scenario.clone(), EngineChoice::Cpu).expect("it fits")
}

/// All ticks of a run, to its end.
fn records(mut simulation: Simulation) -> Vec<TickRecord> {
    let mut records = Vec::new();
    while !simulation.is_finished() {
        records.push(simulation.step().expect("it runs"));
    }
    simulation.audit().expect("running counts hold");
    records
}

/// Ticks at which events fired, with their names as recorded.
fn fired(records: &[TickRecord]) -> Vec<(u64, &str)> {
    let first = records.iter().map(|record| (record.tick, &record.rows[0]));
    first
        .filter(|(_, row)| !row.events_fired.is_empty())
        .map(|(tick, row)| (tick, row.events_fired.as_str()))
        .collect()
}

/// Tick of the smoke scenario that starts on a day: 30 days of burn-in, a tick a day.
fn tick_of(day: u64) -> usize {
    30 + day as usize
}

/// A cut of compute at a date and a change of habits once enough is known.
const BOTH: &str = r#"
[[events]]
name = "cut"
when = { date = "2027-01-21" }
set.labs.frontier.experiment_share = 0.05
set.labs.second.fleet_a100e.growth_per_year = 4

[[events]]
name = "habits"
when = { lab = "frontier", known_ideas = ">= 400" }
set.labs.frontier.populations.people.reading_share = 0.25
set.labs.frontier.waiting_target = 0.5
set.ideas.experiment_cost_exponent = 1
"#;

#[test]
fn a_date_fires_at_its_day_once_and_takes_effect() {
    let plain = records(start(&smoke("")));
    let text = "[[events]]\nname = \"cut\"\nwhen = { date = \"2027-01-21\" }\n\
                set.labs.frontier.experiment_share = 0.05\n";
    let scenario = smoke(text);
    assert_eq!(scenario.events[0].when, Condition::Day(20.0));
    let changed = records(start(&scenario));
    let at = tick_of(20);
    assert_eq!(fired(&changed), [(at as u64, "cut")]);
    for (before, same) in plain[..at].iter().zip(&changed) {
        assert_eq!(before.rows, same.rows, "tick {}", before.tick);
    }
    let compute = |records: &[TickRecord], lab: usize| records[at].rows[lab].experiment_a100e;
    assert!((compute(&changed, 0) / compute(&plain, 0) - 0.1).abs() < 1e-12);
    assert_eq!(compute(&changed, 1), compute(&plain, 1));
    assert_eq!(plain.len(), changed.len());
    let last = |records: &[TickRecord]| records[records.len() - 1].rows[0].oom_training;
    assert!(last(&changed) < last(&plain));
}

#[test]
fn a_day_between_ticks_fires_at_the_next_and_one_that_is_past_at_the_first() {
    let text = "[[events]]\nname = \"between\"\nwhen = { day = 3.4 }\nset.run.tick_hours = 12.0\n\
                [[events]]\nname = \"past\"\nwhen = { day = -365 }\nset.run.tick_hours = 8.0\n";
    let changed = records(start(&smoke(text)));
    // Ticks of 8 hours from the first on, and day 3.4 lies in one of them.
    assert_eq!(changed[0].rows[0].tick_hours, 8.0);
    assert_eq!(changed[0].rows[0].events_fired, "past");
    let at = 3 * 30 + 11;
    assert_eq!(changed[at].rows[0].events_fired, "between");
    assert!(changed[at - 1].day >= 3.4 && changed[at - 2].day < 3.4);
    assert_eq!(changed[at].rows[0].tick_hours, 12.0);
}

#[test]
fn a_condition_fires_after_the_first_tick_that_meets_it() {
    for (condition, lab) in [("", None), ("lab = \"second\", ", Some(1))] {
        let text = format!(
            "[[events]]\nname = \"enough\"\nwhen = {{ {condition}known_ideas = \"> 60\" }}\n\
             set.labs.second.fleet_a100e = 1e6\n"
        );
        let changed = records(start(&smoke(&text)));
        let meets = |record: &&TickRecord| {
            let mut rows = record.rows.iter().enumerate();
            let of_lab = |index| lab.is_none_or(|lab| lab == index);
            record.day >= 0.0 && rows.any(|(i, row)| of_lab(i) && row.known_ideas > 60)
        };
        let first = changed.iter().find(meets).expect("it is met");
        let at = first.tick as usize + 1;
        assert_eq!(fired(&changed), [(at as u64, "enough")], "{condition}");
        assert!(changed[at - 1].rows[1].fleet_a100e < 1e4);
        assert_eq!(changed[at].rows[1].fleet_a100e, 1e6 / 32.0);
    }
}

#[test]
fn effective_compute_counts_from_the_end_of_burn_in() {
    let records = records(start(&smoke("")));
    let base = &records[tick_of(0) - 1];
    assert_eq!(base.day, 0.0);
    for record in &records {
        for (row, base) in record.rows.iter().zip(&base.rows) {
            let growth = (row.effective_compute_a100e / base.effective_compute_a100e).log10();
            let expected = if record.day > 0.0 { growth } else { 0.0 };
            assert!((row.oom_effective_compute - expected).abs() < 1e-12);
        }
    }
    assert!(records.last().expect("ticks").rows[0].oom_effective_compute > 0.0);
}

#[test]
fn an_event_that_never_fires_changes_no_tick_and_every_digest() {
    let text = "[[events]]\nname = \"never\"\nwhen = { oom_effective_compute = \">= 50\" }\n\
                set.labs.frontier.experiment_share = 0.0\n";
    let (mut plain, mut never) = (start(&smoke("")), start(&smoke(text)));
    while !plain.is_finished() {
        let (one, other) = (plain.step().expect("runs"), never.step().expect("runs"));
        assert_eq!(one.rows, other.rows);
        assert_eq!(
            plain.last().map(|last| &last.1),
            never.last().map(|last| &last.1)
        );
        assert_ne!(one.digest, other.digest);
    }
    assert!(never.is_finished());
}

#[test]
fn a_run_that_was_saved_anywhere_goes_on_to_the_same_digests() {
    let scenario = smoke(BOTH);
    let digests = |records: &[TickRecord]| -> Vec<Digest> {
        records.iter().map(|record| record.digest).collect()
    };
    let whole = records(start(&scenario));
    let fired = fired(&whole);
    assert_eq!(fired.len(), 2, "{fired:?}");
    let (first, second) = (fired[0].0 as usize, fired[1].0 as usize);
    assert!(first + 3 < second, "{fired:?}");
    let mut simulation = start(&scenario);
    // Before both, right before and after each, and between: a met condition is saved as well.
    for at in [
        3,
        first,
        first + 1,
        first + 2,
        second - 1,
        second,
        second + 1,
    ] {
        while (simulation.tick() as usize) < at {
            simulation.step().expect("it runs");
        }
        let mut saved = Vec::new();
        simulation.save(&mut saved).expect("memory takes it");
        let load = |input: &mut &[u8]| {
            Simulation::load(scenario.clone(), EngineChoice::Cpu, input).expect("it loads")
        };
        let resumed = records(load(&mut saved.as_slice()));
        assert_eq!(
            digests(&resumed),
            digests(&whole[at..]),
            "saved after {at} ticks"
        );
        assert_eq!(resumed[0].rows, whole[at].rows);
        simulation = load(&mut saved.as_slice());
    }
}

#[test]
#[cfg_attr(no_device, ignore = "no Vulkan driver")]
fn shaders_agree_over_events() {
    let scenario = smoke(BOTH);
    let native = records(start(&scenario));
    let shaders = Simulation::new(scenario, EngineChoice::Software).expect("it fits");
    let shaders = records(shaders);
    assert_eq!(fired(&native).len(), 2);
    assert_eq!(native, shaders);
}

#[test]
fn head_counts_of_events_have_room() {
    let text = "[[events]]\nname = \"hire\"\nwhen = { day = 10.0 }\n\
                set.labs.second.populations.people.headcount = 64000.0\n";
    let changed = records(start(&smoke(text)));
    let row = &changed[tick_of(10)].rows[1];
    assert_eq!((row.researchers, row.weight), (2000, 1));
}

#[test]
fn what_two_events_leave_together_is_refused_when_it_comes_to_it() {
    // Alone and in the order of the file they are right; in the order of their days the shares come
    // to 0.45 + 0.1 + 0.9.
    let text = r#"
[[events]]
name = "more-experiments"
when = { day = 12.0 }
set.labs.frontier.experiment_share = 0.45

[[events]]
name = "more-inference"
when = { day = 10.0 }
set.labs.frontier.inference_share = 0.9
set.labs.frontier.experiment_share = 0.0
"#;
    let mut simulation = start(&smoke(text));
    let error = loop {
        match simulation.step() {
            Ok(record) => assert!(record.tick < 42),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, SimError::Event(_)), "{error}");
    let message = error.to_string();
    for part in [
        "tick 42",
        "`more-experiments`",
        "labs.frontier",
        "more than 1",
        "are kept",
    ] {
        assert!(message.contains(part), "{part} is not in {message}");
    }
}

#[test]
fn events_are_shown_recorded_and_changed_by_name() {
    let scenario = smoke(BOTH);
    let again = parsed(&show(&scenario), &[]).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(again.events, scenario.events);
    let json = scenario.canonical_json();
    let read = Scenario::from_canonical_json(&json).expect("canonical");
    assert_eq!((&read, read.canonical_json()), (&scenario, json.clone()));
    for (from, to) in [
        ("\"lab\":0", "\"lab\":2"),
        ("\">=\"", "\"=\""),
        ("0.05", "5.0"),
    ] {
        assert!(json.contains(from), "{from} is not in {json}");
        assert!(
            Scenario::from_canonical_json(&json.replacen(from, to, 1)).is_err(),
            "{to}"
        );
    }
    assert!(!smoke("").canonical_json().contains("\"events\""));
    let set = [
        ("events.cut.when", "{ day = 40 }"),
        ("events.cut.set.labs.frontier.experiment_share", "0.25"),
    ];
    let changed = parsed(&smoke_file(BOTH), &set).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(changed.events[0].when, Condition::Day(40.0));
    let cut = changed.after(&[0]).expect("it was checked");
    assert_eq!(cut.labs[0].experiment_share, 0.25);
    assert_eq!(cut.labs[1].fleet_a100e.growth_per_year, 4.0);
    assert_eq!(
        cut.labs[1].fleet_a100e.points,
        scenario.labs[1].fleet_a100e.points
    );
}

/// Lines of an event that must be refused: the line of them that is blamed, from 0, and what the
/// message says.
const MALFORMED: &[(&str, usize, &str)] = &[
    (
        "when = { dya = 3 }\nset.run.tick_hours = 12",
        0,
        "did you mean `day`",
    ),
    (
        "when = { reserchers = \"> 3\" }\nset.run.tick_hours = 12",
        0,
        "did you mean `researchers`",
    ),
    (
        "when = { date = \"2027-02-30\" }\nset.run.tick_hours = 12",
        0,
        "YYYY-MM-DD",
    ),
    (
        "when = { day = \"3\" }\nset.run.tick_hours = 12",
        0,
        "without quotes: day = 3",
    ),
    (
        "when = { day = 3, date = \"2027-01-03\" }\nset.run.tick_hours = 12",
        0,
        "one only",
    ),
    (
        "when = { day = 3, events = \"> 3\" }\nset.run.tick_hours = 12",
        0,
        "one only",
    ),
    (
        "when = { active = \"> 1\", idle = \"> 1\" }\nset.run.tick_hours = 12",
        0,
        "one only",
    ),
    (
        "when = {}\nset.run.tick_hours = 12",
        0,
        "names no day, date or column",
    ),
    (
        "when = { lab = \"second\" }\nset.run.tick_hours = 12",
        0,
        "names no day",
    ),
    (
        "when = { lab = \"second\", day = 3 }\nset.run.tick_hours = 12",
        0,
        "lab goes with a column",
    ),
    (
        "when = { lab = \"secnd\", idle = \"> 1\" }\nset.run.tick_hours = 12",
        0,
        "mean \"second\"",
    ),
    (
        "when = { idle = 3 }\nset.run.tick_hours = 12",
        0,
        "such as idle = \">= 3\"",
    ),
    (
        "when = { idle = \"=> 3\" }\nset.run.tick_hours = 12",
        0,
        "such as idle = \">= 3\"",
    ),
    (
        "when = { idle = \"=< 3\" }\nset.run.tick_hours = 12",
        0,
        "such as idle = \"<= 3\"",
    ),
    (
        "when = { idle = \"> many\" }\nset.run.tick_hours = 12",
        0,
        "and a number",
    ),
    (
        "when = { idle = \"> inf\" }\nset.run.tick_hours = 12",
        0,
        "not a finite number",
    ),
    (
        "when = { day = nan }\nset.run.tick_hours = 12",
        0,
        "not a finite number",
    ),
    (
        "when = 3\nset.run.tick_hours = 12",
        0,
        "such as when = { day = 120.0 }",
    ),
    ("when = { day = 3 }\nset = 3", 1, "expected a table"),
    ("when = { day = 3 }\nset = {}", 1, "changes nothing"),
    (
        "when = { day = 3 }\nset.run.tick_hour = 12",
        1,
        "did you mean `tick_hours`",
    ),
    (
        "when = { day = 3 }\nset.labs.fronteer.waiting_target = 0.1",
        1,
        "did you mean `frontier`",
    ),
    (
        "when = { day = 3 }\nset.labs.frontier.waiting_target = 7",
        1,
        "out of range",
    ),
    (
        "when = { day = 3 }\nset.labs.frontier.waiting_target = nan",
        1,
        "not a finite number",
    ),
    (
        "when = { day = 3 }\nset.labs.frontier.waiting_target = \"x\"",
        1,
        "expected a number",
    ),
    (
        "when = { day = 3 }\nset.labs.frontier = 3",
        1,
        "expected a table",
    ),
    ("when = { day = 3 }\nset.labs = []", 1, "fixed for a run"),
    (
        "when = { day = 3 }\nset.labs.frontier.populations = []",
        1,
        "fixed for a run",
    ),
    (
        "when = { day = 3 }\nset.labs.frontier.name = \"x\"",
        1,
        "fixed for a run",
    ),
    ("when = { day = 3 }\nset.run.seed = 3", 1, "fixed for a run"),
    ("when = { day = 3 }\nset.events = []", 1, "fixed for a run"),
    (
        "when = { day = 3 }\nset.exchange.0.share = 0.1",
        1,
        "fixed for a run",
    ),
    (
        "when = { day = 3 }\nset.run.tick_hours = 7",
        1,
        "not a whole number of ticks",
    ),
    (
        "when = { day = 3 }\nset.labs.frontier.serving_share = 0.1",
        1,
        "sum to 1.1",
    ),
    (
        "when = { day = 3 }\nset.labs.frontier.populations.people.copies_max = 9",
        1,
        "only allowed",
    ),
];

#[test]
fn malformed_events_are_refused_at_their_line() {
    let smoke = smoke_file("\n[[events]]\nname = \"wrong\"\n");
    let first = smoke.lines().count() + 1;
    for (lines, line, says) in MALFORMED {
        let errors = parsed(&(smoke.clone() + lines + "\n"), &[]).expect_err(lines);
        let problem = &errors.problems[0];
        let text = errors.to_string();
        assert!(text.contains(says), "{lines}: {says} is not in\n{text}");
        assert_eq!(problem.line, first + line, "{lines}\n{text}");
        assert!(problem.file.ends_with("test.toml"), "{text}");
    }
}

#[test]
fn events_are_checked_one_by_one_and_together() {
    let share = |name: &str, key: &str, value: f64| {
        format!(
            "[[events]]\nname = \"{name}\"\nwhen = {{ day = 3 }}\n\
             set.labs.second.{key} = {value:?}\n"
        )
    };
    // Together: a takes half of what b needs.
    let ok = share("a", "experiment_share", 0.5);
    let alone = share("b", "training_share", 0.5);
    let errors = parsed(&smoke_file(&(ok.clone() + &alone)), &[]).expect_err("b alone is 1.5");
    assert!(
        errors.to_string().contains("once event `b` fires"),
        "{errors}"
    );
    let clash = ok + &share("b", "experiment_share", 0.6) + &share("b", "experiment_share", 0.7);
    let errors = parsed(&smoke_file(&clash), &[]).expect_err("a name stands twice");
    assert!(
        errors.to_string().contains("name of another one"),
        "{errors}"
    );
    let together = "[[events]]\nname = \"lower\"\nwhen = { day = 3 }\n\
                    set.labs.frontier.populations.copies.speed_max = 5\n\
                    [[events]]\nname = \"faster\"\nwhen = { day = 4 }\n\
                    set.labs.frontier.populations.copies.native_speed = 50\n";
    let errors = parsed(&smoke_file(together), &[]).expect_err("50 is above 5");
    let text = errors.to_string();
    assert!(text.contains("once all events have fired"), "{text}");
    assert!(text.contains("speed_max = 5"), "{text}");
    let many: String = (0..65)
        .map(|n| share(&format!("e{n}"), "waiting_target", 0.2))
        .collect();
    let errors = parsed(&smoke_file(&many), &[]).expect_err("65 events");
    assert!(errors.to_string().contains("0 to 64 tables"), "{errors}");
}

#[test]
fn no_fixed_key_of_a_run_or_of_ideas_can_be_set() {
    for (at, table) in ["run", "ideas"].map(|at| (at, keys::ROOT.key(at))) {
        let table = table.and_then(|key| key.shape.table()).expect("a table");
        for key in table.keys.iter().filter(|key| key.fixed) {
            let text = format!(
                "\n[[events]]\nname = \"e\"\nwhen = {{ day = 3 }}\nset.{at}.{} = 1\n",
                key.name
            );
            let errors = parsed(&(new_template() + &text), &[]).expect_err(key.name);
            assert!(errors.to_string().contains("fixed for a run"), "{errors}");
        }
    }
}

#[test]
fn a_check_tells_what_will_change_and_what_never_comes() {
    let late = "[[events]]\nname = \"late\"\nwhen = { day = 90 }\nset.run.tick_hours = 12\n";
    let text = Check::of(&smoke(&(BOTH.to_owned() + late))).to_string();
    for line in [
        "event habits: { lab = \"frontier\", known_ideas = \">= 400.0\" } sets { ideas.",
        "event late: { day = 90.0 } sets { run.tick_hours = 12.0 }",
        "warning: event late: day 90 does not come",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

#[test]
fn a_run_tells_what_fires() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = folder().join("smoke.toml");
    let out = dir.path().join("run");
    let event = "events=[{ name = 'cut', when = { day = 5.0 }, \
                 set.labs.frontier.experiment_share = 0.1 }]";
    let takeoff = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_takeoff"))
            .args(arguments)
            .output()
            .expect("the binary starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        assert!(output.status.success(), "{}", text(output.stderr));
        (text(output.stdout), text(output.stderr))
    };
    let (file, place) = (file.to_str().expect("UTF-8"), out.to_str().expect("UTF-8"));
    let run = [
        "run", file, "--engine", "cpu", "--ticks", "9", "--set", event,
    ];
    let (stdout, stderr) = takeoff(&[&run[..], &["--out", place]].concat());
    assert!(
        stderr.contains("event `cut` fires on day 5.0, 2027-01-06"),
        "{stderr}"
    );
    assert!(
        stdout.contains("fired       cut on day 5.0 (2027-01-06)"),
        "{stdout}"
    );
    let summary = std::fs::read_to_string(out.join("summary.json")).expect("a summary");
    let summary: serde_json::Value = serde_json::from_str(&summary).expect("JSON");
    let expected = serde_json::json!([
        { "name": "cut", "day": 5.0, "date": "2027-01-06", "tick": tick_of(5) }
    ]);
    assert_eq!(summary["events_fired"], expected);
    takeoff(&["replay", "--engine", "cpu", place]);
    let other = dir.path().join("quiet");
    let quiet = ["--quiet", "--out", other.to_str().expect("UTF-8")];
    let (_, stderr) = takeoff(&[&run[..], &quiet].concat());
    assert_eq!(stderr, "");
}

#[test]
fn a_lab_that_stops_admitting_by_ideas_admits_all_again() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/automation-ramp.toml");
    let event = "[{ name = \"all\", when = { day = 28.0 }, \
                 set = { labs = { industry = { admit_by_ideas = false } } } }]";
    let set = [
        ("run.sample", "0.01171875"),
        ("run.agents_max", "1024"),
        ("run.days", "35.0"),
        ("events", event),
    ];
    let overrides = Overrides {
        set: set
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .to_vec(),
        ..Overrides::default()
    };
    let scenario = Scenario::load(&path, &overrides).unwrap_or_else(|errors| panic!("{errors}"));
    let mut simulation = Simulation::new(scenario, EngineChoice::Cpu).expect("it fits");
    let (mut before, mut after) = (0, 0);
    while !simulation.is_finished() {
        let record = simulation.step().expect("it runs");
        let row = &record.rows[0];
        if row.events_fired == "all" {
            after = row.active;
        } else if after == 0 {
            before = row.active;
        }
    }
    assert!(
        before > 0 && after > 3 * before,
        "{before} before, {after} after"
    );
}
