//! Why a command failed, what it says and the code it ends with.

use std::io;
use std::path::PathBuf;

use super::{Exit, colour};
use crate::bench::BenchError;
use crate::probe::ProbeError;
use crate::record::RecordError;
use crate::report::ReportError;
use crate::scenario::{CanonicalError, ScenarioErrors};
use crate::serve::ServeError;
use crate::sim::SimError;
use crate::study::{PlanError, StudyError};

/// An error of a command.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Scenario files are refused.
    #[error("{0}")]
    Scenario(#[from] ScenarioErrors),
    /// A run folder is refused or fails.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The simulation fails.
    #[error(transparent)]
    Sim(#[from] SimError),
    /// A measurement fails.
    #[error(transparent)]
    Bench(#[from] BenchError),
    /// A study fails.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// A probe is refused or fails.
    #[error(transparent)]
    Probe(ProbeError),
    /// The server cannot start.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// A report cannot be made.
    #[error(transparent)]
    Report(ReportError),
    /// The scenario in a manifest is not one.
    #[error("`{}`: {source}; replay it with the version that wrote it", path.display())]
    Recorded {
        /// The manifest.
        path: PathBuf,
        /// Why.
        source: CanonicalError,
    },
    /// A run folder is not as it was written.
    #[error("`{}` is not as it was written: {}", path.display(), problems.join("; "))]
    Altered {
        /// The folder.
        path: PathBuf,
        /// Every problem found.
        problems: Vec<String>,
    },
    /// A replay gave other bits.
    #[error(
        "the replay differs from `{}` first at tick {tick}: {why}", path.display()
    )]
    Differs {
        /// The folder.
        path: PathBuf,
        /// The first tick that differs.
        tick: u64,
        /// Both digests, or what is missing.
        why: String,
    },
    /// Options that do not go together, or name what is not there.
    #[error("{0}")]
    Usage(String),
    /// stdout cannot be written.
    #[error("cannot write to stdout: {0}")]
    Output(#[from] io::Error),
}

impl From<ProbeError> for CommandError {
    fn from(error: ProbeError) -> Self {
        match error {
            ProbeError::Sim(error) => CommandError::Sim(error),
            ProbeError::Kept(error) => CommandError::Record(error),
            other => CommandError::Probe(other),
        }
    }
}

impl From<ReportError> for CommandError {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Record(error) => CommandError::Record(error),
            ReportError::Study(error) => CommandError::Study(error),
            ReportError::Scenario { path, source } => CommandError::Recorded { path, source },
            other => CommandError::Report(other),
        }
    }
}

impl CommandError {
    /// The code the program ends with.
    pub fn exit(&self) -> Exit {
        match self {
            CommandError::Scenario(_) => Exit::Scenario,
            CommandError::Record(error) if error.is_disk_full() => Exit::DiskFull,
            CommandError::Record(RecordError::Malformed { .. }) => Exit::Altered,
            CommandError::Record(_) => Exit::Folder,
            CommandError::Bench(BenchError::Scenario(_)) => Exit::Scenario,
            CommandError::Bench(BenchError::Differs { .. }) => Exit::Differs,
            CommandError::Study(error) => study_exit(error),
            CommandError::Sim(_) | CommandError::Bench(_) => Exit::Engine,
            CommandError::Probe(ProbeError::Request(_) | ProbeError::Idle { .. }) => Exit::Usage,
            CommandError::Probe(ProbeError::NoRoom { .. }) => Exit::Scenario,
            CommandError::Probe(ProbeError::Sim(_)) => Exit::Engine,
            CommandError::Probe(ProbeError::Kept(_)) | CommandError::Report(_) => Exit::Folder,
            CommandError::Recorded { .. } | CommandError::Altered { .. } => Exit::Altered,
            CommandError::Differs { .. } => Exit::Differs,
            CommandError::Usage(_) => Exit::Usage,
            CommandError::Serve(ServeError::Folder(_)) => Exit::Folder,
            CommandError::Serve(_) | CommandError::Output(_) => Exit::Failure,
        }
    }

    /// The text for stderr; errors of scenario files come with the lines they are about.
    pub fn render(&self) -> String {
        match self {
            CommandError::Scenario(errors)
            | CommandError::Study(StudyError::Plan(PlanError::Scenario(errors))) => {
                errors.render(colour::is_wanted(&io::stderr()))
            }
            other => format!("error: {other}"),
        }
    }
}

fn study_exit(error: &StudyError) -> Exit {
    match error {
        StudyError::Plan(PlanError::Scenario(_)) => Exit::Scenario,
        StudyError::Plan(PlanError::Design(_)) | StudyError::Unanswerable(_) => Exit::Usage,
        StudyError::Record(error) if error.is_disk_full() => Exit::DiskFull,
        StudyError::Malformed { .. } => Exit::Altered,
        StudyError::Device(_) => Exit::Engine,
        StudyError::Record(_)
        | StudyError::Exists { .. }
        | StudyError::NotASweep { .. }
        | StudyError::OtherSweep { .. }
        | StudyError::Incomplete(_) => Exit::Folder,
    }
}
