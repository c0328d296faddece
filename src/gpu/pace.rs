//! How much goes into one submit.
//!
//! Windows resets a device whose submit runs for 2 s, recent amdgpu drivers likewise, and Metal
//! returns nothing after 8 s: submits are kept near 100 ms. How long agents take is not known
//! beforehand, so their number follows the time of the tick before; results do not depend on it.

use std::time::Duration;

/// Above this a submit is halved.
const SLOW: Duration = Duration::from_millis(150);
/// Below this it is doubled.
const FAST: Duration = Duration::from_millis(40);

/// Most agents of a submit, however few of them were busy last time: a tick in which all are may follow.
const AGENTS_MAX: u32 = 1 << 28;

/// Most blocks of a submit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    blocks: u32,
    most: u32,
}

impl Pace {
    /// Begins with 2^24 agents: 0.17 s where a busy agent takes 10 ns.
    pub fn new(block: u32) -> Self {
        Self {
            blocks: ((1 << 24) / block).max(1),
            most: (AGENTS_MAX / block).max(1),
        }
    }

    /// Most blocks of a submit.
    pub fn blocks(self) -> u32 {
        self.blocks
    }

    /// Learns from a tick that took `time` in `submits` submits.
    pub fn learn(&mut self, time: Duration, submits: usize) {
        let each = time / submits.max(1) as u32;
        if each > SLOW {
            self.blocks = (self.blocks / 2).max(1);
        } else if each < FAST && submits > 1 {
            self.blocks = self.blocks.saturating_mul(2).min(self.most);
        }
    }
}
