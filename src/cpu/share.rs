//! Stage `share`: boards take in finds, labs and the world unite what is known, news travels.
//!
//! Topics do not touch one another here: one task a topic, no order between them. Twin of
//! `shaders/share.wgsl`; the text of both is `docs/model.md`, "Share".

use super::crew::{Divide, Pile, front};
use crate::model::board::{self, Known};
use crate::model::census::NodeCensus;
use crate::model::digest;
use crate::model::engine::Setup;
use crate::model::fixed;
use crate::model::layout::{BoardTick, Edge, KindGain, class};
use crate::model::rng;
use crate::model::tables::NORMAL_SHIFT;

/// What holds for every topic of a tick.
pub struct Rules<'a> {
    /// Sizes and wiring.
    pub setup: &'a Setup,
    /// By board.
    pub boards: &'a [BoardTick],
    /// By lag class.
    pub classes: &'a [u32],
    /// Standard normal, Q12.
    pub normal: &'a [i32],
}

/// Topics that follow one another: their parts of every store.
pub struct Columns<'a> {
    /// Number of the first.
    pub topic: u32,
    /// How many there are.
    pub topics: usize,
    /// Sizes.
    pub setup: &'a Setup,
    /// Knowledge by node.
    pub nodes: &'a mut [u32],
    /// Knowledge by board at the last turn of news.
    pub older: &'a mut [u32],
    /// Knowledge by mail.
    pub mails: &'a mut [u32],
    /// By thread: finds of the tick by board, zero afterwards. There is one at least.
    pub finds: Vec<&'a mut [u32]>,
}

impl<'a> Columns<'a> {
    /// Words of a topic in each store.
    fn words(&self) -> [usize; 4] {
        let (boards, cell) = (self.setup.boards(), self.setup.cell());
        [
            self.setup.nodes() * cell,
            boards * cell,
            self.setup.mails.len() * cell,
            boards * self.setup.window_words,
        ]
    }

    /// Unites what threads found, in the first thread's.
    fn unite_finds(&mut self) {
        let (first, others) = self.finds.split_first_mut().expect("one at least");
        for other in others {
            for (found, other) in first.iter_mut().zip(other.iter_mut()) {
                *found |= std::mem::take(other);
            }
        }
    }

    /// Number `i` of the topics.
    fn column(&mut self, i: usize) -> Column<'_> {
        let [nodes, older, mails, finds] = self.words();
        Column {
            nodes: &mut self.nodes[i * nodes..][..nodes],
            older: &mut self.older[i * older..][..older],
            mails: &mut self.mails[i * mails..][..mails],
            finds: &mut self.finds[0][i * finds..][..finds],
        }
    }
}

impl Divide for Columns<'_> {
    fn len(&self) -> usize {
        self.topics
    }

    fn take(&mut self, count: usize) -> Self {
        let [nodes, older, mails, finds] = self.words().map(|words| count * words);
        let taken = Self {
            topic: self.topic,
            topics: count,
            setup: self.setup,
            nodes: front(&mut self.nodes, nodes),
            older: front(&mut self.older, older),
            mails: front(&mut self.mails, mails),
            finds: self
                .finds
                .iter_mut()
                .map(|thread| front(thread, finds))
                .collect(),
        };
        self.topic += count as u32;
        self.topics -= count;
        taken
    }
}

/// One topic's part of every store.
struct Column<'a> {
    nodes: &'a mut [u32],
    older: &'a mut [u32],
    mails: &'a mut [u32],
    finds: &'a mut [u32],
}

/// What a share of the topics counted.
#[derive(Clone, Debug)]
pub struct ShareCensus {
    /// By node.
    pub nodes: Vec<NodeCensus>,
    /// `[lab * kinds + kind]`, 2^-32 OOM.
    pub gains: Vec<u64>,
    /// Sum of node hashes.
    pub lanes: [u32; 4],
}

impl ShareCensus {
    /// All zero.
    pub fn zero(setup: &Setup) -> Self {
        Self {
            nodes: vec![NodeCensus::default(); setup.nodes()],
            gains: vec![0; setup.labs() * setup.kinds.len()],
            lanes: [0; 4],
        }
    }

    /// Adds what other topics counted.
    pub fn merge(mut self, other: &Self) -> Self {
        for (sum, more) in self.nodes.iter_mut().zip(&other.nodes) {
            sum.new += more.new;
            sum.known += more.known;
            sum.news += more.news;
            sum.ended += more.ended;
        }
        for (sum, more) in self.gains.iter_mut().zip(&other.gains) {
            *sum += more;
        }
        digest::add_lanes(&mut self.lanes, other.lanes);
        self
    }
}

/// Shares topics until the pile is gone.
pub fn share<const W: usize>(rules: &Rules<'_>, pile: &Pile<Columns<'_>>) -> ShareCensus {
    let mut census = ShareCensus::zero(rules.setup);
    while let Some(mut columns) = pile.next() {
        columns.unite_finds();
        for i in 0..columns.topics {
            let topic = columns.topic + i as u32;
            share_topic::<W>(rules, topic, &mut columns.column(i), &mut census);
        }
    }
    census
}

fn share_topic<const W: usize>(
    rules: &Rules<'_>,
    topic: u32,
    column: &mut Column<'_>,
    census: &mut ShareCensus,
) {
    absorb::<W>(rules, column, census);
    unite::<W>(rules, topic, column, census);
    post::<W>(rules, column, class::IMMEDIATE);
    deliver::<W>(rules, topic, column);
    post::<W>(rules, column, class::DUE);
    count::<W>(rules, topic, column, census);
}

