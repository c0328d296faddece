//! The rows of a run folder as they come, tick by whole tick.

use std::fs;
use std::path::{Path, PathBuf};

use crate::record::csv_file::{self, Rows};
use crate::record::{RecordError, TickRow, names};

/// A place in the `ticks.csv` of a run. A run that is resumed writes the same bytes again, so a place
/// keeps its meaning for as long as the folder holds that run.
#[derive(Clone, Debug)]
pub struct Follower {
    csv: PathBuf,
    /// Rows of a tick.
    labs: usize,
    offset: u64,
}

impl Follower {
    /// Of the run in `folder`, whose world has so many `labs`, from byte `offset` on.
    pub fn new(folder: &Path, labs: usize, offset: u64) -> Follower {
        Follower {
            csv: folder.join(names::CSV),
            labs: labs.max(1),
            offset: offset.max(csv_file::header().len() as u64),
        }
    }

    /// Bytes up to the end of the last tick that was given.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The rows of ticks that are whole by now and were not given yet, at most `ticks_max` of them.
    pub fn next(&mut self, ticks_max: usize) -> Result<Vec<Vec<TickRow>>, RecordError> {
        let mut ticks = Vec::new();
        // Not there yet, nothing new, or cut back by a resume that will write it again.
        let length = fs::metadata(&self.csv).map_or(0, |file| file.len());
        if length <= self.offset {
            return Ok(ticks);
        }
        let mut rows = Rows::open(&self.csv)?;
        rows.skip_to(self.offset)?;
        while ticks.len() < ticks_max {
            let tick: Vec<TickRow> = rows.by_ref().take(self.labs).collect::<Result<_, _>>()?;
            if tick.len() < self.labs {
                break;
            }
            self.offset = rows.offset();
            ticks.push(tick);
        }
        Ok(ticks)
    }
}
