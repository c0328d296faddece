//! `takeoff report`: what runs and sweeps say, as one page or as figures.

use std::fs;
use std::path::{Path, PathBuf};

use super::{CommandError, Exit, output};
use crate::record::{RecordError, atomic};
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
    /// Folder for figures, in place of the page unless that has a name.
    pub figures: Option<PathBuf>,
}

/// Runs the command.
pub fn execute(options: &Options) -> Result<Exit, CommandError> {
    if let Some(folder) = &options.figures {
        for file in figures(&options.folders, folder)? {
            output::print(&file.display().to_string())?;
        }
    }
    if options.figures.is_none() || options.out.is_some() {
        let page = write(&options.folders, options.out.as_deref())?;
        output::print(&page.display().to_string())?;
    }
    Ok(Exit::Success)
}

/// Writes every figure as SVG, as PNG and its caption as text, and says where they are.
fn figures(folders: &[PathBuf], to: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let data = Data::read(folders)?;
    fs::create_dir_all(to).map_err(RecordError::io("create", to))?;
    let mut files = Vec::new();
    for figure in report::figures(&data) {
        let contents = [
            ("svg", figure.svg.clone().into_bytes()),
            ("png", figure.png()),
            ("txt", figure.caption.into_bytes()),
        ];
        for (ending, bytes) in contents {
            let file = to.join(format!("{}.{ending}", figure.name));
            atomic::write(&file, &bytes)?;
            files.push(file);
        }
    }
    Ok(files)
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
