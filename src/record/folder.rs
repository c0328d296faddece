//! Opening a run folder: nothing is written over unless asked, nothing that is not a run folder is
//! touched, two processes never write one folder.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use super::checkpoint::{Checkpoint, Checkpoints};
use super::error::RecordError;
use super::manifest::{self, Identity, MANIFEST, Machine, Manifest, Status};
use super::reader::RunReader;
use super::recorder::Recorder;
use super::{atomic, calendar, csv_file, digests, lock, names};

/// What to do with a folder that already holds a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Refuse it.
    Refuse,
    /// Replace the run.
    Replace,
    /// Continue the run.
    Resume,
}

/// An opened folder.
#[derive(Debug)]
pub enum Opened {
    /// Ready to start or to continue.
    Ready(Box<RunFolder>),
    /// `Existing::Resume` of a completed run, and no more ticks are asked for: there is nothing to do.
    Completed(Box<Manifest>),
}

/// A run folder that this process has locked and has not yet begun to write.
#[derive(Debug)]
pub struct RunFolder {
    pub(super) path: PathBuf,
    pub(super) manifest: Manifest,
    pub(super) checkpoints: Checkpoints,
    pub(super) lock: File,
    resumed: bool,
}

/// What is at a path.
enum Found {
    /// Nothing, or an empty folder, or one that was killed before its manifest was there.
    Nothing,
    /// A run folder.
    Run(Value),
}

