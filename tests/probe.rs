//! Claim: `takeoff probe` measures what it says. Where the limit is known the exponents are those of the
//! limit; a branch without a change is the run; inputs that are held stay; threads change nothing; what
//! makes no sense is refused with the numbers.
//!
//! Tolerances: rates are counts, so a slope has a standard error of at most the root of
//! sum (w_i / sqrt(count_i))^2 with its least-squares weights w_i; four of these, and what the setting adds.

#[path = "common/scenarios.rs"]
mod scenarios;

use std::path::Path;
use std::process::{Command, Output};

use takeoff::model::digest;
use takeoff::probe::{self, Measure, Point, Report, Request, Watch};
use takeoff::record::RecordError;
use takeoff::scenario::{Condition, Overrides, PopulationKind, Scenario};
use takeoff::sim::{EngineChoice, EngineOptions, Simulation};
use takeoff::statistics::exponents::elasticity;
use takeoff::world::{Counterfactual, Feedback};

struct Quiet;

impl Watch for Quiet {
    fn begins(&mut self, _: &str) {}
    fn measured(&mut self, _: &Report) -> Result<(), RecordError> {
        Ok(())
    }
    fn is_enough(&self) -> bool {
        false
    }
}

const CPU: (EngineChoice, EngineOptions) = (
    EngineChoice::Cpu,
    EngineOptions {
        threads: 0,
        timed: false,
        workgroup: None,
        block: None,
    },
);

/// One point on day 0, factors 1/2 and 2, two days to settle, one replicate.
fn request(horizon_days: f64) -> Request {
    Request {
        at_days: vec![0.0],
        factors: vec![0.5, 2.0],
        horizon_days,
        settle_days: Some(2.0),
        replicates: 1,
        feedback: Feedback::Held,
        engine: CPU,
        command: String::new(),
    }
}

fn measured(scenario: &Scenario, request: &Request) -> Report {
    let report = probe::run(scenario, request, &mut Quiet).expect("it runs");
    report.expect("nobody stops it")
}

fn ideas(point: &Point, name: &str) -> f64 {
    let figure = point.exponent(Measure::Ideas, name);
    figure.value.unwrap_or_else(|| panic!("{name}: none"))
}

/// New ideas of the branch of these factors.
fn found(point: &Point, researchers: f64, compute: f64, speed: f64) -> f64 {
    let branches = point.branches.iter();
    let mut found =
        branches.filter(|b| (b.researchers, b.compute, b.speed) == (researchers, compute, speed));
    found.next().expect("it was run").replicates[0].new_ideas as f64
}

/// Four standard errors of a slope over factors 1/2, 1 and 2, whose weights are -1, 0 and 1 over 2 ln 2.
fn tolerance(least: f64, most: f64) -> f64 {
    4.0 * libm::sqrt(1.0 / least + 1.0 / most) / (2.0 * std::f64::consts::LN_2)
}

/// As in `tests/mean_field.rs`, without any gain and with the tick of two hours.
fn plain(topics: u32, researchers: f64) -> Scenario {
    let mut scenario = scenarios::mean_field(topics, researchers, 0.0, 1e-9);
    scenario.run.tick_hours = 2.0;
    scenario.run.days = 30.0;
    scenario.run.agents_max = 1 << 13;
    scenario.ideas.breadth = 32;
    scenario
}

#[test]
fn thinking_alone_gives_labour_an_exponent_of_one() {
    // 200 researchers think 4 hours an idea, on 65,536 open ideas: one in 300 attempts or fewer meets
    // another, which takes at most twice that from a slope.
    let point = &measured(&plain(2048, 200.0), &request(8.0)).points[0];
    let allowed = tolerance(found(point, 0.5, 1.0, 1.0), found(point, 2.0, 1.0, 1.0)) + 2.0 / 300.0;
    for (name, limit) in [
        ("labour", 1.0),
        ("lambda", 1.0),
        ("speed", 1.0),
        ("labour_share", 1.0),
    ] {
        let exponent = ideas(point, name);
        println!("{name}: {exponent:.4}, tolerance {allowed:.4}");
        assert!((exponent - limit).abs() < allowed, "{name}: {exponent}");
    }
    // Experiments take no time worth the name at any amount of compute.
    assert!(
        ideas(point, "compute").abs() < 1e-3,
        "{}",
        ideas(point, "compute")
    );
    assert_eq!(
        point.exponent(Measure::Ideas, "rho").value,
        None,
        "any would do"
    );
}

