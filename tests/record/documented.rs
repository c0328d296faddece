//! Compares JSON with the tables of `docs/formats.md`: every key, its type, and nothing else.

use std::collections::BTreeMap;

use serde_json::Value;

/// The page.
pub const DOC: &str = include_str!("../../docs/formats.md");

/// The rows of the table under a heading: cells without their backquotes.
pub fn table(heading: &str) -> Vec<Vec<String>> {
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

/// Objects whose keys are data.
const MAPS: [&str; 4] = ["shader_hashes", "files", "days_to_oom", "remarks"];

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

/// A document must have the keys of the table under `heading`, of the types that it states.
pub fn compare(heading: &str, document: &Value) {
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
