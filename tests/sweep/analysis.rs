//! Claim: what is said of a sweep is of what its runs can tell: chances only of draws, intervals of points and not
//! of their repetitions, bands at every time that was recorded, runs that never came so far counted as later.

use serde_json::Value;

use crate::dataset::sweep_of;
use crate::support::{ended, smoke, succeeds};

const FLEET: &str = "labs.frontier.fleet_a100e=log:3e4..3e6";

fn analysed(more: &[&str], of: &str) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("sweep");
    let days = ["--set", "run.days=20", "--set", "run.agents_max=2000"];
    sweep_of(&folder, &[&days[..], more].concat());
    let path = folder.to_str().expect("the path is UTF-8");
    let said = succeeds(&["analyse", path, "--of", of, "--json"]).stdout;
    serde_json::from_str(&said).expect("JSON")
}

fn length(analysis: &Value, name: &str) -> usize {
    analysis[name].as_array().expect("a list").len()
}

#[test]
fn bands_need_no_burn_in_and_no_short_ticks() {
    let set = ["--runs", "2", "--set", "run.burn_in_days=0"];
    let analysis = analysed(&[&set[..], &["--every-days", "1"]].concat(), "oom_training");
    let bands = analysis["bands"].as_array().expect("a list");
    let days: Vec<f64> = bands
        .iter()
        .map(|band| band["day"].as_f64().expect("a day"))
        .collect();
    assert_eq!(days, (0..=20).map(f64::from).collect::<Vec<_>>());
    let median = |day: usize| {
        bands[day]["quantiles"][3]["value"]
            .as_f64()
            .expect("a value")
    };
    assert!(median(0) == 0.0 && median(20) > 0.0, "{bands:?}");
    // Ticks of a day, asked for by the half: every tick stands for two.
    let analysis = analysed(
        &[&set[..], &["--every-days", "0.5"]].concat(),
        "oom_training",
    );
    assert_eq!(length(&analysis, "bands"), 41);
}

#[test]
fn designs_that_compare_tell_no_chances() {
    for design in ["grid", "one-at-a-time", "morris"] {
        let analysis = analysed(
            &["--runs", "8", "--design", design, "--param", FLEET],
            "oom_training",
        );
        for name in ["quantiles", "convergence", "bands", "chances", "times"] {
            assert_eq!(length(&analysis, name), 0, "{design}, {name}");
        }
        assert!(analysis["sensitivity"].is_object(), "{analysis}");
    }
}

#[test]
fn repetitions_of_a_point_are_no_more_points() {
    let width = |runs: &str, replicates: &str| {
        let more = ["--runs", runs, "--replicates", replicates, "--param", FLEET];
        let analysis = analysed(&more, "oom_training");
        let counts = analysis["convergence"].as_array().expect("a list");
        let counts: Vec<u64> = counts
            .iter()
            .map(|one| one[0].as_u64().expect("runs"))
            .collect();
        let median = &analysis["quantiles"][3][1];
        let end = |name: &str| median[name].as_f64().expect("a limit");
        (counts, end("high") - end("low"))
    };
    let (counts, one) = width("8", "1");
    assert_eq!(counts, [8]);
    let (counts, four) = width("8", "4");
    assert_eq!(counts, [32]);
    // The same eight points: the seed moves each a little, four times the runs do not halve the interval.
    assert!(four > 0.7 * one, "{four} {one}");
}

#[test]
fn runs_that_never_come_so_far_are_later_than_all() {
    let more = ["--runs", "16", "--design", "random", "--param", FLEET];
    let longer = ["--set", "run.days=60"];
    let analysis = analysed(&[&more[..], &longer].concat(), "days_to_1_oom");
    let times = analysis["times"].as_array().expect("a list");
    let first = times
        .iter()
        .find(|time| time["oom"] == 1)
        .expect("some run came so far");
    let reached = first["reached"].as_u64().expect("runs");
    assert!(
        (1..16).contains(&reached),
        "{reached} of 16: the test tells nothing"
    );
    for (quantile, at) in [(1, 0), (3, 1), (5, 2)] {
        assert_eq!(analysis["quantiles"][quantile][1], first["days"][at]);
    }
    let rank = &analysis["sensitivity"]["ranks"]["numbers"][0]["spearman"]["value"];
    assert!(rank.as_f64().expect("a correlation") < -0.8, "{rank}");
}

#[test]
fn runs_that_are_not_valid_are_counted() {
    let analysis = analysed(
        &["--runs", "2", "--set", "run.events_max_per_tick=4"],
        "oom_training",
    );
    assert_eq!(analysis["not_valid"], 2);
}

#[test]
fn a_shard_without_runs_is_analysed_as_empty() {
    let analysis = analysed(&["--runs", "2", "--shard", "1/5"], "oom_training");
    assert_eq!(analysis["shard"], "1/5");
    assert_eq!(
        (length(&analysis, "quantiles"), length(&analysis, "bands")),
        (0, 0)
    );
}

#[test]
fn words_have_no_ranks_to_correlate_and_numbers_rise_however_listed() {
    let scratch = tempfile::tempdir().expect("a folder");
    let file = scratch.path().join("correlated.toml");
    // Includes are relative.
    let up = "../".repeat(scratch.path().components().count() - 1);
    let included = format!("{up}{}", smoke().trim_start_matches('/'));
    let scenario = |topology: &str| {
        let text = format!(
            "schema = 1\ninclude = [{:?}]\n[set]\nlabs.frontier.fleet_a100e = {{ loguniform = {{ low = 3e4, \
             high = 3e5 }} }}\n{topology}[[correlations]]\nbetween = [\"labs.frontier.fleet_a100e\", KEY]\nspearman = 0.9\n",
            included
        );
        let key = topology.split(' ').next().expect("a key");
        std::fs::write(&file, text.replace("KEY", &format!("{key:?}"))).expect("writable");
        let path = file.to_str().expect("the path is UTF-8");
        let folder = scratch.path().join("sweep");
        let folder = folder.to_str().expect("the path is UTF-8");
        let days = ["--set", "run.days=1", "--set", "run.burn_in_days=0"];
        let sweep = [
            "sweep", path, "--runs", "64", "--quiet", "--out", folder, "--engine", "cpu",
        ];
        ended(&[&sweep[..], &days].concat())
    };
    let refused = scenario(
        "labs.frontier.populations.copies.topology = { choice = [\"ring\", \"broadcast\"] }\n",
    );
    assert!(
        refused.stderr.contains("no ranks to correlate"),
        "{}",
        refused.stderr
    );
    let swept = scenario("ideas.breadth = { choice = [8, 2, 4] }\n");
    assert_eq!(swept.code, Some(0), "{}", swept.stderr);
    let folder = scratch.path().join("sweep");
    let manifest = takeoff::study::Manifest::read(&folder).expect("a manifest");
    let runs = takeoff::study::analysis::read_runs(&folder, &manifest).expect("runs");
    let [fleet, breadth] =
        ["labs.frontier.fleet_a100e", "ideas.breadth"].map(|key| runs.reals(key).expect("numbers"));
    // Of pairs of runs that differ in both, those that rise together.
    let pairs = (0..64).flat_map(|one| (0..one).map(move |other| (one, other)));
    let signs: Vec<bool> = pairs
        .filter(|&(one, other)| breadth[one] != breadth[other])
        .map(|(one, other)| (fleet[one] > fleet[other]) == (breadth[one] > breadth[other]))
        .collect();
    let together = signs.iter().filter(|&&sign| sign).count();
    assert!(
        4 * together > 3 * signs.len(),
        "{together} of {}",
        signs.len()
    );
}
