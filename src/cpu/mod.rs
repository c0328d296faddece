//! The native engine: every stage of `shaders/` in Rust, on all cores, with the same bits.

mod arithmetic;
mod census;
mod known;
mod lanes;
mod memory;
mod research;
mod share;
mod spawn;

use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Instant;

use rayon::prelude::*;

use crate::model::census::{Census, PopulationCensus, Recount};
use crate::model::engine::{Engine, EngineError, Setup, StageSeconds, Store, TickInput};
use crate::model::layout::{AliasEntry, PopulationTick};
use crate::model::{digest, tables};

pub use lanes::Instructions;

/// How agents are cut into tasks, and with what they are computed. Results do not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Threads; 0: one a core, 1: the one that calls.
    pub threads: usize,
    /// Agents of a task, taken into 1..=2^20.
    pub chunk: usize,
    /// Instruction set.
    pub instructions: Instructions,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threads: 0,
            chunk: 8192,
            instructions: Instructions::best(),
        }
    }
}

thread_local! {
    /// What a thread works in.
    static DESK: RefCell<research::Desk> = RefCell::new(research::Desk::new());
}

/// The engine and its state.
pub struct CpuEngine {
    setup: Setup,
    options: Options,
    /// `None`: the thread that calls does all the work.
    pool: Option<rayon::ThreadPool>,
    agents: Vec<Agents>,
    nodes: Vec<u32>,
    older: Vec<u32>,
    mails: Vec<u32>,
    finds: Vec<AtomicU32>,
    alias: Vec<AliasEntry>,
    binomial: Vec<u32>,
    normal: Vec<i32>,
    seconds: StageSeconds,
}

/// Agents of one population by rank, and the sum of their hashes.
struct Agents {
    due: Vec<u32>,
    work: Vec<u32>,
    lanes: [u32; 4],
}

impl CpuEngine {
    /// An engine with empty slots and empty boards.
    ///
    /// # Errors
    /// If the memory is not there or threads cannot be started.
    pub fn new(setup: Setup, options: Options) -> Result<Self, EngineError> {
        memory::check(&setup)?;
        let options = Options {
            chunk: options.chunk.clamp(1, 1 << 20),
            ..options
        };
        let pool = (options.threads != 1)
            .then(|| {
                rayon::ThreadPoolBuilder::new()
                    .num_threads(options.threads)
                    .build()
            })
            .transpose()
            .map_err(|error| EngineError::Device(error.to_string()))?;
        let agents = setup
            .populations
            .iter()
            .map(|population| Agents {
                due: vec![0; population.slots as usize],
                work: vec![0; population.slots as usize],
                lanes: [0; 4],
            })
            .collect();
        let (topics, cell, boards) = (setup.topics, setup.cell(), setup.boards());
        Ok(Self {
            agents,
            nodes: vec![0; topics * setup.nodes() * cell],
            older: vec![0; topics * boards * cell],
            mails: vec![0; topics * setup.mails.len() * cell],
            finds: (0..topics * boards * setup.window_words)
                .map(|_| AtomicU32::new(0))
                .collect(),
            alias: vec![AliasEntry::default(); topics * boards],
            binomial: Vec::new(),
            normal: tables::normal(),
            seconds: StageSeconds::default(),
            setup,
            options,
            pool,
        })
    }

