//! A sweep folder: every run is on disk as it ends, and a part of the dataset as its runs are all
//! there. What a finished folder holds depends on the runs alone, not on their order, on kills or
//! on shards.

use std::fs::{self, File};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::StudyError;
use super::manifest::{Identity, Manifest, Shard};
use super::outcome::{self, RunRow};
use crate::record::table::{self, Reader, Table, Values};
use crate::record::{
    Existing, MANIFEST, RecordError, Status, atomic, lock, manifest::differences, parquet_file,
};

/// Runs of a part: a file of `runs/` and one of `ticks/`.
pub const PART_RUNS: u32 = 128;

/// Folder of what runs come down to, a row each.
pub const RUNS: &str = "runs";

/// Folder of recorded ticks, a row for each lab.
pub const TICKS: &str = "ticks";

/// Folder of runs whose part is not whole yet.
const PENDING: &str = "pending";

/// The footer note with the row of a pending run, a [`Recorded`].
const ROW: &str = "run";

/// The footer note of a part with the hash of its sweep.
const SWEEP: &str = "sweep";

/// A pending run.
#[derive(Serialize, Deserialize)]
struct Recorded {
    /// Hash of its sweep.
    sweep: String,
    row: RunRow,
}

/// A sweep folder that this process writes.
#[derive(Debug)]
pub struct Dataset {
    folder: PathBuf,
    manifest: Manifest,
    lock: File,
    /// Runs that are on disk.
    done: Mutex<Vec<bool>>,
}

/// An opened folder.
#[derive(Debug)]
pub enum Opened {
    /// Ready to start or to continue.
    Ready(Box<Dataset>),
    /// [`Existing::Resume`] of a completed sweep: there is nothing to do.
    Completed(Box<Manifest>),
}

impl Dataset {
    /// Opens `folder` for a shard of a sweep.
    ///
    /// # Errors
    /// If it holds something else, or cannot be written.
    pub fn open(
        folder: &Path,
        sweep: Identity,
        shard: Shard,
        existing: Existing,
    ) -> Result<Opened, StudyError> {
        let found = look(folder)?;
        if let (Some(manifest), Existing::Refuse) = (&found, existing) {
            let runs = shard_runs(manifest);
            return Err(StudyError::Exists {
                path: folder.to_path_buf(),
                done: on_disk(folder, manifest)
                    .iter()
                    .filter(|&&done| done)
                    .count(),
                runs: runs.len(),
            });
        }
        fs::create_dir_all(folder).map_err(RecordError::io("create", folder))?;
        let lock = lock::take(folder)?;
        let wanted = Manifest::new(sweep, shard);
        match look(folder)? {
            Some(manifest) if existing == Existing::Resume => {
                check_same(folder, &manifest, &wanted)?;
                // A part may have been removed since, as a damaged one is to be.
                let is_whole = on_disk(folder, &wanted).iter().all(|&done| done);
                if manifest.status == Status::Completed && is_whole {
                    drop(lock);
                    atomic::remove_file(&folder.join(crate::record::names::LOCK))?;
                    return Ok(Opened::Completed(Box::new(manifest)));
                }
            }
            None if existing != Existing::Replace && holds_runs(folder) => {
                return Err(StudyError::NotASweep {
                    path: folder.to_path_buf(),
                    why: "it holds runs, but no manifest says of which sweep; replace them with --force"
                        .to_owned(),
                });
            }
            found => {
                // First, so that a kill in between does not leave a sweep without its data.
                if found.is_some() {
                    atomic::remove_file(&folder.join(MANIFEST))?;
                }
                for name in [RUNS, TICKS, PENDING] {
                    atomic::remove_folder(&folder.join(name))?;
                }
            }
        }
        for name in [RUNS, TICKS, PENDING] {
            let inner = folder.join(name);
            fs::create_dir_all(&inner).map_err(RecordError::io("create", &inner))?;
        }
        wanted.write(folder)?;
        let dataset = Self {
            folder: folder.to_path_buf(),
            done: Mutex::new(on_disk(folder, &wanted)),
            manifest: wanted,
            lock,
        };
        dataset.tidy()?;
        Ok(Opened::Ready(Box::new(dataset)))
    }

    /// What is swept.
    pub fn sweep(&self) -> &Identity {
        &self.manifest.sweep
    }

    /// Runs of the shard that are not on disk, ascending.
    pub fn missing(&self) -> Vec<u32> {
        let runs = shard_runs(&self.manifest);
        let done = self.done.lock().expect("no thread panics with it");
        runs.zip(done.iter())
            .filter(|(_, done)| !**done)
            .map(|(run, _)| run)
            .collect()
    }

