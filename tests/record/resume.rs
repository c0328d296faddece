//! A run that is stopped in whatever way, at whatever moment, continues to the same bits.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use takeoff::record::{Existing, Identity, Machine, Opened, RunFolder, RunReader};

use crate::support::{
    assert_same_run, bytes, ended, json, run, run_arguments, smoke, succeeds, takeoff,
};

const EVERY_TICK: [&str; 2] = ["--checkpoint-seconds", "0"];

fn start(folder: &Path, more: &[&str]) -> Child {
    let smoke = smoke();
    takeoff(run_arguments(&smoke, folder, more))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts")
}

/// Waits until `ticks` are recorded; false when the run ended before.
fn wait_for(child: &mut Child, folder: &Path, ticks: usize) -> bool {
    let deadline = Instant::now() + Duration::from_secs(120);
    while Instant::now() < deadline {
        let text = fs::read(folder.join("digests.txt")).unwrap_or_default();
        if text.iter().filter(|byte| **byte == b'\n').count() >= ticks {
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("no {ticks} ticks in two minutes");
}

/// A different sequence in every run of the tests, told when a test fails.
fn delays() -> impl FnMut() -> f64 {
    let mut state = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_nanos() as u64
        | 1;
    eprintln!("seed of the delays: {state}");
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn killed_at_random(more: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    let began = Instant::now();
    run(&whole, more);
    let takes = began.elapsed().as_secs_f64();
    let out = folder.path().join("killed");
    let mut delay = delays();
    let mut killed = 0;
    for _ in 0..8 {
        let mut child = start(&out, &[more, &["--resume"]].concat());
        let wait = Duration::from_secs_f64(delay() * takes * 0.6);
        std::thread::sleep(wait);
        eprintln!("kill -9 after {wait:?}");
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
    }
    assert!(killed > 0, "every run ended before it was killed");
    run(&out, &[more, &["--resume"]].concat());
    assert_same_run(&whole, &out);
}

#[test]
fn killed_at_random_moments_with_a_checkpoint_after_every_tick() {
    killed_at_random(&EVERY_TICK);
}

#[test]
fn killed_at_random_moments_with_few_checkpoints() {
    killed_at_random(&["--checkpoint-seconds", "0.05"]);
}

#[test]
fn killed_at_random_moments_without_checkpoints() {
    killed_at_random(&["--no-checkpoint"]);
}

#[test]
fn killed_at_random_moments_with_events() {
    let events = "events=[{ name = 'cut', when = { day = 20.0 }, \
                  set.labs.frontier.experiment_share = 0.1 }, \
                  { name = 'enough', when = { oom_effective_compute = '>= 0.05' }, \
                  set.labs.second.fleet_a100e = 1e6 }]";
    killed_at_random(&["--checkpoint-seconds", "0.05", "--set", events]);
}

/// A folder of a run that was killed after 60 ticks or more, with checkpoints.
fn killed_folder(out: &Path) {
    let mut child = start(out, &EVERY_TICK);
    assert!(
        wait_for(&mut child, out, 60),
        "the run ended before it was killed"
    );
    child.kill().unwrap();
    child.wait().unwrap();
}

fn cut(path: &Path, bytes: u64) {
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_len(file.metadata().unwrap().len() - bytes)
        .unwrap();
}

fn newest_checkpoint(out: &Path) -> std::path::PathBuf {
    let names = fs::read_dir(out.join("checkpoints")).unwrap();
    let paths = names.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "checkpoint"))
        .max()
        .unwrap()
}

/// Ends the record with the first lab's row of the tick of a checkpoint.
fn keep_one_lab(out: &Path, checkpoint: &Path) {
    let name = checkpoint.file_stem().unwrap().to_str().unwrap();
    let tick: u64 = name.parse().unwrap();
    let path = out.join("ticks.csv");
    let text = fs::read_to_string(&path).unwrap();
    let row = text.find(&format!("\n{tick},")).unwrap() + 1;
    let end = row + text[row..].find('\n').unwrap() + 1;
    fs::write(&path, &text[..end]).unwrap();
}

#[test]
fn torn_and_altered_files_of_a_killed_run_are_stepped_over() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    run(&whole, &[]);
    type Damage = fn(&Path);
    let damages: [(&str, Damage, &str); 7] = [
        ("torn csv", |out| cut(&out.join("ticks.csv"), 9), ""),
        (
            "one lab of the tick of the newest checkpoint",
            |out| keep_one_lab(out, &newest_checkpoint(out)),
            "end before it",
        ),
        ("torn digests", |out| cut(&out.join("digests.txt"), 9), ""),
        (
            "long cut of the csv",
            |out| cut(&out.join("ticks.csv"), 20_000),
            "end before it",
        ),
        (
            "torn checkpoint",
            |out| cut(&newest_checkpoint(out), 3),
            "skipped: it has",
        ),
        (
            "no csv",
            |out| fs::remove_file(out.join("ticks.csv")).unwrap(),
            "from the first tick",
        ),
        (
            "altered checkpoints",
            |out| {
                for entry in fs::read_dir(out.join("checkpoints")).unwrap() {
                    fs::write(entry.unwrap().path(), [7; 500]).unwrap();
                }
            },
            "its header is altered",
        ),
    ];
    for (name, damage, message) in damages {
        let out = folder.path().join(name);
        killed_folder(&out);
        damage(&out);
        let resumed = run(&out, &["--resume"]);
        assert!(
            resumed.stderr.contains(message),
            "{name}: {}",
            resumed.stderr
        );
        assert_same_run(&whole, &out);
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_run_after_its_tick_with_everything_written() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    run(&whole, &[]);
    for signal in ["-TERM", "-INT"] {
        let out = folder.path().join(signal);
        // Checkpoints only slow it down here, so that the signal finds it running.
        let mut child = start(&out, &EVERY_TICK);
        assert!(
            wait_for(&mut child, &out, 20),
            "the run ended before the signal"
        );
        let sent = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
        assert_eq!(child.wait().unwrap().code(), Some(130));
        let manifest = json(out.join("manifest.json"));
        assert_eq!(manifest["status"], "interrupted");
        assert!(manifest["ticks"].as_u64().unwrap() >= 20);
        assert_eq!(
            json(out.join("summary.json"))["ticks_total"],
            manifest["ticks"]
        );
        assert!(out.join("ticks.parquet").exists());
        succeeds(&["replay", "--engine", "cpu", out.to_str().unwrap()]);
        let resumed = run(&out, &["--resume"]);
        assert!(
            resumed.stderr.contains("continuing after tick"),
            "{}",
            resumed.stderr
        );
        assert_same_run(&whole, &out);
    }
}

#[test]
fn a_completed_run_has_nothing_to_resume() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    run(&out, &["--ticks", "3"]);
    let before = bytes(out.join("manifest.json"));
    let resumed = run(&out, &["--ticks", "3", "--resume"]);
    assert!(
        resumed.stderr.contains("nothing to do"),
        "{}",
        resumed.stderr
    );
    let printed = run(&out, &["--resume", "--json"]);
    let value: serde_json::Value = serde_json::from_str(&printed.stdout).unwrap();
    assert_eq!(value, json(out.join("summary.json")));
    assert_eq!(bytes(out.join("manifest.json")), before);
}

