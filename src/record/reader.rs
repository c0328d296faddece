//! Reading a run folder back, finished or killed, and naming what was altered in it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::columns::TickRow;
use super::error::RecordError;
use super::manifest::{self, MANIFEST, Manifest};
use super::topics::{self, TopicRow};
use super::{atomic, csv_file, digests, lock, names, parquet_file};

/// A run folder to read.
#[derive(Clone, Debug)]
pub struct RunReader {
    path: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
}

impl RunReader {
    /// Opens the folder; it must have a manifest.
    pub fn open(path: &Path) -> Result<RunReader, RecordError> {
        Ok(RunReader {
            path: path.to_path_buf(),
            manifest: Manifest::read(path)?,
        })
    }

    /// # Errors
    /// If a process is writing the folder: its files then agree only by chance.
    pub fn check_unwritten(&self) -> Result<(), RecordError> {
        lock::check_free(&self.path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Tick and digest of every recorded tick.
    pub fn digests(&self) -> Result<Vec<(u64, [u8; 32])>, RecordError> {
        Ok(digests::read(&self.path.join(names::DIGESTS))?.links)
    }

    /// Every row: of `ticks.parquet` when the run has ended, else of `ticks.csv`, without rows of
    /// a tick that a kill left without its digest; none where a run has just begun.
    pub fn rows(&self) -> Result<Vec<TickRow>, RecordError> {
        let parquet = self.path.join(names::PARQUET);
        if self.manifest.files.contains_key(names::PARQUET) {
            return parquet_file::read(&parquet);
        }
        let digests = self.path.join(names::DIGESTS);
        if self.manifest.ticks == 0 && !digests.exists() {
            return Ok(Vec::new());
        }
        let Some((last, _)) = self.digests()?.last().copied() else {
            return Ok(Vec::new());
        };
        let mut rows: Vec<TickRow> = csv_file::Rows::open(&self.path.join(names::CSV))?
            .filter(|row| row.as_ref().map_or(true, |row| row.tick <= last))
            .collect::<Result<_, _>>()?;
        // Whoever continues a run cuts it off and writes the same again: the last tick may be half there.
        rows.truncate(rows.len() / self.manifest.labs() * self.manifest.labs());
        Ok(rows)
    }

    /// How far each lab came in each topic; `None` of a run that has not ended, or of an earlier version.
    pub fn topics(&self) -> Result<Option<Vec<TopicRow>>, RecordError> {
        if !self.manifest.files.contains_key(names::TOPICS) {
            return Ok(None);
        }
        topics::read(&self.path.join(names::TOPICS)).map(Some)
    }

    /// The summary of a run that has ended.
    pub fn summary(&self) -> Result<Value, RecordError> {
        let path = self.path.join(names::SUMMARY);
        let text = std::fs::read_to_string(&path).map_err(RecordError::io("read", &path))?;
        serde_json::from_str(&text).map_err(|error| RecordError::Malformed {
            place: format!("line {}", error.line()),
            why: error.to_string(),
            remedy: "make it again with `takeoff run` and --force",
            path,
        })
    }

    /// What of the folder was altered or cut off since it was written, the manifest first; empty
    /// when all of it is as written. Of a killed run only the inner agreement can be checked.
    pub fn problems(&self) -> Result<Vec<String>, RecordError> {
        let mut problems = Vec::new();
        let value = Manifest::read_value(&self.path)?;
        let stated = value["seal"].as_str().unwrap_or_default().to_owned();
        if stated != manifest::seal(value) {
            problems.push(format!(
                "`{MANIFEST}` was altered: its seal does not fit its keys"
            ));
        }
        for (name, seal) in &self.manifest.files {
            let path = self.path.join(name);
            if !path.exists() {
                problems.push(format!("`{name}` is missing"));
                continue;
            }
            let (bytes, hash) = atomic::fingerprint(&path)?;
            if bytes < seal.bytes {
                let stated = seal.bytes;
                problems.push(format!("`{name}` was truncated: {bytes} bytes of {stated}"));
            } else if hash.to_hex().as_str() != seal.blake3 {
                problems.push(format!(
                    "`{name}` was altered: its blake3 is not the manifest's"
                ));
            }
        }
        self.disagreements(&mut problems)?;
        Ok(problems)
    }

    fn disagreements(&self, problems: &mut Vec<String>) -> Result<(), RecordError> {
        let finished = self.manifest.is_finished();
        let links = match digests::read(&self.path.join(names::DIGESTS)) {
            Ok(digests) => {
                let torn_by_kill = !finished
                    && digests
                        .problem
                        .as_ref()
                        .is_some_and(|why| why.ends_with("cut off"));
                if let Some(why) = digests.problem.filter(|_| !torn_by_kill) {
                    problems.push(format!("`{}`: {why}", names::DIGESTS));
                }
                digests.links
            }
            Err(error) => {
                problems.push(error.to_string());
                Vec::new()
            }
        };
        let (count, stated) = (links.len() as u64, self.manifest.ticks);
        if count < stated || (finished && count > stated) {
            problems.push(format!(
                "`{}` has {count} ticks, `{MANIFEST}` states {stated}",
                names::DIGESTS
            ));
        }
        let last = links.last().map_or(String::new(), |(_, digest)| {
            blake3::Hash::from_bytes(*digest).to_hex().to_string()
        });
        if finished && last != self.manifest.digest {
            problems.push(format!(
                "the last digest of `{}` is not the one `{MANIFEST}` states",
                names::DIGESTS
            ));
        }
        if let Err(why) = self.rows_against(&links) {
            problems.push(why);
        }
        Ok(())
    }

    /// Rows must be of the ticks that have digests, in their order; a killed run may have one
    /// more tick.
    fn rows_against(&self, links: &[(u64, [u8; 32])]) -> Result<(), String> {
        let rows = csv_file::Rows::open(&self.path.join(names::CSV)).map_err(|e| e.to_string())?;
        let mut ticks: Vec<u64> = Vec::new();
        for row in rows {
            let tick = row.map_err(|error| error.to_string())?.tick;
            if ticks.last() != Some(&tick) {
                ticks.push(tick);
            }
        }
        if !self.manifest.is_finished() && ticks.len() == links.len() + 1 {
            ticks.pop();
        }
        if let Some((link, tick)) = links
            .iter()
            .zip(&ticks)
            .find(|(link, tick)| link.0 != **tick)
        {
            return Err(format!(
                "`{}` has tick {tick} where `{}` has tick {}",
                names::CSV,
                names::DIGESTS,
                link.0
            ));
        }
        if ticks.len() != links.len() {
            let (rows, digests) = (ticks.len(), links.len());
            return Err(format!(
                "`{}` has {rows} ticks, `{}` has {digests}",
                names::CSV,
                names::DIGESTS
            ));
        }
        Ok(())
    }
}
