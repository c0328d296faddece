//! What the device counts in a tick (`docs/model.md`, "Census").

use bytemuck::{Pod, Zeroable};

/// Counters of a population, in storage order. Each is 64 bits, wrapping; on the device two words,
/// low first. Units: agents, researchers (an agent of weight w counts as w) or clock units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Counter {
    /// Phases that ended, agents.
    Events,
    /// Ideas taken up, agents.
    Chosen,
    /// Thinking time of ideas taken up, thinking units.
    ThinkAssigned,
    /// Ideas found known when the thinking was done, agents.
    Scooped,
    /// Experiments started, agents.
    ExperimentsStarted,
    /// Length of experiments started, experiment units.
    ExperimentAssigned,
    /// Experiments finished, agents.
    ExperimentsFinished,
    /// Experiments that found their idea, researchers.
    Successes,
    /// Time spent thinking by agents with an event in the tick, thinking units.
    ThinkTime,
    /// Time in experiments of agents with an event in the tick, experiment units.
    ExperimentTime,
    /// Time without an idea of agents with an event in the tick, thinking units.
    WaitTime,
    /// Time lost to the event bound on the thinking clock, thinking units.
    StallThink,
    /// Time lost to the event bound on the experiment clock, experiment units.
    StallExperiment,
    /// Rest of the tick after deactivation, thinking units.
    LeftTime,
    /// Agents that hit the event bound.
    Stalled,
    /// Agents with an event that began the tick thinking.
    BusyThinking,
    /// Agents with an event that began the tick in an experiment.
    BusyExperiment,
    /// Agents with an event that began the tick without an idea.
    BusyWaiting,
    /// Change of the number thinking (two's complement).
    DeltaThinking,
    /// Change of the number in experiments (two's complement).
    DeltaExperiment,
    /// Change of the number without an idea (two's complement).
    DeltaWaiting,
    /// Fresh agents.
    Spawned,
    /// Agents removed while thinking because their rank is gone.
    RetiredThinking,
    /// Agents removed in an experiment because their rank is gone.
    RetiredExperiment,
    /// Agents removed without an idea because their rank is gone.
    RetiredWaiting,
    /// Agents removed at the end of a phase because their rank is inactive.
    Deactivated,
    /// Thinking that removed agents still had before them, thinking units.
    ForgoneThink,
    /// Experiments that removed agents still had before them, experiment units.
    ForgoneExperiment,
}

/// Number of 64-bit counters of a population.
pub const COUNTERS: usize = Counter::ForgoneExperiment as usize + 1;

/// Every counter with its name, in storage order.
pub const COUNTER_NAMES: [&str; COUNTERS] = [
    "events",
    "chosen",
    "think_assigned",
    "scooped",
    "experiments_started",
    "experiment_assigned",
    "experiments_finished",
    "successes",
    "think_time",
    "experiment_time",
    "wait_time",
    "stall_think",
    "stall_experiment",
    "left_time",
    "stalled",
    "busy_thinking",
    "busy_experiment",
    "busy_waiting",
    "delta_thinking",
    "delta_experiment",
    "delta_waiting",
    "spawned",
    "retired_thinking",
    "retired_experiment",
    "retired_waiting",
    "deactivated",
    "forgone_think",
    "forgone_experiment",
];

/// Counts of one population over one tick, and its agents' digest after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PopulationCensus {
    /// By [`Counter`].
    pub counters: [u64; COUNTERS],
    /// Sum of the hashes of all its agents after the tick, four lanes, wrapping.
    pub lanes: [u32; 4],
}

impl PopulationCensus {
    /// All zero.
    pub const ZERO: Self = Self {
        counters: [0; COUNTERS],
        lanes: [0; 4],
    };

    /// The count of `counter`.
    #[inline(always)]
    pub fn get(&self, counter: Counter) -> u64 {
        self.counters[counter as usize]
    }

    /// Adds `amount`, wrapping.
    #[inline(always)]
    pub fn add(&mut self, counter: Counter, amount: u64) {
        let slot = &mut self.counters[counter as usize];
        *slot = slot.wrapping_add(amount);
    }

    /// Adds `new - old` to the digest lanes.
    #[inline(always)]
    pub fn exchange_hash(&mut self, old: [u32; 4], new: [u32; 4]) {
        for ((lane, old), new) in self.lanes.iter_mut().zip(old).zip(new) {
            *lane = lane.wrapping_add(new).wrapping_sub(old);
        }
    }

    /// Adds what another share of the same agents counted.
    pub fn merge(&mut self, other: &Self) {
        for (sum, more) in self.counters.iter_mut().zip(other.counters) {
            *sum = sum.wrapping_add(more);
        }
        for (sum, more) in self.lanes.iter_mut().zip(other.lanes) {
            *sum = sum.wrapping_add(more);
        }
    }
}

/// What a node (board, lab union or world) knows after a tick; the device writes these words.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct NodeCensus {
    /// Ideas newly known from finds (boards) or from any source (unions).
    pub new: u32,
    /// Ideas known in all.
    pub known: u32,
    /// Boards: ideas known beyond the state at the last turn. Labs: ideas that they were first to
    /// bring to the world in the tick, labs in order. World: 0.
    pub news: u32,
    /// Topics whose last idea is known.
    pub ended: u32,
}

/// Words of a [`NodeCensus`].
pub const NODE_FIELDS: usize = size_of::<NodeCensus>() / size_of::<u32>();

/// Everything the host learns of a tick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Census {
    /// By population; lanes are absolute, counters of this tick.
    pub populations: Vec<PopulationCensus>,
    /// By node: boards, then labs, then the world.
    pub nodes: Vec<NodeCensus>,
    /// Gains of ideas new to a lab, 2^-32 OOM: `[lab * kinds + kind]`.
    pub gains: Vec<u64>,
    /// Sum of the hashes of all nodes' topics after the tick, four lanes, wrapping.
    pub node_lanes: [u32; 4],
}

/// A full recount of a population's agents, to hold the running counts against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recount {
    /// Agents thinking.
    pub thinking: u64,
    /// Agents in experiments.
    pub experiment: u64,
    /// Agents without an idea.
    pub waiting: u64,
    /// Thinking still before them, thinking units.
    pub think_left: u64,
    /// Experiment time still before them, experiment units.
    pub experiment_left: u64,
    /// Sum of the hashes of all agents, four lanes, wrapping.
    pub lanes: [u32; 4],
}
