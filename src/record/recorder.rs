//! Writing a run folder tick by tick. `ticks.csv` and `digests.txt` are appended and are the
//! record; Parquet parts, the final Parquet file and the summary are made from the same rows.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::accumulator::Accumulator;
use super::checkpoint::{Checkpoint, CheckpointError, Position, SaveError, Written};
use super::columns::TickRow;
use super::error::RecordError;
use super::folder::RunFolder;
use super::manifest::{FileSeal, Manifest, Status};
use super::summary::{Facts, Summary};
use super::topics::{self, TopicRow};
use super::{atomic, calendar, csv_file, digests, names, parquet_file};

/// Rows after which a part is written.
const PART_ROWS: usize = 8192;
/// Time after which a part is written, so that a slow run is readable as Parquet too.
const PART_TIME: Duration = Duration::from_secs(20);

/// A run folder that is being written.
#[derive(Debug)]
pub struct Recorder {
    folder: RunFolder,
    csv: Appended,
    digests: Appended,
    parts: Parts,
    summary: Accumulator,
    last: Option<(u64, String)>,
    earlier_wall_s: f64,
    since: Instant,
}

impl Recorder {
    pub(super) fn begin(
        folder: RunFolder,
        checkpoint: Option<&Checkpoint>,
    ) -> Result<Recorder, RecordError> {
        let path = folder.path.clone();
        for made_at_the_end in [names::PARQUET, names::TOPICS, names::SUMMARY] {
            atomic::remove_file(&path.join(made_at_the_end))?;
        }
        let mut recorder = Recorder {
            csv: Appended::open(path.join(names::CSV))?,
            digests: Appended::open(path.join(names::DIGESTS))?,
            parts: Parts::begin(path.join(names::PARTS))?,
            summary: Accumulator::default(),
            last: None,
            earlier_wall_s: checkpoint.map_or(0.0, |checkpoint| checkpoint.at.wall_s),
            since: Instant::now(),
            folder,
        };
        match checkpoint {
            Some(checkpoint) => {
                recorder.rewind(checkpoint.at.tick)?;
                recorder.stamp();
                recorder.folder.manifest.write(&path)?;
            }
            None => {
                recorder.folder.checkpoints.remove()?;
                // Digests first: rows without one are no ticks, digests without rows would be a fault.
                recorder.digests.truncate(0)?;
                recorder.keep_header()?;
            }
        }
        Ok(recorder)
    }

    /// Cuts both files after `tick` and gathers the rows up to it again.
    fn rewind(&mut self, tick: u64) -> Result<(), RecordError> {
        let links = digests::read(&self.digests.path)?;
        let kept = links.links.iter().take_while(|link| link.0 <= tick).count();
        self.digests
            .truncate(if kept == 0 { 0 } else { links.ends[kept - 1] })?;
        self.last = links.links[..kept].last().map(|(tick, digest)| {
            (
                *tick,
                blake3::Hash::from_bytes(*digest).to_hex().to_string(),
            )
        });
        let mut rows = csv_file::Rows::open(&self.csv.path)?;
        let mut end = rows.offset();
        let mut of_tick: Vec<TickRow> = Vec::new();
        while let Some(row) = rows.next() {
            let row = row?;
            if row.tick > tick {
                break;
            }
            end = rows.offset();
            if of_tick.first().is_some_and(|first| first.tick != row.tick) {
                self.gather(std::mem::take(&mut of_tick))?;
            }
            of_tick.push(row);
        }
        self.gather(of_tick)?;
        self.csv.truncate(end)
    }

    /// Leaves the header of the rows and nothing else; it stays where it is right, so that who reads
    /// meanwhile finds it.
    fn keep_header(&mut self) -> Result<(), RecordError> {
        if let Ok(rows) = csv_file::Rows::open(&self.csv.path) {
            return self.csv.truncate(rows.offset());
        }
        self.csv.truncate(0)?;
        self.csv.append(csv_file::header().as_bytes())
    }

    fn gather(&mut self, rows: Vec<TickRow>) -> Result<(), RecordError> {
        self.summary.add_tick(&rows);
        self.parts.add(rows)
    }

