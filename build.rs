//! States what source the binary is built from, for `manifest.json`: `TAKEOFF_BUILD` of the
//! environment, else what git says, else nothing ("unknown"). Never fails a build.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-env-changed=TAKEOFF_BUILD");
    println!("cargo:rerun-if-changed=build.rs");
    // A commit or a checkout appends to the log of HEAD.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"])
        && Path::new(&log).exists()
    {
        println!("cargo:rerun-if-changed={log}");
    }
    let given = std::env::var("TAKEOFF_BUILD")
        .ok()
        .filter(|build| !build.trim().is_empty());
    let build = given.or_else(|| git(&["describe", "--always", "--tags", "--abbrev=12"]));
    if let Some(build) = build {
        println!("cargo:rustc-env=TAKEOFF_BUILD={}", build.trim());
    }
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    (output.status.success() && !text.is_empty()).then(|| text.to_owned())
}
