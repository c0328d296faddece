//! The claim: bits do not depend on who compiles the shaders. SwiftShader, the software device that comes with
//! Chromium, has a compiler of its own, which shares nothing with Mesa's: what ran on the native engine runs on
//! it to the same digests, tick by tick.

use std::process::Command;

/// Its manifest, where Debian's package `chromium` puts it; `build.rs` looks there, too.
const MANIFEST: &str = "/usr/lib/chromium/vk_swiftshader_icd.json";

/// Runs `takeoff` with SwiftShader as the only driver; what it said.
fn takeoff(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_takeoff"))
        .args(arguments)
        .env("VK_DRIVER_FILES", MANIFEST)
        .env_remove("VK_ICD_FILENAMES")
        .output()
        .expect("the binary starts");
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{arguments:?}: {told}");
    told
}

/// So many ticks after burn-in of a scenario on the native engine, then all of them on SwiftShader.
fn has_the_same_digests(scenario: &str, ticks: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let run = folder.path().join("run").display().to_string();
    let file = format!("{}/scenarios/{scenario}.toml", env!("CARGO_MANIFEST_DIR"));
    takeoff(&[
        "run", &file, "--engine", "cpu", "--ticks", ticks, "--quiet", "--out", &run,
    ]);
    let told = takeoff(&["replay", &run, "--engine", "software"]);
    assert!(
        told.contains("SwiftShader"),
        "another driver replayed: {told}"
    );
    assert!(told.contains(" ticks agree"), "{told}");
}

#[test]
#[cfg_attr(
    no_swiftshader,
    ignore = "no SwiftShader: Debian's package chromium has it"
)]
fn a_small_world() {
    has_the_same_digests("smoke", "90");
}

#[test]
#[cfg_attr(
    no_swiftshader,
    ignore = "no SwiftShader: Debian's package chromium has it"
)]
fn the_essays_case() {
    has_the_same_digests("situational-awareness", "5");
}

/// Several labs and populations; what they publish crosses between labs.
#[test]
#[cfg_attr(
    no_swiftshader,
    ignore = "no SwiftShader: Debian's package chromium has it"
)]
fn everything_at_once() {
    has_the_same_digests("everything", "5");
}

#[test]
#[cfg_attr(
    no_swiftshader,
    ignore = "no SwiftShader: Debian's package chromium has it"
)]
fn a_network_of_agents() {
    has_the_same_digests("agent-network", "5");
}