    /// Records a run that has ended; `ticks` are its rows as [`ticks_of`] makes them.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn add(&self, row: &RunRow, ticks: &Table) -> Result<(), StudyError> {
        let recorded = Recorded {
            sweep: self.sweep().hash(),
            row: row.clone(),
        };
        let note = serde_json::to_string(&recorded).expect("a row is plain data");
        let group = (ticks.rows() > 0).then(|| Ok(ticks.clone()));
        let path = pending(&self.folder, row.run);
        table::write(&path, TICKS, ticks, Some((ROW, note)), group.into_iter())?;
        let runs = shard_runs(&self.manifest);
        let part = part_runs(row.run / PART_RUNS, &runs);
        // The last run of a part puts it together, while others wait with theirs.
        let mut done = self.done.lock().expect("no thread panics with it");
        done[(row.run - runs.start) as usize] = true;
        let inside = (part.start - runs.start) as usize..(part.end - runs.start) as usize;
        if done[inside].iter().all(|&done| done) {
            self.assemble(part)?;
        }
        Ok(())
    }

    /// States that every run is there.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn complete(mut self) -> Result<Manifest, StudyError> {
        atomic::remove_folder(&self.folder.join(PENDING))?;
        self.manifest.status = Status::Completed;
        self.manifest.write(&self.folder)?;
        // Nobody writes the folder again: what is left is the dataset.
        drop(self.lock);
        atomic::remove_file(&self.folder.join(crate::record::names::LOCK))?;
        Ok(self.manifest)
    }

    /// Puts parts together whose runs were all there when the last session was killed.
    fn tidy(&self) -> Result<(), StudyError> {
        let runs = shard_runs(&self.manifest);
        let done = self.done.lock().expect("no thread panics with it").clone();
        for part in parts(&runs) {
            let whole = is_whole(&self.folder, part.start / PART_RUNS);
            let inside = (part.start - runs.start) as usize..(part.end - runs.start) as usize;
            if whole {
                self.drop_pending(part)?;
            } else if done[inside].iter().all(|&done| done) {
                self.assemble(part)?;
            }
        }
        Ok(())
    }

    /// Makes the two files of a part from its pending runs. The file of `runs/` comes last: where it
    /// is, the part is whole.
    fn assemble(&self, part: Range<u32>) -> Result<(), StudyError> {
        let mut rows = Vec::with_capacity(part.len());
        let mut readers = Vec::with_capacity(part.len());
        for run in part.clone() {
            let path = pending(&self.folder, run);
            let hash = self.sweep().hash();
            let (row, reader) =
                open_pending(&path, &hash).ok_or_else(|| StudyError::Malformed {
                    path: path.clone(),
                    why: "not as it was written".to_owned(),
                })?;
            rows.push(row);
            readers.push((path, reader));
        }
        let number = part.start / PART_RUNS;
        let tables = readers.into_iter().map(|(path, reader)| {
            let mut ticks = like();
            for group in 0..reader.groups() {
                let group = reader.group(group, |_| true);
                let group = group.map_err(RecordError::parquet("read", &path))?;
                append(&mut ticks, &group, &path)?;
            }
            Ok(ticks)
        });
        let path = part_file(&self.folder, TICKS, number);
        table::write(&path, TICKS, &like(), note(self.sweep()), grouped(tables))?;
        let runs = outcome::table_of(self.sweep(), &rows);
        let path = part_file(&self.folder, RUNS, number);
        let group = std::iter::once(Ok(runs.clone()));
        table::write(&path, RUNS, &runs, note(self.sweep()), group)?;
        self.drop_pending(part)
    }

    fn drop_pending(&self, part: Range<u32>) -> Result<(), StudyError> {
        for run in part {
            atomic::remove_file(&pending(&self.folder, run))?;
        }
        Ok(())
    }
}

/// The manifest at a path; `None` where nothing is, or nothing but what a killed start left.
fn look(folder: &Path) -> Result<Option<Manifest>, StudyError> {
    let not = |why: &str| StudyError::NotASweep {
        path: folder.to_path_buf(),
        why: why.to_owned(),
    };
    if folder.is_file() {
        return Err(not("it is a file"));
    }
    if folder.join(MANIFEST).exists() {
        return Manifest::read(folder).map(Some);
    }
    let left = [RUNS, TICKS, PENDING, crate::record::names::LOCK];
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(None);
    };
    let mut names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    if names.all(|name| left.contains(&name.as_str()) || name.ends_with(atomic::TEMPORARY)) {
        Ok(None)
    } else {
        Err(not("it holds other files, which were not touched"))
    }
}

fn check_same(folder: &Path, found: &Manifest, wanted: &Manifest) -> Result<(), StudyError> {
    let comparable = |manifest: &Manifest| -> Value {
        let mut value = serde_json::to_value(manifest).expect("a manifest is plain data");
        value["status"] = Value::Null;
        value
    };
    let differences = differences(&comparable(found), &comparable(wanted));
    if differences.is_empty() {
        return Ok(());
    }
    Err(StudyError::OtherSweep {
        path: folder.to_path_buf(),
        differences,
    })
}

