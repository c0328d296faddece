//! Checkpoints: the state of a simulation, whole or not at all.
//!
//! A file is a fixed header (little-endian, checked by blake3) and the bytes a callback wrote
//! (checked by blake3 too). The last two are kept, as far as the disk budget goes; one that is
//! torn, altered, of another scenario or of another version is skipped with a message.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::atomic;
use super::error::RecordError;

/// First bytes of a checkpoint.
const MAGIC: &[u8; 8] = b"TKOFCKP1";
/// Bytes of the header before its own checksum.
const HEADER: usize = 8 + 8 + 8 + 8 + 8 + 32 + 32 + 32;
/// Checkpoints kept: the newest and, should that be torn, the one before.
const KEPT: usize = 2;

/// An error of whatever saves its state into a checkpoint.
pub type SaveError = Box<dyn std::error::Error + Send + Sync>;

/// Where a checkpoint was taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Number of the last recorded tick.
    pub tick: u64,
    /// Recorded ticks.
    pub ticks: u64,
    /// Wall time of the run so far, seconds.
    pub wall_s: f64,
}

/// What came of an attempt to write a checkpoint.
#[derive(Debug)]
pub enum Written {
    /// It is in place, so many bytes long.
    Done(u64),
    /// It would be larger than the disk budget; none was written.
    OverBudget {
        /// The budget, bytes.
        budget: u64,
    },
}

/// Why a checkpoint was not written.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The folder refused.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The simulation could not save its state.
    #[error("cannot save the state of the simulation: {0}")]
    Save(SaveError),
}

/// The checkpoints of one run folder.
#[derive(Debug)]
pub struct Checkpoints {
    folder: PathBuf,
    scenario_hash: String,
    budget: u64,
}

impl Checkpoints {
    /// The checkpoints under `folder`, of at most `budget` bytes together.
    pub fn new(folder: PathBuf, scenario_hash: String, budget: u64) -> Checkpoints {
        Checkpoints {
            folder,
            scenario_hash,
            budget,
        }
    }

    /// Writes one; older ones make room.
    pub fn write(
        &self,
        at: Position,
        save: &mut dyn FnMut(&mut dyn Write) -> Result<(), SaveError>,
    ) -> Result<Written, CheckpointError> {
        fs::create_dir_all(&self.folder).map_err(RecordError::io("create", &self.folder))?;
        let room = self.make_room(KEPT - 1)?;
        let path = self.folder.join(format!("{:012}.checkpoint", at.tick));
        let mut failed_save = None;
        let written = atomic::write_with(&path, |file| {
            let io = |error| RecordError::io("write", &path)(error);
            file.write_all(&[0; HEADER + 32]).map_err(io)?;
            let mut out = Metered::new(file, self.budget.saturating_sub(HEADER as u64 + 32));
            let saved = save(&mut out);
            let flushed = out.inner.flush();
            if let Some(error) = out.refused.take() {
                return Err(io(error));
            }
            if let Err(error) = saved {
                failed_save = Some(error);
                return Err(io(io::Error::other("the state was not saved")));
            }
            flushed.map_err(io)?;
            let (length, hash) = (out.length, out.hasher.finalize());
            drop(out);
            file.seek(SeekFrom::Start(0)).map_err(io)?;
            file.write_all(&header(at, length, &self.scenario_hash, hash))
                .map_err(io)?;
            Ok(length + HEADER as u64 + 32)
        });
        match (written, failed_save) {
            (_, Some(error)) => Err(CheckpointError::Save(error)),
            (Err(RecordError::Io { source, .. }), _) if is_over_budget(&source) => {
                Ok(Written::OverBudget {
                    budget: self.budget,
                })
            }
            (Err(error), _) => Err(error.into()),
            (Ok(length), _) => {
                if room + length > self.budget {
                    self.make_room(1)?;
                } else {
                    self.make_room(KEPT)?;
                }
                Ok(Written::Done(length))
            }
        }
    }

    /// Keeps the newest `count` files; says how many bytes they take.
    fn make_room(&self, count: usize) -> Result<u64, RecordError> {
        let mut bytes = 0;
        for (age, path) in self.newest_first()?.into_iter().enumerate() {
            if age < count {
                bytes += fs::metadata(&path)
                    .map_err(RecordError::io("read", &path))?
                    .len();
            } else {
                atomic::remove_file(&path)?;
            }
        }
        Ok(bytes)
    }

    fn newest_first(&self) -> Result<Vec<PathBuf>, RecordError> {
        let mut paths = self.with_extension("checkpoint")?;
        // Twelve digits: the order of names is the order of ticks.
        paths.sort_unstable_by(|left, right| right.cmp(left));
        Ok(paths)
    }

