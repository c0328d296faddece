//! The data of the page are the record's, and what it says of them is what the other commands say.

use serde_json::Value;
use takeoff::record::columns::{COLUMNS, Cell};
use takeoff::record::{RunReader, TickRow};
use takeoff::report::Data;

use crate::support::{json, succeeds};
use crate::{data_in, page_of, run_of, sweep_of};

/// The value of a column in the page: packed columns hold one for all ticks.
fn value<'page>(run: &'page Value, name: &str, lab: usize, tick: usize) -> &'page Value {
    let columns = match run["shared"].get(name) {
        Some(column) => column,
        None => &run["labs"][lab]["columns"][name],
    };
    columns.get(tick).unwrap_or(columns)
}

fn assert_row(run: &Value, lab: usize, tick: usize, row: &TickRow) {
    for column in COLUMNS.iter().filter(|column| column.name != "lab") {
        let found = value(run, column.name, lab, tick);
        let same = match (column.get)(row) {
            Cell::Count(value) => found.as_u64() == Some(value),
            Cell::Real(value) => found.as_f64().map(f64::to_bits) == Some(value.to_bits()),
            Cell::Text(value) => found.as_str() == Some(value),
        };
        assert!(same, "{} of tick {tick}, lab {lab}: {found}", column.name);
    }
}

#[test]
fn every_column_of_every_tick_is_there_to_the_bit() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = run_of(&scratch.path().join("run"), &[]);
    let data = data_in(&page_of(&[&folder], &scratch.path().join("page.html")));
    let run = &data["runs"][0];
    let rows = RunReader::open(&folder).expect("a run").rows().expect("readable");
    let labs = run["labs"].as_array().expect("a list").len();
    assert_eq!(labs, 2);
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(run["labs"][at % labs]["name"], row.lab);
        assert_row(run, at % labs, at / labs, row);
    }
    let ticks = run["frontier"]["oom"].as_array().expect("a list").len();
    assert_eq!(ticks * labs, rows.len());
}

#[test]
fn the_headline_is_that_of_the_summary() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = run_of(&scratch.path().join("run"), &[]);
    let data = data_in(&page_of(&[&folder], &scratch.path().join("page.html")));
    let (run, summary) = (&data["runs"][0], json(folder.join("summary.json")));
    assert_eq!(run["summary"], summary);
    let oom = run["frontier"]["oom"].as_array().expect("a list");
    assert_eq!(oom.last(), Some(&summary["oom"]["training"]));
    let manifest = json(folder.join("manifest.json"));
    assert_eq!(run["provenance"]["digest"], manifest["digest"]);
}

#[test]
fn the_scenario_and_the_command_of_the_page_make_the_run_again() {
    let scratch = tempfile::tempdir().expect("a folder");
    let changed = ["--set", "labs.frontier.waiting_target=0.25", "--seed", "7"];
    let folder = run_of(&scratch.path().join("run"), &changed);
    let data = data_in(&page_of(&[&folder], &scratch.path().join("page.html")));
    let made = &data["runs"][0]["provenance"];
    let file = scratch.path().join(made["scenario_file"].as_str().expect("a name"));
    std::fs::write(&file, made["scenario_toml"].as_str().expect("a text")).expect("writable");
    let command = made["command"].as_str().expect("a command");
    let mut words: Vec<&str> = command.split(' ').skip(1).collect();
    words[1] = file.to_str().expect("UTF-8");
    let again = scratch.path().join("again");
    words.extend(["--quiet", "--out", again.to_str().expect("UTF-8")]);
    succeeds(&words);
    assert_eq!(made["digest"], json(again.join("manifest.json"))["digest"]);
}

#[test]
fn runs_are_compared_by_the_parameters_that_differ() {
    let scratch = tempfile::tempdir().expect("a folder");
    let one = run_of(&scratch.path().join("one"), &[]);
    let other = run_of(
        &scratch.path().join("other"),
        &["--set", "ideas.experiment_cost_exponent=0.9"],
    );
    let data = data_in(&page_of(&[&one, &other], &scratch.path().join("page.html")));
    let differences = data["differences"].as_array().expect("a list");
    let keys: Vec<_> = differences.iter().map(|one| &one["key"]).collect();
    assert_eq!(keys, ["ideas.experiment_cost_exponent"]);
    assert_eq!(differences[0]["values"], serde_json::json!(["0.5", "0.9"]));
    let labels: Vec<_> = data["runs"].as_array().expect("a list").iter().map(|run| &run["label"]).collect();
    assert_eq!(labels, ["smoke (one)", "smoke (other)"]);
    // The folder above stands for all inside it.
    let inside = Data::read(&[scratch.path().to_owned()]).expect("readable");
    assert_eq!(inside.runs.len(), 2);
}

#[test]
fn a_sweep_says_what_analyse_says() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = sweep_of(&scratch.path().join("sweep"));
    let data = data_in(&page_of(&[&folder], &scratch.path().join("page.html")));
    let path = folder.to_str().expect("UTF-8");
    let said: Value = serde_json::from_str(&succeeds(&["analyse", path, "--json"]).stdout).expect("JSON");
    assert_eq!(data["sweeps"][0]["analysis"], said);
    let times = said["times"].as_array().expect("a list");
    assert!(!times.is_empty(), "no run reached an OOM");
    for time in times {
        let course = time["course"].as_array().expect("a list");
        let shares: Vec<f64> = course.iter().map(|at| at[1]["value"].as_f64().expect("a share")).collect();
        assert!(shares.is_sorted(), "{shares:?}");
        // No run ended early: the last share is plain counting.
        let reached = time["reached"].as_f64().expect("a number") / 12.0;
        assert!((shares[shares.len() - 1] - reached).abs() < 1e-12);
    }
}

#[test]
fn what_holds_no_run_is_refused_with_its_name() {
    let scratch = tempfile::tempdir().expect("a folder");
    let path = scratch.path().to_str().expect("UTF-8");
    let refused = crate::support::ended(&["report", path]);
    assert_eq!(refused.code, Some(4));
    assert!(refused.stderr.contains("no run and no sweep"), "{}", refused.stderr);
    assert!(refused.stderr.contains(path), "{}", refused.stderr);
}

#[test]
fn a_run_with_report_writes_the_page_and_names_it() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path().join("run");
    let page = scratch.path().join("named.html");
    let out = page.to_str().expect("UTF-8");
    let ended = crate::support::run(&folder, &["--quiet", "--ticks", "5", "--report", out]);
    assert_eq!(ended.stdout.lines().last(), Some(format!("report      {out}").as_str()));
    data_in(&std::fs::read_to_string(&page).expect("written"));
    let again = crate::support::run(&folder, &["--quiet", "--ticks", "5", "--resume", "--report"]);
    let inside = folder.join("report.html");
    assert!(again.stdout.contains(inside.to_str().expect("UTF-8")), "{}", again.stdout);
    assert!(inside.exists());
}