    /// Records a tick: its rows, one a lab, and its link of the digest chain. When this returns,
    /// a kill of the process loses nothing of it.
    pub fn record(
        &mut self,
        tick: u64,
        rows: Vec<TickRow>,
        digest: &[u8; 32],
    ) -> Result<(), RecordError> {
        let lines: String = rows.iter().map(csv_file::line).collect();
        let before = self.csv.length;
        self.csv.append(lines.as_bytes())?;
        let digest = blake3::Hash::from_bytes(*digest).to_hex().to_string();
        if let Err(error) = self.digests.append(digests::line(tick, &digest).as_bytes()) {
            // Best effort: readers ignore rows of a tick that has no digest.
            let _ = self.csv.truncate(before);
            return Err(error);
        }
        self.last = Some((tick, digest));
        self.gather(rows)
    }

    /// Where the folder is.
    pub fn path(&self) -> &Path {
        &self.folder.path
    }

    /// What the rows so far come down to.
    pub fn progress(&self) -> &Accumulator {
        &self.summary
    }

    /// The manifest as last written, plus the machine of this session.
    pub fn manifest(&self) -> &Manifest {
        &self.folder.manifest
    }

    /// Wall time of all sessions, seconds.
    pub fn wall_s(&self) -> f64 {
        self.earlier_wall_s + self.since.elapsed().as_secs_f64()
    }

    /// Records how far each lab came in each topic, when the run ends.
    pub fn topics(&self, rows: &[TopicRow]) -> Result<(), RecordError> {
        topics::write(&self.folder.path.join(names::TOPICS), rows)
    }

    /// Writes a checkpoint of the last recorded tick. What is recorded is made durable first, so
    /// that a checkpoint never leads to rows that a power cut took.
    pub fn checkpoint(
        &mut self,
        save: &mut dyn FnMut(&mut dyn Write) -> Result<(), SaveError>,
    ) -> Result<Option<Written>, CheckpointError> {
        let Some((tick, _)) = self.last else {
            return Ok(None);
        };
        self.csv.sync()?;
        self.digests.sync()?;
        let at = Position {
            tick,
            ticks: self.summary.ticks_total(),
            wall_s: self.wall_s(),
        };
        let written = self.folder.checkpoints.write(at, save)?;
        self.stamp();
        self.folder.manifest.write(&self.folder.path)?;
        Ok(Some(written))
    }

    fn stamp(&mut self) {
        let wall_s = self.wall_s();
        let manifest = &mut self.folder.manifest;
        manifest.ticks = self.summary.ticks_total();
        manifest.digest = self
            .last
            .as_ref()
            .map_or(String::new(), |(_, digest)| digest.clone());
        manifest.wall_s = wall_s;
    }

    /// Ends the run in an orderly way: the Parquet file, the summary, the sealed manifest. When a
    /// part of that fails the rest is still written, the status is `failed`, and the first error
    /// comes back.
    pub fn finish(
        mut self,
        status: Status,
        error: Option<String>,
    ) -> Result<(Summary, Manifest), RecordError> {
        let mut first = None;
        // Room on a full disk for what follows.
        let emptied = self.folder.lock.set_len(0);
        keep(
            &mut first,
            emptied.map_err(RecordError::io("write", &self.folder.path)),
        );
        keep(&mut first, self.csv.sync());
        keep(&mut first, self.digests.sync());
        keep(&mut first, self.parts.flush());
        match self.merge() {
            Ok(()) => keep(&mut first, self.parts.remove()),
            Err(error) => keep(&mut first, Err(error)),
        }
        self.stamp();
        let manifest = &mut self.folder.manifest;
        manifest.status = if first.is_some() {
            Status::Failed
        } else {
            status
        };
        manifest.error = error.or(first.as_ref().map(ToString::to_string));
        manifest.end = Some(calendar::utc(SystemTime::now()));
        let summary = self.summarise();
        let text = serde_json::to_string_pretty(&summary).expect("a summary is plain data");
        let path = self.folder.path.join(names::SUMMARY);
        keep(&mut first, atomic::write(&path, (text + "\n").as_bytes()));
        keep(&mut first, self.seal());
        if first.is_none() && status == Status::Completed {
            keep(&mut first, self.folder.checkpoints.remove());
        }
        match first {
            Some(error) => Err(error),
            None => Ok((summary, self.folder.manifest)),
        }
    }

