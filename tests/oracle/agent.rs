//! "Agent" of `docs/model.md`: the eight bytes of an agent, their phases, its fixed traits.

use std::fmt;

use takeoff::model::layout::PopulationTick;

use super::draws::{Two, address, threefry};
use super::numbers::{hi, scale};
use super::pair;

/// Clocks count modulo this.
const CLOCK: u64 = 1 << 31;
/// Bit of `due`: the experiment clock.
pub const EXPERIMENT: u32 = 1 << 31;
/// Bit of `work`: somebody is there.
pub const PRESENT: u32 = 1 << 31;
/// Bit of `work`: the experiment will succeed.
pub const OUTCOME: u32 = 1 << 30;
/// Topic of those who have no idea in hand.
pub const NO_TOPIC: u32 = (1 << 20) - 1;

/// A slot.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Agent {
    /// When the phase ends, and on which clock.
    pub due: u32,
    /// What is worked on.
    pub work: u32,
}

/// What an agent is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nobody there.
    Absent,
    /// On the experiment clock.
    Experiment,
    /// On the thinking clock, without an idea.
    Waiting,
    /// On the thinking clock, with an idea.
    Thinking,
}

impl Agent {
    /// The empty slot.
    pub const ABSENT: Self = Self { due: 0, work: 0 };

    /// An agent at its words' meaning; `at` is a clock value.
    pub fn new(experiment: bool, at: u64, topic: u32, idea: u32, outcome: bool) -> Self {
        assert!(topic < 1 << 20 && idea < 1 << 10);
        let clock = if experiment { EXPERIMENT } else { 0 };
        let outcome = if outcome { OUTCOME } else { 0 };
        Self {
            due: clock | (at % CLOCK) as u32,
            work: PRESENT | outcome | idea << 20 | topic,
        }
    }

    /// One without an idea until `at` on the thinking clock.
    pub fn waiting(at: u64) -> Self {
        Self::new(false, at, NO_TOPIC, 0, false)
    }

    /// What it is at.
    pub fn phase(self) -> Phase {
        if self.work & PRESENT == 0 {
            Phase::Absent
        } else if self.due & EXPERIMENT != 0 {
            Phase::Experiment
        } else if self.topic() == NO_TOPIC {
            Phase::Waiting
        } else {
            Phase::Thinking
        }
    }

    /// Topic in hand.
    pub fn topic(self) -> u32 {
        self.work % (1 << 20)
    }

    /// Idea in hand.
    pub fn idea(self) -> u32 {
        self.work / (1 << 20) % (1 << 10)
    }

    /// Whether the experiment will succeed.
    pub fn outcome(self) -> bool {
        self.work & OUTCOME != 0
    }

    /// Units from clock value `start` to the end of the phase.
    pub fn offset(self, start: u32) -> u32 {
        let at = u64::from(self.due) % CLOCK;
        ((at + CLOCK - u64::from(start)) % CLOCK) as u32
    }
}

impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = u64::from(self.due) % CLOCK;
        write!(f, "{:?} until {at}", self.phase())?;
        if self.topic() != NO_TOPIC {
            write!(f, ", topic {} idea {}", self.topic(), self.idea())?;
        }
        if self.outcome() {
            write!(f, ", will succeed")?;
        }
        write!(f, " ({:08x} {:08x})", self.due, self.work)
    }
}

/// What never changes about an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traits {
    /// log2 of its skill, Q16.
    pub skill: i32,
    /// The board it reads and writes.
    pub board: usize,
    /// Its tournaments have one entry more.
    pub taste: usize,
}

impl Traits {
    /// Of the agent of this rank.
    pub fn of(rank: u64, population: &PopulationTick, normal: &[i32]) -> Self {
        let traits_key: Two = pair(population.traits_key);
        let t = threefry(traits_key, address(rank, 0, 0));
        let deviate = normal[(t[0] / (1 << 22)) as usize];
        let place = hi(t[0].wrapping_mul(1 << 10), population.board_count);
        Self {
            skill: population
                .skill_base
                .wrapping_add(scale(population.skill_sigma, deviate)),
            board: (population.board_first + place) as usize,
            taste: population
                .taste_thresholds
                .iter()
                .filter(|&&limit| limit > t[1])
                .count(),
        }
    }
}
