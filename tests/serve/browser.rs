//! Headless Chromium starts, watches, stops, continues and compares runs as a person would.
//! `TAKEOFF_PYTHON` names a Python that drives it (`scripts/python-readers` makes one) and
//! `TAKEOFF_CHROMIUM` the browser; the test shows as ignored without.

use std::process::Command;

use crate::support::Server;

#[test]
#[cfg_attr(
    no_browser,
    ignore = "TAKEOFF_PYTHON or TAKEOFF_CHROMIUM names nothing"
)]
fn a_person_starts_watches_stops_and_compares_runs() {
    let server = Server::start(&[]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/serve/browser.py");
    let output = Command::new(std::env::var("TAKEOFF_PYTHON").expect("TAKEOFF_PYTHON"))
        .arg(script)
        .arg(std::env::var("TAKEOFF_CHROMIUM").expect("TAKEOFF_CHROMIUM"))
        .arg(&server.url)
        .arg(server.folder.path())
        .output()
        .expect("Python starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
}
