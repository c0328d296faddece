//! `takeoff merge`: shards of a sweep become one folder.

use std::path::PathBuf;

use super::{CommandError, Exit, analyse};
use crate::study;

/// The options of the command.
#[derive(Clone, Debug)]
pub struct Options {
    /// Folders of the shards.
    pub shards: Vec<PathBuf>,
    /// The folder to make.
    pub out: PathBuf,
}

/// Runs the command.
pub fn execute(options: &Options) -> Result<Exit, CommandError> {
    study::merge(&options.shards, &options.out)?;
    analyse::show(&options.out, false).map(|()| Exit::Success)
}
