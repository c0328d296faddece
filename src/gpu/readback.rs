//! From device memory to host memory: copy to a mappable buffer, wait, read.

use std::sync::mpsc;

use super::faults::{Failed, Faults, scoped};
use crate::model::engine::EngineError;

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