    /// Makes `ticks.parquet` from `ticks.csv`, so that it depends on the rows alone and not on
    /// how often the run was stopped.
    fn merge(&self) -> Result<(), RecordError> {
        let rows = csv_file::Rows::open(&self.csv.path)?;
        parquet_file::write(&self.folder.path.join(names::PARQUET), rows)
    }

    fn summarise(&self) -> Summary {
        let manifest = &self.folder.manifest;
        self.summary.finish(Facts {
            scenario: manifest.scenario_name.clone(),
            seed: manifest.seed,
            sample: manifest.sample,
            status: manifest.status.word().to_owned(),
            engine: manifest.engine.clone(),
            wall_s: manifest.wall_s,
            digest: manifest.digest.clone(),
        })
    }

    fn seal(&mut self) -> Result<(), RecordError> {
        let mut files = BTreeMap::new();
        for name in [
            names::CSV,
            names::DIGESTS,
            names::PARQUET,
            names::TOPICS,
            names::SUMMARY,
        ] {
            let path = self.folder.path.join(name);
            if path.exists() {
                let (bytes, hash) = atomic::fingerprint(&path)?;
                let blake3 = hash.to_hex().to_string();
                files.insert(name.to_owned(), FileSeal { bytes, blake3 });
            }
        }
        self.folder.manifest.files = files;
        self.folder.manifest.write(&self.folder.path)
    }
}

/// Keeps the first error of a series of steps.
fn keep(first: &mut Option<RecordError>, result: Result<(), RecordError>) {
    if let Err(error) = result {
        first.get_or_insert(error);
    }
}

/// A file that grows by whole pieces: one that fails to fit is taken back.
#[derive(Debug)]
struct Appended {
    path: PathBuf,
    file: File,
    length: u64,
}

impl Appended {
    fn open(path: PathBuf) -> Result<Appended, RecordError> {
        let file = File::options()
            .append(true)
            .create(true)
            .open(&path)
            .map_err(RecordError::io("create", &path))?;
        let length = file
            .metadata()
            .map_err(RecordError::io("read", &path))?
            .len();
        Ok(Appended { path, file, length })
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), RecordError> {
        if let Err(error) = self.file.write_all(bytes) {
            let _ = self.file.set_len(self.length);
            return Err(RecordError::io("write", &self.path)(error));
        }
        self.length += bytes.len() as u64;
        Ok(())
    }

    fn truncate(&mut self, length: u64) -> Result<(), RecordError> {
        self.file
            .set_len(length)
            .map_err(RecordError::io("shorten", &self.path))?;
        self.length = length;
        Ok(())
    }

    fn sync(&self) -> Result<(), RecordError> {
        self.file
            .sync_data()
            .map_err(RecordError::io("write", &self.path))
    }
}

/// Whole Parquet files of the rows so far: a Parquet file without its footer is not readable.
#[derive(Debug)]
struct Parts {
    folder: PathBuf,
    pending: Vec<TickRow>,
    next: u32,
    written: Instant,
}

impl Parts {
    fn begin(folder: PathBuf) -> Result<Parts, RecordError> {
        atomic::remove_folder(&folder)?;
        fs::create_dir_all(&folder).map_err(RecordError::io("create", &folder))?;
        Ok(Parts {
            folder,
            pending: Vec::new(),
            next: 0,
            written: Instant::now(),
        })
    }

    fn add(&mut self, rows: Vec<TickRow>) -> Result<(), RecordError> {
        self.pending.extend(rows);
        if self.pending.len() >= PART_ROWS || self.written.elapsed() >= PART_TIME {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), RecordError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let path = self.folder.join(format!("{:06}.parquet", self.next));
        let rows = std::mem::take(&mut self.pending);
        parquet_file::write(&path, rows.into_iter().map(Ok))?;
        self.next += 1;
        self.written = Instant::now();
        Ok(())
    }

    fn remove(&self) -> Result<(), RecordError> {
        atomic::remove_folder(&self.folder)
    }
}
