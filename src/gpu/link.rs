//! The device, its queue and what it reports; whole transfers of words to and from it.

use super::faults::Faults;
use super::pipelines::{Compiled, Pipeline};
use super::readback::Readback;
use super::stages::Stage;
use crate::model::engine::EngineError;

/// Bytes of one transfer: mappable memory is scarce, and one buffer may not exceed 256 MiB everywhere.
const PIECE: u64 = 32 << 20;

/// Compiled stages that are kept for the next engine: of eight shapes.
const COMPILED_MAX: usize = 32;

/// The device and what is needed to talk to it.
pub struct Link {
    /// What offers it.
    pub adapter: wgpu::Adapter,
    /// The device.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
    /// What it reported.
    pub faults: Faults,
    /// Stages compiled for it, the latest asked for last.
    pub compiled: Vec<Compiled>,
}

impl Link {
    /// Opens the device with all that its adapter offers: wgpu's defaults are 128 MiB bindings.
    ///
    /// # Errors
    /// If the driver refuses.
    pub fn open(adapter: &wgpu::Adapter) -> Result<Self, EngineError> {
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("takeoff"),
            required_limits: adapter.limits(),
            // For who asks where the time goes; it changes nothing else.
            required_features: adapter.features() & wgpu::Features::TIMESTAMP_QUERY,
            memory_hints: wgpu::MemoryHints::MemoryUsage,
            ..Default::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&descriptor))
            .map_err(|error| EngineError::Device(error.to_string()))?;
        let faults = Faults::listen(&device);
        Ok(Self {
            adapter: adapter.clone(),
            device,
            queue,
            faults,
            compiled: Vec::new(),
        })
    }

    /// A stage for windows of so many words with these constants: compiled now, or when it was last
    /// asked for.
    ///
    /// # Errors
    /// If the driver refuses it.
    pub fn pipeline(
        &mut self,
        stage: &'static Stage,
        window_words: usize,
        constants: &[(&'static str, f64)],
    ) -> Result<Pipeline, EngineError> {
        let taken = |(name, _): &&(&'static str, f64)| stage.overrides().any(|own| own == *name);
        let constants: Vec<_> = constants.iter().filter(taken).copied().collect();
        let same = |other: &Compiled| other.is(stage, window_words, &constants);
        let compiled = match self.compiled.iter().position(same) {
            Some(at) => self.compiled.remove(at),
            None => Compiled::new(&self.device, stage, window_words, constants)?,
        };
        if self.compiled.len() == COMPILED_MAX {
            self.compiled.remove(0);
        }
        self.compiled.push(compiled.clone());
        Ok(Pipeline::new(compiled))
    }

    /// Reads words of a buffer from byte `offset` on.
    ///
    /// # Errors
    /// If the device fails.
    pub fn read(
        &self,
        source: &wgpu::Buffer,
        offset: u64,
        words: &mut [u32],
    ) -> Result<(), EngineError> {
        let readback = Readback::new(&self.device, PIECE.min(4 * words.len() as u64))?;
        for (i, piece) in words.chunks_mut((PIECE / 4) as usize).enumerate() {
            let mut encoder = self.device.create_command_encoder(&Default::default());
            let (from, bytes) = (offset + i as u64 * PIECE, 4 * piece.len() as u64);
            encoder.copy_buffer_to_buffer(source, from, readback.target(), 0, bytes);
            self.queue.submit([encoder.finish()]);
            readback.wait(&self.device, &self.faults, piece)?;
        }
        Ok(())
    }

    /// Writes words into a buffer from byte `offset` on.
    ///
    /// # Errors
    /// If the device fails.
    pub fn write(
        &self,
        target: &wgpu::Buffer,
        offset: u64,
        words: &[u32],
    ) -> Result<(), EngineError> {
        for (i, piece) in words.chunks((PIECE / 4) as usize).enumerate() {
            let at = offset + i as u64 * PIECE;
            self.queue
                .write_buffer(target, at, bytemuck::cast_slice(piece));
            // Staging memory is freed when its copy is done: wait, or a checkpoint doubles the run.
            self.queue.submit([]);
            self.device
                .poll(wgpu::PollType::wait_indefinitely())
                .map_err(|error| EngineError::Device(error.to_string()))?;
        }
        self.faults.check()
    }
}
