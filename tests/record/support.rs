//! The binary, a scenario that takes a moment, and a look into what it left.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// The binary with `arguments`, not yet started, in a folder of its own.
pub fn takeoff<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takeoff"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs the binary to its end.
pub fn ended(arguments: &[&str]) -> Ended {
    let output = takeoff(arguments).output().expect("the binary starts");
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
    }
}

/// The same, and it must end well.
pub fn succeeds(arguments: &[&str]) -> Ended {
    let ended = ended(arguments);
    assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.stderr);
    ended
}

/// The scenario of these tests.
pub fn smoke() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/smoke.toml").to_owned()
}

/// `run` of the scenario into `folder` on the CPU engine, with `more` arguments.
pub fn run_arguments<'a>(smoke: &'a str, folder: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let folder = folder.to_str().expect("the path is UTF-8");
    let mut arguments = vec!["run", smoke, "--engine", "cpu", "--out", folder];
    arguments.extend(more);
    arguments
}

/// Runs the scenario into `folder`; it must end well.
pub fn run(folder: &Path, more: &[&str]) -> Ended {
    succeeds(&run_arguments(&smoke(), folder, more))
}

/// The bytes of a file.
pub fn bytes(path: PathBuf) -> Vec<u8> {
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A JSON file.
pub fn json(path: PathBuf) -> Value {
    serde_json::from_slice(&bytes(path)).expect("the file is JSON")
}

/// Asserts that two run folders hold the same run: byte for byte where time plays no part.
pub fn assert_same_run(left: &Path, right: &Path) {
    for name in ["digests.txt", "ticks.csv", "ticks.parquet"] {
        let (left, right) = (bytes(left.join(name)), bytes(right.join(name)));
        let first = left
            .iter()
            .zip(&right)
            .position(|(left, right)| left != right);
        let lengths = (left.len(), right.len());
        assert!(
            left == right,
            "{name} differs first at byte {first:?}, lengths {lengths:?}"
        );
    }
    let timeless = |folder: &Path| {
        let mut summary = json(folder.join("summary.json"));
        summary["wall_s"] = Value::Null;
        summary
    };
    assert_eq!(timeless(left), timeless(right));
    for key in ["scenario_hash", "digest", "ticks", "status"] {
        let of = |folder: &Path| json(folder.join("manifest.json"))[key].clone();
        assert_eq!(of(left), of(right), "{key}");
    }
    assert!(!right.join("checkpoints").exists() && !right.join("ticks.parts").exists());
}