impl RunFolder {
    /// Opens `path` for a run of `identity`; checkpoints may take `budget` bytes.
    pub fn open(
        path: &Path,
        identity: Identity,
        existing: Existing,
        budget: u64,
    ) -> Result<Opened, RecordError> {
        let found = look(path)?;
        if let (Existing::Refuse, Found::Run(manifest)) = (existing, &found) {
            return Err(RecordError::Exists {
                path: path.to_path_buf(),
                status: manifest["status"].as_str().unwrap_or("unknown").to_owned(),
                ticks: manifest["ticks"].as_u64().unwrap_or(0),
            });
        }
        fs::create_dir_all(path).map_err(RecordError::io("create", path))?;
        let lock = lock::take(path)?;
        let resume = existing == Existing::Resume && matches!(look(path)?, Found::Run(_));
        let manifest = if resume {
            let asked = identity.ticks_limit;
            let mut manifest = resumable(path, identity)?;
            if manifest.status == Status::Completed && !is_longer(path, &manifest, asked) {
                return Ok(Opened::Completed(Box::new(manifest)));
            }
            manifest.ticks_limit = asked.or(manifest.ticks_limit);
            manifest
        } else {
            Manifest::new(identity, calendar::utc(SystemTime::now()))
        };
        let folder = path.join(names::CHECKPOINTS);
        let checkpoints = Checkpoints::new(folder, manifest.scenario_hash.clone(), budget);
        let path = path.to_path_buf();
        let folder = RunFolder {
            path,
            manifest,
            checkpoints,
            lock,
            resumed: resume,
        };
        Ok(Opened::Ready(Box::new(folder)))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The manifest as it will be continued.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// True when it holds ticks of an earlier session.
    pub fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// Checkpoints to continue from, newest first, and a message for each that cannot be used.
    pub fn checkpoints(&self) -> Result<(Vec<Checkpoint>, Vec<String>), RecordError> {
        if !self.resumed {
            return Ok((Vec::new(), Vec::new()));
        }
        let (mut usable, mut messages) = self.checkpoints.usable()?;
        let recorded = self.last_recorded_tick();
        usable.retain(|checkpoint| {
            let tick = checkpoint.at.tick;
            let is_recorded = recorded.is_some_and(|last| last >= tick);
            if !is_recorded {
                messages.push(format!(
                    "checkpoint of tick {tick} skipped: `{}` and `{}` end before it",
                    names::CSV,
                    names::DIGESTS
                ));
            }
            is_recorded
        });
        Ok((usable, messages))
    }

    /// The last tick that both files hold whole; a file that cannot be read holds none.
    fn last_recorded_tick(&self) -> Option<u64> {
        let rows = csv_file::Rows::open(&self.path.join(names::CSV)).ok()?;
        // A tick is there when the rows of all labs are.
        let labs = self.manifest.labs();
        let mut in_csv = None;
        let (mut tick, mut rows_of_tick) = (None, 0);
        for row in rows.map_while(Result::ok) {
            rows_of_tick = if tick == Some(row.tick) {
                rows_of_tick + 1
            } else {
                1
            };
            tick = Some(row.tick);
            if rows_of_tick == labs {
                in_csv = tick;
            }
        }
        let in_csv = in_csv?;
        let digests = digests::read(&self.path.join(names::DIGESTS)).ok()?;
        digests
            .links
            .iter()
            .rev()
            .map(|link| link.0)
            .find(|tick| *tick <= in_csv)
    }

    /// Gives up before anything was written: a folder made for this run goes, one that was there
    /// stays as it was.
    pub fn abandon(self) {
        let lock = self.path.join(names::LOCK);
        // Best effort: an empty folder that stays is no obstacle to the next run.
        let _ = self.lock.set_len(0);
        drop(self.lock);
        if !self.path.join(MANIFEST).exists() {
            let _ = fs::remove_file(lock);
            let _ = fs::remove_dir(&self.path);
        }
    }

    /// Begins to write: from the start, or from `checkpoint`, and everything recorded after it
    /// goes.
    pub fn start(
        mut self,
        machine: Machine,
        checkpoint: Option<&Checkpoint>,
    ) -> Result<Recorder, RecordError> {
        if checkpoint.is_none() && !self.resumed {
            clear(&self.path)?;
        }
        self.manifest.set_machine(machine);
        self.manifest.status = Status::Running;
        self.manifest.end = None;
        self.manifest.error = None;
        self.manifest.files.clear();
        self.manifest.resumed += u32::from(self.resumed);
        // What the files are cut to below: should this be killed before the next checkpoint, the
        // manifest must not state ticks that are gone.
        self.manifest.ticks = checkpoint.map_or(0, |checkpoint| checkpoint.at.ticks);
        self.manifest.digest.clear();
        self.checkpoints.tidy()?;
        self.manifest.write(&self.path)?;
        Recorder::begin(self, checkpoint)
    }
}

/// Does a limit of `asked` ticks leave something to do for a completed run? Not if it ended where the
/// scenario does, before its own limit.
fn is_longer(path: &Path, manifest: &Manifest, asked: Option<u64>) -> bool {
    let (Some(asked), Some(limit)) = (asked, manifest.ticks_limit) else {
        return false;
    };
    let summary = RunReader::open(path).and_then(|reader| reader.summary());
    let done = summary.map_or(limit, |summary| summary["ticks"].as_u64().unwrap_or(limit));
    asked > limit && done >= limit
}

/// Reads the manifest of the run to continue and checks that it is the same run.
fn resumable(path: &Path, identity: Identity) -> Result<Manifest, RecordError> {
    let value = Manifest::read_value(path)?;
    let sealed = value["seal"].as_str().map(str::to_owned);
    if sealed.is_none_or(|seal| seal != manifest::seal(value)) {
        return Err(RecordError::Malformed {
            path: path.join(MANIFEST),
            place: "seal".to_owned(),
            why: "the manifest was altered".to_owned(),
            remedy: "restore the file from a copy, or start again with --force",
        });
    }
    let mut manifest = Manifest::read(path)?;
    if manifest.scenario_hash != identity.scenario_hash {
        return Err(RecordError::OtherScenario {
            path: path.to_path_buf(),
            differences: manifest::differences(&manifest.scenario, &identity.scenario),
        });
    }
    manifest.version = env!("CARGO_PKG_VERSION").to_owned();
    Ok(manifest)
}

fn look(path: &Path) -> Result<Found, RecordError> {
    let not_a_run = |why: &str| RecordError::NotARun {
        path: path.to_path_buf(),
        why: why.to_owned(),
    };
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
            return Err(not_a_run("it is a file, not a folder"));
        }
        Err(error) => return Err(RecordError::io("read", path)(error)),
    };
    let unborn = atomic::temporary(Path::new(MANIFEST));
    let mut is_empty = true;
    for entry in entries {
        let name = entry.map_err(RecordError::io("read", path))?.file_name();
        if name == MANIFEST {
            return Manifest::read_value(path).map(Found::Run);
        }
        is_empty &= name == names::LOCK || name == unborn.as_os_str();
    }
    if is_empty {
        Ok(Found::Nothing)
    } else {
        Err(not_a_run(&format!(
            "it holds other files and no {MANIFEST}"
        )))
    }
}

/// Removes what a run folder is made of and nothing else. The manifest stays until the new one
/// takes its place, so that the folder is recognisable whenever this is killed.
fn clear(path: &Path) -> Result<(), RecordError> {
    for name in [
        names::CSV,
        names::PARQUET,
        names::DIGESTS,
        names::TOPICS,
        names::SUMMARY,
    ] {
        atomic::remove_file(&path.join(name))?;
        atomic::remove_file(&atomic::temporary(&path.join(name)))?;
    }
    atomic::remove_folder(&path.join(names::PARTS))?;
    atomic::remove_folder(&path.join(names::CHECKPOINTS))
}