    fn with_extension(&self, extension: &str) -> Result<Vec<PathBuf>, RecordError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(RecordError::io("read", &self.folder)(error)),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(RecordError::io("read", &self.folder))?.path();
            if path.extension().is_some_and(|found| found == extension) {
                paths.push(path);
            }
        }
        Ok(paths)
    }

    /// The usable ones, newest first, and a message for each that is not.
    pub fn usable(&self) -> Result<(Vec<Checkpoint>, Vec<String>), RecordError> {
        let mut usable = Vec::new();
        let mut skipped = Vec::new();
        for path in self.newest_first()? {
            match self.check(&path)? {
                Ok(at) => usable.push(Checkpoint { path, at }),
                Err(why) => skipped.push(format!("checkpoint `{}` skipped: {why}", path.display())),
            }
        }
        Ok((usable, skipped))
    }

    /// Removes what a kill left of checkpoints that were never put in place.
    pub fn tidy(&self) -> Result<(), RecordError> {
        for path in self.with_extension(atomic::TEMPORARY)? {
            atomic::remove_file(&path)?;
        }
        Ok(())
    }

    /// Removes all of them.
    pub fn remove(&self) -> Result<(), RecordError> {
        atomic::remove_folder(&self.folder)
    }

    /// Removes one, because what it leads to is gone.
    pub fn remove_one(&self, checkpoint: &Checkpoint) -> Result<(), RecordError> {
        atomic::remove_file(&checkpoint.path)
    }

    fn check(&self, path: &Path) -> Result<Result<Position, String>, RecordError> {
        let mut file = File::open(path).map_err(RecordError::io("read", path))?;
        let mut bytes = [0; HEADER + 32];
        if let Err(error) = file.read_exact(&mut bytes) {
            return match error.kind() {
                io::ErrorKind::UnexpectedEof => Ok(Err("it is truncated".to_owned())),
                _ => Err(RecordError::io("read", path)(error)),
            };
        }
        let (head, checksum) = bytes.split_at(HEADER);
        if &head[..8] != MAGIC || blake3::hash(head) != *array::<32>(checksum) {
            return Ok(Err("its header is altered".to_owned()));
        }
        if head[40..72] != text32(env!("CARGO_PKG_VERSION")) {
            return Ok(Err("it is of another version of takeoff".to_owned()));
        }
        if head[72..104] != text32(&self.scenario_hash) {
            return Ok(Err("it is of another scenario".to_owned()));
        }
        let mut hasher = blake3::Hasher::new();
        let length = io::copy(&mut file, &mut hasher).map_err(RecordError::io("read", path))?;
        let stated = u64::from_le_bytes(*array(&head[8..16]));
        if length != stated {
            return Ok(Err(format!(
                "it has {length} bytes of state instead of {stated}"
            )));
        }
        if hasher.finalize() != *array::<32>(&head[104..136]) {
            return Ok(Err("its state is altered".to_owned()));
        }
        Ok(Ok(Position {
            tick: u64::from_le_bytes(*array(&head[16..24])),
            ticks: u64::from_le_bytes(*array(&head[24..32])),
            wall_s: f64::from_le_bytes(*array(&head[32..40])),
        }))
    }
}

/// A checkpoint that was found whole.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    path: PathBuf,
    /// Where it was taken.
    pub at: Position,
}

impl Checkpoint {
    /// The saved state, from its first byte.
    pub fn open(&self) -> Result<impl Read + use<>, RecordError> {
        let mut file = File::open(&self.path).map_err(RecordError::io("read", &self.path))?;
        file.seek(SeekFrom::Start(HEADER as u64 + 32))
            .map_err(RecordError::io("read", &self.path))?;
        Ok(BufReader::with_capacity(1 << 20, file))
    }
}

fn header(at: Position, length: u64, scenario_hash: &str, hash: blake3::Hash) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + 32);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&at.tick.to_le_bytes());
    bytes.extend_from_slice(&at.ticks.to_le_bytes());
    bytes.extend_from_slice(&at.wall_s.to_le_bytes());
    bytes.extend_from_slice(&text32(env!("CARGO_PKG_VERSION")));
    bytes.extend_from_slice(&text32(scenario_hash));
    bytes.extend_from_slice(hash.as_bytes());
    let checksum = blake3::hash(&bytes);
    bytes.extend_from_slice(checksum.as_bytes());
    bytes
}

/// A text of any length as 32 bytes.
fn text32(text: &str) -> [u8; 32] {
    *blake3::hash(text.as_bytes()).as_bytes()
}

fn array<const N: usize>(bytes: &[u8]) -> &[u8; N] {
    bytes.try_into().expect("the header has fixed places")
}

/// Marks the error by which [`Metered`] stops a state that is larger than the budget.
#[derive(Debug, thiserror::Error)]
#[error("the checkpoint is larger than the disk budget")]
struct OverBudget;

