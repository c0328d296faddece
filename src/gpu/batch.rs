//! Runs of one shape that advance by the same dispatches.
//!
//! Every table of the device has the rows of the first replicate, then those of the second, and so on:
//! of populations, topics, boards. A population then says which replicate it is of, and blocks of all
//! replicates stand in one row.

use std::ops::Range;
use std::time::Instant;

use super::Options;
use super::adapter::{self, WORKGROUP_MAX};
use super::buffers::{Budget, Buffers};
use super::dispatch::{Placement, Plan};
use super::faults::scoped;
use super::idle::Lease;
use super::layout::Dispatch;
use super::pace::Pace;
use super::parcel::Parcel;
use super::pipelines::{self, Cut, Pipeline};
use super::results::Results;
use super::sizes::Sizes;
use super::stages::{CENSUS, RESEARCH, Resource, SHARE, SPAWN, WINDOWS};
use super::timing::{Clock, Timing};
use super::upload::Upload;
use crate::model::census::Census;
use crate::model::engine::{Batch, EngineError, Setup, StageSeconds, TickInput};

/// Agents that a thread looks at together, at most: what `due_among` of `shaders/research.wgsl` writes out.
const SCAN_MAX: u32 = 16;

/// Agents that a workgroup looks at together, at most: 12 KiB of its memory hold a batch and a half.
const BATCH_MAX: u32 = 2048;

/// Largest block: a thread's counts of events are one word.
const BLOCK_MAX: u32 = 1 << 20;

/// Blocks to choose among, smallest first, and how many of the larger ones there have to be: a few for
/// each of the workgroups that the largest GPUs keep resident.
const FITTING_BLOCKS: [u32; 3] = [1024, 2048, 4096];
const BLOCKS_ENOUGH: u64 = 8192;

/// Bytes that a stage can address: 2^31 words, whatever the device could bind.
const ADDRESSABLE_BYTES: u64 = 4 << 31;

/// The engine of a batch and its state on the device.
pub struct GpuBatch {
    pub(super) sizes: Sizes,
    upload: Upload,
    pub(super) parcel: Parcel,
    pub(super) placement: Placement,
    pub(super) buffers: Buffers,
    pub(super) spawn: Pipeline,
    pub(super) research: Pipeline,
    pub(super) share: Pipeline,
    pub(super) census: Pipeline,
    pub(super) results: Results,
    /// By population of all replicates.
    pub(super) lanes: Vec<[u32; 4]>,
    pub(super) workgroup: u32,
    pub(super) grid_width: u32,
    pub(super) dispatch_stride: u32,
    pub(super) pace: Pace,
    /// Present once somebody wants to know.
    pub(super) timing: Option<Timing>,
    tick_seconds: f64,
    /// What the device's spans and dispatches were last made for.
    pub(super) planned: Option<(Vec<Vec<u64>>, Pace)>,
    pub(super) plan: Plan,
    /// Last, so that it is handed on when all that was made on it is gone.
    pub(super) link: Lease,
}

impl GpuBatch {
    /// A batch of runs with empty slots and empty boards.
    ///
    /// # Errors
    /// If their shapes differ, there is no such device, too little memory, or the driver refuses the
    /// stages.
    pub fn new(setups: Vec<Setup>, options: Options) -> Result<Self, EngineError> {
        let sizes = Sizes::of(&setups)?;
        let populations = || setups.iter().flat_map(|setup| &setup.populations);
        let block = options
            .block
            .unwrap_or_else(|| fitting_block(populations().map(|of| of.slots).sum()));
        check_options(&sizes, options.workgroup, block)?;
        let mut link = Lease::take(options.device)?;
        let limits = link.adapter.limits();
        let binding = limits
            .max_storage_buffer_binding_size
            .min(limits.max_buffer_size)
            .min(ADDRESSABLE_BYTES);
        let most = options.chunk_agents.min(binding / 4) / u64::from(block);
        let placement = Placement::new(populations(), block, most.max(1));
        let info = link.adapter.get_info();
        let budget = Budget {
            bytes: options.memory.or_else(|| shared_memory(info.device_type)),
            device: info.name,
            binding,
            replicates: sizes.replicates,
        };
        let (device, queue) = (&link.device, &link.queue);
        let mut buffers = Buffers::new(device, queue, &setups, &sizes, &placement, budget)?;
        let alignment = limits.min_uniform_buffer_offset_alignment;
        let dispatch_stride = (size_of::<Dispatch>() as u32).next_multiple_of(alignment);
        // Room for a tick of one dispatch a stage and chunk, so that most runs never bind again.
        let launches = 2 * placement.chunks().len() as u64;
        let room = launches * u64::from(dispatch_stride);
        buffers.reserve(device, Resource::Dispatch, room)?;
        let results = Results::new(device, sizes)?;
        let each = SCAN_MAX.min(BATCH_MAX / options.workgroup);
        let cut = Cut {
            workgroup: options.workgroup,
            block,
            scan: largest_divisor(block / options.workgroup, each),
            balanced: options.balanced,
        };
        let constants = pipelines::constants(&sizes, cut);
        let words = sizes.shape.window_words;
        let mut compile = |stage| link.pipeline(stage, words, &constants);
        let (spawn, research) = (compile(&SPAWN)?, compile(&RESEARCH)?);
        let (share, census) = (compile(&SHARE)?, compile(&CENSUS)?);
        let mut batch = Self {
            upload: Upload::new(&setups, sizes),
            parcel: Parcel::default(),
            lanes: vec![[0; 4]; sizes.populations()],
            workgroup: options.workgroup,
            grid_width: limits.max_compute_workgroups_per_dimension,
            pace: Pace::new(block),
            timing: None,
            tick_seconds: 0.0,
            planned: None,
            plan: Plan::default(),
            sizes,
            placement,
            buffers,
            spawn,
            research,
            share,
            census,
            results,
            dispatch_stride,
            link,
        };
        batch.bind()?;
        Ok(batch)
    }

