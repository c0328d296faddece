//! Claim: see `main.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use takeoff::record::table::{Reader, Table, Values};
use takeoff::study::analysis::read_runs;
use takeoff::study::{Manifest, dataset};

use crate::support::{Ended, ended, smoke, succeeds, takeoff};

/// A sweep of three kinds of value in a small world, half a second a run in the test profile.
const VALUES: [&str; 8] = [
    "--set",
    "run.days=20",
    "--param",
    "labs.frontier.fleet_a100e=log:3e4..3e5",
    "--param",
    "ideas.breadth=2..8",
    "--param",
    "labs.frontier.populations.copies.topology=[\"ring\", \"broadcast\"]",
];

fn arguments(folder: &Path, more: &[&str]) -> Vec<String> {
    arguments_of(folder, &[&VALUES[..], more].concat())
}

/// A sweep of the scenario into `folder` on the CPU engine.
fn arguments_of(folder: &Path, more: &[&str]) -> Vec<String> {
    let folder = folder.to_str().expect("the path is UTF-8");
    let start = [
        "sweep",
        &smoke(),
        "--engine",
        "cpu",
        "--quiet",
        "--out",
        folder,
    ];
    let all = start.iter().chain(more);
    all.map(|&word| word.to_owned()).collect()
}

/// The same, of values of its own; it must end well.
pub fn sweep_of(folder: &Path, more: &[&str]) -> Ended {
    let arguments = arguments_of(folder, more);
    succeeds(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

pub fn sweep(folder: &Path, more: &[&str]) -> Ended {
    let arguments = arguments(folder, more);
    succeeds(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn refused(folder: &Path, more: &[&str]) -> (Option<i32>, String) {
    let arguments = arguments(folder, more);
    let ended = ended(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    (ended.code, ended.stderr)
}

/// Every file under a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut todo = vec![folder.to_path_buf()];
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("readable");
            todo.extend(entries.map(|entry| entry.expect("readable").path()));
        } else {
            let name = path.strip_prefix(folder).expect("inside").to_path_buf();
            found.insert(name, fs::read(&path).expect("readable"));
        }
    }
    found
}

fn assert_same(one: &Path, other: &Path) {
    let (one, other) = (files(one), files(other));
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&one), names(&other));
    for (name, bytes) in &one {
        assert!(*bytes == other[name], "{} differs", name.display());
    }
}

pub fn runs(folder: &Path) -> Table {
    let manifest = Manifest::read(folder).expect("a sweep");
    read_runs(folder, &manifest).expect("complete")
}