    /// Runs spawn and research for one population.
    fn advance<const W: usize>(&mut self, index: usize, input: &TickInput<'_>) -> PopulationCensus {
        let population = &input.populations[index];
        let kinds = self.setup.kinds.len();
        let kinds = &input.kinds[index * kinds..][..kinds];
        let world = research::World {
            topics: self.setup.topics,
            node_rows: self.setup.nodes(),
            board_rows: self.setup.boards(),
            nodes: &self.nodes,
            older: &self.older,
            finds: &self.finds,
            topic_kind: &self.setup.topic_kind,
            alias: bytemuck::cast_slice(&self.alias),
            binomial: &self.binomial,
            normal: bytemuck::cast_slice(&self.normal),
            boards: input.boards,
        };
        let agents = &mut self.agents[index];
        let slots = input.slots[index] as usize;
        let chunk = self.options.chunk;
        let spawns = input.spawn[index];
        let instructions = self.options.instructions;
        let clock = SharedClock::default();
        let begun = Instant::now();
        let task = |(i, (due, work)): (usize, (&mut [u32], &mut [u32]))| {
            let from = (i * chunk) as u64;
            let begun = spawns.then(Instant::now);
            let mut census = PopulationCensus::ZERO;
            if spawns {
                census = instructions.run(spawn::Spawn {
                    population,
                    from,
                    due,
                    work,
                });
            }
            let between = spawns.then(Instant::now);
            let researched = DESK.with_borrow_mut(|desk| {
                instructions.run(research::Research::<W> {
                    world: &world,
                    population,
                    kinds,
                    from,
                    due,
                    work,
                    desk,
                })
            });
            census.merge(&researched);
            if let (Some(begun), Some(between)) = (begun, between) {
                clock.note(begun, between);
            }
            census
        };
        let sum = |mut a: PopulationCensus, b| {
            a.merge(&b);
            a
        };
        let (due, work) = (&mut agents.due[..slots], &mut agents.work[..slots]);
        let mut census = match &self.pool {
            Some(pool) => pool.install(|| {
                let parts = due.par_chunks_mut(chunk).zip(work.par_chunks_mut(chunk));
                let tasks = parts.enumerate().map(task);
                tasks.reduce(|| PopulationCensus::ZERO, sum)
            }),
            None => {
                let parts = due.chunks_mut(chunk).zip(work.chunks_mut(chunk));
                let tasks = parts.enumerate().map(task);
                tasks.fold(PopulationCensus::ZERO, sum)
            }
        };
        let wall = begun.elapsed().as_secs_f64();
        let share = if spawns { clock.share_of_first() } else { 0.0 };
        self.seconds.spawn += share * wall;
        self.seconds.research += (1.0 - share) * wall;
        digest::add_lanes(&mut agents.lanes, census.lanes);
        census.lanes = agents.lanes;
        census
    }

    /// Runs share for all topics.
    fn share<const W: usize>(&mut self, input: &TickInput<'_>) -> share::ShareCensus {
        let setup = &self.setup;
        let rules = share::Rules {
            setup,
            boards: input.boards,
            classes: input.classes,
            normal: &self.normal,
        };
        let cell = setup.cell();
        // Stores without rows still need one (empty) part a topic.
        let parts = |rows: usize| (rows * cell).max(1);
        let mut none = vec![
            0;
            if setup.mails.is_empty() {
                setup.topics
            } else {
                0
            }
        ];
        let mails = if setup.mails.is_empty() {
            &mut none
        } else {
            &mut self.mails
        };
        // Nobody else looks: `&mut` proves it.
        let finds: &mut [u32] = atomics_as_words(&mut self.finds);
        let task = |mut census, (topic, (((nodes, older), mails), finds))| {
            let mut column = share::Column {
                nodes,
                older,
                mails,
                finds,
            };
            share::share::<W>(&rules, topic as u32, &mut column, &mut census);
            census
        };
        let zero = || share::ShareCensus::zero(setup);
        let (nodes, older) = (parts(setup.nodes()), parts(setup.boards()));
        let (mail, find) = (parts(setup.mails.len()), setup.boards() * W);
        let Some(pool) = &self.pool else {
            let knowledge = self.nodes.chunks_mut(nodes);
            let columns = knowledge
                .zip(self.older.chunks_mut(older))
                .zip(mails.chunks_mut(mail))
                .zip(finds.chunks_mut(find));
            return columns.enumerate().fold(zero(), task);
        };
        pool.install(|| {
            let knowledge = self.nodes.par_chunks_mut(nodes);
            let columns = knowledge
                .zip(self.older.par_chunks_mut(older))
                .zip(mails.par_chunks_mut(mail))
                .zip(finds.par_chunks_mut(find));
            let tasks = columns.enumerate().with_min_len(64).fold(zero, task);
            tasks.reduce(zero, |a, b| a.merge(&b))
        })
    }

    fn tick_with<const W: usize>(&mut self, input: &TickInput<'_>) -> Census {
        let census = self.seconds.census;
        self.seconds = StageSeconds {
            census,
            ..StageSeconds::default()
        };
        let populations = (0..self.agents.len())
            .map(|index| self.advance::<W>(index, input))
            .collect();
        let begun = Instant::now();
        let shared = self.share::<W>(input);
        self.seconds.share = begun.elapsed().as_secs_f64();
        Census {
            populations,
            nodes: shared.nodes,
            gains: shared.gains,
            node_lanes: shared.lanes,
        }
    }

    fn store(&mut self, store: Store) -> &mut Vec<u32> {
        match store {
            Store::Nodes => &mut self.nodes,
            Store::Older => &mut self.older,
            Store::Mails => &mut self.mails,
        }
    }
}

