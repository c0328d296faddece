//! The native engine: every stage of `shaders/` in Rust, on all cores, with the same bits.

mod advance;
mod agents;
mod arithmetic;
mod census;
mod crew;
mod holdings;
mod known;
mod lanes;
mod memory;
mod research;
mod share;
mod spawn;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::model::census::{Census, PopulationCensus, Recount};
use crate::model::engine::{Engine, EngineError, Setup, StageSeconds, Store, TickInput};
use crate::model::layout::{AliasEntry, PopulationTick};
use crate::model::{digest, tables};

use advance::Advance;
use agents::Agents;
use crew::Crew;
use holdings::Holdings;

pub use lanes::Instructions;

/// Topics of which it is worth waking a thread.
const TOPICS: usize = 64;

/// Most agents of a task.
pub const CHUNK_MAX: usize = 1 << research::SLOT_BITS;

/// How agents are cut into tasks, and with what they are computed. Results do not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Threads; 0: one a core, 1: the one that calls.
    pub threads: usize,
    /// Agents of a task, taken into 1..=[`CHUNK_MAX`].
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

/// The engine and its state.
pub struct CpuEngine {
    setup: Setup,
    options: Options,
    crew: Crew,
    /// By thread: what it works in.
    desks: Vec<Mutex<research::Desk>>,
    populations: Vec<Population>,
    nodes: Vec<u32>,
    older: Vec<u32>,
    mails: Vec<u32>,
    /// By topic: have its boards changed since labs last learned from them?
    restless: Vec<bool>,
    /// What topics hold; `None` where stores were written from outside.
    holdings: Option<Holdings>,
    alias: Vec<AliasEntry>,
    binomial: Vec<u32>,
    normal: Vec<i32>,
    seconds: StageSeconds,
}

