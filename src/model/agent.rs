//! The eight bytes of an agent (`docs/model.md`, "Agent").
//!
//! `due`: bit 31 selects the clock (0 thinking, 1 experiment), bits 0..31 are the clock value at
//! which the phase ends, modulo 2^31. `work`: topic in bits 0..20, idea index in bits 20..30, outcome
//! in bit 30, present in bit 31. A slot without an agent is two zero words.

use super::rng::{Pair, pcg4d};

/// Mask of a clock value.
pub const CLOCK_MASK: u32 = 0x7fff_ffff;
/// Bit of `due` that selects the experiment clock.
pub const ON_EXPERIMENT: u32 = 0x8000_0000;
/// Bit of `work` that says the slot holds an agent.
pub const PRESENT: u32 = 0x8000_0000;
/// Bit of `work` that says the running experiment will succeed.
pub const OUTCOME: u32 = 0x4000_0000;
/// Position of the idea index in `work`.
pub const IDEA_SHIFT: u32 = 20;
/// Mask of the idea index, shifted down.
pub const IDEA_MASK: u32 = 0x3ff;
/// Ideas of a topic at most: the end of a topic is an index too.
pub const IDEAS_MAX: u32 = IDEA_MASK;
/// Mask of the topic in `work`; as a topic it means "none": the agent waits.
pub const TOPIC_MASK: u32 = 0x000f_ffff;
/// Own finds of the tick that an agent keeps away from.
pub const OWN_FINDS: usize = 8;

/// `work` of an agent with no idea in hand.
pub const WAITING: u32 = PRESENT | TOPIC_MASK;

/// Topic of `work`.
#[inline(always)]
pub fn topic(work: u32) -> u32 {
    work & TOPIC_MASK
}

/// Idea index of `work`.
#[inline(always)]
pub fn idea(work: u32) -> u32 {
    (work >> IDEA_SHIFT) & IDEA_MASK
}

/// `work` of a present agent on `idea` of `topic`, outcome clear.
#[inline(always)]
pub fn pack(topic: u32, idea: u32) -> u32 {
    PRESENT | idea << IDEA_SHIFT | topic
}

/// The phase an agent is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// No agent in the slot.
    Absent,
    /// Present, without an idea.
    Waiting,
    /// Thinking about an idea.
    Thinking,
    /// Its experiment is in flight.
    Experiment,
}

/// Phase of the agent in a slot.
#[inline(always)]
pub fn phase(due: u32, work: u32) -> Phase {
    if work & PRESENT == 0 {
        Phase::Absent
    } else if due & ON_EXPERIMENT != 0 {
        Phase::Experiment
    } else if topic(work) == TOPIC_MASK {
        Phase::Waiting
    } else {
        Phase::Thinking
    }
}

/// Contribution of an agent to the four digest lanes of its population; an empty slot adds nothing.
#[inline(always)]
pub fn hash(salt: Pair, rank: u64, due: u32, work: u32) -> [u32; 4] {
    if work & PRESENT == 0 {
        return [0; 4];
    }
    pcg4d([
        rank as u32 ^ salt[0],
        (rank >> 32) as u32 ^ salt[1],
        due,
        work,
    ])
}
