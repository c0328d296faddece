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

/// Threads of a workgroup on a software rasteriser: narrow ones were twice as fast on lavapipe.
const SOFTWARE_WORKGROUP: u32 = 32;

/// An engine for `world`.
pub(super) fn make(
    choice: EngineChoice,
    world: &World,
) -> Result<(Box<dyn Engine>, EngineInfo), SimError> {
    match choice {
        EngineChoice::Cpu => native(world),
        EngineChoice::Gpu => device(world, gpu::Options::default()),
        EngineChoice::Software => device(
            world,
            gpu::Options {
                device: Wanted::Software,
                workgroup: SOFTWARE_WORKGROUP,
                ..gpu::Options::default()
            },
        ),
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
