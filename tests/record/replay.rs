//! A replay agrees tick by tick, and whatever was altered in the folder is named before it runs.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use takeoff::record::manifest;

use crate::support::{bytes, ended, run, run_arguments, smoke};

fn replay(folder: &Path) -> crate::support::Ended {
    ended(&["replay", "--engine", "cpu", folder.to_str().unwrap()])
}

fn edit(path: &Path, change: impl FnOnce(String) -> String) {
    let text = fs::read_to_string(path).unwrap();
    let changed = change(text.clone());
    assert_ne!(text, changed, "the edit changes something");
    fs::write(path, changed).unwrap();
}

#[test]
fn an_untouched_run_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    run(&out, &["--ticks", "10"]);
    let replayed = replay(&out);
    assert_eq!(replayed.code, Some(0), "{}", replayed.stderr);
    assert!(
        replayed.stdout.contains("ticks agree"),
        "{}",
        replayed.stdout
    );
}

#[test]
fn what_was_altered_is_named() {
    let folder = tempfile::tempdir().unwrap();
    type Damage = fn(&Path);
    let cases: [(&str, Damage, &[&str]); 8] = [
        (
            "one digit of a digest",
            |out| edit(&out.join("digests.txt"), flip_last_digit),
            &[
                "`digests.txt` was altered",
                "the last digest of `digests.txt` is not the one",
            ],
        ),
        (
            "digests cut",
            |out| edit(&out.join("digests.txt"), drop_last_line),
            &["`digests.txt` was truncated", "`manifest.json` states"],
        ),
        (
            "csv cut",
            |out| edit(&out.join("ticks.csv"), drop_last_line),
            &["`ticks.csv` was truncated"],
        ),
        (
            "csv value",
            |out| {
                edit(&out.join("ticks.csv"), |text| {
                    text.replacen("24.0", "25.0", 1)
                })
            },
            &["`ticks.csv` was altered"],
        ),
        (
            "parquet",
            |out| fs::write(out.join("ticks.parquet"), b"PAR1").unwrap(),
            &["`ticks.parquet` was truncated"],
        ),
        (
            "no summary",
            |out| fs::remove_file(out.join("summary.json")).unwrap(),
            &["`summary.json` is missing"],
        ),
        (
            "seed in the manifest",
            |out| {
                edit(&out.join("manifest.json"), |text| {
                    text.replacen("\"seed\": ", "\"seed\": 9", 1)
                });
            },
            &["`manifest.json` was altered"],
        ),
        (
            "middle of the digests",
            |out| {
                edit(&out.join("digests.txt"), |text| {
                    text.lines()
                        .enumerate()
                        .filter(|(n, _)| *n != 4)
                        .map(|(_, l)| format!("{l}\n"))
                        .collect()
                });
            },
            &["`digests.txt`: line 5 is of tick"],
        ),
    ];
    for (name, damage, messages) in cases {
        let out = folder.path().join(name);
        run(&out, &["--ticks", "10"]);
        damage(&out);
        let replayed = replay(&out);
        assert_eq!(replayed.code, Some(7), "{name}: {}", replayed.stderr);
        for message in messages {
            assert!(
                replayed.stderr.contains(message),
                "{name}: {}",
                replayed.stderr
            );
        }
        assert!(
            !replayed.stderr.contains("replay of"),
            "{name}: named before anything runs"
        );
    }
}

fn flip_last_digit(text: String) -> String {
    let cut = text.len() - 2;
    let digit = if &text[cut..cut + 1] == "0" { "1" } else { "0" };
    format!("{}{digit}\n", &text[..cut])
}

fn drop_last_line(text: String) -> String {
    let end = text.trim_end().rfind('\n').unwrap();
    text[..=end].to_owned()
}

