//! What all researchers share: boards, tables, counts. It is updated after all agents have stepped.

use std::any::Any;

use krabmaga::engine::schedule::Schedule;
use krabmaga::engine::state::State;

use crate::model::board::{self, Known};
use crate::model::census::{Census, Counter, NodeCensus, PopulationCensus};
use crate::model::engine::{Setup, Store, Tick};
use crate::model::layout::{AliasEntry, BoardTick, KindTick, PopulationTick, class};
use crate::model::{digest, fixed, rng, tables};

/// Boards, tables and counts.
pub struct Industry {
    /// Sizes and wiring.
    pub setup: Setup,
    /// The tick.
    pub population: PopulationTick,
    /// By kind.
    pub kinds: Vec<KindTick>,
    /// Whether clocks change their unit before the tick.
    pub spawns: bool,
    /// `[board * topics + column]`.
    pub alias: Vec<AliasEntry>,
    /// Standard normal, Q12.
    pub normal: Vec<i32>,
    /// Counts of the agents.
    pub counts: PopulationCensus,
    /// Sum of the agents' hashes.
    pub lanes: [u32; 4],
    boards: Vec<BoardTick>,
    classes: Vec<u32>,
    nodes: Vec<u32>,
    older: Vec<u32>,
    mails: Vec<u32>,
    finds: Vec<u32>,
    node_counts: Vec<NodeCensus>,
    gains: Vec<u64>,
    node_lanes: [u32; 4],
}

impl Industry {
    /// Empty boards.
    pub fn new(setup: Setup) -> Self {
        assert!(setup.window_words == 1 && setup.populations.len() == 1);
        let cells = |rows: usize| vec![0; setup.topics * rows * 2];
        Self {
            population: bytemuck::Zeroable::zeroed(),
            kinds: Vec::new(),
            spawns: false,
            alias: Vec::new(),
            normal: tables::normal(),
            counts: PopulationCensus::ZERO,
            lanes: [0; 4],
            boards: Vec::new(),
            classes: Vec::new(),
            nodes: cells(setup.nodes()),
            older: cells(setup.boards()),
            mails: cells(setup.mails.len()),
            finds: vec![0; setup.topics * setup.boards()],
            node_counts: Vec::new(),
            gains: Vec::new(),
            node_lanes: [0; 4],
            setup,
        }
    }

    /// Takes in what a tick is told.
    pub fn told(&mut self, tick: Tick) {
        assert!(tick.populations[0].weight_log2 == 0 && tick.populations[0].reading == 0);
        self.population = tick.populations[0];
        self.kinds = tick.kinds;
        self.spawns = tick.spawn[0];
        self.boards = tick.boards;
        self.classes = tick.classes;
        if let Some(alias) = tick.alias {
            self.alias = alias;
        }
        self.counts = PopulationCensus::ZERO;
    }

    /// What the tick came to.
    pub fn census(&mut self) -> Census {
        digest::add_lanes(&mut self.lanes, self.counts.lanes);
        Census {
            populations: vec![PopulationCensus {
                lanes: self.lanes,
                ..self.counts
            }],
            nodes: self.node_counts.clone(),
            gains: self.gains.clone(),
            node_lanes: self.node_lanes,
        }
    }

    /// A store of knowledge.
    pub fn store(&mut self, store: Store) -> &mut Vec<u32> {
        match store {
            Store::Nodes => &mut self.nodes,
            Store::Older => &mut self.older,
            Store::Mails => &mut self.mails,
        }
    }

    /// What a node knows of a topic.
    pub fn known(&self, topic: u32, node: usize) -> Known<1> {
        read(&self.nodes, topic as usize * self.setup.nodes() + node)
    }

    /// A researcher of a board found an idea.
    pub fn find(&mut self, topic: u32, board: u32, idea: u32) {
        let at = idea.wrapping_sub(self.known(topic, board as usize).base);
        if at < 32 {
            self.finds[topic as usize * self.setup.boards() + board as usize] |= 1 << at;
        }
    }

