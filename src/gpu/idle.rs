//! Devices that wait for their next engine, with the stages that were compiled for them.
//!
//! To open a device and to compile the stages takes longer than many a small run. A device belongs to
//! one engine at a time, so that one that fails takes no other engine along.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

use super::adapter::{self, Wanted};
use super::link::Link;
use crate::model::engine::EngineError;

/// Devices that are kept.
const IDLE_MAX: usize = 4;

static IDLE: Mutex<Vec<(Wanted, Link)>> = Mutex::new(Vec::new());

/// A device in the hands of one engine.
pub struct Lease {
    wanted: Wanted,
    /// Present until the lease ends.
    link: Option<Link>,
}

impl Lease {
    /// A device of a kind: one that waits, or a new one.
    ///
    /// # Errors
    /// If there is none of the kind that can run the stages, or the driver refuses.
    pub fn take(wanted: Wanted) -> Result<Self, EngineError> {
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = idle.iter().position(|(kind, _)| *kind == wanted);
        let waiting = waiting.map(|at| idle.remove(at).1);
        drop(idle);
        let link = match waiting {
            Some(link) => link,
            None => Link::open(&adapter::select(wanted)?)?,
        };
        Ok(Self {
            wanted,
            link: Some(link),
        })
    }
}

impl Deref for Lease {
    type Target = Link;

    fn deref(&self) -> &Link {
        self.link.as_ref().expect("there until the lease ends")
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut Link {
        self.link.as_mut().expect("there until the lease ends")
    }
}

impl Drop for Lease {
    /// Lets a sound device wait for its next engine, once the memory of the last one is free.
    fn drop(&mut self) {
        let Some(link) = self.link.take() else { return };
        let finished = link.device.poll(wgpu::PollType::wait_indefinitely());
        if finished.is_ok() && link.faults.check().is_ok() {
            let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < IDLE_MAX {
                idle.push((self.wanted, link));
            }
        }
    }
}
