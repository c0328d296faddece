//! Where a run goes that was not told where.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::{Existing, RecordError};

/// `PARENT/NAME-N`: the newest when something is to be continued, else the next, claimed by making
/// it, so that two commands started at once get two folders.
pub fn numbered_folder(
    parent: &Path,
    name: &str,
    existing: Existing,
) -> Result<PathBuf, RecordError> {
    let prefix = format!("{}-", name.replace(['/', '\\'], "-"));
    fs::create_dir_all(parent).map_err(RecordError::io("create", parent))?;
    let mut newest = 0;
    for entry in fs::read_dir(parent).map_err(RecordError::io("read", parent))? {
        let file = entry.map_err(RecordError::io("read", parent))?.file_name();
        let number = file
            .to_str()
            .and_then(|file| file.strip_prefix(&prefix)?.parse().ok());
        newest = newest.max(number.unwrap_or(0));
    }
    if existing == Existing::Resume && newest > 0 {
        return Ok(parent.join(format!("{prefix}{newest}")));
    }
    loop {
        newest += 1_u64;
        let folder = parent.join(format!("{prefix}{newest}"));
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(RecordError::io("create", &folder)(error)),
        }
    }
}
