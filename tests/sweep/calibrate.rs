//! Claim: calibration recovers a planted value within its stated error, gives the same bits on any
//! number of workers, writes a scenario that is what it says, and says what it cannot do.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::dataset::sweep_of;
use crate::support::{Ended, ended, smoke, succeeds, takeoff};

const GAIN: &str = "ideas.kinds.training-methods.gain_mean_oom";
const LEVEL: &str = "ideas.kinds.training-methods.level_oom_per_idea";
const INFERENCE: &str = "ideas.kinds.inference.gain_mean_oom";

/// A small world, hundredths of a second a run.
const SHORT: [&str; 4] = ["--set", "run.days=10", "--set", "run.burn_in_days=5"];

fn arguments(more: &[&str]) -> Vec<String> {
    let smoke = smoke();
    let start = ["calibrate", &smoke, "--engine", "cpu", "--quiet"];
    let all = start.iter().chain(&SHORT).chain(more);
    all.map(|&word| word.to_owned()).collect()
}

fn calibrate(more: &[&str]) -> Ended {
    let arguments = arguments(more);
    ended(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("stdout is JSON")
}

fn number(value: &Value, pointer: &str) -> f64 {
    let found = value.pointer(pointer).and_then(Value::as_f64);
    found.unwrap_or_else(|| panic!("{pointer} of {value}"))
}

/// Mean of a measure over runs of a sweep of seeds from `seed` on, with its standard error.
fn measured(folder: &Path, seed: &str, set: &str, measure: &str) -> (f64, f64) {
    let out = folder.to_str().expect("the path is UTF-8");
    let smoke = smoke();
    let mut all = vec!["sweep", &smoke, "--engine", "cpu", "--quiet", "--out", out];
    all.extend(SHORT);
    all.extend(["--seed", seed, "--runs", "32", "--set", set]);
    succeeds(&all);
    let manifest = takeoff::study::Manifest::read(folder).expect("a sweep");
    let runs = takeoff::study::analysis::read_runs(folder, &manifest).expect("complete");
    let Some(takeoff::record::table::Values::RealsOrNull(values)) = runs.get(measure) else {
        panic!("no {measure}")
    };
    let values: Vec<f64> = values
        .iter()
        .map(|value| value.expect("measured"))
        .collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum();
    (mean, (squares / (count - 1.0) / count).sqrt())
}

/// The planted value's target comes from seeds 1000 to 1031, the fit runs seeds 1 to 16. Both errors
/// are in the stated one; 3 of it leave out one normal draw in 370.
#[test]
fn a_planted_value_is_recovered_within_its_stated_error() {
    let scratch = tempfile::tempdir().expect("a folder");
    let planted = 2.9e-5;
    let set = format!("{GAIN}={planted:e}");
    let (mean, error) = measured(&scratch.path().join("truth"), "1000", &set, "oom_training");
    let out = scratch.path().join("fitted.toml");
    let out = out.to_str().expect("the path is UTF-8");
    let parameter = format!("{GAIN}=log:1e-5..6e-5");
    let target = format!("oom_training={mean}±{error}");
    let tie = format!("{INFERENCE}={GAIN}");
    let options = [
        "--param", &parameter, "--target", &target, "--tie", &tie, "--seeds", "16", "--json",
        "--out", out,
    ];
    let found = calibrate(&options);
    assert_eq!(found.code, Some(0), "{}", found.stderr);
    let calibration = json(&found.stdout);
    let fitted = number(&calibration, "/parameters/0/fitted");
    let error = number(&calibration, "/parameters/0/standard_error");
    assert!((fitted - planted).abs() < 3.0 * error, "{fitted} {error}");
    // It says something: of the range alone the logarithm has a standard deviation of ln 6 / sqrt 12.
    let before = planted * 6f64.ln() / 12f64.sqrt();
    assert!(error < before / 3.0, "{error} {before}");
    // Single runs scatter by a third: the mean of 32 and that of 16 leave 0.33 sqrt(1/32 + 1/16) of the
    // value, which noise of the noise changes by less than a factor of two.
    let expected = 0.33 * planted * (1.0f64 / 32.0 + 1.0 / 16.0).sqrt();
    assert!(
        error > 0.5 * expected && error < 2.0 * expected,
        "{error} {expected}"
    );
    assert_eq!(number(&calibration, "/parameters/0/start"), 1.868e-5);
    assert_eq!(calibration["parameters"][0]["identified"], "yes");
    assert_eq!(calibration["targets"][0]["is_met"], true);
    assert_eq!(calibration["warnings"], serde_json::json!([]));

    // The file stands for the fitted run: its digest is the one told.
    succeeds(&["scenario", "check", out]);
    let folder = scratch.path().join("run");
    let folder = folder.to_str().expect("the path is UTF-8");
    let run = succeeds(&[
        "run", out, "--engine", "cpu", "--quiet", "--json", "--out", folder,
    ]);
    assert_eq!(json(&run.stdout)["digest"], calibration["digest"]);
    let text = fs::read_to_string(out).expect("written");
    assert!(text.contains("calibrated: takeoff calibrate"), "{text}");
    let tied = number(&calibration, "/parameters/0/fitted") * (7.473e-5 / 1.868e-5);
    assert!(text.contains(&format!("{INFERENCE} = {tied:?}")), "{text}");

    // The same again, on another number of workers: the same bits, over the old file.
    let again = calibrate(&[&options[..], &["--jobs", "1"]].concat());
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(again.stdout, found.stdout);
    assert_eq!(fs::read_to_string(out).expect("written"), text);
}

#[test]
fn a_target_that_no_value_reaches_is_told_and_nothing_written() {
    let scratch = tempfile::tempdir().expect("a folder");
    let out = scratch.path().join("fitted.toml");
    let parameter = format!("{GAIN}=log:1e-5..4e-5");
    let found = calibrate(&[
        "--param",
        &parameter,
        "--target",
        "oom_training=3±0.1",
        "--seeds",
        "2",
        "--out",
        out.to_str().expect("the path is UTF-8"),
    ]);
    assert_eq!(found.code, Some(1), "{}", found.stderr);
    let told = &found.stderr;
    assert!(told.contains("oom_training is not reached"), "{told}");
    assert!(
        told.contains("ends on the upper end of its range"),
        "{told}"
    );
    assert!(!out.exists());
}

#[test]
fn a_parameter_that_targets_do_not_tell_is_said_not_to_be() {
    // How fast tools would get better says nothing about training in ten days.
    let found = calibrate(&[
        "--param",
        "ideas.popularity_offset=0.0099..0.0101",
        "--target",
        "oom_training=0.024±0.02",
        "--seeds",
        "4",
        "--starts",
        "2",
    ]);
    assert!(
        found.stderr.contains("is not identified"),
        "{}",
        found.stderr
    );
}

#[test]
fn a_sweep_gives_the_posterior() {
    let scratch = tempfile::tempdir().expect("a folder");
    let planted = 2.9e-5;
    let set = format!("{GAIN}={planted:e}");
    let (mean, error) = measured(&scratch.path().join("truth"), "1000", &set, "oom_training");
    let sweep = scratch.path().join("sweep");
    let sweep = sweep.to_str().expect("the path is UTF-8");
    let parameter = format!("{GAIN}=log:1e-5..6e-5");
    let smoke = smoke();
    let mut all = vec![
        "sweep", &smoke, "--engine", "cpu", "--quiet", "--out", sweep,
    ];
    all.extend(SHORT);
    all.extend(["--param", &parameter, "--runs", "256"]);
    succeeds(&all);
    let target = format!("oom_training={mean}±{error}");
    let with = |parameter: &str, more: &[&str]| {
        let options = [
            "--param", parameter, "--target", &target, "--sweep", sweep, "--json",
        ];
        calibrate(&[&options, more].concat())
    };
    let out = scratch.path().join("fitted.toml");
    let out = out.to_str().expect("the path is UTF-8");
    let found = with(&parameter, &["--out", out]);
    assert_eq!(found.code, Some(0), "{}", found.stderr);
    let posterior = json(&found.stdout);
    // Single runs are noisier than the mean of 32, so the 95% interval is wide; it covers, and is
    // narrower than what was known before.
    let ends = ["/parameters/0/posterior/0/1", "/parameters/0/posterior/4/1"];
    let [low, high] = ends.map(|end| number(&posterior, end));
    assert!(low < planted && planted < high, "{low} {high}");
    assert!((high / low) < 0.8 * 6.0, "{low} {high}");
    succeeds(&["scenario", "check", out]);

    let other = with(&format!("{GAIN}=log:1e-5..5e-5"), &[]);
    assert_eq!(other.code, Some(4));
    assert!(other.stderr.contains("another sweep"), "{}", other.stderr);
}

#[test]
fn runs_that_are_not_valid_are_no_evidence() {
    let parameter = format!("{GAIN}=log:1e-5..4e-5");
    let target = ["--param", &parameter, "--target", "oom_training=0.1±0.1"];
    let stalled = ["--set", "run.events_max_per_tick=4"];
    let fit = calibrate(&[&target[..], &stalled, &["--seeds", "2"]].concat());
    assert_ne!(fit.code, Some(0));
    assert!(fit.stderr.contains("is not valid"), "{}", fit.stderr);
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path().join("sweep");
    let path = folder.to_str().expect("the path is UTF-8");
    let swept = [
        &SHORT[..],
        &["--param", &parameter, "--runs", "8"],
        &stalled,
    ]
    .concat();
    sweep_of(&folder, &swept);
    let posterior = calibrate(&[&target[..], &stalled, &["--sweep", path]].concat());
    assert_ne!(posterior.code, Some(0));
    assert!(
        posterior.stderr.contains("no run of the sweep is valid"),
        "{}",
        posterior.stderr
    );
}

#[test]
fn what_cannot_be_fitted_is_refused() {
    let parameter = format!("{GAIN}=log:1e-5..4e-5");
    let level = format!("{LEVEL}=0.01..0.03");
    let tie = format!("ideas.breadth={LEVEL}");
    let cases: [(&[&str], &str); 8] = [
        (
            &["--param", &parameter, "--target", "oom_trainin=1"],
            "no measure of a run",
        ),
        (
            &["--param", &parameter, "--target", "oom_training=x"],
            "expected MEASURE=VALUE",
        ),
        (
            &["--param", &parameter, "--target", "oom_training=1±0"],
            "must be above 0",
        ),
        (&["--target", "oom_training=1"], "0 parameters; 1 to 4"),
        (
            &[
                "--param",
                &parameter,
                "--param",
                &level,
                "--target",
                "oom_training=1",
            ],
            "at least as many",
        ),
        (
            &[
                "--param",
                "ideas.breadth=2..8",
                "--target",
                "oom_training=1",
            ],
            "takes no range of real numbers",
        ),
        (
            &[
                "--param",
                &parameter,
                "--tie",
                &tie,
                "--target",
                "oom_training=1",
            ],
            "is none of the --param",
        ),
        (
            &[
                "--param",
                &parameter,
                "--target",
                "days_to_12_oom=5",
                "--seeds",
                "2",
            ],
            "has no days_to_12_oom",
        ),
    ];
    for (options, told) in cases {
        let found = calibrate(options);
        assert_eq!(found.code, Some(2), "{options:?}: {}", found.stderr);
        assert!(found.stderr.contains(told), "{options:?}: {}", found.stderr);
    }
    let typo = calibrate(&["--param", "ideas.bredth=1..2", "--target", "oom_training=1"]);
    assert_eq!(typo.code, Some(3), "{}", typo.stderr);
    let smoke = smoke();
    let target = ["--target", "oom_training=0.02±0.01", "--out", &smoke];
    let over = calibrate(&[&["--param", &parameter], &target[..]].concat());
    assert_eq!(over.code, Some(2));
    assert!(
        over.stderr.contains("was not written by"),
        "{}",
        over.stderr
    );
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_in_order() {
    use std::io::Read;
    let scratch = tempfile::tempdir().expect("a folder");
    let out = scratch.path().join("fitted.toml");
    let parameter = format!("{GAIN}=log:1e-5..4e-5");
    let more = [
        "--set",
        "run.days=3000",
        "--param",
        &parameter,
        "--target",
        "oom_training=2±0.1",
    ];
    let mut all = arguments(&more);
    all.retain(|word| word != "--quiet");
    all.extend(["--out".to_owned(), out.display().to_string()]);
    let mut child = takeoff(all)
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the binary starts");
    // Its first line comes once it listens for signals.
    let mut stderr = child.stderr.take().expect("piped");
    let mut byte = [0];
    stderr.read_exact(&mut byte).expect("it says what it does");
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.expect("there is a kill").success());
    let status = child.wait().expect("it ends");
    let mut told = String::new();
    stderr.read_to_string(&mut told).expect("text");
    assert_eq!(status.code(), Some(130), "{told}");
    assert!(told.contains("interrupted"), "{told}");
    assert!(!out.exists());
}