/// Writes the manifest with a seal that fits, as a forger would.
fn seal_again(out: &Path, change: impl FnOnce(&mut Value)) {
    let path = out.join("manifest.json");
    let mut value: Value = serde_json::from_slice(&bytes(path.clone())).unwrap();
    change(&mut value);
    value["seal"] = json!(manifest::seal(value.clone()));
    fs::write(path, value.to_string()).unwrap();
}

#[test]
fn a_scenario_that_is_not_the_hashed_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    run(&out, &["--ticks", "4"]);
    seal_again(&out, |manifest| {
        manifest["scenario"]["run"]["seed"] = json!(1234)
    });
    let replayed = replay(&out);
    assert_eq!(replayed.code, Some(7), "{}", replayed.stderr);
    assert!(
        replayed.stderr.contains("the hash of its scenario"),
        "{}",
        replayed.stderr
    );
}

#[test]
fn the_first_tick_that_differs_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    run(&out, &["--ticks", "10"]);
    let path = out.join("digests.txt");
    let text = fs::read_to_string(&path).unwrap();
    let line = text.lines().nth(6).unwrap();
    let tick = line.split(' ').next().unwrap();
    let forged = text.replace(line, &format!("{tick} {}", "ab".repeat(32)));
    fs::write(&path, &forged).unwrap();
    seal_again(&out, |manifest| {
        let hash = blake3::hash(forged.as_bytes()).to_hex().to_string();
        manifest["files"]["digests.txt"]["blake3"] = json!(hash);
    });
    let replayed = replay(&out);
    assert_eq!(replayed.code, Some(8), "{}", replayed.stderr);
    let message = format!("first at tick {tick}: recorded abab");
    assert!(replayed.stderr.contains(&message), "{}", replayed.stderr);
    assert_eq!(replayed.stdout, "");
}

#[test]
fn what_is_no_run_folder_is_said() {
    let folder = tempfile::tempdir().unwrap();
    for (path, why) in [
        (folder.path().to_path_buf(), "it has no manifest.json"),
        (folder.path().join("none"), "there is no such folder"),
        (smoke().into(), "it is a file, not a folder"),
    ] {
        let replayed = replay(&path);
        assert_eq!(replayed.code, Some(4));
        assert!(replayed.stderr.contains(why), "{}", replayed.stderr);
    }
}

#[test]
fn a_manifest_that_is_no_json_is_a_damaged_folder() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    run(&out, &["--ticks", "2"]);
    for damage in [&b"\xff\x00\xfebinary"[..], b"{ \"format\": ", b""] {
        fs::write(out.join("manifest.json"), damage).unwrap();
        let smoke = smoke();
        let ended = [
            replay(&out),
            ended(&run_arguments(&smoke, &out, &["--resume"])),
            ended(&run_arguments(&smoke, &out, &["--force"])),
        ];
        for ended in ended {
            assert_eq!(ended.code, Some(7), "{}", ended.stderr);
            for part in ["manifest.json`, line ", "not JSON", "restore"] {
                assert!(ended.stderr.contains(part), "{}", ended.stderr);
            }
        }
        assert_eq!(bytes(out.join("manifest.json")), damage);
    }
}

#[test]
fn a_folder_that_is_being_written_is_not_replayed_and_its_writer_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    run(&out, &["--ticks", "2"]);
    let lock = fs::File::options()
        .write(true)
        .open(out.join(".lock"))
        .unwrap();
    lock.lock().unwrap();
    // Of a writer on a system that lets nobody read a locked file.
    let replayed = replay(&out);
    assert_eq!(replayed.code, Some(4));
    assert!(
        replayed
            .stderr
            .contains("is being written by another process"),
        "{}",
        replayed.stderr
    );
    drop(lock);
    let opened = crate::resume::reopened(&out, Some(3));
    let replayed = replay(&out);
    assert_eq!(replayed.code, Some(4));
    let writer = format!("is being written by process {};", std::process::id());
    assert!(replayed.stderr.contains(&writer), "{}", replayed.stderr);
    drop(opened);
    assert_eq!(replay(&out).code, Some(0));
}
