//! What the host tells the device at every tick, in one piece: a write of its own costs a staging buffer and
//! a look at the driver's memory budget.

use std::ops::Range;

use bytemuck::Pod;

use super::buffers::Buffers;
use super::stages::Resource;
use crate::model::engine::EngineError;

const CARRIER: wgpu::BufferUsages =
    wgpu::BufferUsages::COPY_DST.union(wgpu::BufferUsages::COPY_SRC);

/// Words on their way to several buffers.
#[derive(Default)]
pub struct Parcel {
    /// Takes all words to the device.
    carrier: Option<wgpu::Buffer>,
    words: Vec<u32>,
    parts: Vec<Part>,
}

/// Words of the parcel that go to one place.
struct Part {
    resource: Resource,
    /// Byte of the resource at which they begin.
    offset: u64,
    words: Range<usize>,
}

impl Parcel {
    /// Adds `data`, to be written to a resource from its start.
    pub fn put<T: Pod>(&mut self, resource: Resource, data: &[T]) {
        self.put_at(resource, 0, data);
    }

    /// Adds `data`, to be written to a resource from byte `offset` on; both of whole words.
    pub fn put_at<T: Pod>(&mut self, resource: Resource, offset: u64, data: &[T]) {
        if data.is_empty() {
            return;
        }
        let first = self.words.len();
        self.words.extend_from_slice(bytemuck::cast_slice(data));
        let words = first..self.words.len();
        self.parts.push(Part {
            resource,
            offset,
            words,
        });
    }

    /// Sends all of it ahead of what `encoder` is told next; the parcel is empty then.
    ///
    /// # Errors
    /// If the driver refuses a larger buffer to carry it.
    pub fn send(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        buffers: &mut Buffers,
        encoder: &mut wgpu::CommandEncoder,
    ) -> Result<(), EngineError> {
        let bytes: &[u8] = bytemuck::cast_slice(&self.words);
        let size = bytes.len() as u64;
        let carrier = match self.carrier.take() {
            Some(carrier) if carrier.size() >= size => carrier,
            _ => buffers.allocate(device, "parcel", CARRIER, size.next_power_of_two())?,
        };
        if !bytes.is_empty() {
            queue.write_buffer(&carrier, 0, bytes);
        }
        for part in self.parts.drain(..) {
            let (from, bytes) = (4 * part.words.start as u64, 4 * part.words.len() as u64);
            let target = buffers.get(part.resource);
            encoder.copy_buffer_to_buffer(&carrier, from, target, part.offset, bytes);
        }
        self.carrier = Some(carrier);
        self.words.clear();
        Ok(())
    }
}
