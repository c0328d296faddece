//! A run folder is never written over unasked, nothing else is ever touched, and its files agree.

use std::fs;
use std::path::Path;

use takeoff::record::{
    Existing, Identity, Machine, Opened, RunFolder, RunReader, TickRow, parquet_file,
};

use crate::support::{bytes, ended, json, run, run_arguments, smoke, succeeds, takeoff};

#[test]
fn an_existing_run_is_refused_without_force() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    run(&out, &["--ticks", "3"]);
    let before = bytes(out.join("manifest.json"));
    let smoke = smoke();
    let refused = ended(&run_arguments(&smoke, &out, &[]));
    assert_eq!(refused.code, Some(4));
    assert!(refused.stdout.is_empty());
    for part in [
        out.to_str().unwrap(),
        "completed",
        "--force",
        "--resume",
        "--out",
    ] {
        assert!(refused.stderr.contains(part), "{}", refused.stderr);
    }
    assert_eq!(bytes(out.join("manifest.json")), before);
}

#[test]
fn force_replaces_the_run_and_leaves_other_files() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    run(&out, &["--ticks", "5"]);
    fs::write(out.join("notes.txt"), "mine").unwrap();
    run(&out, &["--ticks", "3", "--force"]);
    assert_eq!(json(out.join("summary.json"))["ticks"], 3);
    assert_eq!(bytes(out.join("notes.txt")), b"mine");
}

#[test]
fn a_folder_that_is_no_run_folder_is_not_touched_even_by_force() {
    let folder = tempfile::tempdir().unwrap();
    let smoke = smoke();
    let listing = |path: &Path| fs::read_dir(path).unwrap().count();
    for (name, content) in [
        ("thesis.txt", "years"),
        ("manifest.json", "{\"format\":\"other\"}"),
    ] {
        let out = folder.path().join(name.replace('.', "-"));
        fs::create_dir(&out).unwrap();
        fs::write(out.join(name), content).unwrap();
        for more in [&[][..], &["--force"], &["--resume"]] {
            let refused = ended(&run_arguments(&smoke, &out, more));
            assert_eq!(refused.code, Some(4), "{name} {more:?}");
            assert!(
                refused.stderr.contains("not a run folder"),
                "{}",
                refused.stderr
            );
            assert_eq!(bytes(out.join(name)), content.as_bytes());
            assert_eq!(listing(&out), 1, "nothing was added");
        }
    }
    let file = folder.path().join("file");
    fs::write(&file, "text").unwrap();
    let refused = ended(&run_arguments(&smoke, &file, &["--force"]));
    assert_eq!(refused.code, Some(4));
    assert_eq!(bytes(file), b"text");
}

#[test]
fn csv_parquet_digests_and_summary_agree() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    run(&out, &["--ticks", "40"]);
    let reader = RunReader::open(&out).unwrap();
    assert_eq!(reader.problems().unwrap(), [""; 0]);
    let rows = takeoff::record::csv_file::Rows::open(&out.join("ticks.csv")).unwrap();
    let rows: Vec<_> = rows.map(Result::unwrap).collect();
    assert_eq!(
        parquet_file::read(&out.join("ticks.parquet")).unwrap(),
        rows
    );
    let digests = reader.digests().unwrap();
    let mut ticks: Vec<u64> = rows.iter().map(|row| row.tick).collect();
    ticks.dedup();
    assert_eq!(ticks, digests.iter().map(|link| link.0).collect::<Vec<_>>());
    let summary = json(out.join("summary.json"));
    assert_eq!(summary["ticks"], 40);
    assert_eq!(summary["ticks_total"], digests.len());
    let last = blake3::Hash::from_bytes(digests.last().unwrap().1).to_hex();
    assert_eq!(summary["digest"], last.as_str());
    let counted = rows
        .iter()
        .filter(|row| row.day > 0.0)
        .map(|row| row.events)
        .sum::<u64>();
    assert_eq!(summary["events"], counted);
}

#[test]
fn a_run_that_was_not_ended_is_readable_as_csv_and_as_parquet_parts() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let identity = Identity {
        scenario_name: "none".to_owned(),
        scenario: serde_json::json!({}),
        scenario_hash: "none".to_owned(),
        seed: 0,
        sample: 1.0,
        ticks_limit: None,
        sources: Vec::new(),
        remarks: Default::default(),
    };
    let Opened::Ready(opened) =
        RunFolder::open(&out, identity, Existing::Refuse, u64::MAX).unwrap()
    else {
        panic!("a new folder is not complete");
    };
    let mut recorder = opened.start(Machine::default(), None).unwrap();
    let row = |tick| TickRow {
        tick,
        day: tick as f64,
        lab: "a".to_owned(),
        ..TickRow::default()
    };
    for tick in 1..=9000 {
        recorder
            .record(tick, vec![row(tick)], &[tick as u8; 32])
            .unwrap();
    }
    drop(recorder);
    let reader = RunReader::open(&out).unwrap();
    assert_eq!(reader.problems().unwrap(), [""; 0]);
    let rows = reader.rows().unwrap();
    assert_eq!(rows, (1..=9000).map(row).collect::<Vec<_>>());
    let part = parquet_file::read(&out.join("ticks.parts/000000.parquet")).unwrap();
    assert!(!part.is_empty());
    assert_eq!(part, rows[..part.len()]);
}

