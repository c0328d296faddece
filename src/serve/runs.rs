//! The runs of a folder, with the state each is in.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::Serialize;

use super::folder::Folder;
use super::follow::Follower;
use super::jobs::{Ended, Jobs, Stage};
use super::sweeps::{self, Sweeps};
use crate::record::{Accumulator, MANIFEST, Manifest, RecordError, RunReader, Status, names};

/// Runs that are listed, newest first.
const LISTED_MAX: usize = 1000;
/// Ticks read in one go.
const TICKS_MAX: usize = 4096;
/// The files of a run folder that are read.
const FILES: [&str; 5] = [
    MANIFEST,
    names::CSV,
    names::PARQUET,
    names::DIGESTS,
    names::SUMMARY,
];

/// State of a run, for whoever looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// Started here, nothing recorded yet.
    Starting,
    /// A process is writing it.
    Running,
    /// Asked to end.
    Stopping,
    /// Every planned tick is recorded.
    Completed,
    /// Ended by a signal; resumable.
    Interrupted,
    /// Its process went without a word; resumable.
    Killed,
    /// Ended by an error.
    Failed,
}

impl RunState {
    /// True while a process may still write.
    pub fn is_at_work(self) -> bool {
        matches!(
            self,
            RunState::Starting | RunState::Running | RunState::Stopping
        )
    }
}

/// A run as it is listed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Its folder inside the folder of runs, with `/` between parts.
    pub id: String,
    /// State.
    pub state: RunState,
    /// Name of its scenario; empty before it is known.
    pub scenario: String,
    /// Question of its scenario.
    pub question: String,
    /// Seed, as a text: scripts know whole numbers up to 2^53 only.
    pub seed: String,
    /// Fraction of the world that is simulated; 0 before it is known.
    pub sample: f64,
    /// Engine of the last session.
    pub engine: String,
    /// Ticks recorded, burn-in included.
    pub ticks: u64,
    /// Day of the last recorded tick, from the end of burn-in.
    pub day: f64,
    /// Days that the scenario plans after burn-in; fewer where ticks are limited.
    pub days: f64,
    /// Calendar date of the last recorded tick; empty before the first.
    pub date: String,
    /// Training OOM of the frontier since day 0.
    pub oom: f64,
    /// Last link of the digest chain, hex; empty before it is known.
    pub digest: String,
    /// When the first session started, UTC; empty before.
    pub start: String,
    /// Wall time of all sessions up to the last checkpoint or end, seconds.
    pub wall_s: f64,
    /// Why it failed, in the words of the program; empty if it did not.
    pub error: String,
    /// True if it was started here and can be stopped here.
    pub stoppable: bool,
    /// True if it can be continued.
    pub resumable: bool,
}

/// What was read of a run, and until when.
struct Read {
    manifest: Manifest,
    modified: SystemTime,
    follower: Follower,
    so_far: Accumulator,
    day: f64,
}

/// The runs of a folder.
pub struct Runs {
    folder: Folder,
    /// As the user wrote it.
    spoken: PathBuf,
    read: Mutex<BTreeMap<String, Read>>,
    sweeps: Sweeps,
}

impl Runs {
    /// Those of `folder`, which the user calls `spoken`.
    pub fn new(folder: Folder, spoken: PathBuf) -> Runs {
        Runs {
            folder,
            spoken,
            read: Mutex::default(),
            sweeps: Sweeps::default(),
        }
    }

    /// The folder they are in.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The folder as the user wrote it.
    pub fn spoken(&self) -> &Path {
        &self.spoken
    }

    /// The folder of a run or sweep; `None` if there is none, or it leads elsewhere.
    pub fn find(&self, id: &str) -> Option<PathBuf> {
        let depth = id.split('/').count();
        let folder = self.folder.find(id).filter(|_| depth <= 2)?;
        let is_run = folder.join(MANIFEST).is_file() && self.folder.holds(&folder, &FILES);
        is_run.then_some(folder)
    }

    /// The same for whoever reads all of it.
    pub fn find_whole(&self, id: &str) -> Option<PathBuf> {
        let folder = self.find(id)?;
        let is_whole = !self.sweeps.has(&folder) || sweeps::parts_are_in(&self.folder, &folder);
        is_whole.then_some(folder)
    }

