//! In which parameters runs differ.

use std::collections::BTreeMap;

use serde::Serialize;

use super::run::Run;
use crate::scenario::Parameter;

/// A parameter in which runs differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// Dotted key.
    pub key: String,
    /// Its unit.
    pub unit: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Its value in each run, as TOML writes it; null where the run has no such key.
    pub values: Vec<Option<String>>,
}

/// The parameters in which runs differ, in the order of the key table.
pub fn differences(runs: &[Run]) -> Vec<Difference> {
    let by_key = |run: &Run| -> BTreeMap<String, String> {
        let pairs = run.parameters.iter();
        pairs
            .map(|one| (one.key.clone(), one.value.clone()))
            .collect()
    };
    let values: Vec<_> = runs.iter().map(by_key).collect();
    let mut told: Vec<Difference> = Vec::new();
    for parameter in runs.iter().flat_map(|run| &run.parameters) {
        let Parameter {
            key, unit, meaning, ..
        } = parameter;
        let each: Vec<_> = values.iter().map(|run| run.get(key).cloned()).collect();
        let is_new = !told.iter().any(|difference| difference.key == *key);
        if is_new && each.iter().any(|value| *value != each[0]) {
            told.push(Difference {
                key: key.clone(),
                unit,
                meaning,
                values: each,
            });
        }
    }
    told
}

/// Gives every run a label of its own: the name of the scenario, else that of the folder with it.
pub fn label(runs: &mut [Run]) {
    let names: Vec<String> = runs.iter().map(|run| run.label.clone()).collect();
    for (run, name) in runs.iter_mut().zip(&names) {
        if names.iter().filter(|other| *other == name).count() > 1 {
            run.label = format!("{name} ({})", run.folder);
        }
    }
}
