//! Every buffer of a run, made once, within a stated budget of memory.

use bytemuck::Pod;

use super::dispatch::Placement;
use super::faults::{Failed, scoped};
use super::layout::{self, Dispatch, Span, Tally};
use super::stages::{RESOURCES, Resource};
use crate::model::engine::{EngineError, Setup};
use crate::model::layout::{AliasEntry, BoardTick, KindTick, PopulationTick};
use crate::model::tables;

/// How much may be allocated, and on what.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Name of the device.
    pub device: String,
    /// Bytes that the run may take; `None`: until the driver refuses.
    pub bytes: Option<u64>,
    /// Bytes of the largest buffer that can be bound whole.
    pub binding: u64,
}

impl Budget {
    fn refuse(&self, needed: u64, available: u64) -> EngineError {
        EngineError::Memory {
            needed_mib: needed.div_ceil(1 << 20),
            available_mib: available >> 20,
            device: self.device.clone(),
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

/// The buffers of a run.
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

/// Sizes in bytes of what is fixed for a run.
fn sizes(setup: &Setup) -> Vec<(Resource, u64)> {
    let (topics, cell, boards) = (setup.topics, setup.cell(), setup.boards());
    let populations = setup.populations.len();
    let kinds = setup.kinds.len();
    let sizes = [
        (
            Resource::Populations,
            populations * size_of::<PopulationTick>(),
        ),
        (Resource::Tallies, populations * size_of::<Tally>()),
        (Resource::Kinds, populations * kinds * size_of::<KindTick>()),
        (Resource::Boards, boards * size_of::<BoardTick>()),
        (Resource::Nodes, 4 * topics * setup.nodes() * cell),
        (Resource::Older, 4 * topics * boards * cell),
        (Resource::Finds, 4 * topics * boards * setup.window_words),
        (Resource::Snapshots, 4 * topics * setup.mails.len() * cell),
        (Resource::TopicKind, 4 * topics),
        (Resource::Alias, topics * boards * size_of::<AliasEntry>()),
        (Resource::Binomial, 4),
        (Resource::Normal, 4 * tables::NORMAL_ENTRIES),
        (Resource::KindGains, size_of_val(setup.kinds.as_slice())),
        (Resource::Mails, size_of_val(setup.mails.as_slice())),
        (Resource::Edges, size_of_val(setup.edges.as_slice())),
        (Resource::Wiring, 4 * (boards + 1 + setup.labs() + 1)),
        (Resource::Classes, 4 * setup.classes),
        (Resource::SharedTally, 4 * layout::shared_words(setup)),
        (Resource::Spans, size_of::<Span>()),
        (Resource::Dispatch, size_of::<Dispatch>()),
    ];
    sizes
        .into_iter()
        .map(|(resource, bytes)| (resource, bytes as u64))
        .collect()
}

impl Buffers {
    /// Zeroed buffers for a run, and what never changes in them.
    ///
    /// # Errors
    /// If they exceed the budget or the driver refuses them.
    pub fn new(
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        setup: &Setup,
        placement: &Placement,
        budget: Budget,
    ) -> Result<Self, EngineError> {
        let sizes = sizes(setup);
        let agents = 8 * placement.blocks() * u64::from(placement.block);
        let needed = agents + sizes.iter().map(|(_, bytes)| bytes).sum::<u64>();
        if let Some(available) = budget.bytes.filter(|&bytes| needed > bytes) {
            return Err(budget.refuse(needed, available));
        }
        let mut buffers = Self {
            chunks: Vec::new(),
            shared: Default::default(),
            budget,
            allocated: 0,
        };
        for (resource, bytes) in sizes {
            buffers.make(device, resource, bytes)?;
        }
        for agents in placement.chunks() {
            let due = buffers.allocate(device, "due", STORAGE, 4 * agents)?;
            let work = buffers.allocate(device, "work", STORAGE, 4 * agents)?;
            buffers.chunks.push(Chunk { due, work });
        }
        buffers.write(queue, Resource::TopicKind, &setup.topic_kind);
        buffers.write(queue, Resource::Normal, &tables::normal());
        buffers.write(queue, Resource::KindGains, &setup.kinds);
        buffers.write(queue, Resource::Mails, &setup.mails);
        buffers.write(queue, Resource::Edges, &setup.edges);
        let wiring = [setup.edge_start.as_slice(), setup.lab_boards.as_slice()].concat();
        buffers.write(queue, Resource::Wiring, &wiring);
        Ok(buffers)
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
        if !data.is_empty() {
            queue.write_buffer(self.get(resource), 0, bytemuck::cast_slice(data));
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

    fn allocate(
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