    /// Words of a window.
    pub fn window_words(&self) -> usize {
        self.sizes.shape.window_words
    }

    /// Name of the device.
    pub fn device_name(&self) -> String {
        self.link.adapter.get_info().name
    }

    /// Driver and its version.
    pub fn driver(&self) -> String {
        let info = self.link.adapter.get_info();
        let driver = format!("{} {}", info.driver, info.driver_info);
        driver.trim().to_owned()
    }

    /// `vulkan`, `metal` or `dx12`.
    pub fn backend(&self) -> String {
        self.link.adapter.get_info().backend.to_string()
    }

    /// What the device offers of what could make the stages faster.
    pub fn features(&self) -> Vec<&'static str> {
        adapter::features(&self.link.adapter)
    }

    /// The device itself, for who profiles it or takes it away.
    #[doc(hidden)]
    pub fn device(&self) -> &wgpu::Device {
        &self.link.device
    }

    /// From now on ticks are timed by stage; that costs a few microseconds a tick where the device has
    /// a clock that passes can read, and a wait a submit elsewhere.
    ///
    /// # Errors
    /// If the driver refuses what that takes.
    pub fn time_stages(&mut self, clock: Clock) -> Result<(), EngineError> {
        self.timing = Some(Timing::new(&self.link, clock)?);
        Ok(())
    }

    pub(super) fn bind(&mut self) -> Result<(), EngineError> {
        let stages = [
            &mut self.spawn,
            &mut self.research,
            &mut self.share,
            &mut self.census,
        ];
        let (device, buffers) = (&self.link.device, &self.buffers);
        let bind = || {
            stages
                .into_iter()
                .for_each(|stage| stage.bind(device, buffers))
        };
        scoped(device, bind)
            .map_err(|_| EngineError::Device("buffers and stages do not fit together".into()))
    }

    /// Blocks to visit in a tick, by stage and population of all replicates.
    fn used(&self, inputs: &[Option<TickInput<'_>>]) -> Vec<Vec<u64>> {
        let populations = self.sizes.shape.populations;
        let mut spawn = vec![0; self.sizes.populations()];
        let mut research = spawn.clone();
        for (replicate, input) in inputs.iter().enumerate() {
            let Some(input) = input else { continue };
            for own in 0..populations {
                let index = replicate * populations + own;
                let blocks = self.placement.used_blocks(index, input.slots[own]);
                research[index] = blocks;
                spawn[index] = if input.spawn[own] { blocks } else { 0 };
            }
        }
        vec![spawn, research]
    }
}

impl Batch for GpuBatch {
    fn replicates(&self) -> usize {
        self.sizes.replicates
    }