#[test]
fn compute_alone_gives_compute_an_exponent_of_one() {
    // 2,000 A100e for experiments of 20 A100e-hours, always at full size: 100 an hour end, whatever the
    // number of researchers, of whom fewer than half get to work. 65,536 open ideas.
    let mut scenario = plain(2048, 4000.0);
    scenario.labs[0].fleet_a100e = scenarios::constant(8000.0);
    scenario.labs[0].experiment_share = 0.25;
    let kind = &mut scenario.ideas.kinds[0];
    kind.experiment_a100e_hours = 20.0;
    kind.experiment_floor_a100e_hours = 20.0;
    let late = Request {
        at_days: vec![10.0],
        ..request(8.0)
    };
    let point = &measured(&scenario, &late).points[0];
    let base = &point.base().expect("it is there").replicates[0];
    println!(
        "{} of {} at work, {:.3} used",
        base.active, base.inputs.researchers, base.utilisation
    );
    assert!(
        base.active < 0.5 * base.inputs.researchers,
        "{}",
        base.active
    );
    // About 1,100 attempts under way at twice the compute, one in 60 meets another. Day 10: the first day
    // admits everybody, before anything is known of experiments.
    let allowed = tolerance(found(point, 1.0, 0.5, 1.0), found(point, 1.0, 2.0, 1.0)) + 2.0 / 60.0;
    for (name, limit) in [("compute", 1.0), ("lambda", 1.0), ("compute_share", 1.0)] {
        let exponent = ideas(point, name);
        println!("{name}: {exponent:.4}, tolerance {allowed:.4}");
        assert!((exponent - limit).abs() < allowed, "{name}: {exponent}");
    }
    // Who is not admitted changes nothing at all.
    assert_eq!(ideas(point, "labour"), 0.0);
    let speed = ideas(point, "speed");
    assert!(speed.abs() < allowed, "{speed}");
}

const TOPICS: u32 = 256;
const BREADTH: u32 = 8;

/// New ideas of a tick in which everybody thinks for exactly a tick. An open idea is chosen by somebody in a
/// tick with probability P = 1 - (1 - q)^N, q = 1 / open ideas, and found at the end of the thought unless
/// somebody who chose it a tick earlier was first. So the share x found per tick is P (1 - x): x = P / (1 + P).
fn closed_form(researchers: f64) -> f64 {
    let open = f64::from(TOPICS * BREADTH);
    let chosen = 1.0 - libm::pow(1.0 - 1.0 / open, researchers);
    open * chosen / (1.0 + chosen)
}

#[test]
fn few_topics_put_lambda_below_one_as_probability_says() {
    let researchers = 2000.0;
    let mut scenario = plain(TOPICS, researchers);
    scenario.run.tick_hours = 4.0;
    scenario.ideas.window_words = 4;
    scenario.ideas.breadth = BREADTH;
    let horizon_days = 8.0;
    let point = &measured(&scenario, &request(horizon_days)).points[0];
    let ticks = horizon_days * 6.0;
    for factor in [0.5, 1.0, 2.0] {
        let (new, expected) = (
            found(point, factor, 1.0, 1.0),
            closed_form(factor * researchers),
        );
        let error = new / ticks / expected - 1.0;
        println!(
            "{factor}: {:.1} a tick, {expected:.1} expected, {:+.2}%",
            new / ticks,
            100.0 * error
        );
        // Four standard errors of a count; an experiment takes 1/4000 of a thought; and a researcher does
        // not choose what it has just found, one open idea of 2,048.
        let allowed = 4.0 / libm::sqrt(new) + 1.0 / 4000.0 + 1.0 / 2048.0;
        assert!(error.abs() < allowed, "{factor}: {error}");
    }
    let limit: Vec<_> = [0.5, 1.0, 2.0]
        .map(|f| (f, closed_form(f * researchers)))
        .to_vec();
    let limit = elasticity(&limit).expect("rates are positive");
    let allowed = tolerance(found(point, 0.5, 1.0, 1.0), found(point, 2.0, 1.0, 1.0));
    for name in ["labour", "lambda"] {
        let exponent = ideas(point, name);
        println!("{name}: {exponent:.4}, {limit:.4} expected, tolerance {allowed:.4}");
        assert!(
            (exponent - limit).abs() < allowed && exponent < 0.5,
            "{name}: {exponent}"
        );
    }
}

fn shipped(file: &str, set: &[(&str, &str)]) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenarios")
        .join(file);
    let set = set
        .iter()
        .map(|&(key, value)| (key.to_owned(), value.to_owned()));
    let overrides = Overrides {
        set: set.collect(),
        ..Overrides::default()
    };
    Scenario::load(&path, &overrides).expect("it is shipped")
}

