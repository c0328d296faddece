//! The scalar oracle: the agent model a third time, written from `docs/model.md` alone and for
//! clarity.
//!
//! One agent at a time, sets of ideas instead of shifted windows, wide integers instead of split
//! products. It shares only data structures with `takeoff`, no arithmetic: fast twins share their
//! author's mistakes.

pub mod agent;
pub mod branches;
pub mod draws;
pub mod knowledge;
pub mod numbers;
mod research;
mod share;
mod spawn;

use std::collections::BTreeSet;

use takeoff::model::census::{Census, Counter, PopulationCensus, Recount};
use takeoff::model::engine::{Setup, Store, TickInput};
use takeoff::model::layout::{AliasEntry, PopulationTick, merge};

use agent::{Agent, Phase};
use draws::Two;
use knowledge::Knowledge;

/// A model world, with the verbs of `takeoff::model::engine::Engine`.
pub struct Oracle {
    setup: Setup,
    /// By population and slot.
    agents: Vec<Vec<Agent>>,
    /// The same after `spawn` of the last tick, to tell whose mistake a difference is.
    spawned: Vec<Vec<Agent>>,
    /// Current knowledge, `[node][topic]`.
    nodes: Vec<Vec<Knowledge>>,
    /// Knowledge at the last turn of news, `[board][topic]`.
    older: Vec<Vec<Knowledge>>,
    /// Snapshots, `[mail][topic]`.
    mails: Vec<Vec<Knowledge>>,
    /// Finds of the tick, `[board][topic]`.
    finds: Vec<Vec<BTreeSet<u32>>>,
    alias: Vec<AliasEntry>,
    binomial: Vec<u32>,
    normal: Vec<i32>,
    /// Branches of the text that were taken so far, see `branches::ALL`.
    pub reached: BTreeSet<&'static str>,
}

impl Oracle {
    /// Empty slots, empty boards.
    pub fn new(setup: Setup) -> Self {
        let nothing = |rows: usize| vec![vec![Knowledge::default(); setup.topics]; rows];
        let slots = setup
            .populations
            .iter()
            .map(|p| vec![Agent::ABSENT; p.slots as usize]);
        let agents: Vec<Vec<Agent>> = slots.collect();
        Self {
            spawned: agents.clone(),
            agents,
            nodes: nothing(setup.nodes()),
            older: nothing(setup.boards()),
            mails: nothing(setup.mails.len()),
            finds: vec![vec![BTreeSet::new(); setup.topics]; setup.boards()],
            alias: Vec::new(),
            binomial: Vec::new(),
            normal: takeoff::model::tables::normal(),
            reached: BTreeSet::new(),
            setup,
        }
    }

    /// Notes that the world made the model take a branch of the text.
    fn mark(&mut self, branch: &'static str) {
        self.mark_if(true, branch);
    }

    /// The same, on a condition.
    fn mark_if(&mut self, taken: bool, branch: &'static str) {
        debug_assert!(branches::ALL.contains(&branch), "{branch} is not listed");
        if taken {
            self.reached.insert(branch);
        }
    }

    /// `spawn`, `research`, `share`.
    pub fn tick(&mut self, input: &TickInput<'_>) -> Census {
        if let Some(alias) = input.alias {
            self.alias = alias.to_vec();
        }
        if let Some(binomial) = input.binomial {
            self.binomial = binomial.to_vec();
        }
        let mut counts = vec![PopulationCensus::ZERO; input.populations.len()];
        for (index, count) in counts.iter_mut().enumerate() {
            if input.spawn[index] {
                for slot in 0..input.slots[index] {
                    let agent = &mut self.agents[index][slot as usize];
                    let rank = self.setup.populations[index].rank_first + slot;
                    let branch = spawn::spawn(agent, rank, &input.populations[index], count);
                    self.mark(branch);
                }
            }
        }
        self.spawned = self.agents.clone();
        for (index, count) in counts.iter_mut().enumerate() {
            for slot in 0..input.slots[index] {
                self.research(index, slot, input, count);
            }
            count.lanes = self.lanes(index, pair(input.populations[index].traits_key));
        }
        self.share(input, counts)
    }

