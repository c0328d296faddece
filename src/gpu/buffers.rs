//! Every buffer of a batch of runs, made once, within a stated budget of memory.
//!
//! A table has the rows of the first run, then those of the second, and so on.

use bytemuck::Pod;

use super::dispatch::Placement;
use super::faults::{Failed, scoped};
use super::layout::{Dispatch, Replicate, Span, Tally};
use super::sizes::Sizes;
use super::stages::{RESOURCES, Resource};
use crate::model::engine::{EngineError, Setup};
use crate::model::layout::{AliasEntry, BoardTick, Edge, KindGain, KindTick, Mail, PopulationTick};
use crate::model::tables;

/// How much may be allocated, and on what.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Name of the device.
    pub device: String,
    /// Bytes that the batch may take; `None`: until the driver refuses.
    pub bytes: Option<u64>,
    /// Bytes of the largest buffer that can be bound whole, and addressed.
    pub binding: u64,
    /// Runs that share it.
    pub replicates: usize,
}

impl Budget {
    fn refuse(&self, needed: u64, available: u64) -> EngineError {
        let (needed_mib, available_mib) = (needed.div_ceil(1 << 20), available >> 20);
        let device = self.device.clone();
        if self.replicates > 1 {
            return EngineError::BatchMemory {
                replicates: self.replicates,
                needed_mib,
                available_mib,
                device,
            };
        }
        EngineError::Memory {
            needed_mib,
            available_mib,
            device,
        }
    }
}

/// Agents of one chunk.
pub struct Chunk {
    /// `due` by slot.
    pub due: wgpu::Buffer,
    /// `work` by slot.
    pub work: wgpu::Buffer,
}

/// The buffers of a batch.
pub struct Buffers {
    /// Agents by chunk.
    pub chunks: Vec<Chunk>,
    /// By [`Resource`]; `None` for those of a chunk.
    shared: [Option<wgpu::Buffer>; RESOURCES],
    budget: Budget,
    allocated: u64,
}

/// Usage of buffers that stages bind and the host reads and writes.
const STORAGE: wgpu::BufferUsages = wgpu::BufferUsages::STORAGE
    .union(wgpu::BufferUsages::COPY_DST)
    .union(wgpu::BufferUsages::COPY_SRC);

/// Sizes in bytes of what is fixed for a batch.
fn bytes(sizes: &Sizes) -> Vec<(Resource, u64)> {
    let (shape, cell, columns) = (sizes.shape, sizes.cell(), sizes.columns());
    let (populations, boards) = (sizes.populations(), sizes.boards());
    let replicates = sizes.replicates;
    let rows = [
        (
            Resource::Populations,
            populations * size_of::<PopulationTick>(),
        ),
        (Resource::Tallies, populations * size_of::<Tally>()),
        (
            Resource::Kinds,
            populations * shape.kinds * size_of::<KindTick>(),
        ),
        (Resource::Boards, boards * size_of::<BoardTick>()),
        (Resource::Nodes, 4 * replicates * sizes.node_words()),
        (Resource::Older, 4 * columns * shape.boards * cell),
        (
            Resource::Finds,
            4 * columns * shape.boards * shape.window_words,
        ),
        (Resource::Snapshots, 4 * columns * sizes.mails * cell),
        (Resource::TopicKind, 4 * columns),
        (
            Resource::Alias,
            replicates * sizes.alias_entries() * size_of::<AliasEntry>(),
        ),
        (Resource::Binomial, 4),
        (Resource::Normal, 4 * tables::NORMAL_ENTRIES),
        (
            Resource::KindGains,
            replicates * shape.kinds * size_of::<KindGain>(),
        ),
        (
            Resource::Mails,
            replicates * sizes.mails * size_of::<Mail>(),
        ),
        (Resource::Edges, sizes.edges * size_of::<Edge>()),
        (Resource::Wiring, 4 * replicates * sizes.wiring_words()),
        (Resource::Classes, 4 * replicates * sizes.classes),
        (Resource::SharedTally, 4 * replicates * sizes.shared_words()),
        (Resource::Replicates, replicates * size_of::<Replicate>()),
        (Resource::Spans, size_of::<Span>()),
        (Resource::Dispatch, size_of::<Dispatch>()),
    ];
    rows.into_iter()
        .map(|(resource, bytes)| (resource, bytes as u64))
        .collect()
}

