//! States what source the binary is built from, for `manifest.json`: `TAKEOFF_BUILD` of the
//! environment, else what git says, else nothing ("unknown"). Never fails a build.
//!
//! And tells tests whether a device can be there: without a Vulkan driver those that need one are
//! ignored and show as such, instead of passing without having looked. `TAKEOFF_REQUIRE_GPU=1` runs
//! them anyway: on a machine that should have a device a missing one is a failure.

use std::path::Path;
use std::process::Command;

/// Where loaders look for the manifests of Vulkan drivers on Linux.
const MANIFESTS: [&str; 4] = [
    "/usr/share/vulkan/icd.d",
    "/usr/local/share/vulkan/icd.d",
    "/etc/vulkan/icd.d",
    "/usr/local/nvidia/share/vulkan/icd.d",
];

fn main() {
    state_build();
    state_device();
}

fn state_build() {
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

fn state_device() {
    println!("cargo::rustc-check-cfg=cfg(no_device)");
    for variable in ["TAKEOFF_REQUIRE_GPU", "VK_DRIVER_FILES", "VK_ICD_FILENAMES"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    let required = std::env::var("TAKEOFF_REQUIRE_GPU").is_ok_and(|value| value == "1");
    let target = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    // Metal and DX12 come with their systems; so does a software device with Windows.
    let bundled = matches!(target.as_str(), "macos" | "windows");
    if !(required || bundled || has_vulkan_driver()) {
        println!("cargo::rustc-cfg=no_device");
    }
}

fn has_vulkan_driver() -> bool {
    let named = |variable| std::env::var_os(variable).is_some_and(|files| !files.is_empty());
    let manifests = MANIFESTS.iter().any(|folder| {
        let Ok(mut files) = Path::new(folder).read_dir() else {
            // Not to be watched: cargo takes a missing path for one that always changes.
            return false;
        };
        println!("cargo::rerun-if-changed={folder}");
        files.next().is_some()
    });
    manifests || named("VK_DRIVER_FILES") || named("VK_ICD_FILENAMES")
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    (output.status.success() && !text.is_empty()).then(|| text.to_owned())
}
