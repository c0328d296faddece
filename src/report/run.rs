//! Everything that the page shows of one run.

use std::path::Path;

use serde::Serialize;

use super::ReportError;
use super::columns::{self, Columns};
use super::frontier::{Frontier, Peak};
use super::topics::{self, TopicMap};
use crate::record::bound::Bound;
use crate::record::summary::Facts;
use crate::record::{Accumulator, Manifest, RunReader, Summary, TickRow};
use crate::scenario::{self, Parameter, Remarks, Scenario};

/// A run.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// What tells it from the other runs of the page.
    pub label: String,
    /// The question of its scenario.
    pub question: String,
    /// Name of the folder.
    pub folder: String,
    /// What it comes down to, as `summary.json` has it.
    pub summary: Summary,
    /// Its fastest month.
    pub peak: Option<Peak>,
    /// Progress of the lab that is ahead.
    pub frontier: Frontier,
    /// Columns of the record in which all labs agree.
    pub shared: Columns,
    /// The labs with the other columns.
    pub labs: Vec<Lab>,
    /// How deep topics were explored, by lab; null if the run has not ended.
    pub topics: Option<Vec<TopicMap>>,
    /// Every parameter, and why it may be believed.
    pub parameters: Vec<Parameter>,
    /// Where figures come from, as the scenario's files say.
    pub sources: Vec<String>,
    /// What made it, and how to make it again.
    pub provenance: Provenance,
}

/// A lab of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Lab {
    /// Its name.
    pub name: String,
    /// What bound its progress, a letter a tick: `l`abour, `c`ompute, `i`deas.
    pub bound: String,
    /// Columns of the record.
    pub columns: Columns,
}

/// What made a run, and how to make it again.
#[derive(Clone, Debug, Serialize)]
pub struct Provenance {
    /// Version of takeoff.
    pub version: String,
    /// Source it was built from.
    pub build: String,
    /// Engine of the last session.
    pub engine: String,
    /// Its adapter and driver.
    pub adapter: String,
    /// When the first session started, UTC.
    pub start: String,
    /// When the last session ended, UTC.
    pub end: Option<String>,
    /// How far it came.
    pub status: String,
    /// Why it failed.
    pub error: Option<String>,
    /// Seed; a text, because scripts know whole numbers up to 2^53 only.
    pub seed: String,
    /// Hash of the resolved scenario, hex.
    pub scenario_hash: String,
    /// Digest of the run, hex.
    pub digest: String,
    /// The resolved scenario as a file.
    pub scenario_toml: String,
    /// Name under which the page offers that file.
    pub scenario_file: String,
    /// The command that makes the run again from that file.
    pub command: String,
}

impl Run {
    /// Reads a run folder. Of a run under way it holds the ticks so far.
    ///
    /// # Errors
    /// If the folder cannot be read or has no ticks.
    pub fn read(path: &Path) -> Result<Self, ReportError> {
        let mut reader = RunReader::open(path)?;
        loop {
            let error = match Self::of(&reader) {
                Ok(run) => return Ok(run),
                Err(error) => error,
            };
            // Whoever continues a run says so in its manifest, then removes what was made at its end.
            let now = RunReader::open(path)?;
            if now.manifest.resumed == reader.manifest.resumed {
                return Err(error);
            }
            reader = now;
        }
    }

    fn of(reader: &RunReader) -> Result<Self, ReportError> {
        let (path, manifest) = (reader.path(), &reader.manifest);
        let rows = reader.rows()?;
        let ticks: Vec<&[TickRow]> = rows.chunk_by(|a, b| a.tick == b.tick).collect();
        let Some(first) = ticks.first() else {
            let path = path.to_owned();
            return Err(ReportError::NoTicks { path });
        };
        let names: Vec<String> = first.iter().map(|row| row.lab.clone()).collect();
        let (shared, by_lab) = columns::split(&rows, names.len());
        let labs = names.into_iter().zip(by_lab).enumerate();
        let labs = labs.map(|(lab, (name, columns))| Lab {
            name,
            bound: bound(&ticks, lab),
            columns,
        });
        let frontier = Frontier::of(&ticks);
        let days: Vec<f64> = ticks.iter().map(|rows| rows[0].day).collect();
        let scenario = resolved(path, manifest)?;
        let remarks = Remarks {
            sources: manifest.sources.clone(),
            of: manifest.remarks.clone(),
        };
        let folder = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = folder.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self {
            label: manifest.scenario_name.clone(),
            question: scenario.question.clone(),
            folder: folder.into_owned(),
            summary: summary(manifest, &ticks),
            peak: frontier.peak(&days),
            frontier,
            shared,
            labs: labs.collect(),
            topics: reader.topics()?.map(|rows| topics::maps(&rows)),
            parameters: scenario::parameters(&scenario, &remarks),
            sources: remarks.sources,
            provenance: Provenance::of(manifest, &scenario),
        })
    }
}

fn resolved(path: &Path, manifest: &Manifest) -> Result<Scenario, ReportError> {
    let json = manifest.scenario.to_string();
    Scenario::from_canonical_json(&json).map_err(|source| ReportError::Scenario {
        path: path.to_owned(),
        source,
    })
}

/// From the rows, so that a run under way has one too.
fn summary(manifest: &Manifest, ticks: &[&[TickRow]]) -> Summary {
    let mut sums = Accumulator::default();
    for rows in ticks {
        sums.add_tick(rows);
    }
    sums.finish(Facts {
        scenario: manifest.scenario_name.clone(),
        seed: manifest.seed,
        sample: manifest.sample,
        status: manifest.status.word().to_owned(),
        engine: manifest.engine.clone(),
        wall_s: manifest.wall_s,
        digest: manifest.digest.clone(),
    })
}

fn bound(ticks: &[&[TickRow]], lab: usize) -> String {
    let letter = |rows: &&[TickRow]| match Bound::of(&rows[lab]) {
        Bound::Labour => 'l',
        Bound::Compute => 'c',
        Bound::Ideas => 'i',
    };
    ticks.iter().map(letter).collect()
}

impl Provenance {
    fn of(manifest: &Manifest, scenario: &Scenario) -> Self {
        let name = manifest.scenario_name.replace('@', "-");
        let scenario_file = format!("{name}.resolved.toml");
        let mut command = format!("takeoff run {scenario_file}");
        if let Some(ticks) = manifest.ticks_limit {
            command.push_str(&format!(" --ticks {ticks}"));
        }
        let parts = [manifest.adapter.as_str(), manifest.driver.as_str()];
        let adapter = parts.into_iter().filter(|part| !part.is_empty());
        Self {
            version: manifest.version.clone(),
            build: manifest.build.clone(),
            engine: manifest.engine.clone(),
            adapter: adapter.collect::<Vec<_>>().join(", "),
            start: manifest.start.clone(),
            end: manifest.end.clone(),
            status: manifest.status.word().to_owned(),
            error: manifest.error.clone(),
            seed: manifest.seed.to_string(),
            scenario_hash: manifest.scenario_hash.clone(),
            digest: manifest.digest.clone(),
            scenario_toml: scenario::show(scenario),
            scenario_file,
            command,
        }
    }
}
