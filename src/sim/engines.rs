//! Which engine runs a world: the one place that knows all of them.

use super::SimError;
use crate::cpu::{self, CpuEngine};
use crate::gpu::{self, GpuBatch, GpuEngine, Wanted};
use crate::model::engine::{Batch, Engine};
use crate::world::World;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineChoice {
    /// A hardware GPU if there is one, else the native engine.
    Auto,
    /// The native engine.
    Cpu,
    /// A hardware GPU.
    Gpu,
    /// A software rasteriser: the shaders without the hardware.
    Software,
}

/// What computes. Recorded, never part of a digest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EngineInfo {
    /// `cpu` or `gpu`.
    pub engine: String,
    /// Name of the adapter.
    pub adapter: String,
    /// Name and version of its driver.
    pub driver: String,
    /// `vulkan`, `metal` or `dx12`; empty for the native engine.
    pub backend: String,
    /// What it offers of what could make the stages faster; of the native engine, what it computes with.
    pub features: Vec<String>,
    /// blake3 of each shader's text, by stage.
    pub shader_hashes: Vec<(String, String)>,
}

/// How an engine is made. Nothing here reaches a digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineOptions {
    /// Threads of the native engine; 0: one a core.
    pub threads: usize,
    /// Are ticks to be timed by stage?
    pub timed: bool,
    /// Threads of a workgroup on a device; `None`: as suits it.
    pub workgroup: Option<u32>,
    /// Agents that a workgroup visits; `None`: as suits their number.
    pub block: Option<u32>,
}

impl EngineOptions {
    /// `cut` with what is asked for in its place.
    fn over(self, cut: gpu::Options) -> gpu::Options {
        gpu::Options {
            workgroup: self.workgroup.unwrap_or(cut.workgroup),
            block: self.block.or(cut.block),
            ..cut
        }
    }
}

/// Threads of a workgroup on a software rasteriser: narrow ones were twice as fast on lavapipe. Blocks
/// are as long, so that a thread runs one agent: see [`check_software_loops`].
const SOFTWARE_WORKGROUP: u32 = 32;

/// Iterations after which Mesa's software rasteriser leaves every loop of a thread, silently
/// (`LP_MAX_TGSI_LOOP_ITERATIONS`, 65,535 over all loops of an invocation), less a margin.
const SOFTWARE_ITERATIONS: u64 = 60_000;

/// Refuses a world of which one thread of the software rasteriser might be cut short: its bits would
/// be wrong without a word.
fn check_software_loops(world: &World, cut: gpu::Options) -> Result<(), SimError> {
    let setup = world.setup();
    let words = setup.window_words as u64;
    let forms = world.base().forms();
    let events_max = forms.iter().map(|form| form.run.events_max_per_tick).max();
    let labs = forms.iter().flat_map(|form| &form.labs);
    let populations = labs.flat_map(|lab| &lab.populations);
    let taste = populations
        .map(|population| u64::from(population.taste_max))
        .max()
        .unwrap_or(1);
    // Every second event chooses among `taste` topics (window words, own finds); the others may
    // spread the finds of a weighted agent over eight times the open ideas.
    let choice = taste * (8 + 12 * words) + 40;
    let agent = u64::from(events_max.unwrap_or(0)).div_ceil(2) * (choice + 288 * words);
    let thread_agents = cut.block.map_or(1, |block| block.div_ceil(cut.workgroup));
    let agents = agent * u64::from(thread_agents);
    // A topic of `share` passes over every node and edge, a few loops of the window each.
    let topic = (4 * setup.nodes() + setup.edges.len() + setup.mails.len()) as u64 * 12 * words;
    if agents.max(topic) <= SOFTWARE_ITERATIONS {
        return Ok(());
    }
    let (what, remedy) = if agents > topic {
        (
            "events of one thread's agents",
            "lower run.events_max_per_tick or the block",
        )
    } else {
        ("boards and links of one topic", "use fewer boards")
    };
    Err(SimError::SoftwareLoops { what, remedy })
}

