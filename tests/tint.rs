//! The claim: the stages are WGSL to another compiler than wgpu's as well: to Tint, that of Chromium. It proves
//! of every barrier that all threads of a workgroup reach it together; naga does not, and a GPU whose threads
//! did not would hang or compute anything.
//!
//! `TAKEOFF_PYTHON` names a Python that drives the browser (`scripts/python-readers` makes one) and
//! `TAKEOFF_CHROMIUM` the browser; the test shows as ignored without.

use std::process::{Command, Output};

use takeoff::gpu::stages::{STAGES, Stage, WINDOWS};

/// What Tint says of WGSL files.
fn compile(files: &[(String, String)]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    Command::new(std::env::var("TAKEOFF_PYTHON").expect("TAKEOFF_PYTHON"))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tint.py"))
        .arg(std::env::var("TAKEOFF_CHROMIUM").expect("TAKEOFF_CHROMIUM"))
        .arg(folder.path())
        .output()
        .expect("Python starts")
}

#[test]
#[cfg_attr(
    no_browser,
    ignore = "TAKEOFF_PYTHON or TAKEOFF_CHROMIUM names nothing"
)]
fn tint_takes_every_stage() {
    let named = |(stage, words): (&&Stage, usize)| {
        (format!("{}-{words}.wgsl", stage.name), stage.source(words))
    };
    let pairs = STAGES
        .iter()
        .flat_map(|stage| WINDOWS.map(|words| (stage, words)));
    let mut files: Vec<_> = pairs.map(named).collect();
    let rates = include_str!("../shaders/bench/rates.wgsl");
    files.push(("rates.wgsl".into(), rates.into()));
    let output = compile(&files);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
}

/// A barrier that some threads pass by is what the test above is for.
#[test]
#[cfg_attr(
    no_browser,
    ignore = "TAKEOFF_PYTHON or TAKEOFF_CHROMIUM names nothing"
)]
fn tint_refuses_a_barrier_that_not_all_threads_reach() {
    let text = "@compute @workgroup_size(64)
        fn main(@builtin(local_invocation_index) thread: u32) {
            if thread < 32u { workgroupBarrier(); }
        }";
    let output = compile(&[("divergent.wgsl".into(), text.into())]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && told.contains("uniform"),
        "{told}"
    );
}
