//! Claim: the small form of every study of `docs/validation.md` holds, through the program that was built.

use std::process::Command;

#[test]
#[cfg_attr(not(unix), ignore = "the studies are run by bash")]
fn small_studies_hold() {
    let studies = concat!(env!("CARGO_MANIFEST_DIR"), "/studies/run");
    let output = Command::new(studies)
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
