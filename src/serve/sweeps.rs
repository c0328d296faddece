//! The sweeps of a folder: listed and shown, never started from here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::Serialize;

use super::folder::Folder;
use crate::record::{MANIFEST, Status, lock};
use crate::report::SweepHead;

/// Folders of a sweep whose files its report reads.
const PARTS: [&str; 2] = ["runs", "ticks"];

/// A sweep as it is listed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Its folder inside the folder of runs, with `/` between parts.
    pub id: String,
    /// What it says of itself, or `killed` where it did not live to say so; null if it cannot be read.
    pub head: Option<SweepHead>,
    /// Why it cannot be read; empty if it can.
    pub error: String,
}

/// What is known of a folder.
struct Known {
    modified: SystemTime,
    /// `None`: it is no sweep's.
    head: Option<Result<SweepHead, String>>,
}

/// What folders say of themselves, read anew when their manifests change.
#[derive(Default)]
pub struct Sweeps {
    known: Mutex<BTreeMap<PathBuf, Known>>,
}

impl Sweeps {
    /// The sweep in `folder`, called `id`; `None` if it holds none.
    pub fn row(&self, id: &str, folder: &Path) -> Option<Row> {
        let (head, error) = match self.head(folder)? {
            Ok(head) => (Some(told_apart(head, folder)), String::new()),
            Err(error) => (None, error),
        };
        let id = id.to_owned();
        Some(Row { id, head, error })
    }

    /// True if `folder` is a sweep's.
    pub fn has(&self, folder: &Path) -> bool {
        self.head(folder).is_some()
    }

    fn head(&self, folder: &Path) -> Option<Result<SweepHead, String>> {
        let file = fs::metadata(folder.join(MANIFEST)).ok()?;
        let modified = file.modified().ok()?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = known.get(folder)
            && one.modified == modified
        {
            return one.head.clone();
        }
        let head = SweepHead::read(folder).map(|read| read.map_err(|error| error.to_string()));
        let one = Known {
            modified,
            head: head.clone(),
        };
        known.insert(folder.to_owned(), one);
        head
    }
}

/// A sweep that runs by its manifest and that nobody writes was killed.
fn told_apart(mut head: SweepHead, folder: &Path) -> SweepHead {
    if head.status == Status::Running.word() && lock::check_free(folder).is_ok() {
        head.status = "killed";
    }
    head
}

/// True if no part of the sweep in `inside` leads out of `folder`.
pub fn parts_are_in(folder: &Folder, inside: &Path) -> bool {
    // What is not there is not read.
    let entries = |name: &str| fs::read_dir(inside.join(name)).into_iter().flatten();
    let files = PARTS.iter().flat_map(|name| entries(name)).flatten();
    let files: Vec<PathBuf> = files.map(|entry| entry.path()).collect();
    folder.holds(inside, &PARTS) && folder.holds(inside, &files)
}