/// How agents are cut up on a software rasteriser.
fn software() -> gpu::Options {
    gpu::Options {
        device: Wanted::Software,
        workgroup: SOFTWARE_WORKGROUP,
        block: Some(SOFTWARE_WORKGROUP),
        balanced: false,
        ..gpu::Options::default()
    }
}

/// An engine for `world`, empty.
///
/// # Errors
/// If there is no such engine or it cannot hold the world.
pub fn make_engine(
    choice: EngineChoice,
    world: &World,
    options: EngineOptions,
) -> Result<(Box<dyn Engine>, EngineInfo), SimError> {
    let hardware = options.over(gpu::Options::default());
    match choice {
        EngineChoice::Cpu => native(world, options),
        EngineChoice::Gpu => device(world, hardware, options),
        EngineChoice::Software => {
            let software = options.over(software());
            check_software_loops(world, software)?;
            device(world, software, options)
        }
        EngineChoice::Auto if gpu::devices().iter().any(|device| device.auto) => {
            device(world, hardware, options)
        }
        EngineChoice::Auto => native(world, options),
    }
}

fn native(
    world: &World,
    options: EngineOptions,
) -> Result<(Box<dyn Engine>, EngineInfo), SimError> {
    let cut = cpu::Options {
        threads: options.threads,
        ..cpu::Options::default()
    };
    let engine = CpuEngine::new(world.setup().clone(), cut)?;
    let info = EngineInfo {
        engine: "cpu".to_owned(),
        adapter: "native".to_owned(),
        features: engine.features().into_iter().map(str::to_owned).collect(),
        ..EngineInfo::default()
    };
    Ok((Box::new(engine), info))
}

/// Does the engine of this choice advance runs together?
pub fn batches(choice: EngineChoice) -> bool {
    match choice {
        EngineChoice::Cpu => false,
        EngineChoice::Gpu | EngineChoice::Software => true,
        EngineChoice::Auto => gpu::devices().iter().any(|device| device.auto),
    }
}

/// An engine for all `worlds` together, empty.
///
/// # Errors
/// If their shapes differ, there is no such engine, it advances one run at a time, or it cannot hold
/// all of them.
pub fn make_batch(
    choice: EngineChoice,
    worlds: &[World],
    options: EngineOptions,
) -> Result<(Box<dyn Batch>, EngineInfo), SimError> {
    if !batches(choice) {
        return Err(SimError::NoBatch);
    }
    let cut = if choice == EngineChoice::Software {
        let software = options.over(software());
        for world in worlds {
            check_software_loops(world, software)?;
        }
        software
    } else {
        options.over(gpu::Options::default())
    };
    let setups = worlds.iter().map(|world| world.setup().clone()).collect();
    let mut batch = GpuBatch::new(setups, cut)?;
    if options.timed {
        batch.time_stages(gpu::Clock::Device)?;
    }
    let info = device_info(&batch);
    Ok((Box::new(batch), info))
}

fn device(
    world: &World,
    cut: gpu::Options,
    options: EngineOptions,
) -> Result<(Box<dyn Engine>, EngineInfo), SimError> {
    let mut engine = GpuEngine::new(world.setup().clone(), cut)?;
    if options.timed {
        engine.time_stages(gpu::Clock::Device)?;
    }
    let info = device_info(engine.batch());
    Ok((Box::new(engine), info))
}

fn device_info(batch: &GpuBatch) -> EngineInfo {
    let hash = |text: String| blake3::hash(text.as_bytes()).to_hex().to_string();
    let words = batch.window_words();
    EngineInfo {
        engine: "gpu".to_owned(),
        adapter: batch.device_name(),
        driver: batch.driver(),
        backend: batch.backend(),
        features: batch.features().iter().map(|&f| f.to_owned()).collect(),
        shader_hashes: gpu::stages::STAGES
            .iter()
            .map(|stage| (stage.name.to_owned(), hash(stage.source(words))))
            .collect(),
    }
}
