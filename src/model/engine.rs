//! What an engine is: the device side of a run behind one trait, and of many runs behind another.
//!
//! `cpu` and `gpu` implement it with the same bits; neither knows the other.

use std::ops::Range;

use super::census::{Census, Recount};
use super::layout::{AliasEntry, BoardTick, Edge, KindGain, KindTick, Mail, PopulationTick};
use super::rng::Pair;

/// What is fixed for a run: sizes, wiring, the landscape of ideas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// Words of a window: 1, 2 or 4.
    pub window_words: usize,
    /// Topics simulated.
    pub topics: usize,
    /// By kind.
    pub kinds: Vec<KindGain>,
    /// Kind of each topic.
    pub topic_kind: Vec<u32>,
    /// Key of the gains of ideas.
    pub ideas_key: Pair,
    /// By population, grouped by lab in ascending order.
    pub populations: Vec<PopulationSetup>,
    /// First board of each lab, then the number of boards: labs own contiguous boards.
    pub lab_boards: Vec<u32>,
    /// Edges into board b are `edges[edge_start[b]..edge_start[b + 1]]`.
    pub edge_start: Vec<u32>,
    /// What reaches boards.
    pub edges: Vec<Edge>,
    /// Snapshots that edges read.
    pub mails: Vec<Mail>,
    /// Lag classes.
    pub classes: usize,
}

/// What is fixed of a population.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PopulationSetup {
    /// Slots to hold.
    pub slots: u64,
    /// Rank of the agent in the first of them; the others' follow it. Ranks have 40 bits.
    pub rank_first: u64,
}

impl Setup {
    /// Boards that agents read and write.
    pub fn boards(&self) -> usize {
        self.lab_boards.last().map_or(0, |&boards| boards as usize)
    }

    /// Labs.
    pub fn labs(&self) -> usize {
        self.lab_boards.len() - 1
    }

    /// Boards, lab unions and the world.
    pub fn nodes(&self) -> usize {
        self.boards() + self.labs() + 1
    }

    /// Words of a node's knowledge of one topic.
    pub fn cell(&self) -> usize {
        1 + self.window_words
    }

    /// What runs that advance together have in common.
    pub fn shape(&self) -> Shape {
        Shape {
            window_words: self.window_words,
            topics: self.topics,
            kinds: self.kinds.len(),
            populations: self.populations.len(),
            boards: self.boards(),
            labs: self.labs(),
        }
    }
}

/// Sizes of a world that runs of one [`Batch`] have in common. All else may differ: keys, kinds of
/// topics, gains, slots, and who hears from whom, with which lag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Words of a window.
    pub window_words: usize,
    /// Topics simulated.
    pub topics: usize,
    /// Kinds of topics.
    pub kinds: usize,
    /// Populations of all labs.
    pub populations: usize,
    /// Boards of all labs.
    pub boards: usize,
    /// Labs.
    pub labs: usize,
}

impl Shape {
    /// The first size in which two shapes differ: its name, the one here and the other one.
    pub fn difference(&self, other: &Self) -> Option<(&'static str, usize, usize)> {
        let sizes = [
            ("window words", self.window_words, other.window_words),
            ("topics", self.topics, other.topics),
            ("kinds", self.kinds, other.kinds),
            ("populations", self.populations, other.populations),
            ("boards", self.boards, other.boards),
            ("labs", self.labs, other.labs),
        ];
        sizes.into_iter().find(|(_, here, there)| here != there)
    }
}

