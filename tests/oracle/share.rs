//! "Share" of `docs/model.md`: finds become knowledge, unions grow, mail is delivered.

use std::collections::BTreeSet;

use takeoff::model::census::{Census, NodeCensus, PopulationCensus};
use takeoff::model::engine::{Store, TickInput};
use takeoff::model::layout::{Mail, class};

use super::draws::{add_lanes, idea_address, node_hash, threefry};
use super::numbers::{exp2_round, scale};
use super::{Oracle, pair};

impl Oracle {
    /// The whole stage, and the census of the tick.
    pub(super) fn share(
        &mut self,
        input: &TickInput<'_>,
        populations: Vec<PopulationCensus>,
    ) -> Census {
        let mut census = Census {
            populations,
            nodes: vec![NodeCensus::default(); self.setup.nodes()],
            gains: vec![0; self.setup.labs() * self.setup.kinds.len()],
            node_lanes: [0; 4],
        };
        for topic in 0..self.setup.topics {
            self.take_in_finds(topic, input, &mut census);
            self.grow_unions(topic, &mut census);
            self.take_snapshots(topic, input, class::IMMEDIATE);
            self.deliver(topic, input);
            self.take_snapshots(topic, input, class::DUE);
            self.count_topic(topic, &mut census);
        }
        self.hash_nodes(&mut census);
        census
    }

    /// Ideas of a window.
    pub(super) fn reach(&self) -> u32 {
        32 * self.setup.window_words as u32
    }

    /// Step 1.
    fn take_in_finds(&mut self, topic: usize, input: &TickInput<'_>, census: &mut Census) {
        for (board, tick) in input.boards.iter().enumerate() {
            let current = &mut self.nodes[board][topic];
            if tick.turn == 1 {
                self.older[board][topic] = current.clone();
            }
            let mut duplicate = false;
            for idea in std::mem::take(&mut self.finds[board][topic]) {
                if current.known.insert(idea) {
                    census.nodes[board].new += 1;
                } else {
                    duplicate = true;
                }
            }
            current.normalise();
            self.mark_if(duplicate, "share: find already known");
            self.mark_if(tick.turn == 1, "share: news turns");
        }
    }

    /// Step 2: labs join their boards, the world its labs.
    fn grow_unions(&mut self, topic: usize, census: &mut Census) {
        let (boards, labs) = (self.setup.boards(), self.setup.labs());
        let kinds = self.setup.kinds.len();
        let kind = self.setup.topic_kind[topic] as usize;
        for lab in 0..labs {
            let own = self.setup.lab_boards[lab]..self.setup.lab_boards[lab + 1];
            let new = self.join_all(boards + lab, own.map(|board| board as usize), topic);
            census.nodes[boards + lab].new += new.len() as u32;
            for idea in new {
                let gain = u64::from(self.gain(kind, topic, idea));
                let sum = &mut census.gains[lab * kinds + kind];
                *sum = sum.wrapping_add(gain);
            }
        }
        for lab in 0..labs {
            let new = self.join_all(boards + labs, boards + lab..=boards + lab, topic);
            census.nodes[boards + lab].news += new.len() as u32;
            census.nodes[boards + labs].new += new.len() as u32;
        }
    }

    /// Joins nodes into a union; what was new to it.
    fn join_all(
        &mut self,
        union: usize,
        members: impl Iterator<Item = usize>,
        topic: usize,
    ) -> BTreeSet<u32> {
        let before = self.nodes[union][topic].known.clone();
        for member in members {
            let other = self.nodes[member][topic].clone();
            self.nodes[union][topic].join(&other);
        }
        self.nodes[union][topic]
            .known
            .difference(&before)
            .copied()
            .collect()
    }

    /// Gain of an idea, 2^-32 OOM.
    fn gain(&self, kind: usize, topic: usize, idea: u32) -> u32 {
        let gains = &self.setup.kinds[kind];
        let u = threefry(self.setup.ideas_key, idea_address(topic, idea));
        let deviate = self.normal[(u[0] / (1 << 22)) as usize];
        let fallen = gains.gain_slope * idea / 16;
        exp2_round(
            gains.gain_base - fallen as i32 + scale(gains.gain_sigma, deviate),
            u[1],
        )
    }

    /// Steps 3 and 5.
    fn take_snapshots(&mut self, topic: usize, input: &TickInput<'_>, state: u32) {
        for (index, &Mail { node, class }) in self.setup.mails.clone().iter().enumerate() {
            if input.classes[class as usize] == state {
                self.mails[index][topic] = self.nodes[node as usize][topic].clone();
                let (node, boards) = (node as usize, self.setup.boards());
                self.mark(match node - node.min(boards) {
                    _ if node < boards => "mail: from a board",
                    lab if lab < self.setup.labs() => "mail: from a lab",
                    _ => "mail: from the world",
                });
            }
        }
    }

    /// Step 4.
    fn deliver(&mut self, topic: usize, input: &TickInput<'_>) {
        let reach = self.reach();
        for board in 0..self.setup.boards() {
            let (first, end) = (
                self.setup.edge_start[board],
                self.setup.edge_start[board + 1],
            );
            for index in first as usize..end as usize {
                let edge = self.setup.edges[index];
                let class = self.setup.mails[edge.mail as usize].class;
                let state = input.classes[class as usize];
                self.mark(match state {
                    class::DUE => "mail: due",
                    class::IMMEDIATE => "mail: immediate",
                    _ => "mail: resting",
                });
                if state != class::DUE && state != class::IMMEDIATE {
                    continue;
                }
                let mail = self.mails[edge.mail as usize][topic].clone();
                let current = &mut self.nodes[board][topic];
                let before = current.clone();
                if edge.threshold == u32::MAX {
                    current.join(&mail);
                    let taken = current.known.len() > before.known.len();
                    self.mark_if(taken, "mail: all ideas cross");
                    continue;
                }
                current.join_some(&mail, topic, reach, edge.threshold, pair(edge.salt));
                let taken = current.known.len() - before.known.len();
                let end = before.base + reach;
                let inside = mail
                    .known
                    .range(..end)
                    .filter(|idea| !before.known.contains(idea));
                let refused = inside.count() > taken;
                self.mark_if(taken > 0, "mail: some ideas cross");
                self.mark_if(refused, "mail: some ideas stay behind");
                self.mark_if(
                    mail.known.range(end..).next().is_some(),
                    "mail: beyond the window",
                );
            }
        }
    }

    /// Step 6.
    fn count_topic(&mut self, topic: usize, census: &mut Census) {
        let ideas = self.setup.kinds[self.setup.topic_kind[topic] as usize].ideas;
        let mut ended = false;
        for (node, count) in census.nodes.iter_mut().enumerate() {
            let knowledge = &self.nodes[node][topic];
            count.known += knowledge.known.len() as u32;
            count.ended += u32::from(knowledge.base >= ideas);
            ended |= knowledge.base >= ideas;
            if node < self.setup.boards() {
                let older = &self.older[node][topic].known;
                count.news += (knowledge.known.len() - older.len()) as u32;
            }
        }
        self.mark_if(ended, "share: a topic ended");
    }

    /// "Digest": lanes over all nodes and topics.
    fn hash_nodes(&self, census: &mut Census) {
        let (rows, cell) = (self.setup.nodes(), self.setup.cell());
        for (at, stored) in self.read_store(Store::Nodes).chunks(cell).enumerate() {
            let (topic, node) = (at / rows, at % rows);
            add_lanes(&mut census.node_lanes, node_hash(node, topic, stored));
        }
    }
}
