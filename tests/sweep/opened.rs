//! Claim: pandas, polars and DuckDB open a sweep, and SALib finds on its rows the sensitivities that
//! we find. `TAKEOFF_PYTHON` names a Python that has them (`scripts/python-readers` makes one); the
//! tests show as ignored without.

use std::path::Path;
use std::process::Command;

use crate::dataset::sweep_of;
use crate::support::succeeds;

/// Three numbers that matter in the first days of the small world.
const NUMBERS: [&str; 10] = [
    "--set",
    "run.days=6",
    "--set",
    "run.burn_in_days=4",
    "--param",
    "labs.frontier.fleet_a100e=log:1e4..1e6",
    "--param",
    "labs.frontier.populations.people.headcount=500..8000",
    "--param",
    "labs.frontier.waiting_target=0.1..0.6",
];

fn opens(folder: &Path, more: &[&str]) {
    sweep_of(folder, &[&NUMBERS[..], more].concat());
    let path = folder.to_str().expect("UTF-8");
    let said = succeeds(&["analyse", path, "--json"]).stdout;
    let analysis = folder.join("analysis.json");
    std::fs::write(&analysis, said).expect("writable");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sweep/opened.py");
    let python = std::env::var("TAKEOFF_PYTHON").expect("TAKEOFF_PYTHON");
    let output = Command::new(python)
        .args([script, path, analysis.to_str().expect("UTF-8")])
        .output()
        .expect("Python starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
}

#[test]
#[cfg_attr(no_python, ignore = "TAKEOFF_PYTHON names no Python")]
fn readers_open_a_sweep_by_saltelli_and_salib_agrees() {
    let scratch = tempfile::tempdir().expect("a folder");
    opens(scratch.path(), &["--design", "saltelli", "--runs", "160"]);
}

#[test]
#[cfg_attr(no_python, ignore = "TAKEOFF_PYTHON names no Python")]
fn readers_open_a_sweep_by_morris_and_salib_agrees() {
    let scratch = tempfile::tempdir().expect("a folder");
    opens(scratch.path(), &["--design", "morris", "--runs", "40"]);
}
