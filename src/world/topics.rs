//! How far each lab has come in each topic.

use super::World;
use crate::model::board::{Known, ones};

/// What a lab knows of a topic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicState {
    /// Place of the lab in the scenario.
    pub lab: usize,
    /// The topic, the most popular first.
    pub topic: usize,
    /// Place of its kind in the scenario.
    pub kind: usize,
    /// Its popularity over that of all topics of the sample.
    pub popularity: f64,
    /// Ideas there are.
    pub ideas: u32,
    /// Every idea below is known.
    pub known_below: u32,
    /// Ideas that the lab knows.
    pub known_ideas: u32,
}

impl World {
    /// What every lab knows of every topic, labs in order, from the words of all nodes.
    pub fn topics(&self, nodes: &[u32]) -> Vec<TopicState> {
        let labs = 0..self.scenario.labs.len();
        labs.flat_map(|lab| (0..self.setup.topics).map(move |topic| (lab, topic)))
            .map(|(lab, topic)| self.topic(lab, topic, nodes))
            .collect()
    }

    fn topic(&self, lab: usize, topic: usize, nodes: &[u32]) -> TopicState {
        let setup = &self.setup;
        let union = topic * setup.nodes() + setup.boards() + lab;
        let stored = &nodes[union * setup.cell()..][..setup.cell()];
        let kind = setup.topic_kind[topic] as usize;
        let all: f64 = self.popularity.iter().sum();
        TopicState {
            lab,
            topic,
            kind,
            popularity: self.popularity[topic] / all,
            ideas: setup.kinds[kind].ideas,
            known_below: stored[0],
            known_ideas: match setup.window_words {
                1 => known::<1>(stored),
                2 => known::<2>(stored),
                _ => known::<4>(stored),
            },
        }
    }
}

/// How many ideas a stored topic knows.
fn known<const W: usize>(stored: &[u32]) -> u32 {
    let known = Known::<W>::read(stored);
    known.base + ones(&known.words)
}
