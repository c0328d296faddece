//! Why a report cannot be made.

use std::path::PathBuf;

use crate::record::RecordError;
use crate::scenario::CanonicalError;
use crate::study::StudyError;

/// A failure of a report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A run folder cannot be read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A sweep folder cannot be read.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// The scenario in a manifest is not one.
    #[error("`{}`: {source}; report it with the version that wrote it", path.display())]
    Scenario {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: CanonicalError,
    },
    /// A folder holds neither a run nor a sweep, nor runs in its folders.
    #[error(
        "`{}` holds no run and no sweep; give folders that `takeoff run` or `takeoff sweep` left",
        path.display()
    )]
    Nothing {
        /// The folder.
        path: PathBuf,
    },
    /// Nothing is recorded yet.
    #[error("`{}` has no ticks yet; try again in a moment", path.display())]
    NoTicks {
        /// The folder.
        path: PathBuf,
    },
}
