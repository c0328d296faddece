//! Stage `research`: every agent runs all its events of the tick on its own.
//!
//! Twin of `shaders/research.wgsl`; the text of both is `docs/model.md`, "Research". Here a vector holds
//! researchers whose phases end alike, one a lane: those whose next phase ends in the tick, too, move to
//! the stack of that phase, and each stack is worked off a full vector at a time.

mod arrival;
mod choice;
mod experiment;
mod flow;
mod kinds;
mod stack;

use crate::model::layout::BoardTick;

pub use flow::{Desk, Flow};
pub use stack::SLOT_BITS;

/// Everything outside the agents that they read in a tick.
pub struct World<'a> {
    /// Topics.
    pub topics: usize,
    /// Rows of `nodes` in a topic.
    pub node_rows: usize,
    /// Rows of `older` and of finds in a topic.
    pub board_rows: usize,
    /// Current knowledge.
    pub nodes: &'a [u32],
    /// Knowledge at the last turn of news.
    pub older: &'a [u32],
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