#[test]
fn a_branch_without_a_change_is_the_run() {
    let scenario = shipped("smoke.toml", &[]);
    let mut request = request(12.0);
    (request.at_days, request.feedback) = (vec![-10.0, 20.0], Feedback::Live);
    let report = measured(&scenario, &request);
    assert!(report.path.is_empty(), "total effects know no equal inputs");
    let mut run = Simulation::new(scenario, EngineChoice::Cpu).expect("small");
    for point in &report.points {
        let base = &point.base().expect("it is there").replicates[0];
        while run.world().day() < point.at_day {
            run.step().expect("it runs");
        }
        assert_eq!(
            (run.tick(), digest::hex(run.digest())),
            (base.tick, base.digest_before.clone())
        );
        for _ in 0..base.ticks {
            run.step().expect("it runs");
        }
        assert_eq!(digest::hex(run.digest()), base.digest);
        assert_eq!(base.days, 12.0);
        // The others are no copies of it.
        let others = point
            .branches
            .iter()
            .filter(|b| b.replicates[0].digest == base.digest);
        assert_eq!(others.count(), 1);
    }
}

/// A state of `scenario` on `day`.
fn saved(scenario: &Scenario, day: f64) -> Vec<u8> {
    let mut trunk = Simulation::new(scenario.clone(), EngineChoice::Cpu).expect("small");
    while trunk.world().day() < day {
        trunk.step().expect("it runs");
    }
    let mut saved = Vec::new();
    trunk.save(&mut saved).expect("memory");
    saved
}

#[test]
fn held_inputs_stay_and_are_what_the_factors_say() {
    let mut scenario = shipped("everything.toml", &[("run.burn_in_days", "20")]);
    scenario.events[0].when = Condition::Day(8.0);
    let saved = saved(&scenario, 5.0);
    let inputs = |counterfactual, feedback| {
        let change = (counterfactual, feedback);
        let branch = Simulation::branch(scenario.clone(), CPU, &mut &saved[..], change);
        let mut branch = branch.expect("it was saved");
        let mut inputs = Vec::new();
        for _ in 0..10 {
            branch.step().expect("it runs");
            inputs.push(branch.last().expect("a tick").0.inputs());
        }
        branch.audit().expect("running counts hold");
        let refused = branch.save(&mut Vec::new()).is_err();
        (inputs, branch.world().state().events.fired.len(), refused)
    };
    let held = inputs(Counterfactual::NEUTRAL, Feedback::Held);
    assert!(held.0.iter().all(|i| *i == held.0[0]), "{:?}", held.0);
    assert_eq!((held.1, held.2), (0, true), "no event, no checkpoint");
    let live = inputs(Counterfactual::NEUTRAL, Feedback::Live);
    assert_eq!(live.0[0], held.0[0]);
    assert!(live.0[9] != live.0[0]);
    assert_eq!((live.1, live.2), (1, false));
    let change = Counterfactual {
        researchers: 2.0,
        compute: 4.0,
        speed: 0.5,
    };
    let changed = inputs(change, Feedback::Held).0;
    let (one, other) = (held.0[0], changed[9]);
    assert_eq!(other.researchers, 2.0 * one.researchers);
    assert_eq!(other.full_time_researchers, 2.0 * one.full_time_researchers);
    assert_eq!(other.experiment_a100e, 4.0 * one.experiment_a100e);
    assert_eq!(other.speed, 0.5 * one.speed);
}

fn takeoff(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeoff"));
    command
        .arg("probe")
        .args(arguments)
        .output()
        .expect("the binary starts")
}