/// Which runs of the shard are on disk, whole.
fn on_disk(folder: &Path, manifest: &Manifest) -> Vec<bool> {
    let runs = shard_runs(manifest);
    let hash = manifest.sweep.hash();
    let is_done = |run: u32| {
        let found = open_pending(&pending(folder, run), &hash);
        found.is_some_and(|(row, reader)| row.run == run && reader.is_readable())
    };
    let parts = parts(&runs);
    parts
        .flat_map(|part| {
            let whole = is_whole(folder, part.start / PART_RUNS);
            part.map(move |run| (run, whole))
        })
        .map(|(run, whole)| whole || is_done(run))
        .collect()
}

/// Are both files of a part there?
fn is_whole(folder: &Path, part: u32) -> bool {
    [RUNS, TICKS]
        .iter()
        .all(|kind| part_file(folder, kind, part).exists())
}

/// Is there any file with runs?
fn holds_runs(folder: &Path) -> bool {
    [RUNS, TICKS, PENDING].iter().any(|name| {
        fs::read_dir(folder.join(name)).is_ok_and(|mut entries| entries.next().is_some())
    })
}

/// The note in the footer of every part: of which sweep it is.
pub fn note(sweep: &Identity) -> Option<(&'static str, String)> {
    Some((SWEEP, sweep.hash()))
}

/// Opens a part.
///
/// # Errors
/// If it cannot be read, or is another sweep's.
pub fn open_part(path: &Path, sweep: &Identity) -> Result<Reader, StudyError> {
    let reader = Reader::open(path).map_err(StudyError::malformed(path))?;
    if reader.note(SWEEP) == Some(&sweep.hash()) {
        return Ok(reader);
    }
    Err(StudyError::Malformed {
        path: path.to_path_buf(),
        why: "it is a part of another sweep".to_owned(),
    })
}

/// Runs of the shard of a manifest.
pub fn shard_runs(manifest: &Manifest) -> Range<u32> {
    manifest.shard.range(manifest.sweep.runs)
}

/// Stretches of `runs` that share a part.
pub fn parts(runs: &Range<u32>) -> impl Iterator<Item = Range<u32>> + use<> {
    let runs = runs.clone();
    let last = runs.end.div_ceil(PART_RUNS);
    let first = if runs.is_empty() {
        last
    } else {
        runs.start / PART_RUNS
    };
    (first..last).map(move |part| part_runs(part, &runs))
}

/// The runs of a part, as far as they are among `runs`.
fn part_runs(part: u32, runs: &Range<u32>) -> Range<u32> {
    let start = part * PART_RUNS;
    start.max(runs.start)..(start + PART_RUNS).min(runs.end)
}

/// The file of a part.
pub fn part_file(folder: &Path, kind: &str, part: u32) -> PathBuf {
    folder.join(kind).join(format!("part-{part:05}.parquet"))
}

fn pending(folder: &Path, run: u32) -> PathBuf {
    folder.join(PENDING).join(format!("run-{run:08}.parquet"))
}

/// A run that was recorded; `None` if the file is not there, not whole, or of another sweep.
fn open_pending(path: &Path, hash: &str) -> Option<(RunRow, Reader)> {
    let reader = Reader::open(path).ok()?;
    let recorded: Recorded = serde_json::from_str(reader.note(ROW)?).ok()?;
    (recorded.sweep == hash).then_some((recorded.row, reader))
}

/// The columns of `ticks/`, without rows.
pub fn like() -> Table {
    ticks_of(0, &[])
}

/// Rows of a run as the columns of `ticks/`.
pub fn ticks_of(run: u32, rows: &[crate::record::TickRow]) -> Table {
    let mut table = parquet_file::table_of(rows);
    let run = Values::Counts(vec![run.into(); rows.len()]);
    table.columns.insert(0, ("run".to_owned(), run));
    table
}

/// Appends rows that were read from `path`.
pub fn append(table: &mut Table, more: &Table, path: &Path) -> Result<(), RecordError> {
    table.append(more).map_err(|why| RecordError::Malformed {
        path: path.to_path_buf(),
        place: "columns".to_owned(),
        why: why.to_owned(),
        remedy: "sweep again with this version",
    })
}

/// Runs as row groups: a group ends with the first run that makes it large enough, so that the cut
/// is the same however the runs came together.
pub fn grouped(
    runs: impl Iterator<Item = Result<Table, RecordError>>,
) -> impl Iterator<Item = Result<Table, RecordError>> {
    let mut runs = runs.fuse();
    std::iter::from_fn(move || {
        let mut group = like();
        while group.rows() < parquet_file::ROW_GROUP_ROWS {
            match runs.next() {
                Some(Ok(run)) => {
                    let fits = group.append(&run);
                    debug_assert!(fits.is_ok(), "every run has the columns of `like`");
                }
                Some(Err(error)) => return Some(Err(error)),
                None => break,
            }
        }
        (group.rows() > 0).then_some(Ok(group))
    })
}
