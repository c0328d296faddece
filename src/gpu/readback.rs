//! From device memory to host memory: copy to a mappable buffer, wait, read.

use std::sync::mpsc;

use super::faults::{Failed, Faults, scoped};
use crate::model::engine::EngineError;

/// Bytes of one transfer: mappable memory is scarce, and one buffer may not exceed 256 MiB everywhere.
const PIECE: u64 = 32 << 20;

/// A mappable buffer that is used again and again.
pub struct Readback {
    buffer: wgpu::Buffer,
}

impl Readback {
    /// A buffer for up to `bytes`.
    ///
    /// # Errors
    /// If the driver refuses it.
    pub fn new(device: &wgpu::Device, bytes: u64) -> Result<Self, EngineError> {
        let descriptor = wgpu::BufferDescriptor {
            label: Some("readback"),
            size: bytes.max(16),
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        };
        match scoped(device, || device.create_buffer(&descriptor)) {
            Ok(buffer) => Ok(Self { buffer }),
            Err(Failed::Memory) => {
                Err(EngineError::Device("no memory to read results into".into()))
            }
            Err(Failed::Other(message)) => Err(EngineError::Device(message)),
        }
    }

    /// Where copies go.
    pub fn target(&self) -> &wgpu::Buffer {
        &self.buffer
    }

    /// Waits for all that was submitted and reads the first `words.len()` words.
    ///
    /// # Errors
    /// If the device failed before or while it was waited for.
    pub fn wait(
        &self,
        device: &wgpu::Device,
        faults: &Faults,
        words: &mut [u32],
    ) -> Result<(), EngineError> {
        let bytes = 4 * words.len() as u64;
        let (sender, receiver) = mpsc::channel();
        // The receiver outlives the callback unless an error below ends the wait: nobody listens then.
        self.buffer
            .map_async(wgpu::MapMode::Read, 0..bytes, move |result| {
                let _ = sender.send(result);
            });
        let fail = |error: &dyn std::fmt::Display| EngineError::Device(error.to_string());
        device
            .poll(wgpu::PollType::wait_indefinitely())
            .map_err(|error| fail(&error))?;
        faults.check()?;
        match receiver.try_recv() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(fail(&error)),
            Err(_) => return Err(EngineError::Device("a read-back never ended".into())),
        }
        let view = self
            .buffer
            .get_mapped_range(0..bytes)
            .map_err(|error| fail(&error))?;
        words.copy_from_slice(bytemuck::cast_slice(&view));
        drop(view);
        self.buffer.unmap();
        faults.check()
    }
}

/// The device and what is needed to talk to it.
pub struct Link {
    /// The device.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
    /// What it reported.
    pub faults: Faults,
}

impl Link {
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
