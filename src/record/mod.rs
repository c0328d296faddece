//! The run folder: what a run leaves behind, written as it goes, readable after a kill, resumable
//! to the same bits. `docs/formats.md` describes every file, key and column.

mod accumulator;
pub mod atomic;
pub mod bound;
pub mod calendar;
pub mod checkpoint;
pub mod columns;
pub mod csv_file;
mod digests;
mod error;
mod folder;
pub mod lock;
pub mod manifest;
pub mod months;
pub mod parquet_file;
pub mod reader;
mod recorder;
pub mod summary;
pub mod table;
mod topics;

pub use accumulator::Accumulator;
pub use columns::TickRow;
pub use error::RecordError;
pub use folder::{Existing, Opened, RunFolder};
pub use manifest::{Identity, MANIFEST, Machine, Manifest, Status};
pub use reader::RunReader;
pub use recorder::Recorder;
pub use summary::Summary;
pub use topics::TopicRow;

/// Names of the files of a run folder beside [`MANIFEST`].
pub mod names {
    /// One row per (tick, lab), text.
    pub const CSV: &str = "ticks.csv";
    /// The same rows, Parquet, once the run has ended.
    pub const PARQUET: &str = "ticks.parquet";
    /// Folder of whole Parquet files of the rows so far, while the run goes on.
    pub const PARTS: &str = "ticks.parts";
    /// Tick and digest, one a line.
    pub const DIGESTS: &str = "digests.txt";
    /// How far each lab came in each topic, once the run has ended.
    pub const TOPICS: &str = "topics.parquet";
    /// What the run comes down to, once it has ended.
    pub const SUMMARY: &str = "summary.json";
    /// Folder of saved states.
    pub const CHECKPOINTS: &str = "checkpoints";
    /// Locked while a process writes the folder.
    pub const LOCK: &str = ".lock";
}
