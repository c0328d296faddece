//! What can go wrong with a run folder: every message names the place, the cause and the remedy.

use std::io;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;

/// A failure of the record layer.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The operating system refused.
    #[error("cannot {action} `{}`: {}; {}", path.display(), cause(source), remedy(source))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried, as a verb phrase: "write", "read".
        action: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// The folder holds a run and neither `--force` nor `--resume` was given.
    #[error(
        "`{}` already holds a run ({status}, {ticks} ticks recorded); continue it with --resume, \
         replace it with --force, or choose another folder with --out", path.display()
    )]
    Exists {
        /// The folder.
        path: PathBuf,
        /// Status of the run that is there.
        status: String,
        /// Ticks its manifest states.
        ticks: u64,
    },
    /// The folder is there but is not a run folder.
    #[error(
        "`{}` is not a run folder ({why}); nothing in it was touched: choose another folder",
        path.display()
    )]
    NotARun {
        /// The folder.
        path: PathBuf,
        /// What is missing or wrong.
        why: String,
    },
    /// Another process writes the folder.
    #[error(
        "`{}` is being written by {writer}; wait for it or stop it, then try again", path.display()
    )]
    Busy {
        /// The folder.
        path: PathBuf,
        /// The process that does, as far as it is known.
        writer: String,
    },
    /// The folder to resume holds a run of something else.
    #[error(
        "`{}` holds a run of another scenario: {differences}; give the same file, --set, --seed \
         and --variant, or choose another folder with --out", path.display()
    )]
    OtherScenario {
        /// The folder.
        path: PathBuf,
        /// The first keys that differ, with both values.
        differences: String,
    },
    /// A file of the folder does not hold what the format says.
    #[error("`{}`, {place}: {why}; {remedy}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line, key or byte.
        place: String,
        /// What is wrong there.
        why: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The Parquet encoder or decoder refused.
    #[error("`{}`: not readable as parquet: {source}; `ticks.csv` beside it has the same rows",
        path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: ParquetError,
    },
}

impl RecordError {
    /// The error of doing `action` to `path`, for `map_err`.
    pub fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> RecordError {
        let path = path.to_path_buf();
        move |source| RecordError::Io {
            path,
            action,
            source,
        }
    }

    /// A Parquet error; one that wraps an I/O error becomes that, so that a full disk is named.
    pub fn parquet(action: &'static str, path: &Path) -> impl Fn(ParquetError) -> RecordError {
        let path = path.to_path_buf();
        move |error| match error {
            ParquetError::External(inner) => match inner.downcast::<io::Error>() {
                Ok(source) => RecordError::Io {
                    path: path.clone(),
                    action,
                    source: *source,
                },
                Err(inner) => RecordError::Parquet {
                    path: path.clone(),
                    source: ParquetError::External(inner),
                },
            },
            source => RecordError::Parquet {
                path: path.clone(),
                source,
            },
        }
    }

    /// True when space ran out: what is recorded is kept, and room makes the run resumable.
    pub fn is_disk_full(&self) -> bool {
        matches!(self, RecordError::Io { source, .. } if out_of_space(source))
    }
}

/// True for ENOSPC and for an exhausted quota.
pub fn out_of_space(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

fn cause(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull => "the disk is full (ENOSPC)".to_owned(),
        io::ErrorKind::QuotaExceeded => "the disk quota is used up (EDQUOT)".to_owned(),
        _ => error.to_string().to_lowercase(),
    }
}

fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "recorded ticks are kept: free space and continue with --resume, \
             or give another disk with --out"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "check the permissions, or choose another folder with --out"
        }
        io::ErrorKind::NotFound => "check the path",
        _ => "check the disk and the path",
    }
}
