//! Where agents lie, and which dispatches visit them.
//!
//! Populations follow one another in whole blocks; the row of blocks is cut into chunks, one pair of
//! buffers each. A block holds ranks of one population only.

use super::layout::{Dispatch, Span};
use crate::model::engine::PopulationSetup;

/// Where the agents of each population lie.
#[derive(Clone, Debug)]
pub struct Placement {
    /// Agents of a block.
    pub block: u32,
    /// Blocks of a chunk; the last chunk may have fewer.
    pub chunk_blocks: u64,
    /// First block of each population, then the number of blocks.
    pub first_block: Vec<u64>,
    /// Rank of the first agent of each population.
    rank_first: Vec<u64>,
}

impl Placement {
    /// Places populations.
    pub fn new<'a>(
        populations: impl Iterator<Item = &'a PopulationSetup>,
        block: u32,
        chunk_blocks: u64,
    ) -> Self {
        let (mut first_block, mut rank_first) = (vec![0], Vec::new());
        for population in populations {
            let last = first_block[first_block.len() - 1];
            first_block.push(last + population.slots.div_ceil(u64::from(block)));
            rank_first.push(population.rank_first);
        }
        Self {
            block,
            chunk_blocks,
            first_block,
            rank_first,
        }
    }

    /// Blocks in all.
    pub fn blocks(&self) -> u64 {
        self.first_block[self.first_block.len() - 1]
    }

    /// Agents of each chunk.
    pub fn chunks(&self) -> Vec<u64> {
        let (all, block) = (self.blocks(), u64::from(self.block));
        (0..all.div_ceil(self.chunk_blocks))
            .map(|chunk| (all - chunk * self.chunk_blocks).min(self.chunk_blocks) * block)
            .collect()
    }

    /// Blocks of a population that hold its first `slots` agents.
    pub fn used_blocks(&self, population: usize, slots: u64) -> u64 {
        let all = self.first_block[population + 1] - self.first_block[population];
        slots.div_ceil(u64::from(self.block)).min(all)
    }

    /// Parts of `count` agents of a population from slot `from` on: (chunk, slot in it, agents).
    pub fn parts(&self, population: usize, from: u64, count: u64) -> Vec<(usize, u64, u64)> {
        let chunk_agents = self.chunk_blocks * u64::from(self.block);
        let first = self.first_block[population] * u64::from(self.block);
        let (mut at, end) = (first + from, first + from + count);
        let mut parts = Vec::new();
        while at < end {
            let (chunk, slot) = (at / chunk_agents, at % chunk_agents);
            let agents = (chunk_agents - slot).min(end - at);
            parts.push((chunk as usize, slot, agents));
            at += agents;
        }
        parts
    }

    /// Spans of the first `used[population]` blocks of each population, by chunk.
    fn spans(&self, used: &[u64]) -> Vec<(usize, Vec<Span>, u32)> {
        let mut chunks: Vec<(usize, Vec<Span>, u32)> = Vec::new();
        for (population, &used) in used.iter().enumerate() {
            let (mut at, first) = (self.first_block[population], self.first_block[population]);
            while at < first + used {
                let chunk = (at / self.chunk_blocks) as usize;
                let inside = at % self.chunk_blocks;
                let blocks = (self.chunk_blocks - inside).min(first + used - at);
                if chunks.last().is_none_or(|last| last.0 != chunk) {
                    chunks.push((chunk, Vec::new(), 0));
                }
                let last = chunks.len() - 1;
                let (_, spans, visited) = &mut chunks[last];
                let rank = self.rank_first[population] + (at - first) * u64::from(self.block);
                spans.push(Span {
                    block_first: *visited,
                    slot_first: (inside * u64::from(self.block)) as u32,
                    population: population as u32,
                    rank_low: rank as u32,
                    rank_high: (rank >> 32) as u32,
                });
                *visited += blocks as u32;
                at += blocks;
            }
        }
        chunks
    }
}

/// One dispatch over blocks of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Launch {
    /// Position of its stage in the list that the plan was made for.
    pub stage: usize,
    /// Chunk it works on.
    pub chunk: usize,
    /// What it is told.
    pub dispatch: Dispatch,
}

impl Launch {
    /// Workgroups in x and y: the last row may be partly idle.
    pub fn grid(&self) -> (u32, u32) {
        let blocks = self.blocks();
        (
            blocks.min(self.dispatch.width),
            blocks.div_ceil(self.dispatch.width),
        )
    }