    fn tick(
        &mut self,
        inputs: &[Option<TickInput<'_>>],
    ) -> Result<Vec<Option<Census>>, EngineError> {
        let begun = Instant::now();
        assert_eq!(inputs.len(), self.sizes.replicates, "an input a run");
        let (device, queue) = (&self.link.device, &self.link.queue);
        let (buffers, parcel) = (&mut self.buffers, &mut self.parcel);
        if self.upload.write(device, queue, buffers, parcel, inputs)? {
            self.bind()?;
        }
        let encoder = self.begin(self.used(inputs))?;
        let mut timing = self.timing.take();
        if let Some(timing) = &mut timing {
            timing.begin(&[&SPAWN, &RESEARCH, &SHARE]);
        }
        let (encoder, submits) =
            self.launch(encoder, &[&self.spawn, &self.research], &mut timing)?;
        let mut encoder = self.end_stage(encoder, &RESEARCH, &mut timing)?;
        self.encode_share(&mut encoder, &mut timing);
        let mut encoder = self.end_stage(encoder, &SHARE, &mut timing)?;
        if let Some(timing) = &timing {
            timing.resolve(&mut encoder);
        }
        let counted = self.results.fetch(&self.link, &self.buffers, encoder)?;
        self.pace.learn(begun.elapsed(), submits);
        let lanes = &mut self.lanes;
        let census = |(replicate, input): (usize, &Option<TickInput<'_>>)| {
            input.map(|_| counted.census(replicate, lanes))
        };
        let censuses = inputs.iter().enumerate().map(census).collect();
        self.tick_seconds = begun.elapsed().as_secs_f64();
        if let Some(timing) = &mut timing {
            timing.collect(&self.link)?;
        }
        self.timing = timing;
        Ok(censuses)
    }

    fn read_nodes(&mut self, replicates: Range<usize>) -> Result<Vec<u32>, EngineError> {
        let each = self.sizes.node_words();
        let mut words = vec![0; replicates.len() * each];
        let from = 4 * (replicates.start * each) as u64;
        let nodes = self.buffers.get(Resource::Nodes);
        self.link.read(nodes, from, &mut words)?;
        Ok(words)
    }

    fn stage_seconds(&self) -> StageSeconds {
        let wall = StageSeconds {
            tick: self.tick_seconds,
            ..StageSeconds::default()
        };
        self.timing
            .as_ref()
            .map_or(wall, |timing| timing.report(self.tick_seconds))
    }
}

/// Refuses options and sizes that no stage is made for.
fn check_options(sizes: &Sizes, workgroup: u32, block: u32) -> Result<(), EngineError> {
    let fail = |message: String| Err(EngineError::Cut(message));
    let words = sizes.shape.window_words;
    if !WINDOWS.contains(&words) {
        return fail(format!("no kernel for {words} window words"));
    }
    if !workgroup.is_power_of_two() || !(32..=WORKGROUP_MAX).contains(&workgroup) {
        return fail(format!(
            "workgroups have 32, 64, 128 or 256 threads, not {workgroup}"
        ));
    }
    if !(1..=BLOCK_MAX).contains(&block) || !block.is_multiple_of(workgroup) {
        return fail(format!(
            "a block of {block} is no multiple of {workgroup} up to {BLOCK_MAX}"
        ));
    }
    Ok(())
}

/// Bytes left to devices that live in the machine's own memory: their drivers over-commit.
fn shared_memory(device: wgpu::DeviceType) -> Option<u64> {
    if !matches!(
        device,
        wgpu::DeviceType::Cpu | wgpu::DeviceType::IntegratedGpu
    ) {
        return None;
    }
    let mut system = sysinfo::System::new().ok()?;
    system.refresh_memory();
    Some(system.available_memory()).filter(|&bytes| bytes > 0)
}

/// Agents of a block where so many agents are to be visited: what a workgroup does once, whatever its
/// agents do, weighs the less the larger blocks are, but there must be enough of them for all of a device.
fn fitting_block(agents: u64) -> u32 {
    let large_enough = |&block: &u32| agents / u64::from(block) >= BLOCKS_ENOUGH;
    *FITTING_BLOCKS
        .iter()
        .rev()
        .find(|block| large_enough(block))
        .unwrap_or(&FITTING_BLOCKS[0])
}

/// The largest divisor of `n` up to `most`.
fn largest_divisor(n: u32, most: u32) -> u32 {
    (1..=most.min(n))
        .rev()
        .find(|divisor| n.is_multiple_of(*divisor))
        .unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_grow_with_the_agents() {
        let blocks = [
            0,
            1_000_000,
            (2048 << 13) - 1,
            2048 << 13,
            1 << 25,
            10_000_000_000,
        ];
        let fitting = blocks.map(fitting_block);
        assert_eq!(fitting, [1024, 1024, 1024, 2048, 4096, 4096]);
    }
}
