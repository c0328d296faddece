//! Which engine runs a world: the one place that knows all of them.

use super::SimError;
use crate::cpu::{self, CpuEngine};
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

/// An engine for `world`.
pub(super) fn make(
    choice: EngineChoice,
    world: &World,
) -> Result<(Box<dyn Engine>, EngineInfo), SimError> {
    let _ = choice;
    let engine = CpuEngine::new(world.setup().clone(), cpu::Options::default())?;
    let info = EngineInfo {
        engine: "cpu".to_owned(),
        adapter: "native".to_owned(),
        ..EngineInfo::default()
    };
    Ok((Box::new(engine), info))
}
