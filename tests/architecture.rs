//! Claim: dependencies point one way, as `ARCHITECTURE.md` says; `wgpu` appears in `gpu` alone, `clap`
//! in `cli` alone, and only `report`, `command` and `main` print; whatever reaches a digest computes
//! with the pinned `libm` and iterates in a written order.

use std::fs;
use std::path::{Path, PathBuf};

/// Each room and the rooms it may look into.
const ROOMS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("statistics", &["model"]),
    ("scenario", &["model", "statistics"]),
    ("cpu", &["model"]),
    ("gpu", &["model"]),
    ("world", &["model", "scenario"]),
    ("record", &["model"]),
    ("readable", &[]),
    ("live", &["readable", "record"]),
    (
        "sim",
        &["model", "scenario", "cpu", "gpu", "world", "record"],
    ),
    (
        "bench",
        &["model", "scenario", "gpu", "world", "record", "sim"],
    ),
    (
        "study",
        &["model", "statistics", "scenario", "world", "record", "sim"],
    ),
    (
        "probe",
        &["model", "scenario", "world", "record", "sim", "statistics"],
    ),
    ("serve", &["record", "scenario", "report"]),
    (
        "report",
        &[
            "model",
            "statistics",
            "scenario",
            "world",
            "record",
            "study",
        ],
    ),
    (
        "command",
        &[
            "serve",
            "readable",
            "live",
            "model",
            "scenario",
            "gpu",
            "world",
            "record",
            "sim",
            "bench",
            "study",
            "probe",
            "report",
            "statistics",
        ],
    ),
    (
        "cli",
        &[
            "scenario", "world", "record", "sim", "bench", "study", "serve", "command",
        ],
    ),
    ("main", &["cli"]),
];

/// Source files by room: `src/ROOM.rs` and `src/ROOM/`.
fn files(room: &str) -> Vec<(PathBuf, String)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut todo = vec![source.join(room), source.join(format!("{room}.rs"))];
    let mut found = Vec::new();
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("readable");
            todo.extend(entries.map(|entry| entry.expect("readable").path()));
        } else if path.exists() {
            let text = fs::read_to_string(&path).expect("UTF-8");
            found.push((path, text));
        }
    }
    found
}

/// Lines of code of a file, without comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let is_comment = |line: &&str| line.trim_start().starts_with("//");
    text.lines().filter(move |line| !is_comment(line))
}

#[test]
fn every_room_is_listed() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(source).expect("readable") {
        let path = entry.expect("readable").path();
        let name = path
            .file_stem()
            .expect("named")
            .to_string_lossy()
            .into_owned();
        let listed = ROOMS.iter().any(|(room, _)| *room == name);
        assert!(listed || name == "lib", "src/{name} is in no rule");
    }
}

#[test]
fn dependencies_point_one_way() {
    for (room, allowed) in ROOMS {
        let files = files(room);
        assert!(!files.is_empty() || *room == "gpu", "src/{room} is empty");
        for (path, text) in files {
            for line in code(&text) {
                for (other, _) in ROOMS.iter().filter(|(other, _)| other != room) {
                    let looks = line.contains(&format!("crate::{other}"))
                        || line.contains(&format!("takeoff::{other}"));
                    let permitted = allowed.contains(other);
                    assert!(!looks || permitted, "{}: {line}", path.display());
                }
            }
        }
    }
}

#[test]
fn crates_and_printing_stay_in_their_rooms() {
    let rules: [(&str, &[&str]); 5] = [
        ("wgpu::", &["gpu"]),
        ("clap::", &["cli"]),
        ("println!", &["command", "main"]),
        ("indicatif::", &["command"]),
        ("ratatui::", &["live"]),
    ];
    for (room, _) in ROOMS {
        for (path, text) in files(room) {
            for line in code(&text) {
                for (word, rooms) in rules {
                    let permitted = rooms.contains(room);
                    assert!(
                        !line.contains(word) || permitted,
                        "{}: {line}",
                        path.display()
                    );
                }
            }
        }
    }
}

#[test]
fn what_reaches_a_digest_is_pinned() {
    // Methods of f64 whose bits depend on platform or compiler, and maps without an order.
    const FORBIDDEN: [&str; 17] = [
        ".ln()",
        ".ln_1p()",
        ".log(",
        ".log2()",
        ".log10()",
        ".exp()",
        ".exp2()",
        ".exp_m1()",
        ".powf(",
        ".powi(",
        ".sqrt()",
        ".cbrt()",
        ".sin()",
        ".cos()",
        ".mul_add(",
        "HashMap",
        "HashSet",
    ];
    for room in [
        "model",
        "world",
        "scenario",
        "cpu",
        "sim",
        "statistics",
        "study",
        "probe",
        "report",
    ] {
        for (path, text) in files(room) {
            for line in code(&text) {
                for word in FORBIDDEN {
                    assert!(!line.contains(word), "{}: {line}", path.display());
                }
            }
        }
    }
}
