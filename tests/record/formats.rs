//! `docs/formats.md` lists every key and column of real output with its type, and nothing else.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use takeoff::record::columns::COLUMNS;

use crate::support::{json, run};

const DOC: &str = include_str!("../../docs/formats.md");

/// The rows of the table under a heading: cells without their backquotes.
fn table(heading: &str) -> Vec<Vec<String>> {
    let section = DOC
        .split("\n## ")
        .find(|section| section.starts_with(heading))
        .unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|line| {
        let cells = line.trim_matches('|').split(" | ");
        cells
            .map(|cell| cell.trim().trim_matches('`').to_owned())
            .collect()
    })
    .collect()
}

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

/// Objects whose keys are data.
const MAPS: [&str; 3] = ["shader_hashes", "files", "days_to_oom"];

/// Every key of a JSON document, with a value of it; a null only when there is no other.
fn keys(value: &Value, path: &str, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(map) if path != "scenario" => {
            let is_map = MAPS.contains(&path);
            for (key, value) in map {
                let key = if is_map { "*" } else { key };
                let dot = if path.is_empty() { "" } else { "." };
                keys(value, &format!("{path}{dot}{key}"), found);
            }
        }
        Value::Array(list) => {
            for value in list {
                keys(value, &format!("{path}[]"), found);
            }
        }
        leaf => {
            let known = found.entry(path.to_owned()).or_insert(Value::Null);
            if known.is_null() {
                *known = leaf.clone();
            }
        }
    }
}

fn compare(heading: &str, document: &Value) {
    let mut found = BTreeMap::new();
    keys(document, "", &mut found);
    let documented: BTreeMap<String, String> = table(heading)
        .into_iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    let names = |keys: Vec<&String>| keys.into_iter().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(found.keys().collect()),
        names(documented.keys().collect()),
        "left: in {heading}; right: in docs/formats.md"
    );
    for (key, value) in found {
        let kind = &documented[&key];
        let fits = match &value {
            Value::Null => kind.ends_with("or null"),
            Value::Bool(_) => kind == "bool",
            Value::String(_) => kind.starts_with("string"),
            Value::Object(_) => kind == "object",
            Value::Number(number) if number.is_u64() => kind.starts_with("u64"),
            Value::Number(_) => kind.starts_with("f64"),
            Value::Array(_) => false,
        };
        assert!(fits, "{heading}: `{key}` is {value}, documented as {kind}");
    }
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
