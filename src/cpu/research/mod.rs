//! Stage `research`: every agent runs all its events of the tick on its own.
//!
//! Twin of `shaders/research.wgsl`; the text of both is `docs/model.md`, "Research". Here a vector holds
//! researchers whose phases end alike, one a lane: those whose next phase ends in the tick, too, move to
//! the stack of that phase, and each stack is worked off a full vector at a time.

mod choice;
mod experiment;
mod flow;
mod stack;

use std::sync::atomic::AtomicU32;

use super::lanes::{Kernel, Lanes};
use crate::model::census::PopulationCensus;
use crate::model::layout::{BoardTick, KindTick, PopulationTick};

use flow::Flow;

pub use flow::Desk;

/// Everything outside the agents that they read in a tick, and the finds they write.
pub struct World<'a> {
    /// Topics.
    pub topics: usize,
    /// Rows of `nodes` in a topic.
    pub node_rows: usize,
    /// Rows of `older` and `finds` in a topic.
    pub board_rows: usize,
    /// Current knowledge.
    pub nodes: &'a [u32],
    /// Knowledge at the last turn of news.
    pub older: &'a [u32],
    /// What is found in this tick, relative to the boards' bases.
    pub finds: &'a [AtomicU32],
    /// Kind of each topic.
    pub topic_kind: &'a [u32],
    /// Alias tables by board: the words of [`crate::model::layout::AliasEntry`].
    pub alias: &'a [u32],
    /// Binomial tables.
    pub binomial: &'a [u32],
    /// Standard normal, Q12.
    pub normal: &'a [u32],
    /// By board.
    pub boards: &'a [BoardTick],
}

/// Research of the agents with ranks `from..from + due.len()`.
pub struct Research<'a, const W: usize> {
    /// What is around them.
    pub world: &'a World<'a>,
    /// What they are told.
    pub population: &'a PopulationTick,
    /// What they are told of each kind.
    pub kinds: &'a [KindTick],
    /// Rank of the first.
    pub from: u64,
    /// Their first words.
    pub due: &'a mut [u32],
    /// Their second words.
    pub work: &'a mut [u32],
    /// What the thread works in.
    pub desk: &'a mut Desk,
}

impl<const W: usize> Kernel for Research<'_, W> {
    type Output = PopulationCensus;

    #[inline(always)]
    fn run<L: Lanes>(self) -> PopulationCensus {
        let (flow, desk) = Flow::<L, W>::new(self);
        flow.run(desk)
    }
}