fn read<const W: usize>(store: &[u32], row: usize) -> Known<W> {
    Known::read(&store[row * (1 + W)..])
}

fn write<const W: usize>(store: &mut [u32], row: usize, known: &Known<W>) {
    known.write(&mut store[row * (1 + W)..]);
}

/// News of the last turn grows old; finds of the tick become known.
fn absorb<const W: usize>(rules: &Rules<'_>, column: &mut Column<'_>, census: &mut ShareCensus) {
    for board in 0..rules.setup.boards() {
        let mut known = read::<W>(column.nodes, board);
        if rules.boards[board].turn != 0 {
            write(column.older, board, &known);
        }
        let finds = &mut column.finds[board * W..][..W];
        for (word, found) in known.words.iter_mut().zip(finds) {
            census.nodes[board].new += (*found & !*word).count_ones();
            *word |= std::mem::take(found);
        }
        write(column.nodes, board, &known.normalise());
    }
}

/// Labs learn what their boards know, the world what labs know; new ideas gain.
fn unite<const W: usize>(
    rules: &Rules<'_>,
    topic: u32,
    column: &mut Column<'_>,
    census: &mut ShareCensus,
) {
    let setup = rules.setup;
    let (boards, labs, kinds) = (setup.boards(), setup.labs(), setup.kinds.len());
    let kind = setup.topic_kind[topic as usize] as usize;
    let mut world = read::<W>(column.nodes, boards + labs);
    for lab in 0..labs {
        let before = read::<W>(column.nodes, boards + lab);
        let members = setup.lab_boards[lab] as usize..setup.lab_boards[lab + 1] as usize;
        let lab_known = members.fold(before, |known, board| {
            known.join(&read::<W>(column.nodes, board))
        });
        census.nodes[boards + lab].new += lab_known.count() - before.count();
        census.gains[lab * kinds + kind] +=
            new_gains(rules, topic, &setup.kinds[kind], &before, &lab_known);
        write(column.nodes, boards + lab, &lab_known);
        let with_lab = world.join(&lab_known);
        census.nodes[boards + lab].news += with_lab.count() - world.count();
        census.nodes[boards + labs].new += with_lab.count() - world.count();
        world = with_lab;
    }
    write(column.nodes, boards + labs, &world);
}

/// Sum of the gains of ideas known `after` but not `before`.
fn new_gains<const W: usize>(
    rules: &Rules<'_>,
    topic: u32,
    kind: &KindGain,
    before: &Known<W>,
    after: &Known<W>,
) -> u64 {
    if before == after {
        return 0;
    }
    let mut sum = 0;
    let mut from = before.base;
    while from < after.base + 32 * W as u32 {
        let mut new = after.bits_from(from) & !before.bits_from(from);
        while new != 0 {
            sum += u64::from(gain(rules, topic, kind, from + new.trailing_zeros()));
            new &= new - 1;
        }
        from += 32;
    }
    sum
}

/// Gain of one idea, 2^-32 OOM.
fn gain(rules: &Rules<'_>, topic: u32, kind: &KindGain, idea: u32) -> u32 {
    let draw = rng::threefry(rules.setup.ideas_key, [board::idea_address(topic, idea), 0]);
    let z = rules.normal[(draw[0] >> NORMAL_SHIFT) as usize];
    let spread = fixed::scale_normal(kind.gain_sigma, z);
    let fallen = ((kind.gain_slope * idea) >> 4) as i32;
    fixed::exp2_round(kind.gain_base - fallen + spread, draw[1])
}

/// Takes the snapshots of classes in `state`.
fn post<const W: usize>(rules: &Rules<'_>, column: &mut Column<'_>, state: u32) {
    for (row, mail) in rules.setup.mails.iter().enumerate() {
        if rules.classes[mail.class as usize] == state {
            let known = read::<W>(column.nodes, mail.node as usize);
            write(column.mails, row, &known);
        }
    }
}

/// Boards join the snapshots that reach them in this tick.
fn deliver<const W: usize>(rules: &Rules<'_>, topic: u32, column: &mut Column<'_>) {
    let setup = rules.setup;
    for board in 0..setup.boards() {
        let edges = setup.edge_start[board] as usize..setup.edge_start[board + 1] as usize;
        let mut known = read::<W>(column.nodes, board);
        for Edge {
            mail,
            threshold,
            salt,
        } in &setup.edges[edges]
        {
            let class = setup.mails[*mail as usize].class;
            if rules.classes[class as usize] == class::RESTING {
                continue;
            }
            let news = read::<W>(column.mails, *mail as usize);
            known = if *threshold == u32::MAX {
                known.join(&news)
            } else {
                known.join_some(&news, topic, *threshold, salt.to_array())
            };
        }
        write(column.nodes, board, &known);
    }
}

/// Counts and hashes what every node knows now.
fn count<const W: usize>(
    rules: &Rules<'_>,
    topic: u32,
    column: &Column<'_>,
    census: &mut ShareCensus,
) {
    let setup = rules.setup;
    let end = setup.kinds[setup.topic_kind[topic as usize] as usize].ideas;
    for node in 0..setup.nodes() {
        let known = read::<W>(column.nodes, node);
        let count = &mut census.nodes[node];
        count.known += known.count();
        count.ended += u32::from(known.base >= end);
        if node < setup.boards() {
            count.news += known.count() - read::<W>(column.older, node).count();
        }
        let hash = digest::node_hash(node as u32, topic, known.base, &known.words);
        digest::add_lanes(&mut census.lanes, hash);
    }
}
