//! `docs/formats.md` lists every key and column of real output with its type, and nothing else.

use std::fs;

use serde_json::Value;
use takeoff::record::columns::COLUMNS;
use takeoff::record::table::{Reader, Values};

use crate::documented::{DOC, compare, table};
use crate::support::{json, run};

#[test]
fn the_columns_are_the_column_table() {
    let written: Vec<Vec<String>> = COLUMNS
        .iter()
        .map(|column| {
            [column.name, column.kind.name(), column.unit, column.doc]
                .map(str::to_owned)
                .to_vec()
        })
        .collect();
    assert_eq!(table("ticks.csv and ticks.parquet"), written);
}

#[test]
fn the_columns_of_topics_are_documented() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    run(&out, &["--ticks", "3"]);
    let reader = Reader::open(&out.join("topics.parquet")).unwrap();
    let columns = reader.group(0, |_| true).unwrap().columns;
    let kind = |values: &Values| match values {
        Values::Counts(_) => "u64",
        Values::Reals(_) => "f64",
        Values::Texts(_) => "string",
        other => panic!("{other:?}"),
    };
    let found: Vec<[String; 2]> = columns
        .iter()
        .map(|(name, values)| [name.clone(), kind(values).to_owned()])
        .collect();
    let documented = table("topics.parquet");
    let documented: Vec<[String; 2]> = documented
        .iter()
        .map(|row| [row[0].clone(), row[1].clone()])
        .collect();
    assert_eq!(found, documented);
}

#[test]
fn manifest_and_summary_have_the_documented_keys() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let event = "events=[{ name = 'slow', when = { day = 5.0 }, set.run.tick_hours = 12.0 }]";
    run(&out, &["--ticks", "40", "--set", event]);
    let mut manifest = json(out.join("manifest.json"));
    if manifest["shader_hashes"].as_object().unwrap().is_empty() {
        // The CPU engine has no shaders: the key is still documented.
        manifest["shader_hashes"]["research"] = Value::String(String::new());
    }
    compare("manifest.json", &manifest);
    compare("summary.json", &json(out.join("summary.json")));
}

#[test]
fn the_folder_holds_the_documented_files() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    run(&out, &["--ticks", "3"]);
    let mut names: Vec<String> = fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    let expected = [
        ".lock",
        "digests.txt",
        "manifest.json",
        "summary.json",
        "ticks.csv",
        "ticks.parquet",
        "topics.parquet",
    ];
    assert_eq!(names, expected);
    for name in names {
        assert!(DOC.contains(&format!("| `{name}` |")), "{name}");
    }
    for line in fs::read_to_string(out.join("digests.txt")).unwrap().lines() {
        let (tick, digest) = line.split_once(' ').unwrap();
        assert!(tick.parse::<u64>().is_ok());
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        assert!(digest.len() == 64 && digest.bytes().all(is_hex), "{line}");
    }
}