fn is_over_budget(error: &io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(|inner| inner.is::<OverBudget>())
}

/// Hashes and counts what passes; remembers why it refused, because the simulation that writes
/// into it may report its own error instead.
struct Metered<'file> {
    inner: BufWriter<&'file mut File>,
    hasher: blake3::Hasher,
    length: u64,
    limit: u64,
    refused: Option<io::Error>,
}

impl<'file> Metered<'file> {
    fn new(file: &'file mut File, limit: u64) -> Self {
        let inner = BufWriter::with_capacity(1 << 20, file);
        Metered {
            inner,
            hasher: blake3::Hasher::new(),
            length: 0,
            limit,
            refused: None,
        }
    }

    fn refuse(&mut self, error: io::Error) -> io::Error {
        let told = io::Error::new(error.kind(), error.to_string());
        self.refused.get_or_insert(error);
        told
    }
}

impl Write for Metered<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.length + bytes.len() as u64 > self.limit {
            return Err(self.refuse(io::Error::other(OverBudget)));
        }
        match self.inner.write(bytes) {
            Ok(count) => {
                self.hasher.update(&bytes[..count]);
                self.length += count as u64;
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(self.refuse(error)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush().map_err(|error| self.refuse(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(tick: u64) -> Position {
        Position {
            tick,
            ticks: tick + 1,
            wall_s: 2.5,
        }
    }

    fn write(checkpoints: &Checkpoints, tick: u64, state: &[u8]) -> Written {
        checkpoints
            .write(at(tick), &mut |out| Ok(out.write_all(state)?))
            .unwrap()
    }

    fn found(checkpoints: &Checkpoints) -> (Vec<u64>, Vec<String>) {
        let (usable, skipped) = checkpoints.usable().unwrap();
        (
            usable.iter().map(|checkpoint| checkpoint.at.tick).collect(),
            skipped,
        )
    }

    #[test]
    fn the_last_two_are_kept_and_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = Checkpoints::new(folder.path().join("c"), "hash".to_owned(), 1 << 20);
        for tick in [9, 10, 11] {
            write(&checkpoints, tick, &[tick as u8; 1000]);
        }
        let (usable, skipped) = checkpoints.usable().unwrap();
        assert_eq!(skipped, [""; 0]);
        assert_eq!(
            usable.iter().map(|one| one.at).collect::<Vec<_>>(),
            [at(11), at(10)]
        );
        let mut state = Vec::new();
        usable[0].open().unwrap().read_to_end(&mut state).unwrap();
        assert_eq!(state, [11; 1000]);
    }

    #[test]
    fn every_altered_byte_and_every_length_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = Checkpoints::new(folder.path().to_path_buf(), "hash".to_owned(), 1 << 20);
        write(&checkpoints, 1, b"old");
        write(&checkpoints, 2, b"new");
        let path = checkpoints.newest_first().unwrap().remove(0);
        let whole = fs::read(&path).unwrap();
        for index in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[index] ^= 1;
            fs::write(&path, &bytes).unwrap();
            assert_eq!(found(&checkpoints).0, [1], "byte {index}");
            fs::write(&path, &whole[..index]).unwrap();
            let (usable, skipped) = found(&checkpoints);
            assert_eq!((usable, skipped.len()), (vec![1], 1), "length {index}");
        }
    }

    #[test]
    fn another_scenario_is_skipped() {
        let folder = tempfile::tempdir().unwrap();
        let mine = Checkpoints::new(folder.path().to_path_buf(), "mine".to_owned(), 1 << 20);
        write(&mine, 1, b"state");
        let other = Checkpoints::new(folder.path().to_path_buf(), "other".to_owned(), 1 << 20);
        assert!(found(&other).1[0].contains("another scenario"));
    }

    #[test]
    fn the_budget_holds() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = Checkpoints::new(folder.path().to_path_buf(), "hash".to_owned(), 3000);
        assert!(matches!(
            write(&checkpoints, 1, &[1; 2000]),
            Written::Done(_)
        ));
        assert!(matches!(
            write(&checkpoints, 2, &[2; 2000]),
            Written::Done(_)
        ));
        assert_eq!(found(&checkpoints).0, [2], "two would be over the budget");
        assert!(matches!(
            write(&checkpoints, 3, &[3; 4000]),
            Written::OverBudget { .. }
        ));
        assert_eq!(found(&checkpoints).0, [2], "the old one stays");
    }

    #[test]
    fn a_failed_save_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let checkpoints = Checkpoints::new(folder.path().to_path_buf(), "hash".to_owned(), 3000);
        let error = checkpoints
            .write(at(1), &mut |_| Err("lost device".into()))
            .unwrap_err();
        assert!(error.to_string().contains("lost device"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
