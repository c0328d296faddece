//! The lock file of a run folder: two processes never write one folder, and it keeps room.

use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::path::Path;

use super::error::RecordError;
use super::names;

/// Size of the lock file: room for the last summary and manifest when the disk is full.
const ROOM_BYTES: usize = 1 << 18;

/// Takes the lock, which the system releases when the process ends in whatever way, and fills the
/// file: on a full disk emptying it gives room for the last words. Its first line is the process.
pub fn take(folder: &Path) -> Result<File, RecordError> {
    let path = folder.join(names::LOCK);
    let mut file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(RecordError::io("create", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(busy(folder)),
        // Some network file systems have no locks; a run there is worth more than the guard.
        Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => {}
        Err(TryLockError::Error(error)) => return Err(RecordError::io("lock", &path)(error)),
    }
    let mut room = std::process::id().to_string().into_bytes();
    room.resize(ROOM_BYTES, b'\n');
    file.write_all(&room)
        .map_err(RecordError::io("write", &path))?;
    Ok(file)
}

/// # Errors
/// If a process holds the lock.
pub fn check_free(folder: &Path) -> Result<(), RecordError> {
    // One that cannot be opened is not held: whoever takes it makes it.
    let lock = File::open(folder.join(names::LOCK)).ok();
    match lock.map(|file| file.try_lock_shared()) {
        Some(Err(TryLockError::WouldBlock)) => Err(busy(folder)),
        _ => Ok(()),
    }
}

fn busy(folder: &Path) -> RecordError {
    // Systems that keep others from reading a locked file leave the process unnamed.
    let mut line = [0; 10];
    let read = File::open(folder.join(names::LOCK)).and_then(|mut file| file.read(&mut line));
    let text = String::from_utf8_lossy(&line[..read.unwrap_or(0)]).into_owned();
    let process = text
        .lines()
        .next()
        .and_then(|line| line.parse::<u32>().ok());
    RecordError::Busy {
        path: folder.to_path_buf(),
        writer: process.map_or("another process".to_owned(), |id| format!("process {id}")),
    }
}