#[test]
fn threads_change_nothing_and_the_table_has_what_the_report_has() {
    let folder = tempfile::tempdir().expect("a folder");
    let with = |threads: &str| {
        let json = folder.path().join(threads);
        let path = json.to_str().expect("UTF-8");
        let ended = takeoff(&[
            "scenarios/smoke.toml",
            "--at",
            "-10,20",
            "--factors",
            "2,0.5,1",
            "--horizon-days",
            "6",
            "--replicates",
            "2",
            "--engine",
            "cpu",
            "--quiet",
            "--threads",
            threads,
            "--json",
            path,
        ]);
        let stderr = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{stderr}");
        (
            std::fs::read_to_string(&json).expect("it is there"),
            ended.stdout,
        )
    };
    let one = with("1");
    for threads in ["2", "5"] {
        assert!(with(threads) == one, "{threads} threads");
    }
    let report: serde_json::Value = serde_json::from_str(&one.0).expect("it is JSON");
    assert_eq!(report["seeds"], serde_json::json!([1, 2]));
    assert_eq!(report["factors"], serde_json::json!([0.5, 1.0, 2.0]));
    let points = report["points"].as_array().expect("a list");
    let days: Vec<_> = points
        .iter()
        .map(|point| point["at_day"].as_f64())
        .collect();
    assert_eq!(days, [Some(-10.0), Some(20.0)]);
    for point in points {
        assert_eq!(point["branches"].as_array().map(Vec::len), Some(11));
        // People hear of each other after two weeks; later nearly all attempts are made by copies, whose
        // news take a day.
        let number = |key: &str| point[key].as_f64().expect("a number");
        let lag_hours = if number("at_day") < 0.0 { 336.0 } else { 24.0 };
        let settle_hours = (3.0 * number("attempt_hours")).max(lag_hours);
        assert_eq!(number("lag_hours"), lag_hours);
        assert_eq!(number("settle_days"), settle_hours / 24.0);
        let replicates = point["branches"][4]["replicates"]
            .as_array()
            .expect("a list");
        assert_eq!(replicates.len(), 2);
        assert!(
            replicates[0]["digest"] != replicates[1]["digest"],
            "other seeds, other draws"
        );
    }
    let table = String::from_utf8_lossy(&one.1);
    for word in [
        "lambda",
        "rho",
        "labour share",
        "beta",
        "duplicates",
        "command  takeoff probe",
    ] {
        assert!(table.contains(word), "{word}: {table}");
    }
}

#[test]
fn nonsense_is_refused_with_the_numbers() {
    let cases: [(&[&str], i32, &str); 9] = [
        (&["--at", "91"], 2, "day 91 is outside the run: -30 to 90"),
        (&["--at", "-31"], 2, "day -31 is outside the run: -30 to 90"),
        (&["--at", "nan"], 2, "day NaN is outside the run: -30 to 90"),
        (
            &["--factors", "0"],
            2,
            "a factor of 0 is not one of 0.001 to 1000",
        ),
        (
            &["--factors", "2,nan"],
            2,
            "a factor of NaN is not one of 0.001 to 1000",
        ),
        (&["--factors", "1"], 2, "a factor of 1 changes nothing"),
        (&["--horizon-days", "1"], 2, "not one of 2 (two ticks)"),
        (&["--settle-days", "-1"], 2, "-1 days to settle are not 0"),
        (&["--replicates", "0"], 2, "0 replicates"),
    ];
    for (arguments, code, text) in cases {
        let ended = takeoff(&[&["scenarios/smoke.toml", "--quiet"], arguments].concat());
        let stderr = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(code), "{arguments:?}: {stderr}");
        assert!(stderr.contains(text), "{arguments:?}: {stderr}");
    }
}

#[test]
fn more_researchers_than_agents_are_refused_with_the_numbers() {
    // 125 people in the sampled lab, so that 500 need more agents than 400.
    let ended = takeoff(&[
        "scenarios/smoke.toml",
        "--quiet",
        "--engine",
        "cpu",
        "--at",
        "-10",
        "--factors",
        "4",
        "--replicates",
        "1",
        "--set",
        "run.agents_max=400",
        "--set",
        "labs.frontier.fleet_a100e=1e9",
    ]);
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(3), "{stderr}");
    for part in [
        "researchers x4",
        "`frontier.people`",
        "500 agents of weight 1",
        "(400)",
        "run.sample",
    ] {
        assert!(stderr.contains(part), "{part}: {stderr}");
    }
}

#[test]
fn people_of_a_branch_get_their_own_agents() {
    let scenario = shipped("smoke.toml", &[("labs.frontier.fleet_a100e", "1e9")]);
    let point = &measured(
        &scenario,
        &Request {
            at_days: vec![-10.0],
            ..request(4.0)
        },
    )
    .points[0];
    let branch = point
        .branches
        .iter()
        .find(|b| b.researchers == 2.0 && b.compute == 1.0);
    let counted = &branch.expect("it was run").replicates[0];
    let people = |scenario: &Scenario| -> f64 {
        let all = scenario.labs.iter().flat_map(|lab| &lab.populations);
        all.filter_map(|population| match &population.kind {
            PopulationKind::Human { headcount, .. } => Some(headcount.at(-10.0)),
            PopulationKind::Automated { .. } => None,
        })
        .sum()
    };
    let expected = 2.0 * people(&scenario) * scenario.run.sample;
    assert_eq!(counted.inputs.researchers, expected);
    // All of the first lab's work; of the second as many as its compute admits.
    assert!(counted.active >= 250.0, "{}", counted.active);
}
