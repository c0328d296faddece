//! `takeoff completions` and `takeoff man`: texts that other programs read, to stdout or into a folder.

use std::fs;
use std::path::PathBuf;

use super::{CommandError, Exit, output};
use crate::record::{RecordError, atomic};

/// A text and the name that its file has.
#[derive(Clone, Debug)]
pub struct Document {
    /// Name of the file.
    pub name: String,
    /// Its bytes, UTF-8.
    pub text: Vec<u8>,
}

/// What to write and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// The texts.
    pub documents: Vec<Document>,
    /// Folder for their files; `None`: stdout.
    pub folder: Option<PathBuf>,
}

/// Runs the command.
pub fn execute(options: &Options) -> Result<Exit, CommandError> {
    let Some(folder) = &options.folder else {
        for document in &options.documents {
            output::print(&String::from_utf8_lossy(&document.text))?;
        }
        return Ok(Exit::Success);
    };
    fs::create_dir_all(folder).map_err(RecordError::io("create", folder))?;
    for document in &options.documents {
        atomic::write(&folder.join(&document.name), &document.text)?;
    }
    let count = options.documents.len();
    output::tell(&format!("{count} files in `{}`", folder.display()));
    Ok(Exit::Success)
}
