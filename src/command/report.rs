//! `takeoff report`: what runs and sweeps say, as one page.

use std::path::{Path, PathBuf};

use super::{CommandError, Exit, output};
use crate::record::atomic;
use crate::report::{self, Data};

/// Name of the page in the first folder, unless another is asked for.
const PAGE: &str = "report.html";

/// The options of the command.
#[derive(Clone, Debug)]
pub struct Options {
    /// Folders of runs and sweeps.
    pub folders: Vec<PathBuf>,
    /// The page; `None`: in the first folder.
    pub out: Option<PathBuf>,
}

/// Runs the command.
pub fn execute(options: &Options) -> Result<Exit, CommandError> {
    let page = write(&options.folders, options.out.as_deref())?;
    output::print(&page.display().to_string()).map(|()| Exit::Success)
}

/// Writes the page about these folders, of which there is one at least, and says where it is.
pub fn write(folders: &[PathBuf], out: Option<&Path>) -> Result<PathBuf, CommandError> {
    let data = Data::read(folders)?;
    let page = match (out, folders) {
        (Some(out), _) => out.to_owned(),
        (None, [first, ..]) => first.join(PAGE),
        (None, []) => return Err(CommandError::Usage("name a run folder".to_owned())),
    };
    atomic::write(&page, report::page(&data).as_bytes())?;
    Ok(page)
}
