//! Headless Chromium opens the pages, draws what the Parquet files hold and asks for nothing else.
//! `TAKEOFF_PYTHON` names a Python that drives it (`scripts/python-readers` makes one) and
//! `TAKEOFF_CHROMIUM` the browser; the test shows as ignored without.

use std::process::Command;

use crate::{page_of, run_of, sweep_of};

#[test]
#[cfg_attr(
    no_browser,
    ignore = "TAKEOFF_PYTHON or TAKEOFF_CHROMIUM names nothing"
)]
fn a_browser_draws_what_the_record_holds() {
    let scratch = tempfile::tempdir().expect("a folder");
    let at = |name: &str| scratch.path().join(name);
    let one = run_of(&at("one"), &[]);
    let changed = ["--set", "ideas.experiment_cost_exponent=0.9"];
    let other = run_of(&at("other"), &changed);
    page_of(&[&one], &at("run.html"));
    page_of(&[&one, &other], &at("compared.html"));
    let (sweep, again) = (sweep_of(&at("sweep")), sweep_of(&at("again")));
    page_of(&[&sweep], &at("sweep.html"));
    page_of(&[&sweep, &again], &at("sweeps.html"));
    page_of(&[&one, &sweep], &at("mixed.html"));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/report/browser.py");
    let output = Command::new(std::env::var("TAKEOFF_PYTHON").expect("TAKEOFF_PYTHON"))
        .arg(script)
        .arg(std::env::var("TAKEOFF_CHROMIUM").expect("TAKEOFF_CHROMIUM"))
        .arg(scratch.path())
        .output()
        .expect("Python starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
}
