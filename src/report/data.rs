//! Everything that the page shows.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::ReportError;
use super::columns::{self, ColumnNote};
use super::compare::{self, Difference};
use super::frontier::PACE_DAYS;
use super::run::Run;
use super::sweep::Sweep;
use crate::record::{MANIFEST, RecordError};
use crate::study::manifest::FORMAT;
use crate::world::HUMAN_ERA_OOM_PER_YEAR;

/// What the page is drawn from. In JSON it is the `data` of the page.
#[derive(Clone, Debug, Serialize)]
pub struct Data {
    /// Version of takeoff that made the page.
    pub version: &'static str,
    /// Training OOM a year of the human era: the unit of pace.
    pub human_era_oom_per_year: f64,
    /// Days over which pace is taken.
    pub pace_days: f64,
    /// What the columns of the record are.
    pub columns: Vec<ColumnNote>,
    /// The runs, in the order in which they were named.
    pub runs: Vec<Run>,
    /// In what they differ.
    pub differences: Vec<Difference>,
    /// The sweeps.
    pub sweeps: Vec<Sweep>,
}

impl Data {
    /// Reads run folders, sweep folders, and folders that hold some of them.
    ///
    /// # Errors
    /// If a folder holds neither or cannot be read.
    pub fn read(folders: &[PathBuf]) -> Result<Self, ReportError> {
        let (mut runs, mut sweeps) = (Vec::new(), Vec::new());
        for folder in folders {
            let found = found(folder)?;
            if found.is_empty() {
                let path = folder.clone();
                return Err(ReportError::Nothing { path });
            }
            for (path, is_sweep) in found {
                if is_sweep {
                    sweeps.push(Sweep::read(&path)?);
                } else {
                    runs.push(Run::read(&path)?);
                }
            }
        }
        compare::label(&mut runs);
        Ok(Self {
            version: env!("CARGO_PKG_VERSION"),
            human_era_oom_per_year: HUMAN_ERA_OOM_PER_YEAR,
            pace_days: PACE_DAYS,
            columns: columns::notes(),
            differences: compare::differences(&runs),
            runs,
            sweeps,
        })
    }

    /// The name that the page bears.
    pub fn title(&self) -> String {
        let runs = self.runs.iter().map(|run| run.label.as_str());
        let sweeps = self.sweeps.iter().map(|sweep| sweep.label.as_str());
        runs.chain(sweeps).collect::<Vec<_>>().join(", ")
    }
}

/// The folder if it has a manifest, else those inside it that have one, by name; each with whether it
/// is a sweep's.
fn found(folder: &Path) -> Result<Vec<(PathBuf, bool)>, RecordError> {
    if folder.join(MANIFEST).exists() {
        return Ok(vec![(folder.to_owned(), is_sweep(folder)?)]);
    }
    let mut inside = Vec::new();
    for entry in fs::read_dir(folder).map_err(RecordError::io("read", folder))? {
        let path = entry.map_err(RecordError::io("read", folder))?.path();
        if path.join(MANIFEST).exists() {
            inside.push((path.clone(), is_sweep(&path)?));
        }
    }
    inside.sort();
    Ok(inside)
}

/// Whether the manifest of a folder is a sweep's.
pub(super) fn is_sweep(folder: &Path) -> Result<bool, RecordError> {
    let path = folder.join(MANIFEST);
    let text = fs::read(&path).map_err(RecordError::io("read", &path))?;
    let value: Option<serde_json::Value> = serde_json::from_slice(&text).ok();
    // What is neither is for the reader of runs to refuse, in its words.
    Ok(value.is_some_and(|value| value["format"] == FORMAT))
}