#[test]
fn a_completed_run_is_made_longer_by_more_ticks() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, out) = (folder.path().join("whole"), folder.path().join("run"));
    run(&whole, &["--ticks", "9"]);
    run(&out, &["--ticks", "3"]);
    let short = bytes(out.join("digests.txt"));
    let again = run(&out, &["--ticks", "2", "--resume"]);
    assert!(
        again.stderr.contains("--ticks over 3 makes it longer"),
        "{}",
        again.stderr
    );
    run(&out, &["--ticks", "9", "--resume"]);
    assert_same_run(&whole, &out);
    assert!(bytes(out.join("digests.txt")).starts_with(&short));
    assert_eq!(json(out.join("manifest.json"))["ticks_limit"], 9);
}

#[test]
fn a_run_that_reached_the_end_of_its_scenario_is_not_made_longer() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    run(&out, &["--ticks", "1000000", "--set", "run.days=5"]);
    let before = bytes(out.join("manifest.json"));
    let more = ["--ticks", "2000000", "--resume", "--set", "run.days=5"];
    let resumed = run(&out, &more);
    assert!(
        resumed.stderr.contains("nothing to do"),
        "{}",
        resumed.stderr
    );
    assert_eq!(bytes(out.join("manifest.json")), before);
}

/// The run folder as another process would continue it.
pub fn reopened(out: &Path, ticks_limit: Option<u64>) -> RunFolder {
    let manifest = RunReader::open(out).unwrap().manifest;
    let identity = Identity {
        scenario_name: manifest.scenario_name,
        scenario: manifest.scenario,
        scenario_hash: manifest.scenario_hash,
        seed: manifest.seed,
        sample: manifest.sample,
        ticks_limit,
        sources: Vec::new(),
        remarks: Default::default(),
    };
    match RunFolder::open(out, identity, Existing::Resume, u64::MAX) {
        Ok(Opened::Ready(folder)) => *folder,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_resumed_run_that_is_killed_at_once_states_no_ticks_that_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    run(&out, &["--ticks", "3"]);
    drop(
        reopened(&out, Some(4))
            .start(Machine::default(), None)
            .unwrap(),
    );
    let reader = RunReader::open(&out).unwrap();
    assert_eq!(reader.problems().unwrap(), [""; 0]);
    assert_eq!(
        (reader.manifest.ticks, reader.manifest.digest.as_str()),
        (0, "")
    );

    let out = folder.path().join("killed");
    killed_folder(&out);
    let opened = reopened(&out, None);
    let checkpoint = opened.checkpoints().unwrap().0.pop().unwrap();
    drop(opened.start(Machine::default(), Some(&checkpoint)).unwrap());
    let reader = RunReader::open(&out).unwrap();
    assert_eq!(reader.problems().unwrap(), [""; 0]);
    assert_eq!(reader.manifest.ticks, checkpoint.at.ticks);
    let last = blake3::Hash::from_bytes(reader.digests().unwrap().last().unwrap().1);
    assert_eq!(reader.manifest.digest, last.to_hex().as_str());
}

#[test]
fn what_a_kill_left_of_a_checkpoint_is_removed_by_resuming() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    killed_folder(&out);
    let left = out.join("checkpoints/000000000001.checkpoint.tmp");
    fs::write(&left, "half").unwrap();
    let opened = reopened(&out, None);
    let checkpoint = opened.checkpoints().unwrap().0.remove(0);
    drop(opened.start(Machine::default(), Some(&checkpoint)).unwrap());
    assert!(!left.exists());
    assert!(newest_checkpoint(&out).exists(), "the whole ones stay");
}

#[test]
fn resuming_where_nothing_is_starts_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, out) = (folder.path().join("whole"), folder.path().join("none"));
    run(&whole, &["--ticks", "3"]);
    run(&out, &["--ticks", "3", "--resume"]);
    assert_same_run(&whole, &out);
}

#[test]
fn another_scenario_is_not_resumed_and_the_difference_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    run(&out, &["--ticks", "3", "--seed", "21"]);
    let smoke = smoke();
    let refused = ended(&run_arguments(&smoke, &out, &["--resume", "--seed", "22"]));
    assert_eq!(refused.code, Some(4));
    assert!(
        refused
            .stderr
            .contains("`run.seed` is 21 there and 22 here"),
        "{}",
        refused.stderr
    );
}