#[test]
fn ticks_count_from_the_end_of_burn_in() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    run(&out, &["--ticks", "7"]);
    let rows = RunReader::open(&out).unwrap().rows().unwrap();
    let mut counted: Vec<u64> = rows
        .iter()
        .filter(|row| row.day > 0.0)
        .map(|row| row.tick)
        .collect();
    counted.dedup();
    assert_eq!(counted.len(), 7);
    assert!(rows[0].day <= 0.0, "the scenario has a burn-in");
}

#[test]
fn quiet_json_and_checkpoints_do_not_change_the_digest() {
    let folder = tempfile::tempdir().unwrap();
    let digests = [
        &[][..],
        &["--quiet"],
        &["--json"],
        &["--no-checkpoint"],
        &["--checkpoint-seconds", "0"],
    ]
    .iter()
    .enumerate()
    .map(|(index, more)| {
        let out = folder.path().join(index.to_string());
        run(&out, &[&["--ticks", "20"], *more].concat());
        bytes(out.join("digests.txt"))
    })
    .collect::<Vec<_>>();
    assert!(digests.iter().all(|one| *one == digests[0]));
}

#[test]
fn stdout_carries_results_and_stderr_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let table = run(&folder.path().join("table"), &["--ticks", "5"]);
    for part in [
        "month",
        "training",
        "researchers",
        "idle",
        "duplicates",
        "bound by",
        "sampled",
        "world",
        "digest",
        "folder",
    ] {
        assert!(table.stdout.contains(part), "{part}: {}", table.stdout);
    }
    let out = folder.path().join("json");
    let printed = run(&out, &["--ticks", "5", "--json", "--quiet"]);
    let value: serde_json::Value = serde_json::from_str(&printed.stdout).unwrap();
    assert_eq!(value, json(out.join("summary.json")));
    assert_eq!(printed.stderr, "");
}

#[test]
fn without_out_every_run_gets_a_new_folder_under_runs() {
    let folder = tempfile::tempdir().unwrap();
    for number in 1..=2 {
        let smoke = smoke();
        let arguments = [
            "run", &smoke, "--engine", "cpu", "--seed", "5", "--ticks", "2",
        ];
        let output = takeoff(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let out = folder.path().join(format!("runs/smoke-5-{number}"));
        assert_eq!(json(out.join("manifest.json"))["seed"], 5);
    }
}

#[test]
fn two_processes_do_not_write_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    run(&out, &["--ticks", "2"]);
    let lock = fs::File::options()
        .write(true)
        .open(out.join(".lock"))
        .unwrap();
    lock.lock().unwrap();
    let smoke = smoke();
    for more in ["--force", "--resume"] {
        let refused = ended(&run_arguments(&smoke, &out, &[more]));
        assert_eq!(refused.code, Some(4));
        assert!(
            refused.stderr.contains("another process"),
            "{}",
            refused.stderr
        );
    }
    drop(lock);
    run(&out, &["--ticks", "2", "--force"]);
}

#[test]
fn a_reader_of_stdout_that_leaves_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let smoke = smoke();
    let out = folder.path().join("run");
    let arguments = run_arguments(&smoke, &out, &["--ticks", "2"]);
    let mut child = takeoff(arguments)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(!stderr.contains("panic"), "{stderr}");
}

/// Drivers are hidden from it; Metal and DX12 come with their systems.
#[test]
#[cfg_attr(any(target_os = "macos", windows), ignore = "a GPU cannot be hidden")]
fn an_engine_that_is_not_there_leaves_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let output = takeoff(["run", &smoke(), "--engine", "gpu", "--ticks", "1", "--out"])
        .arg(&out)
        .env("VK_DRIVER_FILES", folder.path().join("none.json"))
        .env("VK_ICD_FILENAMES", folder.path().join("none.json"))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(6), "{stderr}");
    assert!(stderr.contains("no hardware GPU adapter"), "{stderr}");
    assert!(!out.exists());
}

#[test]
fn all_variants_go_into_subfolders_and_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pair.toml");
    let text = String::from_utf8(bytes(smoke().into())).unwrap();
    let ideas = Path::new(&smoke()).with_file_name("blocks/ideas.toml");
    fs::create_dir(folder.path().join("blocks")).unwrap();
    fs::copy(ideas, folder.path().join("blocks/ideas.toml")).unwrap();
    fs::write(&file, format!("{text}\n[variants.other]\nrun.seed = 99\n")).unwrap();
    let out = folder.path().join("all");
    let (file, out_text) = (file.to_str().unwrap(), out.to_str().unwrap());
    let arguments = [
        "run",
        file,
        "--engine",
        "cpu",
        "--ticks",
        "3",
        "--all-variants",
        "--out",
        out_text,
    ];
    let ended = succeeds(&arguments);
    for name in ["base", "other"] {
        let digest = json(out.join(name).join("summary.json"))["digest"].clone();
        assert!(
            ended.stdout.contains(&digest.as_str().unwrap()[..16]),
            "{}",
            ended.stdout
        );
    }
}
