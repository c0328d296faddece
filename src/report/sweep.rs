//! Everything that the page shows of a sweep.

use std::path::Path;

use serde::Serialize;

use super::ReportError;
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

impl Sweep {
    /// Reads a sweep folder.
    ///
    /// # Errors
    /// If it is not complete or cannot be read.
    pub fn read(path: &Path) -> Result<Self, ReportError> {
        let sweep: Identity = Manifest::read(path)?.sweep;
        let folder = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = folder.file_name().unwrap_or_default().to_string_lossy();
        let question = sweep.scenario["question"].as_str().unwrap_or_default();
        Ok(Self {
            label: sweep.scenario_name.clone(),
            question: question.to_owned(),
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