    /// Blocks it covers.
    pub fn blocks(&self) -> u32 {
        self.dispatch.block_end - self.dispatch.block_first
    }
}

/// Spans and launches of the stages of a tick, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Spans of all stages and chunks.
    pub spans: Vec<Span>,
    /// Dispatches in order of execution.
    pub launches: Vec<Launch>,
}

impl Plan {
    /// Covers, for each stage, the first `used[stage][population]` blocks, with no launch over
    /// `most_blocks` and no grid wider than `width`. Rows of a folded grid are as short as their number lets
    /// them be: with whole ones, a launch of one block more than a row would start twice as many workgroups.
    pub fn new(placement: &Placement, used: &[Vec<u64>], most_blocks: u32, width: u32) -> Self {
        let mut plan = Self::default();
        for (stage, used) in used.iter().enumerate() {
            for (chunk, spans, blocks) in placement.spans(used) {
                let span_first = plan.spans.len() as u32;
                plan.spans.extend(spans);
                let span_end = plan.spans.len() as u32;
                let mut block_first = 0;
                while block_first < blocks {
                    let block_end = blocks.min(block_first.saturating_add(most_blocks));
                    let count = block_end - block_first;
                    let dispatch = Dispatch {
                        span_first,
                        span_end,
                        block_first,
                        block_end,
                        width: count.div_ceil(count.div_ceil(width)),
                    };
                    plan.launches.push(Launch {
                        stage,
                        chunk,
                        dispatch,
                    });
                    block_first = block_end;
                }
            }
        }
        plan
    }

    /// Launches in submits of one stage and at most `most_blocks`.
    pub fn submits(&self, most_blocks: u32) -> Vec<&[Launch]> {
        let (mut submits, mut first, mut blocks) = (Vec::new(), 0, 0u32);
        for (i, launch) in self.launches.iter().enumerate() {
            let other_stage = self.launches[first].stage != launch.stage;
            if i > first && (other_stage || blocks.saturating_add(launch.blocks()) > most_blocks) {
                submits.push(&self.launches[first..i]);
                (first, blocks) = (i, 0);
            }
            blocks += launch.blocks();
        }
        submits.push(&self.launches[first..]);
        submits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every used rank is covered once, whatever the sizes and wherever ranks begin.
    #[test]
    fn a_plan_visits_every_block_once() {
        let populations = [(1000, 0), (1, 7), (70, (1 << 32) - 64), (5000, 1 << 39)];
        let populations =
            populations.map(|(slots, rank_first)| PopulationSetup { slots, rank_first });
        for (block, chunk_blocks, most, width) in
            [(64, 3, 2, 1), (32, 1000, 7, 2), (256, 1, 9, 65_535)]
        {
            let placement = Placement::new(populations.iter(), block, chunk_blocks);
            let used: Vec<u64> = (0..4)
                .map(|p| placement.used_blocks(p, populations[p].slots))
                .collect();
            let plan = Plan::new(&placement, std::slice::from_ref(&used), most, width);
            let mut seen = Vec::new();
            for launch in &plan.launches {
                let (x, y) = launch.grid();
                let idle = (x * y).checked_sub(launch.blocks());
                assert!(x <= width && idle.is_some_and(|idle| idle < y), "{x} x {y}");
                let spans = launch.dispatch.span_first as usize..launch.dispatch.span_end as usize;
                for number in launch.dispatch.block_first..launch.dispatch.block_end {
                    let span = plan.spans[spans.clone()]
                        .iter()
                        .rfind(|span| span.block_first <= number)
                        .expect("a span before every block");
                    let inside = u64::from((number - span.block_first) * block);
                    let rank =
                        (u64::from(span.rank_high) << 32 | u64::from(span.rank_low)) + inside;
                    let first = populations[span.population as usize].rank_first;
                    let at = placement.parts(span.population as usize, rank - first, 1)[0];
                    assert_eq!(at, (launch.chunk, u64::from(span.slot_first) + inside, 1));
                    seen.push((span.population, rank));
                }
            }
            seen.sort_unstable();
            let expected: Vec<(u32, u64)> = (0..4u32)
                .flat_map(|p| {
                    let first = populations[p as usize].rank_first;
                    (0..used[p as usize]).map(move |b| (p, first + b * u64::from(block)))
                })
                .collect();
            assert_eq!(seen, expected);
        }
    }
}
