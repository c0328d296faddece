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

#[cfg(test)]
mod tests {
    use super::super::pipelines::{self, Cut};
    use super::super::sizes::Sizes;
    use super::super::stages::CENSUS;
    use super::*;
    use crate::model::engine::Shape;

    /// Compiles the census stage for blocks of `block` on a device that then waits or is lost; gives
    /// the stages compiled for the device before and after.
    fn compile(block: u32, lost: bool) -> (usize, usize) {
        let shape = Shape {
            window_words: 1,
            topics: 12,
            kinds: 1,
            populations: 1,
            boards: 1,
            labs: 1,
        };
        let sizes = Sizes {
            replicates: 1,
            shape,
            mails: 0,
            classes: 1,
            edges: 0,
        };
        let cut = Cut {
            workgroup: 32,
            block,
            scan: 1,
            balanced: false,
        };
        let constants = pipelines::constants(&sizes, cut);
        let mut lease = Lease::take(Wanted::Software).expect("a software device");
        let before = lease.compiled.len();
        lease.pipeline(&CENSUS, 1, &constants).expect("it compiles");
        if lost {
            lease.device.destroy();
        }
        (before, lease.compiled.len())
    }

    #[test]
    #[cfg_attr(no_software, ignore = "no software Vulkan device")]
    fn a_sound_device_waits_with_what_was_compiled_for_it() {
        assert_eq!(compile(64, false), (0, 1));
        assert_eq!(compile(96, false), (1, 2), "another size is other code");
        assert_eq!(compile(64, true), (2, 2), "the same is compiled once");
        assert_eq!(compile(64, false), (0, 1), "a lost device does not wait");
    }
}
