//! What can go wrong with a sweep: every message names the place, the cause and the remedy.

use std::path::PathBuf;

use crate::record::RecordError;

use super::plan::PlanError;

/// A failure of a study.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// The sweep cannot be laid out.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A file cannot be read or written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The folder holds a sweep and neither `--force` nor `--resume` was given.
    #[error(
        "`{}` already holds a sweep ({done} of {runs} runs); continue it with --resume, replace it \
         with --force, or choose another folder with --out", path.display()
    )]
    Exists {
        /// The folder.
        path: PathBuf,
        /// Runs that are there.
        done: usize,
        /// Runs of its shard.
        runs: usize,
    },
    /// The folder is there but holds no sweep.
    #[error("`{}` is not a sweep folder: {why}", path.display())]
    NotASweep {
        /// The folder.
        path: PathBuf,
        /// What is missing or wrong.
        why: String,
    },
    /// The folder holds another sweep.
    #[error(
        "`{}` holds another sweep: {differences}; give the same file and options, or choose another \
         folder with --out", path.display()
    )]
    OtherSweep {
        /// The folder.
        path: PathBuf,
        /// The first keys that differ, with both values.
        differences: String,
    },
    /// A file of the dataset does not hold what it should.
    #[error("`{}`: {why}; remove the file and continue the sweep with --resume", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Shards do not make up the whole.
    #[error("{0}")]
    Incomplete(String),
    /// The device is not there, or failed.
    #[error("{0}; runs that are on disk are kept, --resume makes the others")]
    Device(String),
    /// A question that the dataset cannot answer.
    #[error("{0}")]
    Unanswerable(String),
}

impl StudyError {
    /// A file that cannot be read as a table.
    pub fn malformed(path: &std::path::Path) -> impl Fn(parquet::errors::ParquetError) -> Self {
        let path = path.to_path_buf();
        move |error| Self::Malformed {
            path: path.clone(),
            why: error.to_string(),
        }
    }
}
