//! Claim: `docs/formats.md` describes every column of a sweep's runs and every key of its manifest.

use std::collections::BTreeSet;

use serde_json::Value;
use takeoff::study::outcome::{MEASURES, OOMS, days_to};

use crate::dataset::{runs, sweep};
use crate::documented::table;

/// Cells of the rows of the table under a heading of the third level.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let mut sections = crate::documented::DOC.split("\n### ");
    let section = sections.find(|section| section.starts_with(heading));
    let lines = section.expect("the heading").lines();
    let lines = lines.take_while(|line| !line.starts_with("## "));
    let cells = |line: &str| {
        let cells = line.trim_matches('|').split(" | ");
        cells
            .map(|cell| cell.trim().trim_matches('`').to_owned())
            .collect()
    };
    lines
        .filter(|line| line.starts_with("| `"))
        .map(cells)
        .collect()
}

#[test]
fn the_columns_of_runs_are_those_of_the_page() {
    let documented = rows("Columns of runs");
    for measure in MEASURES {
        let row = documented.iter().find(|row| row[0] == measure.name);
        let row = row.unwrap_or_else(|| panic!("{} is not documented", measure.name));
        let wanted = [measure.name, "f64, null", measure.unit, measure.doc];
        assert_eq!(*row, wanted);
    }
    let scratch = tempfile::tempdir().expect("a folder");
    sweep(scratch.path(), &["--runs", "2", "--set", "run.days=2"]);
    let table = runs(scratch.path());
    let found: BTreeSet<String> = table.columns.iter().map(|(name, _)| name.clone()).collect();
    let mut wanted: BTreeSet<String> = documented.iter().map(|row| row[0].clone()).collect();
    assert!(wanted.remove("days_to_N_oom"));
    wanted.extend((1..=OOMS).map(days_to));
    // The uncertain values have columns of their own: all other dotted names would be wrong.
    let undocumented: Vec<_> = found.difference(&wanted).collect();
    assert!(
        undocumented.iter().all(|name| name.contains('.')),
        "{undocumented:?}"
    );
    assert_eq!(undocumented.len(), 3);
    assert_eq!(wanted.difference(&found).count(), 0);
}

#[test]
fn the_keys_of_the_manifest_are_those_of_the_page() {
    let scratch = tempfile::tempdir().expect("a folder");
    sweep(scratch.path(), &["--runs", "2", "--set", "run.days=2"]);
    let text = std::fs::read_to_string(scratch.path().join("manifest.json")).expect("a file");
    let manifest: Value = serde_json::from_str(&text).expect("JSON");
    let mut found = BTreeSet::new();
    for (key, value) in manifest.as_object().expect("an object") {
        if key != "sweep" {
            found.insert(key.clone());
            continue;
        }
        for (key, value) in value.as_object().expect("an object") {
            match (key.as_str(), value) {
                ("parameters", Value::Array(list)) => {
                    let keys = list[0].as_object().expect("an object").keys();
                    found.extend(keys.map(|inner| format!("sweep.parameters[].{inner}")));
                }
                ("correlations", _) => {
                    found.insert("sweep.correlations[]".to_owned());
                }
                _ => {
                    found.insert(format!("sweep.{key}"));
                }
            }
        }
    }
    let wanted: BTreeSet<String> = rows("Manifest of a sweep")
        .into_iter()
        .map(|row| row[0].clone())
        .collect();
    assert_eq!(found, wanted);
}

#[test]
fn the_distributions_of_the_page_are_those_of_the_key_table() {
    let names: BTreeSet<String> = table("Uncertain values")
        .into_iter()
        .map(|row| row[0].clone())
        .collect();
    let schema: Value = serde_json::from_str(&takeoff::scenario::json_schema()).expect("JSON");
    let keys = schema["$defs"]["distribution"]["properties"].as_object();
    let keys = keys.expect("an object").keys().cloned().collect();
    assert_eq!(names, keys);
}