/// What a tick needs to know. Slices are in the order of [`Setup`].
#[derive(Clone, Copy, Debug)]
pub struct TickInput<'a> {
    /// By population.
    pub populations: &'a [PopulationTick],
    /// `[population * kinds + kind]`.
    pub kinds: &'a [KindTick],
    /// By board.
    pub boards: &'a [BoardTick],
    /// State of each lag class, see [`super::layout::class`].
    pub classes: &'a [u32],
    /// By population: how many slots to visit, from the first on; all others are empty.
    pub slots: &'a [u64],
    /// By population: whether `spawn` has anything to do.
    pub spawn: &'a [bool],
    /// New alias tables, `[board * topics + column]`; `None` keeps the old ones.
    pub alias: Option<&'a [AliasEntry]>,
    /// New binomial tables, in the order of `PopulationTick::binomial_table`; `None` keeps the old.
    pub binomial: Option<&'a [u32]>,
}

/// The owned parts of a [`TickInput`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tick {
    /// By population.
    pub populations: Vec<PopulationTick>,
    /// `[population * kinds + kind]`.
    pub kinds: Vec<KindTick>,
    /// By board.
    pub boards: Vec<BoardTick>,
    /// By lag class.
    pub classes: Vec<u32>,
    /// By population: how many slots to visit, from the first on.
    pub slots: Vec<u64>,
    /// By population: whether `spawn` has anything to do.
    pub spawn: Vec<bool>,
    /// New alias tables.
    pub alias: Option<Vec<AliasEntry>>,
    /// New binomial tables.
    pub binomial: Option<Vec<u32>>,
}

impl Tick {
    /// A copy of what an engine is told.
    pub fn of(input: &TickInput<'_>) -> Self {
        Self {
            populations: input.populations.to_vec(),
            kinds: input.kinds.to_vec(),
            boards: input.boards.to_vec(),
            classes: input.classes.to_vec(),
            slots: input.slots.to_vec(),
            spawn: input.spawn.to_vec(),
            alias: input.alias.map(<[AliasEntry]>::to_vec),
            binomial: input.binomial.map(<[u32]>::to_vec),
        }
    }

    /// What an engine takes.
    pub fn input(&self) -> TickInput<'_> {
        TickInput {
            populations: &self.populations,
            kinds: &self.kinds,
            boards: &self.boards,
            classes: &self.classes,
            slots: &self.slots,
            spawn: &self.spawn,
            alias: self.alias.as_deref(),
            binomial: self.binomial.as_deref(),
        }
    }
}

/// Which knowledge to read or write: the three stores have the layout
/// `[(topic * rows + row) * cell]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// Current knowledge; rows are nodes.
    Nodes,
    /// Knowledge at the last turn of news; rows are boards.
    Older,
    /// Snapshots; rows are mails.
    Mails,
}

/// What went wrong on a device.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No adapter of the wanted kind.
    #[error("no {wanted} adapter: {reason}; --engine cpu runs everywhere")]
    NoAdapter {
        /// "hardware GPU" or "software Vulkan".
        wanted: &'static str,
        /// What was found instead.
        reason: String,
    },
    /// The run does not fit.
    #[error(
        "the run needs {needed_mib} MiB on {device}, which has {available_mib} MiB: lower run.agents_max or run.sample"
    )]
    Memory {
        /// MiB needed.
        needed_mib: u64,
        /// MiB there.
        available_mib: u64,
        /// Where.
        device: String,
    },
    /// Knowledge has more words than an engine can address.
    #[error(
        "what boards know takes {words} words on {device}, which can address {addressable}: use fewer topics or boards"
    )]
    Address {
        /// Words of the largest table.
        words: u64,
        /// Words that can be addressed.
        addressable: u64,
        /// Where.
        device: String,
    },
    /// The runs of a batch do not fit together on the device.
    #[error(
        "{replicates} runs together need {needed_mib} MiB on {device}, which has {available_mib} MiB: advance fewer of them together"
    )]
    BatchMemory {
        /// Runs of the batch.
        replicates: usize,
        /// MiB needed, by all buffers or by one that is too large to be bound.
        needed_mib: u64,
        /// MiB there.
        available_mib: u64,
        /// Where.
        device: String,
    },
    /// A run of a batch has another shape than the first.
    #[error(
        "run {replicate} of the batch has {found} {what}, run 0 has {expected}: only runs of one shape advance together"
    )]
    Unlike {
        /// Position of the run in the batch.
        replicate: usize,
        /// What differs.
        what: &'static str,
        /// As that run has it.
        found: usize,
        /// As the first run has it.
        expected: usize,
    },
    /// Agents were to be cut up in a way that no stage is made for.
    #[error("{0}")]
    Cut(String),
    /// The device was lost or refused work.
    #[error("the device failed: {0}; recorded ticks are kept, --resume continues them")]
    Device(String),
}