    /// Labs of a run's world, as far as it was read.
    pub fn labs(&self, id: &str) -> usize {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.get(id).map_or(1, |read| read.manifest.labs())
    }

    /// Names of the folders with a manifest, and of those in folders without one, where variants are.
    fn ids(&self) -> Result<Vec<String>, RecordError> {
        let mut ids = Vec::new();
        for outer in folders(self.folder.path())? {
            if self.find(&outer).is_some() {
                ids.push(outer);
            } else if let Some(inside) = self.folder.find(&outer) {
                // One that goes, or is not ours to read, has no runs to list.
                let inner = folders(&inside).unwrap_or_default();
                ids.extend(inner.into_iter().map(|inner| format!("{outer}/{inner}")));
            }
        }
        Ok(ids)
    }

    /// All sweeps, by name.
    pub fn sweeps(&self) -> Result<Vec<sweeps::Row>, RecordError> {
        let mut ids = self.ids()?;
        ids.sort_unstable();
        let found = ids.iter().filter_map(|id| Some((id, self.find(id)?)));
        let rows = found.filter_map(|(id, folder)| self.sweeps.row(id, &folder));
        Ok(rows.take(LISTED_MAX).collect())
    }

    /// All runs, newest first. Runs that have no manifest yet come from `jobs`.
    pub fn list(&self, jobs: &Jobs) -> Result<Vec<Row>, RecordError> {
        let mut ids = jobs.ids();
        ids.extend(self.ids()?);
        ids.sort_unstable();
        ids.dedup();
        let mut rows: Vec<Row> = ids.iter().filter_map(|id| self.row(id, jobs)).collect();
        // Runs without a start are being started.
        rows.sort_by(|a, b| {
            (b.start.is_empty(), &b.start, &b.id).cmp(&(a.start.is_empty(), &a.start, &a.id))
        });
        rows.truncate(LISTED_MAX);
        Ok(rows)
    }

    /// A run as it is now; `None` if there is none.
    pub fn row(&self, id: &str, jobs: &Jobs) -> Option<Row> {
        let job = jobs.look(id);
        let mut all = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(folder) = self.find(id) else {
            // One that had a manifest and has none any more was moved or deleted.
            let is_gone = all.contains_key(id);
            let job = job.filter(|(stage, _)| !(is_gone && matches!(stage, Stage::Ended(_))));
            return job.map(|job| without_manifest(id, job));
        };
        if self.sweeps.has(&folder) {
            return None;
        }
        let read = match refreshed(all.remove(id), &folder) {
            Ok(read) => all.entry(id.to_owned()).or_insert(read),
            Err(error) => return Some(unreadable(id, &error)),
        };
        let state = state(&read.manifest, &folder, job.as_ref());
        Some(read.row(id, state, job.as_ref()))
    }
}

/// Names of the folders in a folder that can be named in a request.
fn folders(path: &Path) -> Result<Vec<String>, RecordError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(RecordError::io("read", path))? {
        let entry = entry.map_err(RecordError::io("read", path))?;
        if entry.path().is_dir() {
            names.extend(entry.file_name().into_string().ok());
        }
    }
    Ok(names)
}

/// What is known of a run, brought up to what its folder holds now.
fn refreshed(known: Option<Read>, folder: &Path) -> Result<Read, RecordError> {
    let path = folder.join(MANIFEST);
    let modified = fs::metadata(&path)
        .and_then(|file| file.modified())
        .map_err(RecordError::io("read", &path))?;
    let mut read = match known {
        Some(read) if read.modified == modified => read,
        known => {
            let manifest = RunReader::open(folder)?.manifest;
            let same_run = known.filter(|known| known.manifest.start == manifest.start);
            match same_run {
                Some(known) => Read {
                    manifest,
                    modified,
                    ..known
                },
                None => Read {
                    follower: Follower::new(folder, manifest.labs(), 0),
                    manifest,
                    modified,
                    so_far: Accumulator::default(),
                    day: 0.0,
                },
            }
        }
    };
    loop {
        let ticks = read.follower.next(TICKS_MAX)?;
        for tick in &ticks {
            read.so_far.add_tick(tick);
        }
        match ticks.last().and_then(|tick| tick.first()) {
            Some(row) => read.day = row.day,
            None => return Ok(read),
        }
    }
}

