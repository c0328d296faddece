//! Everything that the page shows of a sweep.

use std::path::Path;

use serde::Serialize;

use super::ReportError;
use super::data::is_sweep;
use crate::study::Design;
use crate::study::analysis::{self, Analysis, HEADLINE, QUANTILES};
use crate::study::manifest::{Identity, Manifest, Parameter};

/// A sweep.
#[derive(Clone, Debug, Serialize)]
pub struct Sweep {
    /// Name of the scenario.
    pub label: String,
    /// The question of its scenario.
    pub question: String,
    /// Name of the folder.
    pub folder: String,
    /// Version of takeoff.
    pub version: String,
    /// How points were chosen.
    pub design: Design,
    /// Runs in all shards.
    pub runs: u32,
    /// Runs at each point.
    pub replicates: u32,
    /// The first seed; a text, because scripts know whole numbers up to 2^53 only.
    pub first_seed: String,
    /// Hash of the scenario with all uncertain values at their medians, hex.
    pub scenario_hash: String,
    /// The uncertain values.
    pub parameters: Vec<Parameter>,
    /// Quantiles of a band.
    pub band_quantiles: [f64; 7],
    /// What `takeoff analyse` says.
    pub analysis: Analysis,
}

/// What a sweep folder says of itself, without its data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SweepHead {
    /// Name of the scenario.
    pub label: String,
    /// The question of its scenario.
    pub question: String,
    /// `running`, also if it was killed, or `completed`.
    pub status: &'static str,
    /// Runs in all shards.
    pub runs: u32,
    /// Which part of them is here, `i/n`.
    pub shard: String,
    /// Uncertain values.
    pub uncertain: usize,
}

impl SweepHead {
    /// Reads the manifest of a sweep folder; `None` if it is no sweep's.
    pub fn read(path: &Path) -> Option<Result<Self, ReportError>> {
        match is_sweep(path) {
            Ok(true) => Some(Manifest::read(path).map(Self::of).map_err(Into::into)),
            _ => None,
        }
    }

    fn of(manifest: Manifest) -> Self {
        let sweep = manifest.sweep;
        Self {
            question: question(&sweep),
            label: sweep.scenario_name,
            status: manifest.status.word(),
            runs: sweep.runs,
            shard: manifest.shard.to_string(),
            uncertain: sweep.parameters.len(),
        }
    }
}

fn question(sweep: &Identity) -> String {
    let question = sweep.scenario["question"].as_str();
    question.unwrap_or_default().to_owned()
}

impl Sweep {
    /// Reads a sweep folder.
    ///
    /// # Errors
    /// If it is not complete or cannot be read.
    pub fn read(path: &Path) -> Result<Self, ReportError> {
        let sweep: Identity = Manifest::read(path)?.sweep;
        let folder = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = folder.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self {
            question: question(&sweep),
            label: sweep.scenario_name,
            folder: folder.into_owned(),
            version: sweep.version,
            design: sweep.design,
            runs: sweep.runs,
            replicates: sweep.replicates,
            first_seed: sweep.first_seed.to_string(),
            scenario_hash: sweep.scenario_hash,
            parameters: sweep.parameters,
            band_quantiles: QUANTILES,
            analysis: analysis::analyse(path, HEADLINE)?,
        })
    }
}
