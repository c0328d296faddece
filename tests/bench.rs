//! Claims: `takeoff bench` writes a report that is as `docs/formats.md` says, after every point; loads
//! are what they are called; engines, threads and repeats end in one digest; nonsense is refused with
//! the numbers. No time is asserted: machines differ.

#[path = "record/documented.rs"]
mod documented;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use takeoff::bench::load::{BUSY_EVENTS, TYPICAL_DUE};
use takeoff::bench::roofline;
use takeoff::model::census::Counter;
use takeoff::scenario::{Overrides, Scenario};
use takeoff::sim::{EngineChoice, Simulation};

fn bench(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_takeoff"))
        .arg("bench")
        .args(arguments)
        .output()
        .expect("the binary starts")
}

/// Runs a bench on the CPU engine with `more` arguments; gives the report.
fn report(folder: &Path, more: &[&str]) -> Value {
    let json: PathBuf = folder.join("bench.json");
    let mut arguments = vec!["--quiet", "--working-set", "8", "--json"];
    arguments.push(json.to_str().expect("the path is UTF-8"));
    arguments.extend(more);
    let ended = bench(&arguments);
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{arguments:?}: {stderr}");
    let table = String::from_utf8_lossy(&ended.stdout);
    assert!(table.contains("events/s"), "{table}");
    let text = std::fs::read_to_string(json).expect("the report is there");
    serde_json::from_str(&text).expect("it is JSON")
}

fn points(report: &Value, engine: usize) -> &[Value] {
    let points = &report["engines"][engine]["points"];
    points.as_array().expect("a list")
}

#[test]
fn the_report_is_as_documented_and_loads_are_what_they_are_called() {
    let folder = tempfile::tempdir().expect("a folder");
    let agents = 20_000.0;
    let report = report(
        folder.path(),
        &[
            "--engine",
            "cpu",
            "--agents",
            "20000",
            "--repeats",
            "2",
            "--mix",
            "quiet,typical,busy,flagship",
            "--due",
            "0,1,10,100",
        ],
    );
    documented::compare("Bench report", &report);
    let points = points(&report, 0);
    assert_eq!(points.len(), 8);
    for point in points {
        let number = |key: &str| point[key].as_f64().expect("a number");
        let name = point["load"].as_str().expect("a name");
        let seen = number("due_share");
        if let Some(asked) = point["due_asked"].as_f64() {
            // Exact for none and all; five standard deviations of a random choice of two ticks between.
            let error = 5.0 * (asked * (1.0 - asked) / (2.0 * agents)).sqrt();
            assert!((seen - asked).abs() <= error, "{name}: {seen} of {asked}");
            let each = if name == "busy" { 12.0 } else { 1.0 };
            let events = number("events_per_tick") / agents;
            assert_eq!(events, each * seen, "{name}");
        }
        let floor = &point["floor"];
        let floor_of = |key: &str| floor[key].as_f64().expect("a number");
        let times = ["memory_s", "gathers_s", "operations_s", "bits_s"].map(floor_of);
        let largest = times.into_iter().fold(0.0, f64::max);
        assert_eq!(floor_of("seconds"), largest, "{name}");
        assert!(times.iter().all(|time| time.is_finite()), "{name}");
    }
    let quiet = &points[0];
    assert_eq!(quiet["floor"]["bytes_per_agent_tick"], 4.0);
    assert_eq!(quiet["digest"], points[4]["digest"], "0% due is quiet");
}

#[test]
fn digests_do_not_depend_on_threads() {
    let folder = tempfile::tempdir().expect("a folder");
    let digests = |threads: &str| -> Vec<Value> {
        let loads = ["--mix", "busy,flagship", "--due", "10", "--repeats", "1"];
        let engine = ["--engine", "cpu", "--agents", "30000", "--threads", threads];
        let report = report(folder.path(), &[loads, engine].concat());
        let points = points(&report, 0).iter();
        points.map(|point| point["digest"].clone()).collect()
    };
    assert_eq!(digests("1"), digests("3"));
}

#[test]
#[cfg_attr(no_software, ignore = "no software Vulkan device")]
fn engines_end_in_the_same_digests() {
    let folder = tempfile::tempdir().expect("a folder");
    let loads = [
        "--mix",
        "quiet,busy,flagship",
        "--due",
        "10",
        "--repeats",
        "1",
    ];
    let engines = ["--engine", "cpu,software", "--agents", "5000"];
    let report = report(folder.path(), &[&loads[..], &engines].concat());
    documented::compare("Bench report", &report);
    assert_eq!(report["engines"][1]["engine"], "gpu");
    let (native, device) = (points(&report, 0), points(&report, 1));
    for (one, other) in native.iter().zip(device) {
        assert_eq!(one["digest"], other["digest"], "{}", one["load"]);
        assert_eq!(one["due_share"], other["due_share"], "{}", one["load"]);
    }
}

