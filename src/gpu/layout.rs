//! Structures that only the GPU engine and its shaders share, word for word.
//!
//! Twins in `shaders/shared/layout.wgsl`; `tests/layout.rs` compares sizes and offsets.

use bytemuck::{Pod, Zeroable};
use glam::UVec2;

use crate::model::census::{COUNTERS, PopulationCensus};

/// What `share` is told of one replicate.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Replicate {
    /// Key of the gains of its ideas.
    pub ideas_key: UVec2,
    /// Mails that it has.
    pub mails: u32,
    /// 1 if it takes part in the tick.
    pub runs: u32,
}

/// What one dispatch is told: which blocks of a chunk it covers.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Dispatch {
    /// First of the spans among which its blocks are.
    pub span_first: u32,
    /// End of these spans.
    pub span_end: u32,
    /// Block of the first workgroup.
    pub block_first: u32,
    /// End of the blocks; workgroups beyond return at once.
    pub block_end: u32,
    /// Workgroups of a row of the grid.
    pub width: u32,
}

/// Consecutive blocks of one population in one chunk.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Span {
    /// Number of its first block among those that the stage visits in the chunk.
    pub block_first: u32,
    /// First slot in the chunk.
    pub slot_first: u32,
    /// Index of the population.
    pub population: u32,
    /// Rank of the first slot, low word.
    pub rank_low: u32,
    /// Rank of the first slot, high word.
    pub rank_high: u32,
}

/// Counts of one population over one tick.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
pub struct Tally {
    /// Low words by counter.
    pub low: [u32; COUNTERS],
    /// High words by counter.
    pub high: [u32; COUNTERS],
    /// Change of the digest lanes.
    pub lanes: [u32; 4],
}

impl Tally {
    /// The same counts as the host writes them.
    pub fn census(&self) -> PopulationCensus {
        let mut census = PopulationCensus {
            lanes: self.lanes,
            ..PopulationCensus::ZERO
        };
        for ((count, low), high) in census.counters.iter_mut().zip(self.low).zip(self.high) {
            *count = u64::from(high) << 32 | u64::from(low);
        }
        census
    }
}
