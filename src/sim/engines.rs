//! Which engine runs a world: the one place that knows all of them.

use super::SimError;
use crate::cpu::{self, CpuEngine};
use crate::gpu::{self, GpuEngine, Wanted};
use crate::model::engine::Engine;
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
    /// blake3 of each shader's text, by stage.
    pub shader_hashes: Vec<(String, String)>,
}

/// Threads of a workgroup on a software rasteriser: narrow ones were twice as fast on lavapipe. Blocks
/// are as long, so that a thread runs one agent: see [`check_software_loops`].
const SOFTWARE_WORKGROUP: u32 = 32;

/// Iterations after which Mesa's software rasteriser leaves every loop of a thread, silently
/// (`LP_MAX_TGSI_LOOP_ITERATIONS`, 65,535 over all loops of an invocation), less a margin.
const SOFTWARE_ITERATIONS: u64 = 60_000;

/// Refuses a world of which one thread of the software rasteriser might be cut short: its bits would
/// be wrong without a word.
fn check_software_loops(world: &World) -> Result<(), SimError> {
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
    // A topic of `share` passes over every node and edge, a few loops of the window each.
    let topic = (4 * setup.nodes() + setup.edges.len() + setup.mails.len()) as u64 * 12 * words;
    if agent.max(topic) <= SOFTWARE_ITERATIONS {
        return Ok(());
    }
    let (what, remedy) = if agent > topic {
        ("events of one agent", "lower run.events_max_per_tick")
    } else {
        ("boards and links of one topic", "use fewer boards")
    };
    Err(SimError::SoftwareLoops { what, remedy })
}

/// An engine for `world`.
pub(super) fn make(
    choice: EngineChoice,
    world: &World,
) -> Result<(Box<dyn Engine>, EngineInfo), SimError> {
    match choice {
        EngineChoice::Cpu => native(world),
        EngineChoice::Gpu => device(world, gpu::Options::default()),
        EngineChoice::Software => {
            check_software_loops(world)?;
            device(
                world,
                gpu::Options {
                    device: Wanted::Software,
                    workgroup: SOFTWARE_WORKGROUP,
                    block: SOFTWARE_WORKGROUP,
                    ..gpu::Options::default()
                },
            )
        }
        EngineChoice::Auto if gpu::devices().iter().any(|device| device.auto) => {
            device(world, gpu::Options::default())
        }
        EngineChoice::Auto => native(world),
    }
}

fn native(world: &World) -> Result<(Box<dyn Engine>, EngineInfo), SimError> {
    let engine = CpuEngine::new(world.setup().clone(), cpu::Options::default())?;
    let info = EngineInfo {
        engine: "cpu".to_owned(),
        adapter: "native".to_owned(),
        ..EngineInfo::default()
    };
    Ok((Box::new(engine), info))
}

fn device(world: &World, options: gpu::Options) -> Result<(Box<dyn Engine>, EngineInfo), SimError> {
    let engine = GpuEngine::new(world.setup().clone(), options)?;
    let words = world.setup().window_words;
    let hash = |text: String| blake3::hash(text.as_bytes()).to_hex().to_string();
    let info = EngineInfo {
        engine: "gpu".to_owned(),
        adapter: engine.device_name().to_owned(),
        driver: engine.driver().to_owned(),
        shader_hashes: gpu::stages::STAGES
            .iter()
            .map(|stage| (stage.name.to_owned(), hash(stage.source(words))))
            .collect(),
    };
    Ok((Box::new(engine), info))
}