/// Agents of one population by rank, and the sum of their hashes.
struct Population {
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
        let options = Options {
            chunk: options.chunk.clamp(1, CHUNK_MAX),
            ..options
        };
        // Whatever it is: from now on kernels know.
        let _ = options.instructions.gathers();
        let crew = Crew::new(options.threads);
        let crew = crew.map_err(|error| EngineError::Device(error.to_string()))?;
        memory::check(&setup, crew.size(), options.chunk)?;
        let populations = setup
            .populations
            .iter()
            .map(|population| Population {
                due: vec![0; population.slots as usize],
                work: vec![0; population.slots as usize],
                lanes: [0; 4],
            })
            .collect();
        let (topics, cell, boards) = (setup.topics, setup.cell(), setup.boards());
        let desk = || Mutex::new(research::Desk::new(memory::finds(&setup)));
        Ok(Self {
            desks: std::iter::repeat_with(desk).take(crew.size()).collect(),
            crew,
            populations,
            nodes: vec![0; topics * setup.nodes() * cell],
            older: vec![0; topics * boards * cell],
            mails: vec![0; topics * setup.mails.len() * cell],
            restless: vec![true; topics],
            holdings: None,
            alias: vec![AliasEntry::default(); topics * boards],
            binomial: Vec::new(),
            normal: tables::normal(),
            seconds: StageSeconds::default(),
            setup,
            options,
        })
    }

    /// Instruction set that is computed with, and `gathers` where its gather instructions are faster than loads.
    pub fn features(&self) -> Vec<&'static str> {
        let instructions = self.options.instructions;
        let gathers = instructions.gathers().then_some("gathers");
        std::iter::once(instructions.name())
            .chain(gathers)
            .collect()
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
            topic_kind: &self.setup.topic_kind,
            alias: bytemuck::cast_slice(&self.alias),
            binomial: &self.binomial,
            normal: bytemuck::cast_slice(&self.normal),
            boards: input.boards,
        };
        let begun = Instant::now();
        let slots = input.slots[index] as usize;
        let rows = &mut self.populations[index];
        let agents = Agents {
            from: self.setup.populations[index].rank_first,
            due: &mut rows.due[..slots],
            work: &mut rows.work[..slots],
        };
        let Options {
            chunk,
            instructions,
            ..
        } = self.options;
        let desks = &self.desks;
        let parts = self.crew.share_out(agents, chunk, |thread, pile| {
            let mut desk = desks[thread].lock().expect("a thread has its own desk");
            instructions.run(Advance::<W> {
                world: &world,
                population,
                kinds,
                spawns: input.spawn[index],
                pile,
                chunk,
                desk: &mut desk,
            })
        });
        let mut census = PopulationCensus::ZERO;
        let (mut spawn, mut all) = (Duration::ZERO, Duration::ZERO);
        for part in parts {
            census.merge(&part.census);
            spawn += part.spawn;
            all += part.all;
        }
        let wall = begun.elapsed().as_secs_f64();
        let share = spawn.as_secs_f64() / all.as_secs_f64().max(f64::MIN_POSITIVE);
        self.seconds.spawn += share * wall;
        self.seconds.research += (1.0 - share) * wall;
        digest::add_lanes(&mut rows.lanes, census.lanes);
        census.lanes = rows.lanes;
        census
    }

    /// Runs share for all topics; what it counted, and what they hold then.
    fn share<const W: usize>(&mut self, input: &TickInput<'_>) -> (share::ShareCensus, &Holdings) {
        let setup = &self.setup;
        let anew = self.holdings.is_none();
        let rules = share::Rules::of(setup, input, &self.normal, anew);
        let finds = self.desks.iter_mut().map(|desk| {
            let desk = desk.get_mut().expect("no thread panicked");
            desk.finds.as_mut_slice()
        });
        let columns = share::Columns {
            topic: 0,
            topics: setup.topics,
            setup,
            nodes: &mut self.nodes,
            older: &mut self.older,
            mails: &mut self.mails,
            finds: finds.collect(),
            restless: &mut self.restless,
        };
        let parts = self
            .crew
            .share_out(columns, TOPICS, |_, pile| share::share::<W>(&rules, pile));
        let zero = share::ShareCensus::zero(setup);
        let census = parts.iter().fold(zero, share::ShareCensus::merge);
        let none = || Holdings::none(setup);
        let holdings = self.holdings.get_or_insert_with(none);
        holdings.add(&census.change);
        (census, holdings)
    }

    fn tick_with<const W: usize>(&mut self, input: &TickInput<'_>) -> Census {
        let recount = self.seconds.census;
        self.seconds = StageSeconds {
            census: recount,
            ..StageSeconds::default()
        };
        let populations = (0..self.populations.len())
            .map(|index| self.advance::<W>(index, input))
            .collect();
        let begun = Instant::now();
        let (shared, holdings) = self.share::<W>(input);
        let census = Census {
            populations,
            nodes: shared.nodes_with(holdings),
            gains: shared.gains,
            node_lanes: holdings.lanes,
        };
        self.seconds.share = begun.elapsed().as_secs_f64();
        census
    }

    fn store(&mut self, store: Store) -> &mut Vec<u32> {
        match store {
            Store::Nodes => &mut self.nodes,
            Store::Older => &mut self.older,
            Store::Mails => &mut self.mails,
        }
    }
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
        let begun = Instant::now();
        let slots = slots as usize;
        let rows = &mut self.populations[index];
        let agents = Agents {
            from: self.setup.populations[index].rank_first,
            due: &mut rows.due[..slots],
            work: &mut rows.work[..slots],
        };
        let Options {
            chunk,
            instructions,
            ..
        } = self.options;
        let parts = self.crew.share_out(agents, chunk, |_, pile| {
            instructions.run(census::Count { population, pile })
        });
        let recount = parts.into_iter().fold(Recount::default(), census::add);
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
        let agents = &self.populations[population];
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
        let agents = &mut self.populations[population];
        let from = from as usize;
        agents.due[from..from + due.len()].copy_from_slice(due);
        agents.work[from..from + work.len()].copy_from_slice(work);
        Ok(())
    }

    fn write_lanes(&mut self, population: usize, lanes: [u32; 4]) {
        self.populations[population].lanes = lanes;
    }

    fn read_store(&mut self, store: Store) -> Result<Vec<u32>, EngineError> {
        Ok(self.store(store).clone())
    }

    fn write_store(&mut self, store: Store, words: &[u32]) -> Result<(), EngineError> {
        self.store(store).copy_from_slice(words);
        self.restless.fill(true);
        self.holdings = None;
        Ok(())
    }

    fn stage_seconds(&self) -> StageSeconds {
        self.seconds
    }
}
