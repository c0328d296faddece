//! Files that are either old or new, never half: write beside, sync, rename, sync the folder.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::error::RecordError;

/// Suffix of a file that is being written; whatever carries it may be deleted.
pub const TEMPORARY: &str = "tmp";

/// The name under which `path` is written until it is whole.
pub fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(TEMPORARY);
    PathBuf::from(name)
}

/// Replaces `path` by `bytes`.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), RecordError> {
    write_with(path, |file| {
        file.write_all(bytes)
            .map_err(RecordError::io("write", path))
    })
}

/// Replaces `path` by what `fill` writes; on an error the old file stays and the new one goes.
pub fn write_with<T>(
    path: &Path,
    fill: impl FnOnce(&mut File) -> Result<T, RecordError>,
) -> Result<T, RecordError> {
    let beside = temporary(path);
    let result = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(&beside)
        .map_err(RecordError::io("create", path))
        .and_then(|mut file| {
            let value = fill(&mut file)?;
            file.sync_all().map_err(RecordError::io("write", path))?;
            fs::rename(&beside, path).map_err(RecordError::io("put in place", path))?;
            sync_folder(path);
            Ok(value)
        });
    if result.is_err() {
        // The first error is the one to tell; a temporary that stays is ignored by every reader.
        let _ = fs::remove_file(&beside);
    }
    result
}

/// Makes a rename in the folder of `path` durable. Not every file system lets a folder be synced
/// (Windows does not): then the rename is as durable as the system makes it.
fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent()
        && let Ok(folder) = File::open(folder)
    {
        let _ = folder.sync_all();
    }
}

/// Length and blake3 of a file.
pub fn fingerprint(path: &Path) -> Result<(u64, blake3::Hash), RecordError> {
    let mut file = File::open(path).map_err(RecordError::io("read", path))?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    let mut length = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok((length, hasher.finalize())),
            Ok(count) => {
                hasher.update(&buffer[..count]);
                length += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(RecordError::io("read", path)(error)),
        }
    }
}

/// Removes a file; one that is not there is fine.
pub fn remove_file(path: &Path) -> Result<(), RecordError> {
    absent_is_fine(fs::remove_file(path)).map_err(RecordError::io("remove", path))
}

/// Removes a folder and what is in it; one that is not there is fine.
pub fn remove_folder(path: &Path) -> Result<(), RecordError> {
    absent_is_fine(fs::remove_dir_all(path)).map_err(RecordError::io("remove", path))
}

fn absent_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