fn texts(table: &Table, name: &str) -> Vec<Option<String>> {
    match table.get(name) {
        Some(Values::TextsOrNull(values)) => values.clone(),
        Some(Values::Texts(values)) => values.iter().cloned().map(Some).collect(),
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn workers_shards_and_kills_leave_the_same_bytes() {
    let scratch = tempfile::tempdir().expect("a folder");
    let at = |name: &str| scratch.path().join(name);
    // Two parts, so that a shard ends inside one and another holds a whole one.
    let size = [
        "--runs",
        "136",
        "--set",
        "run.days=4",
        "--set",
        "run.burn_in_days=2",
    ];
    let with = |more: &[&'static str]| [&size[..], more].concat();
    sweep(&at("whole"), &with(&["--jobs", "2"]));
    sweep(&at("one-worker"), &with(&["--jobs", "1"]));
    assert_same(&at("whole"), &at("one-worker"));

    let shards = ["1/3", "2/3", "3/3"];
    for (shard, name) in shards.iter().zip(["c", "a", "b"]) {
        sweep(&at(name), &with(&["--shard", shard]));
    }
    let merge = |from: &[&str], out: &str| {
        let mut all = vec!["merge".to_owned()];
        all.extend(from.iter().map(|name| at(name).display().to_string()));
        all.extend(["--out".to_owned(), at(out).display().to_string()]);
        ended(&all.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let merged = merge(&["a", "b", "c"], "merged");
    assert_eq!(merged.code, Some(0), "{}", merged.stderr);
    assert_same(&at("whole"), &at("merged"));

    let lacking = merge(&["a", "c"], "lacking");
    assert_eq!(lacking.code, Some(4));
    assert!(
        lacking.stderr.contains("runs 90 to 135 are in none"),
        "{}",
        lacking.stderr
    );
    let twice = merge(&["a", "b", "c", "a"], "twice");
    assert!(twice.stderr.contains("run 45 is in"), "{}", twice.stderr);
    let taken = merge(&["a", "b", "c"], "merged");
    assert!(taken.stderr.contains("not there yet"), "{}", taken.stderr);
    sweep(&at("other"), &["--runs", "4"]);
    let other = merge(&["a", "other"], "no");
    assert!(other.stderr.contains("another sweep"), "{}", other.stderr);
}

#[test]
fn a_killed_sweep_goes_on_to_the_same_bytes() {
    let scratch = tempfile::tempdir().expect("a folder");
    let at = |name: &str| scratch.path().join(name);
    let size = ["--runs", "24"];
    sweep(&at("whole"), &size);
    let mut child = takeoff(arguments(&at("killed"), &size))
        .spawn()
        .expect("it starts");
    let pending = at("killed").join("pending");
    let count = || fs::read_dir(&pending).map_or(0, Iterator::count);
    let begun = Instant::now();
    while count() < 3 && begun.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    assert!(
        !at("killed")
            .join("runs")
            .join("part-00000.parquet")
            .exists(),
        "too late to kill"
    );
    // What a kill in the middle of a write leaves.
    fs::write(pending.join("run-00000023.parquet.tmp"), b"PAR1").expect("writable");
    fs::write(pending.join("run-00000022.parquet"), b"PAR1").expect("writable");

    let (code, told) = refused(&at("killed"), &size);
    assert_eq!(code, Some(4));
    assert!(
        told.contains("already holds a sweep") && told.contains("--resume"),
        "{told}"
    );
    let (code, told) = refused(&at("killed"), &["--runs", "25", "--resume"]);
    assert_eq!(code, Some(4));
    assert!(told.contains("another sweep"), "{told}");
    sweep(&at("killed"), &[&size[..], &["--resume"]].concat());
    assert_same(&at("whole"), &at("killed"));
    let again = sweep(&at("killed"), &[&size[..], &["--resume"]].concat());
    assert!(again.stderr.contains("is complete"), "{}", again.stderr);
    sweep(&at("killed"), &["--runs", "3", "--force"]);
    assert_eq!(runs(&at("killed")).rows(), 3);
}

#[test]
fn what_is_no_part_of_the_sweep_is_not_taken_for_one() {
    let scratch = tempfile::tempdir().expect("a folder");
    let [whole, other] = ["whole", "other"].map(|name| scratch.path().join(name));
    let seeds = ["--set", "run.days=3", "--set", "run.burn_in_days=2"];
    let of = |more: &[&'static str]| [&seeds[..], &["--runs", "130"], more].concat();
    sweep_of(&whole, &of(&[]));
    sweep_of(&other, &of(&["--set", "run.days=4"]));
    let before = files(&whole);
    let path = whole.to_str().expect("the path is UTF-8");
    let part = |folder: &Path, kind: &str, number: u32| dataset::part_file(folder, kind, number);
    let told = |wanted: &str| {
        let found = ended(&["analyse", path]);
        assert_ne!(found.code, Some(0));
        assert!(found.stderr.contains(wanted), "{}", found.stderr);
    };
    // A part of another sweep, and one in the place of another.
    for kind in ["runs", "ticks"] {
        fs::copy(part(&other, kind, 1), part(&whole, kind, 1)).expect("copied");
        told("another sweep");
        fs::remove_file(part(&whole, kind, 1)).expect("removed");
        // What the message says.
        sweep_of(&whole, &of(&["--resume"]));
        assert_eq!(files(&whole), before);
    }
    fs::copy(part(&whole, "runs", 0), part(&whole, "runs", 1)).expect("copied");
    told("the runs of this part");
    fs::remove_file(part(&whole, "runs", 1)).expect("removed");
    sweep_of(&whole, &of(&["--resume"]));
    assert_eq!(files(&whole), before);
    // Nothing says of which sweep these are.
    fs::remove_file(whole.join("manifest.json")).expect("removed");
    for more in [&of(&[])[..], &of(&["--resume"])] {
        let arguments = arguments_of(&whole, more);
        let found = ended(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(
            found.stderr.contains("no manifest says"),
            "{}",
            found.stderr
        );
    }
    sweep_of(&whole, &of(&["--force"]));
    assert_eq!(files(&whole), before);
}

#[test]
fn a_run_of_a_sweep_is_the_run_of_its_values() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path().join("sweep");
    sweep(&folder, &["--runs", "5", "--seed", "7"]);
    let table = runs(&folder);
    let run = 3;
    let fleet = table.reals("labs.frontier.fleet_a100e").expect("a number")[run];
    let breadth = table.reals("ideas.breadth").expect("a number")[run];
    let topology = texts(&table, "labs.frontier.populations.copies.topology")[run].clone();
    let seed = table.counts("seed").expect("counts")[run];
    assert_eq!(seed, 7 + run as u64);
    let alone = scratch.path().join("alone");
    let set = [
        format!("labs.frontier.fleet_a100e={fleet:?}"),
        format!("ideas.breadth={breadth}"),
        format!(
            "labs.frontier.populations.copies.topology={}",
            topology.expect("a word")
        ),
    ];
    let (smoke, seed) = (smoke(), seed.to_string());
    let out = alone.to_str().expect("UTF-8");
    let mut all = vec![
        "run",
        &smoke,
        "--seed",
        &seed,
        "--set",
        "run.days=20",
        "--out",
        out,
    ];
    all.extend(set.iter().flat_map(|set| ["--set", set.as_str()]));
    let ended = succeeds(&all);
    let digest = texts(&table, "digest")[run].clone().expect("it ended");
    assert!(ended.stdout.contains(&digest), "{}", ended.stdout);
    // And its recorded ticks are those of the run.
    let path = dataset::part_file(&folder, dataset::TICKS, 0);
    let ticks = Reader::open(&path)
        .expect("a file")
        .group(0, |_| true)
        .expect("a group");
    let whole = takeoff::record::parquet_file::read(&alone.join("ticks.parquet")).expect("rows");
    let of_run = |at: &usize| ticks.counts("run").expect("counts")[*at] == run as u64;
    let kept: Vec<usize> = (0..ticks.rows()).filter(of_run).collect();
    let days: Vec<f64> = kept
        .iter()
        .map(|&at| ticks.reals("day").expect("reals")[at])
        .collect();
    assert_eq!(days, [0.0, 0.0, 7.0, 7.0, 14.0, 14.0, 20.0, 20.0]);
    for at in kept {
        let (day, lab) = (
            ticks.reals("day").expect("reals")[at],
            texts(&ticks, "lab")[at].clone(),
        );
        let row = whole
            .iter()
            .find(|row| row.day == day && Some(&row.lab) == lab.as_ref());
        let row = row.expect("the run recorded it");
        assert_eq!(
            ticks.reals("oom_training").expect("reals")[at],
            row.oom_training
        );
        assert_eq!(ticks.counts("events").expect("counts")[at], row.events);
    }
}

#[test]
fn points_share_seeds_where_they_are_compared() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path().join("sweep");
    let more = [
        "--design",
        "one-at-a-time",
        "--replicates",
        "2",
        "--set",
        "run.days=2",
    ];
    let ended = sweep(&folder, &more);
    assert!(
        ended.stdout.contains("One value at a time"),
        "{}",
        ended.stdout
    );
    let table = runs(&folder);
    let counts = |name: &str| table.counts(name).expect("counts").to_vec();
    let points: Vec<u64> = (0..14).map(|run| run / 2).collect();
    assert_eq!(counts("point"), points);
    assert_eq!(counts("seed"), [1, 2].repeat(7));
    // The third value, a word, moves in the last two points alone.
    let words = texts(&table, "labs.frontier.populations.copies.topology");
    let words: Vec<_> = words.iter().flatten().map(String::as_str).collect();
    let (median, other) = ("broadcast", "ring");
    assert_eq!(words[..10], [median; 10]);
    assert_eq!(words[10..], [other, other, median, median]);
}

#[test]
fn a_run_that_fails_is_a_row_with_its_reason() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path().join("sweep");
    // The shares of a lab's fleet may not pass the whole.
    let key = "labs.frontier.training_share=[0.9, 0.1, 0.05]";
    let ended = sweep(
        &folder,
        &["--runs", "8", "--param", key, "--set", "run.days=2"],
    );
    assert!(ended.stderr.contains("failed"), "{}", ended.stderr);
    let table = runs(&folder);
    let share = table
        .reals("labs.frontier.training_share")
        .expect("numbers");
    let (reasons, digests) = (texts(&table, "failed"), texts(&table, "digest"));
    let mut failed = 0;
    for run in 0..8 {
        let fails = share[run] > 0.5;
        assert_eq!(
            (reasons[run].is_some(), digests[run].is_none()),
            (fails, fails),
            "run {run}"
        );
        failed += usize::from(fails);
    }
    assert!((1..8).contains(&failed), "{failed} of 8 fail");
    let stated = format!("{failed} failed");
    assert!(ended.stdout.contains(&stated), "{}", ended.stdout);
}

#[test]
fn sweeps_that_cannot_be_are_refused() {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path().join("sweep");
    let cases: [(&[&str], i32, &str); 6] = [
        (&["--shard", "3/2"], 2, "i/n"),
        (&["--design", "morris", "--runs", "7"], 2, "too few"),
        (&["--param", "ideas.breadth=2"], 2, "LOW..HIGH"),
        (
            &["--param", "ideas.bredth=2..4"],
            3,
            "did you mean `breadth`",
        ),
        (&["--param", "ideas.breadth=0..4"], 3, "reaches"),
        (
            &["--design", "grid", "--levels", "4000", "--replicates", "9"],
            2,
            "sweep has 1 to",
        ),
    ];
    for (more, code, wanted) in cases {
        let (found, told) = refused(&folder, more);
        assert_eq!(found, Some(code), "{more:?}: {told}");
        assert!(told.contains(wanted), "{more:?}: {told}");
        assert!(!folder.exists(), "{more:?} left a folder");
    }
    fs::create_dir(&folder).expect("writable");
    fs::write(folder.join("letter.txt"), b"dear").expect("writable");
    let (code, told) = refused(&folder, &["--force"]);
    assert_eq!(code, Some(4));
    assert!(told.contains("other files"), "{told}");
    assert!(folder.join("letter.txt").exists());
}

#[test]
#[cfg_attr(no_software, ignore = "no software device")]
fn a_device_that_advances_runs_together_leaves_the_same_bytes() {
    let scratch = tempfile::tempdir().expect("a folder");
    let at = |name: &str| scratch.path().join(name);
    // Two shapes, seeds, lengths of tick, and runs that are refused.
    let more = [
        "--runs",
        "12",
        "--set",
        "run.days=3",
        "--set",
        "run.burn_in_days=2",
        "--param",
        "ideas.window_words=[1, 2]",
        "--param",
        "run.tick_hours=[12.0, 24.0]",
        "--param",
        "labs.frontier.training_share=[0.9, 0.1, 0.05]",
    ];
    sweep(&at("native"), &more);
    let engine = |word: String| {
        if word == "cpu" {
            "software".to_owned()
        } else {
            word
        }
    };
    let arguments: Vec<_> = arguments(&at("device"), &more)
        .into_iter()
        .map(engine)
        .collect();
    succeeds(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_same(&at("native"), &at("device"));
    let failed = texts(&runs(&at("native")), "failed");
    let failed = failed.iter().filter(|reason| reason.is_some()).count();
    assert!((1..12).contains(&failed), "{failed} of 12 fail");
}