    fn share(&mut self, topic: usize) {
        let (boards, labs) = (self.setup.boards(), self.setup.labs());
        let row = topic * self.setup.nodes();
        for board in 0..boards {
            let mut known = read(&self.nodes, row + board);
            if self.boards[board].turn != 0 {
                write(&mut self.older, topic * boards + board, known);
            }
            let found = std::mem::take(&mut self.finds[topic * boards + board]);
            self.node_counts[board].new += (found & !known.words[0]).count_ones();
            known.words[0] |= found;
            write(&mut self.nodes, row + board, known.normalise());
        }
        let mut world = read(&self.nodes, row + boards + labs);
        for lab in 0..labs {
            let before = read(&self.nodes, row + boards + lab);
            let members =
                self.setup.lab_boards[lab] as usize..self.setup.lab_boards[lab + 1] as usize;
            let after = members.fold(before, |known, board| {
                known.join(&read(&self.nodes, row + board))
            });
            self.gain(topic as u32, lab, before, after);
            write(&mut self.nodes, row + boards + lab, after);
            let joined = world.join(&after);
            let news = joined.count() - world.count();
            self.node_counts[boards + lab].new += after.count() - before.count();
            self.node_counts[boards + lab].news += news;
            self.node_counts[boards + labs].new += news;
            world = joined;
        }
        write(&mut self.nodes, row + boards + labs, world);
        self.post(topic, class::IMMEDIATE);
        for board in 0..boards {
            self.deliver(topic, board);
        }
        self.post(topic, class::DUE);
        self.count(topic);
    }

    fn gain(&mut self, topic: u32, lab: usize, before: Known<1>, after: Known<1>) {
        let kind = self.setup.topic_kind[topic as usize] as usize;
        let gains = self.setup.kinds[kind];
        for idea in before.base..after.base + 32 {
            if after.knows(idea) && !before.knows(idea) {
                let address = board::idea_address(topic, idea);
                let draw = rng::threefry(self.setup.ideas_key, [address, 0]);
                let z = self.normal[(draw[0] >> tables::NORMAL_SHIFT) as usize];
                let log2 = gains.gain_base + fixed::scale_normal(gains.gain_sigma, z);
                self.gains[lab * self.setup.kinds.len() + kind] +=
                    u64::from(fixed::exp2_round(log2, draw[1]));
            }
        }
    }

    fn post(&mut self, topic: usize, state: u32) {
        let (nodes, mails) = (self.setup.nodes(), self.setup.mails.len());
        for (row, mail) in self.setup.mails.iter().enumerate() {
            if self.classes[mail.class as usize] == state {
                let known = read(&self.nodes, topic * nodes + mail.node as usize);
                write(&mut self.mails, topic * mails + row, known);
            }
        }
    }

    fn deliver(&mut self, topic: usize, board: usize) {
        let setup = &self.setup;
        let mut known = self.known(topic as u32, board);
        for edge in
            &setup.edges[setup.edge_start[board] as usize..setup.edge_start[board + 1] as usize]
        {
            if self.classes[setup.mails[edge.mail as usize].class as usize] == class::RESTING {
                continue;
            }
            let news = read(&self.mails, topic * setup.mails.len() + edge.mail as usize);
            known = if edge.threshold == u32::MAX {
                known.join(&news)
            } else {
                known.join_some(&news, topic as u32, edge.threshold, edge.salt.to_array())
            };
        }
        write(&mut self.nodes, topic * self.setup.nodes() + board, known);
    }

    fn count(&mut self, topic: usize) {
        let setup = &self.setup;
        let end = setup.kinds[setup.topic_kind[topic] as usize].ideas;
        for node in 0..setup.nodes() {
            let known = read(&self.nodes, topic * setup.nodes() + node);
            let count = &mut self.node_counts[node];
            count.known += known.count();
            count.ended += u32::from(known.base >= end);
            if node < setup.boards() {
                count.news +=
                    known.count() - read(&self.older, topic * setup.boards() + node).count();
            }
            let hash = digest::node_hash(node as u32, topic as u32, known.base, &known.words);
            digest::add_lanes(&mut self.node_lanes, hash);
        }
    }

    /// Adds to a counter.
    pub fn add(&mut self, counter: Counter, amount: u64) {
        self.counts.add(counter, amount);
    }
}

fn read(store: &[u32], row: usize) -> Known<1> {
    Known::read(&store[2 * row..])
}

fn write(store: &mut [u32], row: usize, known: Known<1>) {
    known.write(&mut store[2 * row..]);
}

impl State for Industry {
    fn init(&mut self, _schedule: &mut Schedule) {}

    fn reset(&mut self) {}

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn as_state(&self) -> &dyn State {
        self
    }

    fn as_state_mut(&mut self) -> &mut dyn State {
        self
    }

    fn update(&mut self, step: u64) {
        // The schedule also calls it once before anybody has stepped.
        if step > 0 {
            self.node_counts = vec![NodeCensus::default(); self.setup.nodes()];
            self.gains = vec![0; self.setup.labs() * self.setup.kinds.len()];
            self.node_lanes = [0; 4];
            (0..self.setup.topics).for_each(|topic| self.share(topic));
        }
    }
}
