//! `manifest.json` of a sweep folder: what was swept, and how far it came.

use std::fmt;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::StudyError;
use super::plan::{Design, Seeds};
use crate::record::{MANIFEST, RecordError, Status, atomic};

/// Value of the key `format`.
pub const FORMAT: &str = "takeoff-sweep";

/// What a sweep is: two folders with the same identity hold parts of the same dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Version of takeoff.
    pub version: String,
    /// Name of the scenario.
    pub scenario_name: String,
    /// Hash of the scenario with all uncertain values at their medians, hex.
    pub scenario_hash: String,
    /// That scenario.
    pub scenario: Value,
    /// How points are chosen.
    pub design: Design,
    /// Runs in all shards.
    pub runs: u32,
    /// Runs at each point.
    pub replicates: u32,
    /// Which seeds.
    pub seeds: Seeds,
    /// The first of them, and the seed of the design.
    pub first_seed: u64,
    /// Days between two recorded ticks of a run.
    pub every_days: f64,
    /// The uncertain values.
    pub parameters: Vec<Parameter>,
    /// Keys of two parameters and their rank correlation.
    pub correlations: Vec<(String, String, f64)>,
}

impl Identity {
    /// blake3 of its JSON, hex.
    pub fn hash(&self) -> String {
        let json = serde_json::to_string(self).expect("an identity is plain data");
        blake3::hash(json.as_bytes()).to_hex().to_string()
    }
}

/// An uncertain value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Dotted key, as `--set` takes it; a column of the dataset.
    pub key: String,
    /// Its unit.
    pub unit: String,
    /// The distribution, as a scenario file writes it; the values of a choice are TOML literals.
    pub spread: Value,
}

/// A part of a sweep: the `index`-th of `count` stretches of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    index: u32,
    count: u32,
}

impl Shard {
    /// All runs.
    pub const WHOLE: Self = Self { index: 1, count: 1 };

    /// The runs of the shard, of `runs` in all.
    pub fn range(self, runs: u32) -> std::ops::Range<u32> {
        let cut = |part: u32| (u64::from(runs) * u64::from(part) / u64::from(self.count)) as u32;
        cut(self.index - 1)..cut(self.index)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/');
        let numbers = numbers.and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((index, count)) if 1 <= index && index <= count => Ok(Self { index, count }),
            _ => Err(format!("`{text}` is not i/n with i from 1 to n")),
        }
    }
}

impl TryFrom<String> for Shard {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

/// The content of the file. It says nothing of machines or times: those differ where data do not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// Version of the format: 1.
    pub format_version: u32,
    /// How far it came.
    pub status: Status,
    /// Which of the runs are here.
    pub shard: Shard,
    /// What is swept.
    pub sweep: Identity,
}

impl Manifest {
    /// The manifest of a sweep that starts.
    pub fn new(sweep: Identity, shard: Shard) -> Self {
        Self {
            format: FORMAT.to_owned(),
            format_version: 1,
            status: Status::Running,
            shard,
            sweep,
        }
    }

    /// Replaces the file in `folder`.
    pub fn write(&self, folder: &Path) -> Result<(), RecordError> {
        let text = serde_json::to_string_pretty(self).expect("a manifest is plain data") + "\n";
        atomic::write(&folder.join(MANIFEST), text.as_bytes())
    }

    /// Reads the manifest of a sweep folder.
    pub fn read(folder: &Path) -> Result<Self, StudyError> {
        let path = folder.join(MANIFEST);
        let other = |why: String| StudyError::NotASweep {
            path: folder.to_path_buf(),
            why,
        };
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(other(format!("it has no {MANIFEST}")));
            }
            Err(error) => return Err(RecordError::io("read", &path)(error).into()),
        };
        let value: Value = serde_json::from_slice(&bytes)
            .map_err(|error| other(format!("its {MANIFEST} is not JSON: {error}")))?;
        if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
            return Err(other(format!(
                "its {MANIFEST} has no `format = \"{FORMAT}\"`"
            )));
        }
        serde_json::from_value(value).map_err(|error| other(format!("its {MANIFEST}: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_cover_every_run_once() {
        for (runs, count) in [(1, 1), (10, 3), (7, 7), (3, 5), (10_000_000, 64)] {
            let ranges: Vec<_> = (1..=count)
                .map(|index| Shard { index, count }.range(runs))
                .collect();
            assert_eq!((ranges[0].start, ranges[count as usize - 1].end), (0, runs));
            assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
        }
    }

    #[test]
    fn words_that_are_no_shard_are_refused() {
        for wrong in ["", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
        assert_eq!("2/3".parse::<Shard>().unwrap().to_string(), "2/3");
    }
}