impl Buffers {
    /// Zeroed buffers for a batch, and what never changes in them.
    ///
    /// # Errors
    /// If they exceed the budget or the driver refuses them.
    pub fn new(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        setups: &[Setup],
        sizes: &Sizes,
        placement: &Placement,
        budget: Budget,
    ) -> Result<Self, EngineError> {
        let tables = bytes(sizes);
        let agents = 8 * placement.blocks() * u64::from(placement.block);
        let needed = agents + tables.iter().map(|(_, bytes)| bytes).sum::<u64>();
        if let Some(available) = budget.bytes.filter(|&bytes| needed > bytes) {
            return Err(budget.refuse(needed, available));
        }
        let mut buffers = Self {
            chunks: Vec::new(),
            shared: Default::default(),
            budget,
            allocated: 0,
        };
        for (resource, bytes) in tables {
            buffers.make(device, resource, bytes)?;
        }
        for agents in placement.chunks() {
            let due = buffers.allocate(device, "due", STORAGE, 4 * agents)?;
            let work = buffers.allocate(device, "work", STORAGE, 4 * agents)?;
            buffers.chunks.push(Chunk { due, work });
        }
        buffers.write(queue, Resource::Normal, &tables::normal());
        buffers.write_setups(queue, setups, sizes);
        Ok(buffers)
    }

    /// Writes what never changes of the replicates.
    fn write_setups(&self, queue: &wgpu::Queue, setups: &[Setup], sizes: &Sizes) {
        let (mut topic_kind, mut gains) = (Vec::new(), Vec::new());
        let (mut mails, mut edges, mut wiring) = (Vec::new(), Vec::new(), Vec::new());
        for (replicate, setup) in setups.iter().enumerate() {
            topic_kind.extend_from_slice(&setup.topic_kind);
            gains.extend_from_slice(&setup.kinds);
            mails.extend_from_slice(&setup.mails);
            mails.resize((replicate + 1) * sizes.mails, Mail::default());
            let before = edges.len() as u32;
            wiring.extend(setup.edge_start.iter().map(|start| before + start));
            wiring.extend_from_slice(&setup.lab_boards);
            edges.extend_from_slice(&setup.edges);
        }
        self.write(queue, Resource::TopicKind, &topic_kind);
        self.write(queue, Resource::KindGains, &gains);
        self.write(queue, Resource::Mails, &mails);
        self.write(queue, Resource::Edges, &edges);
        self.write(queue, Resource::Wiring, &wiring);
    }

    /// The buffer of a resource that is not part of a chunk.
    pub fn get(&self, resource: Resource) -> &wgpu::Buffer {
        self.shared[resource as usize]
            .as_ref()
            .expect("made by `new` for all but chunks")
    }

    /// The buffer that a stage binds for a chunk.
    pub fn bound(&self, resource: Resource, chunk: usize) -> &wgpu::Buffer {
        match resource {
            Resource::Due => &self.chunks[chunk].due,
            Resource::Work => &self.chunks[chunk].work,
            shared => self.get(shared),
        }
    }

    /// Writes a resource from its start.
    pub fn write<T: Pod>(&self, queue: &wgpu::Queue, resource: Resource, data: &[T]) {
        self.write_at(queue, resource, 0, data);
    }

    /// Writes a resource from byte `offset` on.
    pub fn write_at<T: Pod>(
        &self,
        queue: &wgpu::Queue,
        resource: Resource,
        offset: u64,
        data: &[T],
    ) {
        if !data.is_empty() {
            queue.write_buffer(self.get(resource), offset, bytemuck::cast_slice(data));
        }
    }

    /// Makes room for `bytes` of a resource; true if its buffer is another one now.
    ///
    /// # Errors
    /// If the driver refuses.
    pub fn reserve(
        &mut self,
        device: &wgpu::Device,
        resource: Resource,
        bytes: u64,
    ) -> Result<bool, EngineError> {
        if self.get(resource).size() >= bytes {
            return Ok(false);
        }
        self.make(device, resource, bytes.next_power_of_two())?;
        Ok(true)
    }

    fn make(
        &mut self,
        device: &wgpu::Device,
        resource: Resource,
        bytes: u64,
    ) -> Result<(), EngineError> {
        let usage = match resource {
            Resource::Dispatch => wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            _ => STORAGE,
        };
        // A binding of nothing is refused; a table without rows still needs one of the size of a row.
        let buffer = self.allocate(device, &format!("{resource:?}"), usage, bytes.max(32))?;
        self.shared[resource as usize] = Some(buffer);
        Ok(())
    }

    /// A buffer that counts towards the budget.
    ///
    /// # Errors
    /// If it exceeds the budget's binding or the driver refuses it.
    pub fn allocate(
        &mut self,
        device: &wgpu::Device,
        label: &str,
        usage: wgpu::BufferUsages,
        size: u64,
    ) -> Result<wgpu::Buffer, EngineError> {
        if size > self.budget.binding {
            return Err(self.budget.refuse(size, self.budget.binding));
        }
        let descriptor = wgpu::BufferDescriptor {
            label: Some(label),
            size,
            usage,
            mapped_at_creation: false,
        };
        match scoped(device, || device.create_buffer(&descriptor)) {
            Ok(buffer) => {
                self.allocated += size;
                Ok(buffer)
            }
            Err(Failed::Memory) => Err(self.budget.refuse(self.allocated + size, self.allocated)),
            Err(Failed::Other(message)) => Err(EngineError::Device(message)),
        }
    }
}
