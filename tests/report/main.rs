//! Claim: the page that `takeoff report` writes holds the numbers of the record, exactly; no text of a
//! scenario becomes markup; the page asks nothing of the network; and a browser draws what it holds.

#[path = "../record/support.rs"]
#[expect(dead_code, reason = "shared with the tests of run folders")]
mod support;

mod browser;
mod data;
mod page;
mod recorded;

use std::path::{Path, PathBuf};

use serde_json::Value;
use support::succeeds;

/// Runs the small scenario for some ticks into `folder`.
fn run_of(folder: &Path, more: &[&str]) -> PathBuf {
    support::run(folder, &[&["--quiet", "--ticks", "30"], more].concat());
    folder.to_owned()
}

/// Sweeps the small scenario into `folder`.
fn sweep_of(folder: &Path) -> PathBuf {
    let path = folder.to_str().expect("UTF-8");
    let smoke = support::smoke();
    let fixed = ["sweep", &smoke, "--out", path, "--quiet", "--runs", "12"];
    let short = ["--set", "run.days=20", "--set", "run.burn_in_days=10"];
    let drawn = ["--param", "labs.frontier.fleet_a100e=log:1e4..1e7"];
    succeeds(&[&fixed[..], &short, &["--every-days", "2"], &drawn].concat());
    folder.to_owned()
}

/// Writes the page about `folders`, as a user would.
fn page_of(folders: &[&Path], page: &Path) -> String {
    let paths = folders.iter().map(|folder| folder.to_str().expect("UTF-8"));
    let out = page.to_str().expect("UTF-8");
    let arguments: Vec<&str> = ["report", "-o", out].into_iter().chain(paths).collect();
    assert_eq!(succeeds(&arguments).stdout, format!("{out}\n"));
    std::fs::read_to_string(page).expect("it was written")
}

/// The data in a page.
fn data_in(page: &str) -> Value {
    let start = "<script id=\"data\" type=\"application/json\">";
    let (_, rest) = page.split_once(start).expect("the page has data");
    let (json, _) = rest.split_once("</script>").expect("which end");
    serde_json::from_str(json).expect("the data are JSON")
}