impl Read {
    fn row(&self, id: &str, state: RunState, job: Option<&(Stage, String)>) -> Row {
        let manifest = &self.manifest;
        let run = &manifest.scenario["run"];
        let limited = manifest
            .ticks_limit
            .zip(run["tick_hours"].as_f64())
            .map_or(f64::INFINITY, |(ticks, hours)| ticks as f64 * hours / 24.0);
        Row {
            id: id.to_owned(),
            state,
            scenario: manifest.scenario_name.clone(),
            question: manifest.scenario["question"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            seed: manifest.seed.to_string(),
            sample: manifest.sample,
            engine: manifest.engine.clone(),
            ticks: self.so_far.ticks_total(),
            day: self.day,
            days: run["days"].as_f64().unwrap_or(0.0).min(limited),
            date: self.so_far.date().to_owned(),
            oom: self.so_far.headline_oom(),
            digest: if state.is_at_work() {
                String::new()
            } else {
                manifest.digest.clone()
            },
            start: manifest.start.clone(),
            wall_s: manifest.wall_s,
            error: error(manifest, state, job),
            stoppable: state.is_at_work()
                && job.is_some_and(|(stage, _)| !matches!(stage, Stage::Ended(_))),
            resumable: matches!(
                state,
                RunState::Interrupted | RunState::Killed | RunState::Failed
            ),
        }
    }
}

fn state(manifest: &Manifest, folder: &Path, job: Option<&(Stage, String)>) -> RunState {
    match job.map(|(stage, _)| *stage) {
        Some(Stage::Working) if manifest.status == Status::Running => RunState::Running,
        Some(Stage::Working) => RunState::Starting,
        Some(Stage::Stopping) => RunState::Stopping,
        ended => match manifest.status {
            Status::Completed => RunState::Completed,
            Status::Interrupted => RunState::Interrupted,
            Status::Failed => RunState::Failed,
            Status::Running if ended.is_some() => RunState::Killed,
            // Started elsewhere: whoever writes it holds its lock.
            Status::Running => match crate::record::lock::check_free(folder) {
                Ok(()) => RunState::Killed,
                Err(_) => RunState::Running,
            },
        },
    }
}

/// What a run says of its end, in the words of the program. One that could not be continued leaves its
/// manifest as it was: then only its process tells.
fn error(manifest: &Manifest, state: RunState, job: Option<&(Stage, String)>) -> String {
    match (state, &manifest.error, job) {
        (RunState::Failed, Some(error), _) => error.clone(),
        (_, _, Some((Stage::Ended(Ended::Code(code)), told))) if ![0, 130].contains(code) => {
            told.clone()
        }
        _ => String::new(),
    }
}

/// A run that was started here and has left no manifest: not yet, or never.
fn without_manifest(id: &str, (stage, told): (Stage, String)) -> Row {
    let (state, error) = match stage {
        Stage::Working => (RunState::Starting, String::new()),
        Stage::Stopping => (RunState::Stopping, String::new()),
        Stage::Ended(ended) if told.is_empty() => (RunState::Failed, said_nothing(ended)),
        Stage::Ended(_) => (RunState::Failed, told),
    };
    Row {
        stoppable: state.is_at_work(),
        ..blank(id, state, error)
    }
}

fn said_nothing(ended: Ended) -> String {
    match ended {
        Ended::Code(130) => "stopped before its first tick".to_owned(),
        Ended::Code(code) => format!("ended with code {code}"),
        Ended::Signal => "ended by a signal".to_owned(),
    }
}

fn unreadable(id: &str, error: &RecordError) -> Row {
    blank(id, RunState::Failed, error.to_string())
}

fn blank(id: &str, state: RunState, error: String) -> Row {
    Row {
        id: id.to_owned(),
        state,
        scenario: String::new(),
        question: String::new(),
        seed: String::new(),
        sample: 0.0,
        engine: String::new(),
        ticks: 0,
        day: 0.0,
        days: 0.0,
        date: String::new(),
        oom: 0.0,
        digest: String::new(),
        start: String::new(),
        wall_s: 0.0,
        error,
        stoppable: false,
        resumable: false,
    }
}