    /// Agents by phase, what is left of their phases, and the digest lanes.
    pub fn recount(&self, index: usize, population: &PopulationTick, slots: u64) -> Recount {
        let mut sum = Recount::default();
        for agent in &self.agents[index][..slots as usize] {
            let left = |start| u64::from(agent.offset(start));
            match agent.phase() {
                Phase::Absent => {}
                Phase::Waiting => sum.waiting += 1,
                Phase::Thinking => {
                    sum.thinking += 1;
                    sum.think_left += left(population.think_start);
                }
                Phase::Experiment => {
                    sum.experiment += 1;
                    sum.experiment_left += left(population.experiment_start);
                }
            }
        }
        sum.lanes = self.lanes(index, pair(population.traits_key));
        sum
    }

    /// Sum of the hashes of a population's agents.
    fn lanes(&self, index: usize, traits_key: Two) -> [u32; 4] {
        let mut lanes = [0; 4];
        let ranks = self.setup.populations[index].rank_first..;
        for (rank, agent) in ranks.zip(&self.agents[index]) {
            if agent.phase() != Phase::Absent {
                let hash = draws::agent_hash(rank, traits_key, agent.due, agent.work);
                draws::add_lanes(&mut lanes, hash);
            }
        }
        lanes
    }

    /// Agents of a population by slot.
    pub fn agents(&self, population: usize) -> &[Agent] {
        &self.agents[population]
    }

    /// Agents of a population as `spawn` of the last tick left them.
    pub fn agents_after_spawn(&self, population: usize) -> &[Agent] {
        &self.spawned[population]
    }

    /// Sets agents of a population from slot `from` on.
    pub fn write_agents(&mut self, population: usize, from: u64, due: &[u32], work: &[u32]) {
        for (i, (&due, &work)) in due.iter().zip(work).enumerate() {
            self.agents[population][from as usize + i] = Agent { due, work };
        }
    }

    /// Rows of a store, `[row][topic]`.
    fn rows(&self, store: Store) -> &Vec<Vec<Knowledge>> {
        match store {
            Store::Nodes => &self.nodes,
            Store::Older => &self.older,
            Store::Mails => &self.mails,
        }
    }

    /// A store in the documented layout `[(topic * rows + row) * cell]`.
    pub fn read_store(&self, store: Store) -> Vec<u32> {
        let rows = self.rows(store);
        let mut words = Vec::new();
        for topic in 0..self.setup.topics {
            for row in rows {
                words.extend(row[topic].to_words(self.setup.window_words));
            }
        }
        words
    }

    /// Sets a store from the documented layout.
    pub fn write_store(&mut self, store: Store, words: &[u32]) {
        let (cell, count) = (self.setup.cell(), self.rows(store).len());
        let rows = match store {
            Store::Nodes => &mut self.nodes,
            Store::Older => &mut self.older,
            Store::Mails => &mut self.mails,
        };
        for (row, topics) in rows.iter_mut().enumerate() {
            for (topic, knowledge) in topics.iter_mut().enumerate() {
                let at = (topic * count + row) * cell;
                *knowledge = Knowledge::from_words(&words[at..at + cell]);
            }
        }
    }
}

/// Two words of the layout as a key.
fn pair(words: impl Into<[u32; 2]>) -> Two {
    words.into()
}

/// Adds one to the change of the number in a phase, or takes one off.
fn shift_phase(count: &mut PopulationCensus, phase: Phase, change: i64) {
    let counter = match phase {
        Phase::Absent => return,
        Phase::Thinking => Counter::DeltaThinking,
        Phase::Experiment => Counter::DeltaExperiment,
        Phase::Waiting => Counter::DeltaWaiting,
    };
    count.add(counter, change as u64);
}

/// Is this rank gone, active or to be filled? Ranks of `PopulationTick` are two words each.
struct Ranks {
    active: u64,
    keep: u64,
    spawn_from: u64,
}

impl Ranks {
    fn of(population: &PopulationTick) -> Self {
        Self {
            active: merge(population.active),
            keep: merge(population.keep),
            spawn_from: merge(population.spawn_from),
        }
    }
}