/// Where the last tick's time went, seconds. Never part of a result.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StageSeconds {
    /// Stage `spawn`; 0 if no population had any use for it.
    pub spawn: f64,
    /// Stage `research`.
    pub research: f64,
    /// Stage `share`.
    pub share: f64,
    /// Stage `census` of the last recount.
    pub census: f64,
    /// The whole tick by the wall clock: stages, parameters there, counts back.
    pub tick: f64,
    /// Are the stages timed by the device's own clock?
    pub timestamps: bool,
}

/// The device side of a run.
pub trait Engine: Send {
    /// Runs spawn, research and share for one tick.
    ///
    /// # Errors
    /// If the device fails; the state is then undefined.
    fn tick(&mut self, input: &TickInput<'_>) -> Result<Census, EngineError>;

    /// Counts a population's agents anew: the first `slots`, against the clocks of `population`.
    ///
    /// # Errors
    /// If the device fails.
    fn recount(
        &mut self,
        index: usize,
        population: &PopulationTick,
        slots: u64,
    ) -> Result<Recount, EngineError>;

    /// Reads `due.len()` agents of a population from slot `from` on.
    ///
    /// # Errors
    /// If the device fails.
    fn read_agents(
        &mut self,
        population: usize,
        from: u64,
        due: &mut [u32],
        work: &mut [u32],
    ) -> Result<(), EngineError>;

    /// Writes agents of a population from slot `from` on; the lanes are set apart.
    ///
    /// # Errors
    /// If the device fails.
    fn write_agents(
        &mut self,
        population: usize,
        from: u64,
        due: &[u32],
        work: &[u32],
    ) -> Result<(), EngineError>;

    /// Sets the running sum of the agents' hashes of a population.
    fn write_lanes(&mut self, population: usize, lanes: [u32; 4]);

    /// Reads a store of knowledge.
    ///
    /// # Errors
    /// If the device fails.
    fn read_store(&mut self, store: Store) -> Result<Vec<u32>, EngineError>;

    /// Writes a store of knowledge.
    ///
    /// # Errors
    /// If the device fails.
    fn write_store(&mut self, store: Store, words: &[u32]) -> Result<(), EngineError>;

    /// Where the time of the last tick, and of the last recount, went.
    fn stage_seconds(&self) -> StageSeconds;
}

/// The device side of several runs of one [`Shape`], which the same dispatches advance.
pub trait Batch: Send {
    /// Runs in it, also those that have ended.
    fn replicates(&self) -> usize;

    /// Runs spawn, research and share for one tick of every run that has an input; the others rest as
    /// they are. Inputs and censuses are by run.
    ///
    /// # Errors
    /// If the device fails; the state of all runs is then undefined.
    ///
    /// # Panics
    /// If there are not as many inputs as runs.
    fn tick(
        &mut self,
        inputs: &[Option<TickInput<'_>>],
    ) -> Result<Vec<Option<Census>>, EngineError>;

    /// Reads current knowledge of a range of runs, each `[(topic * nodes + node) * cell]`.
    ///
    /// # Errors
    /// If the device fails.
    fn read_nodes(&mut self, replicates: Range<usize>) -> Result<Vec<u32>, EngineError>;

    /// Where the time of the last tick went.
    fn stage_seconds(&self) -> StageSeconds;
}