#[test]
fn the_flagship_is_the_scenario() {
    let folder = tempfile::tempdir().expect("a folder");
    // The sample of which a scenario has 1,269,531 agents.
    let report = report(
        folder.path(),
        &[
            "--engine",
            "cpu",
            "--agents",
            "1269531",
            "--mix",
            "flagship",
            "--repeats",
            "1",
        ],
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/throughput.toml");
    let change = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let overrides = Overrides {
        set: vec![
            change("run.sample", "0.0126953125"),
            change("run.agents_max", "1269531"),
            change("labs.plenty.populations.everybody.headcount", "100000000.8"),
        ],
        ..Overrides::default()
    };
    let scenario = Scenario::load(&path, &overrides).expect("it is right");
    let mut simulation = Simulation::new(scenario, EngineChoice::Cpu).expect("it fits");
    let mut events = 0;
    for _ in 0..3 {
        events = simulation.step().expect("it runs").events;
    }
    let point = &points(&report, 0)[0];
    assert_eq!(point["events_per_tick"].as_f64(), Some(events as f64));
}

/// (due, events) of an agent in a tick of a shipped scenario in a sample, from `from_day` on.
fn of_an_agent(name: &str, sample: f64, from_day: f64) -> (f64, f64) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/{name}.toml"));
    let overrides = Overrides {
        set: vec![("run.sample".to_owned(), sample.to_string())],
        ..Overrides::default()
    };
    let scenario = Scenario::load(&path, &overrides).expect("it is right");
    let mut simulation = Simulation::new(scenario, EngineChoice::Cpu).expect("it fits");
    let (mut agents, mut due, mut events) = (0.0, 0.0, 0.0);
    while !simulation.is_finished() {
        let record = simulation.step().expect("it runs");
        if record.day > from_day {
            let (_, census) = simulation.last().expect("a tick was run");
            agents += record.rows.iter().map(|row| row.agents as f64).sum::<f64>();
            for population in &census.populations {
                due += roofline::due(population) as f64;
                events += population.get(Counter::Events) as f64;
            }
        }
    }
    (due / agents, events / agents)
}

#[test]
fn typical_and_busy_are_what_shipped_scenarios_show() {
    // Samples of what the constants were counted on, which takes a minute: 0.208 and 11.8.
    let (due, _) = of_an_agent("human-baseline", 0.25, f64::NEG_INFINITY);
    assert!((due - TYPICAL_DUE).abs() < 0.02, "{due} are due");
    let (_, events) = of_an_agent("situational-awareness", 12.0 / 1024.0, 0.0);
    let ratio = events / f64::from(BUSY_EVENTS);
    assert!((0.8..1.25).contains(&ratio), "{events} events an agent");
}

#[test]
fn nonsense_is_refused_with_the_numbers() {
    let cases: [(&[&str], i32, &[&str]); 7] = [
        (&["--agents", "0"], 2, &["'0'", "from 1 to 68719476736"]),
        (&["--agents", "1e20"], 2, &["'1e20'", "68719476736"]),
        (
            &["--mix", "lazy"],
            2,
            &["'lazy'", "quiet, typical, busy, flagship"],
        ),
        (&["--due", "101"], 2, &["'101'", "to 100 percent"]),
        (&["--repeats", "0"], 2, &["1..=1000"]),
        (
            &[
                "--engine",
                "cpu",
                "--agents",
                "1000",
                "--json",
                "nowhere/at/all.json",
            ],
            4,
            &["cannot create `nowhere/at/all.json`"],
        ),
        // 518 GiB: more than a machine that runs tests has.
        (
            &["--engine", "cpu", "--agents", "1e6,6.8e10"],
            6,
            &["68000000000 agents need 518", "this machine, which has"],
        ),
    ];
    for (arguments, code, parts) in cases {
        let ended = bench(arguments);
        let stderr = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(code), "{arguments:?}: {stderr}");
        for part in parts {
            assert!(stderr.contains(part), "{arguments:?}: {stderr}");
        }
        assert_eq!(String::from_utf8_lossy(&ended.stdout), "", "{arguments:?}");
        assert!(!stderr.contains("what the device can do"), "{stderr}");
    }
}
