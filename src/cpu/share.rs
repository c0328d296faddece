//! Stage `share`: boards take in finds, labs and the world unite what is known, news travels.
//!
//! Topics do not touch one another here: one task a topic, no order between them. Twin of
//! `shaders/share.wgsl`; the text of both is `docs/model.md`, "Share". Where that counts and hashes every
//! topic, this does so for what has changed, and passes over topics in which nothing can: in the human era
//! that is most of them, and most of what a small run's tick takes.

use super::crew::{Divide, Pile, front};
use super::holdings::{Holdings, Knowledge};
use crate::model::board::{self, Known};
use crate::model::census::NodeCensus;
use crate::model::engine::{Setup, TickInput};
use crate::model::fixed;
use crate::model::layout::{BoardTick, Edge, KindGain, class};
use crate::model::rng;
use crate::model::tables::NORMAL_SHIFT;

/// What holds for every topic of a tick.
pub struct Rules<'a> {
    /// Sizes and wiring.
    setup: &'a Setup,
    /// By board.
    boards: &'a [BoardTick],
    /// By lag class.
    classes: &'a [u32],
    /// Standard normal, Q12.
    normal: &'a [i32],
    /// Are holdings counted from nothing, not by their changes?
    anew: bool,
    /// Does news grow old on any board?
    turns: bool,
    /// Is any snapshot taken or delivered?
    delivers: bool,
}

impl<'a> Rules<'a> {
    /// Those of a tick.
    pub fn of(setup: &'a Setup, input: &TickInput<'a>, normal: &'a [i32], anew: bool) -> Self {
        let (boards, classes) = (input.boards, input.classes);
        Self {
            setup,
            boards,
            classes,
            normal,
            anew,
            turns: boards.iter().any(|board| board.turn != 0),
            delivers: classes.iter().any(|&state| state != class::RESTING),
        }
    }
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
    /// By topic: have its boards changed since labs last learned from them?
    pub restless: &'a mut [bool],
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
            restless: &mut self.restless[i],
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
            restless: front(&mut self.restless, count),
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
    restless: &'a mut bool,
}

impl Column<'_> {
    /// Is there anything that labs have not learned from their boards?
    fn has_changed(&self) -> bool {
        *self.restless || self.finds.iter().any(|&found| found != 0)
    }

    fn knowledge(&self) -> Knowledge<'_> {
        Knowledge {
            nodes: self.nodes,
            older: self.older,
        }
    }
}

/// What a share of the topics counted.
#[derive(Clone, Debug)]
pub struct ShareCensus {
    /// By node: new and, of labs, news.
    pub nodes: Vec<NodeCensus>,
    /// `[lab * kinds + kind]`, 2^-32 OOM.
    pub gains: Vec<u64>,
    /// By how much holdings changed; from nothing where they are counted anew.
    pub change: Holdings,
}

impl ShareCensus {
    /// All zero.
    pub fn zero(setup: &Setup) -> Self {
        Self {
            nodes: vec![NodeCensus::default(); setup.nodes()],
            gains: vec![0; setup.labs() * setup.kinds.len()],
            change: Holdings::none(setup),
        }
    }

    /// Adds what other topics counted.
    pub fn merge(mut self, other: &Self) -> Self {
        for (sum, more) in self.nodes.iter_mut().zip(&other.nodes) {
            sum.new += more.new;
            sum.news += more.news;
        }
        for (sum, more) in self.gains.iter_mut().zip(&other.gains) {
            *sum += more;
        }
        self.change.add(&other.change);
        self
    }

    /// What the host is told of nodes, where `holdings` are those after the tick.
    pub fn nodes_with(&self, holdings: &Holdings) -> Vec<NodeCensus> {
        let told = |(tick, held): (&NodeCensus, &NodeCensus)| NodeCensus {
            new: tick.new,
            known: held.known,
            news: tick.news + held.news,
            ended: held.ended,
        };
        self.nodes.iter().zip(&holdings.nodes).map(told).collect()
    }
}

/// Shares topics until the pile is gone.
pub fn share<const W: usize>(rules: &Rules<'_>, pile: &Pile<Columns<'_>>) -> ShareCensus {
    let mut census = ShareCensus::zero(rules.setup);
    let (mut nodes, mut older) = (Vec::new(), Vec::new());
    while let Some(mut columns) = pile.next() {
        columns.unite_finds();
        for i in 0..columns.topics {
            let topic = columns.topic + i as u32;
            let column = &mut columns.column(i);
            if !may_change(rules, column) {
                continue;
            }
            if !rules.anew {
                copy_to(&mut nodes, column.nodes);
                copy_to(&mut older, column.older);
            }
            share_topic::<W>(rules, topic, column, &mut census);
            let before = (!rules.anew).then_some(Knowledge {
                nodes: &nodes,
                older: &older,
            });
            let change = &mut census.change;
            change.count::<W>(rules.setup, topic, before, column.knowledge());
        }
    }
    census
}

/// May anything of a topic change, or has it to be counted anyway?
fn may_change(rules: &Rules<'_>, column: &Column<'_>) -> bool {
    rules.anew || rules.turns || rules.delivers || column.has_changed()
}

fn copy_to(kept: &mut Vec<u32>, words: &[u32]) {
    kept.clear();
    kept.extend_from_slice(words);
}

fn share_topic<const W: usize>(
    rules: &Rules<'_>,
    topic: u32,
    column: &mut Column<'_>,
    census: &mut ShareCensus,
) {
    let has_changed = column.has_changed();
    absorb::<W>(rules, column, census);
    if has_changed {
        unite::<W>(rules, topic, column, census);
    }
    *column.restless = rules.delivers && {
        post::<W>(rules, column, class::IMMEDIATE);
        let changed = deliver::<W>(rules, topic, column);
        post::<W>(rules, column, class::DUE);
        changed
    };
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

/// Boards join the snapshots that reach them in this tick. Does any of them learn from it?
fn deliver<const W: usize>(rules: &Rules<'_>, topic: u32, column: &mut Column<'_>) -> bool {
    let setup = rules.setup;
    let mut changed = false;
    for board in 0..setup.boards() {
        let edges = setup.edge_start[board] as usize..setup.edge_start[board + 1] as usize;
        let before = read::<W>(column.nodes, board);
        let mut known = before;
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
        changed |= known != before;
        write(column.nodes, board, &known);
    }
    changed
}