/// Thread time of two stages that run back to back in the same tasks.
#[derive(Default)]
struct SharedClock {
    first: AtomicU64,
    both: AtomicU64,
}

impl SharedClock {
    /// A task whose first stage ended at `between`.
    fn note(&self, begun: Instant, between: Instant) {
        let nanos = |time: std::time::Duration| time.as_nanos() as u64;
        let first = nanos(between.duration_since(begun));
        self.first.fetch_add(first, Ordering::Relaxed);
        self.both
            .fetch_add(nanos(begun.elapsed()), Ordering::Relaxed);
    }

    /// Share of the first stage in the time of both.
    fn share_of_first(&self) -> f64 {
        let both = self.both.load(Ordering::Relaxed).max(1);
        self.first.load(Ordering::Relaxed) as f64 / both as f64
    }
}

/// The words behind atomics that nobody else holds.
fn atomics_as_words(atomics: &mut [AtomicU32]) -> &mut [u32] {
    // SAFETY: `AtomicU32` has the size, alignment and bit validity of `u32`, and the exclusive borrow
    // rules out concurrent access. (`AtomicU32::get_mut_slice` is not stable yet.)
    unsafe { std::slice::from_raw_parts_mut(atomics.as_mut_ptr().cast::<u32>(), atomics.len()) }
}

impl Engine for CpuEngine {
    fn tick(&mut self, input: &TickInput<'_>) -> Result<Census, EngineError> {
        let begun = Instant::now();
        if let Some(alias) = input.alias {
            self.alias.copy_from_slice(alias);
        }
        if let Some(binomial) = input.binomial {
            self.binomial = binomial.to_vec();
        }
        let census = match self.setup.window_words {
            1 => self.tick_with::<1>(input),
            2 => self.tick_with::<2>(input),
            4 => self.tick_with::<4>(input),
            words => {
                return Err(EngineError::Device(format!(
                    "no kernel for {words} window words"
                )));
            }
        };
        self.seconds.tick = begun.elapsed().as_secs_f64();
        Ok(census)
    }

    fn recount(
        &mut self,
        index: usize,
        population: &PopulationTick,
        slots: u64,
    ) -> Result<Recount, EngineError> {
        let agents = &self.agents[index];
        let Options {
            chunk,
            instructions,
            ..
        } = self.options;
        let slots = slots as usize;
        let begun = Instant::now();
        let task = |(i, (due, work)): (usize, (&[u32], &[u32]))| {
            instructions.run(census::Count {
                population,
                from: (i * chunk) as u64,
                due,
                work,
            })
        };
        let (due, work) = (&agents.due[..slots], &agents.work[..slots]);
        let recount = match &self.pool {
            Some(pool) => pool.install(|| {
                let parts = due.par_chunks(chunk).zip(work.par_chunks(chunk));
                let tasks = parts.enumerate().map(task);
                tasks.reduce(Recount::default, census::add)
            }),
            None => {
                let parts = due.chunks(chunk).zip(work.chunks(chunk));
                let tasks = parts.enumerate().map(task);
                tasks.fold(Recount::default(), census::add)
            }
        };
        self.seconds.census = begun.elapsed().as_secs_f64();
        Ok(recount)
    }

    fn read_agents(
        &mut self,
        population: usize,
        from: u64,
        due: &mut [u32],
        work: &mut [u32],
    ) -> Result<(), EngineError> {
        let agents = &self.agents[population];
        let from = from as usize;
        due.copy_from_slice(&agents.due[from..from + due.len()]);
        work.copy_from_slice(&agents.work[from..from + work.len()]);
        Ok(())
    }

    fn write_agents(
        &mut self,
        population: usize,
        from: u64,
        due: &[u32],
        work: &[u32],
    ) -> Result<(), EngineError> {
        let agents = &mut self.agents[population];
        let from = from as usize;
        agents.due[from..from + due.len()].copy_from_slice(due);
        agents.work[from..from + work.len()].copy_from_slice(work);
        Ok(())
    }

    fn write_lanes(&mut self, population: usize, lanes: [u32; 4]) {
        self.agents[population].lanes = lanes;
    }

    fn read_store(&mut self, store: Store) -> Result<Vec<u32>, EngineError> {
        Ok(self.store(store).clone())
    }

    fn write_store(&mut self, store: Store, words: &[u32]) -> Result<(), EngineError> {
        self.store(store).copy_from_slice(words);
        Ok(())
    }

    fn stage_seconds(&self) -> StageSeconds {
        self.seconds
    }
}
