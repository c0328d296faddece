//! Calibration: values of a scenario's parameters with which its runs come out as targets say.
//! `docs/calibration.md` says how.

mod abc;
mod fit;
mod found;
mod problem;
mod sampler;
pub mod target;
mod written;

use std::path::PathBuf;

use super::StudyError;

pub use abc::{AbcParameter, AbcRequest, Posterior, posterior};
pub use fit::fit;
pub use found::{Bound, Calibration, FittedParameter, Identified, ReachedTarget};
pub use problem::Problem;
pub use sampler::Watcher;
pub use target::Target;
pub use written::{Provenance, Setting, check_out, text};

/// Parameters at most: beyond that differences cost more runs than they tell.
pub const PARAMETERS_MAX: usize = 4;

/// What is to be fitted to what.
#[derive(Clone, Debug)]
pub struct Request {
    /// The scenario file.
    pub scenario: PathBuf,
    /// `--set`: what else is changed of it.
    pub set: Vec<(String, String)>,
    /// The first seed; `None`: the file's.
    pub seed: Option<u64>,
    /// Keys with what they may be, as a distribution of a scenario file.
    pub parameters: Vec<(String, String)>,
    /// Keys that keep the ratio that they have in the file to one of the parameters.
    pub ties: Vec<(String, String)>,
    /// What to reach.
    pub targets: Vec<Target>,
    /// Runs at each point, of seeds in a row from the first.
    pub seeds: u32,
    /// Points at which the search may begin; `None`: eight a parameter.
    pub starts: Option<u32>,
}

/// Why a calibration ended early.
pub(super) enum Halt {
    /// It was asked to.
    Stopped,
    /// It cannot go on.
    Failed(StudyError),
}

impl From<StudyError> for Halt {
    fn from(error: StudyError) -> Self {
        Self::Failed(error)
    }
}

/// A question that cannot be answered.
fn unanswerable(why: impl Into<String>) -> StudyError {
    StudyError::Unanswerable(why.into())
}
