//! What nodes know, summed over topics. Sums follow changes: a topic in which nothing changes costs nothing.

use crate::model::board::Known;
use crate::model::census::NodeCensus;
use crate::model::digest;
use crate::model::engine::Setup;

/// Counts and hashes over topics, or by how much they changed: modulo 2^32.
#[derive(Clone, Debug)]
pub struct Holdings {
    /// By node: known, ended and, of boards, news.
    pub nodes: Vec<NodeCensus>,
    /// Sum of node hashes.
    pub lanes: [u32; 4],
}

/// A topic's part of the stores that are counted.
#[derive(Clone, Copy)]
pub struct Knowledge<'a> {
    /// By node.
    pub nodes: &'a [u32],
    /// By board, at the last turn of news.
    pub older: &'a [u32],
}

/// What a node holds of a topic.
struct Part {
    known: u32,
    news: u32,
    ended: u32,
    hash: [u32; 4],
}

impl Holdings {
    /// None.
    pub fn none(setup: &Setup) -> Self {
        Self {
            nodes: vec![NodeCensus::default(); setup.nodes()],
            lanes: [0; 4],
        }
    }

    /// Adds what other topics hold, or a change.
    pub fn add(&mut self, other: &Self) {
        for (sum, more) in self.nodes.iter_mut().zip(&other.nodes) {
            sum.known = sum.known.wrapping_add(more.known);
            sum.news = sum.news.wrapping_add(more.news);
            sum.ended = sum.ended.wrapping_add(more.ended);
        }
        digest::add_lanes(&mut self.lanes, other.lanes);
    }

    /// Counts what nodes know of a topic `now`, in place of what they knew `before`; `None`: of that nothing
    /// was counted.
    pub fn count<const W: usize>(
        &mut self,
        setup: &Setup,
        topic: u32,
        before: Option<Knowledge<'_>>,
        now: Knowledge<'_>,
    ) {
        let end = setup.kinds[setup.topic_kind[topic as usize] as usize].ideas;
        for node in 0..setup.nodes() {
            let held = |stores: Knowledge<'_>| {
                let row = |store: &[u32]| Known::<W>::read(&store[node * (1 + W)..]);
                let older = (node < setup.boards()).then(|| row(stores.older));
                (row(stores.nodes), older)
            };
            let part = |(known, older): (Known<W>, Option<Known<W>>)| Part {
                known: known.count(),
                news: older.map_or(0, |older| known.count() - older.count()),
                ended: u32::from(known.base >= end),
                hash: digest::node_hash(node as u32, topic, known.base, &known.words),
            };
            let (before, now) = (before.map(held), held(now));
            if before != Some(now) {
                if let Some(before) = before {
                    self.gain(node, part(before).negative());
                }
                self.gain(node, part(now));
            }
        }
    }

    fn gain(&mut self, node: usize, part: Part) {
        let sum = &mut self.nodes[node];
        sum.known = sum.known.wrapping_add(part.known);
        sum.news = sum.news.wrapping_add(part.news);
        sum.ended = sum.ended.wrapping_add(part.ended);
        digest::add_lanes(&mut self.lanes, part.hash);
    }
}

impl Part {
    fn negative(self) -> Self {
        Self {
            known: self.known.wrapping_neg(),
            news: self.news.wrapping_neg(),
            ended: self.ended.wrapping_neg(),
            hash: self.hash.map(u32::wrapping_neg),
        }
    }
}
