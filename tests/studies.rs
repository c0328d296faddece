//! Claims: the small form of every study of `docs/validation.md` holds, and of every question of `docs/questions`, through
//! the program that was built.

use std::process::Command;

/// Runs `studies/NAME --small`.
fn small(name: &str) {
    let studies = concat!(env!("CARGO_MANIFEST_DIR"), "/studies/");
    let output = Command::new(format!("{studies}{name}"))
        .arg("--small")
        .env("TAKEOFF", env!("CARGO_BIN_EXE_takeoff"))
        .output()
        .expect("bash and python3 are there");
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
#[cfg_attr(not(unix), ignore = "the studies are run by bash")]
fn small_studies_hold() {
    small("run");
}

#[test]
#[cfg_attr(not(unix), ignore = "the studies are run by bash")]
fn small_questions_hold() {
    small("questions/run");
}
