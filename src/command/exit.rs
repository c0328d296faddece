//! The exit codes, all in one place. Their meaning never changes.

use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, or nothing to do.
    Success = 0,
    /// An error that has no code of its own.
    Failure = 1,
    /// The command line is wrong (clap's code as well).
    Usage = 2,
    /// A scenario file is refused.
    Scenario = 3,
    /// A run folder is refused, or cannot be read or written.
    Folder = 4,
    /// The disk or its quota is full.
    DiskFull = 5,
    /// The engine is not there, ran out of memory or lost its device.
    Engine = 6,
    /// A run folder was altered or truncated.
    Altered = 7,
    /// A replay gave another digest.
    Differs = 8,
    /// Ended by Ctrl-C or SIGTERM, everything written: 128 + SIGINT, for either signal.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}
