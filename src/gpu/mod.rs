//! The GPU engine: every stage of `shaders/` on one device, with the bits of the native engine.
//!
//! The only module that knows wgpu. Nothing that options choose reaches the results.

mod adapter;
mod buffers;
mod dispatch;
mod faults;
pub mod layout;
mod link;
mod pace;
mod pipelines;
pub mod rates;
mod readback;
mod results;
pub mod stages;
mod timing;

use std::time::Instant;

pub use adapter::{DeviceReport, Wanted, auto_choice, devices};
pub use timing::Clock;

use crate::model::census::{Census, Counter, Recount};
use crate::model::engine::{Engine, EngineError, Setup, StageSeconds, Store, TickInput};
use crate::model::layout::PopulationTick;
use adapter::WORKGROUP_MAX;
use buffers::{Budget, Buffers};
use dispatch::{Launch, Placement, Plan};
use faults::scoped;
use layout::Dispatch;
use link::Link;
use pace::Pace;
use pipelines::Pipeline;
use results::Results;
use stages::{CENSUS, RESEARCH, Resource, SHARE, SPAWN, Stage};
use timing::Timing;

/// Which device, and how agents are cut up on it. Results do not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Kind of device.
    pub device: Wanted,
    /// Threads of a workgroup: 32, 64, 128 or 256.
    pub workgroup: u32,
    /// Agents that a workgroup visits: a multiple of `workgroup`.
    pub block: u32,
    /// Agents of a pair of buffers, at most; what the device can bind bounds it too.
    pub chunk_agents: u64,
    /// Bytes to allocate at most; `None`: as much as the driver gives, or the machine has left.
    pub memory: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            device: Wanted::Hardware,
            workgroup: 64,
            block: 1024,
            chunk_agents: 1 << 28,
            memory: None,
        }
    }
}

/// Agents scanned before the due ones run: 4 KiB of workgroup memory hold the list.
const BATCH_MAX: u32 = 1024;

/// The engine and its state on the device.
pub struct GpuEngine {
    setup: Setup,
    name: String,
    driver: String,
    backend: String,
    features: Vec<&'static str>,
    link: Link,
    placement: Placement,
    buffers: Buffers,
    spawn: Pipeline,
    research: Pipeline,
    share: Pipeline,
    census: Pipeline,
    results: Results,
    lanes: Vec<[u32; 4]>,
    workgroup: u32,
    grid_width: u32,
    dispatch_stride: u32,
    pace: Pace,
    /// Present once somebody wants to know.
    timing: Option<Timing>,
    tick_seconds: f64,
    /// What the device's spans and dispatches were last made for.
    planned: Option<(Vec<Vec<u64>>, Pace)>,
    plan: Plan,
}

impl GpuEngine {
    /// An engine with empty slots and empty boards.
    ///
    /// # Errors
    /// If there is no such device, too little memory, or the driver refuses the stages.
    pub fn new(setup: Setup, options: Options) -> Result<Self, EngineError> {
        check_options(&setup, &options)?;
        let adapter = adapter::select(options.device)?;
        let (info, limits) = (adapter.get_info(), adapter.limits());
        let link = Link::open(&adapter)?;
        let binding = limits
            .max_storage_buffer_binding_size
            .min(limits.max_buffer_size);
        let most = options.chunk_agents.min(binding / 4) / u64::from(options.block);
        let slots = setup.populations.iter().map(|population| population.slots);
        let placement = Placement::new(slots, options.block, most.max(1));
        let budget = Budget {
            bytes: options.memory.or_else(|| shared_memory(info.device_type)),
            device: info.name.clone(),
            binding,
        };
        let mut buffers = Buffers::new(&link.device, &link.queue, &setup, &placement, budget)?;
        let batch = largest_divisor(options.block, BATCH_MAX);
        let constants = pipelines::constants(&setup, options.workgroup, options.block, batch);
        let words = setup.window_words;
        let compile = |stage| Pipeline::new(&link.device, stage, words, &constants);
        let (spawn, research) = (compile(&SPAWN)?, compile(&RESEARCH)?);
        let (share, census) = (compile(&SHARE)?, compile(&CENSUS)?);
        let alignment = limits.min_uniform_buffer_offset_alignment;
        let dispatch_stride = (size_of::<Dispatch>() as u32).next_multiple_of(alignment);
        // Room for a tick of one dispatch a stage and chunk, so that most runs never bind again.
        let launches = 2 * placement.chunks().len() as u64;
        let room = launches * u64::from(dispatch_stride);
        buffers.reserve(&link.device, Resource::Dispatch, room)?;
        let results = Results::new(&link.device, &setup)?;
        let mut engine = Self {
            lanes: vec![[0; 4]; setup.populations.len()],
            driver: format!("{} {}", info.driver, info.driver_info)
                .trim()
                .to_owned(),
            name: info.name,
            backend: info.backend.to_string(),
            features: adapter::features(&adapter),
            workgroup: options.workgroup,
            grid_width: limits.max_compute_workgroups_per_dimension,
            pace: Pace::new(options.block),
            timing: None,
            tick_seconds: 0.0,
            planned: None,
            plan: Plan::default(),
            setup,
            link,
            placement,
            buffers,
            spawn,
            research,
            share,
            census,
            results,
            dispatch_stride,
        };
        engine.bind()?;
        Ok(engine)
    }

    /// Driver and its version.
    pub fn driver(&self) -> &str {
        &self.driver
    }

    /// The device itself, for who profiles it or takes it away.
    #[doc(hidden)]
    pub fn device(&self) -> &wgpu::Device {
        &self.link.device
    }

    /// `vulkan`, `metal` or `dx12`.
    pub fn backend(&self) -> &str {
        &self.backend
    }

    /// What the device offers of what could make the stages faster.
    pub fn features(&self) -> &[&'static str] {
        &self.features
    }

    /// Name of the device.
    pub fn device_name(&self) -> &str {
        &self.name
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

    fn bind(&mut self) -> Result<(), EngineError> {
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

    /// Hands the tick's parameters to the device.
    fn upload(&mut self, input: &TickInput<'_>) -> Result<(), EngineError> {
        if let Some(tables) = input.binomial {
            let bytes = size_of_val(tables) as u64;
            if self
                .buffers
                .reserve(&self.link.device, Resource::Binomial, bytes)?
            {
                self.bind()?;
            }
            self.buffers
                .write(&self.link.queue, Resource::Binomial, tables);
        }
        let (queue, buffers) = (&self.link.queue, &self.buffers);
        if let Some(alias) = input.alias {
            buffers.write(queue, Resource::Alias, alias);
        }
        buffers.write(queue, Resource::Populations, input.populations);
        buffers.write(queue, Resource::Kinds, input.kinds);
        buffers.write(queue, Resource::Boards, input.boards);
        buffers.write(queue, Resource::Classes, input.classes);
        Ok(())
    }

    /// Plans launches over the first `used[stage][population]` blocks, and tells the device if they
    /// are not those of the last plan.
    fn prepare(&mut self, used: Vec<Vec<u64>>) -> Result<(), EngineError> {
        if self
            .planned
            .as_ref()
            .is_some_and(|last| *last == (used.clone(), self.pace))
        {
            return Ok(());
        }
        let plan = Plan::new(&self.placement, &used, self.pace.blocks(), self.grid_width);
        let stride = self.dispatch_stride as usize;
        let mut dispatches = vec![0u8; stride * plan.launches.len()];
        for (bytes, launch) in dispatches.chunks_mut(stride).zip(&plan.launches) {
            bytes[..size_of::<Dispatch>()].copy_from_slice(bytemuck::bytes_of(&launch.dispatch));
        }
        let device = &self.link.device;
        let spans = size_of_val(plan.spans.as_slice()) as u64;
        let moved = self.buffers.reserve(device, Resource::Spans, spans)?
            | self
                .buffers
                .reserve(device, Resource::Dispatch, dispatches.len() as u64)?;
        if moved {
            self.bind()?;
        }
        self.buffers
            .write(&self.link.queue, Resource::Spans, &plan.spans);
        self.buffers
            .write(&self.link.queue, Resource::Dispatch, &dispatches);
        self.plan = plan;
        self.planned = Some((used, self.pace));
        Ok(())
    }

    /// Submits the plan with `stages` in the order it was made for; the last submit is left to the
    /// caller to finish. Returns it and the number of submits.
    fn launch(
        &self,
        stages: &[&Pipeline],
        timing: &mut Option<Timing>,
    ) -> Result<(wgpu::CommandEncoder, usize), EngineError> {
        let device = &self.link.device;
        let submits = self.plan.submits(self.pace.blocks());
        let mut at = 0;
        let mut encoder = device.create_command_encoder(&Default::default());
        for launches in &submits {
            if at > 0 {
                let before = stages[self.plan.launches[at - 1].stage];
                encoder = self.submit(encoder, before.stage, timing)?;
            }
            self.encode(&mut encoder, stages, launches, at, timing);
            at += launches.len();
        }
        Ok((encoder, submits.len()))
    }

    /// Submits the work of `stage` and begins anew.
    fn submit(
        &self,
        encoder: wgpu::CommandEncoder,
        stage: &Stage,
        timing: &mut Option<Timing>,
    ) -> Result<wgpu::CommandEncoder, EngineError> {
        let device = &self.link.device;
        let begun = Instant::now();
        self.link.queue.submit([encoder.finish()]);
        let waiting = timing.as_mut().filter(|timing| timing.waits());
        // Frees what finished submits held; without it memory grows with their number.
        let poll = if waiting.is_some() {
            wgpu::PollType::wait_indefinitely()
        } else {
            wgpu::PollType::Poll
        };
        device
            .poll(poll)
            .map_err(|error| EngineError::Device(error.to_string()))?;
        if let Some(timing) = waiting {
            timing.add(stage, begun.elapsed());
        }
        Ok(device.create_command_encoder(&Default::default()))
    }

    /// Ends a stage that is timed by waiting; elsewhere it runs on.
    fn end_stage(
        &self,
        encoder: wgpu::CommandEncoder,
        stage: &Stage,
        timing: &mut Option<Timing>,
    ) -> Result<wgpu::CommandEncoder, EngineError> {
        if timing.as_ref().is_some_and(Timing::waits) {
            return self.submit(encoder, stage, timing);
        }
        Ok(encoder)
    }

    /// Launches of one stage, which stand at `first` in the plan, as one pass.
    fn encode(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        stages: &[&Pipeline],
        launches: &[Launch],
        first: usize,
        timing: &mut Option<Timing>,
    ) {
        let Some(launch) = launches.first() else {
            return;
        };
        let stage = stages[launch.stage];
        let other = |launch: Option<&Launch>| launch.is_none_or(|l| l.stage != launches[0].stage);
        let begins = other(
            first
                .checked_sub(1)
                .map(|before| &self.plan.launches[before]),
        );
        let ends = other(self.plan.launches.get(first + launches.len()));
        if let Some(timing) = timing {
            timing.note(stage.stage);
        }
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
            label: Some(stage.stage.name),
            timestamp_writes: timing
                .as_ref()
                .and_then(|timing| timing.writes(stage.stage, begins, ends)),
        });
        pass.set_pipeline(&stage.pipeline);
        for (i, launch) in launches.iter().enumerate() {
            let offset = (first + i) as u32 * self.dispatch_stride;
            pass.set_bind_group(0, &stage.groups[launch.chunk], &[offset]);
            let (x, y) = launch.grid();
            pass.dispatch_workgroups(x, y, 1);
        }
    }

    fn encode_share(&self, encoder: &mut wgpu::CommandEncoder, timing: &mut Option<Timing>) {
        if let Some(timing) = timing {
            timing.note(&SHARE);
        }
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
            label: Some(SHARE.name),
            timestamp_writes: timing
                .as_ref()
                .and_then(|timing| timing.writes(&SHARE, true, true)),
        });
        pass.set_pipeline(&self.share.pipeline);
        pass.set_bind_group(0, &self.share.groups[0], &[]);
        // At most 2^20 topics: 2^15 workgroups of 32, below the limit of one dimension.
        pass.dispatch_workgroups((self.setup.topics as u32).div_ceil(self.workgroup), 1, 1);
    }

    fn store(&self, store: Store) -> (&wgpu::Buffer, usize) {
        let rows = match store {
            Store::Nodes => (Resource::Nodes, self.setup.nodes()),
            Store::Older => (Resource::Older, self.setup.boards()),
            Store::Mails => (Resource::Snapshots, self.setup.mails.len()),
        };
        (
            self.buffers.get(rows.0),
            self.setup.topics * rows.1 * self.setup.cell(),
        )
    }
}

impl Engine for GpuEngine {
    fn tick(&mut self, input: &TickInput<'_>) -> Result<Census, EngineError> {
        let begun = Instant::now();
        self.upload(input)?;
        let blocks = |p: usize| self.placement.used_blocks(p, input.slots[p]);
        let research: Vec<u64> = (0..input.slots.len()).map(blocks).collect();
        let spawn = research
            .iter()
            .zip(input.spawn)
            .map(|(&b, &s)| if s { b } else { 0 })
            .collect();
        self.prepare(vec![spawn, research])?;
        self.results.clear(&self.link, &self.buffers);
        let mut timing = self.timing.take();
        if let Some(timing) = &mut timing {
            timing.begin(&[&SPAWN, &RESEARCH, &SHARE]);
        }
        let (encoder, submits) = self.launch(&[&self.spawn, &self.research], &mut timing)?;
        let mut encoder = self.end_stage(encoder, &RESEARCH, &mut timing)?;
        self.encode_share(&mut encoder, &mut timing);
        let mut encoder = self.end_stage(encoder, &SHARE, &mut timing)?;
        if let Some(timing) = &timing {
            timing.resolve(&mut encoder);
        }
        let counted = self.results.fetch(&self.link, &self.buffers, encoder)?;
        self.pace.learn(begun.elapsed(), submits);
        let census = counted.census(&mut self.lanes);
        self.tick_seconds = begun.elapsed().as_secs_f64();
        if let Some(timing) = &mut timing {
            timing.collect(&self.link)?;
        }
        self.timing = timing;
        Ok(census)
    }

    fn recount(
        &mut self,
        index: usize,
        population: &PopulationTick,
        slots: u64,
    ) -> Result<Recount, EngineError> {
        let row = (index * size_of::<PopulationTick>()) as u64;
        let parameters: &[u32] = bytemuck::cast_slice(std::slice::from_ref(population));
        self.link
            .write(self.buffers.get(Resource::Populations), row, parameters)?;
        let mut used = vec![0; self.setup.populations.len()];
        used[index] = self.placement.used_blocks(index, slots);
        self.prepare(vec![used])?;
        self.results.clear(&self.link, &self.buffers);
        let mut timing = self.timing.take();
        if let Some(timing) = &mut timing {
            timing.begin(&[&CENSUS]);
        }
        let (encoder, _) = self.launch(&[&self.census], &mut timing)?;
        let mut encoder = self.end_stage(encoder, &CENSUS, &mut timing)?;
        if let Some(timing) = &timing {
            timing.resolve(&mut encoder);
        }
        let counted = self.results.fetch(&self.link, &self.buffers, encoder)?;
        if let Some(timing) = &mut timing {
            timing.collect(&self.link)?;
        }
        self.timing = timing;
        let census = counted.tallies()[index].census();
        Ok(Recount {
            thinking: census.get(Counter::DeltaThinking),
            experiment: census.get(Counter::DeltaExperiment),
            waiting: census.get(Counter::DeltaWaiting),
            think_left: census.get(Counter::ForgoneThink),
            experiment_left: census.get(Counter::ForgoneExperiment),
            lanes: census.lanes,
        })
    }

    fn read_agents(
        &mut self,
        population: usize,
        from: u64,
        due: &mut [u32],
        work: &mut [u32],
    ) -> Result<(), EngineError> {
        let mut done = 0;
        for (chunk, slot, agents) in self.placement.parts(population, from, due.len() as u64) {
            let part = done..done + agents as usize;
            let chunk = &self.buffers.chunks[chunk];
            self.link
                .read(&chunk.due, 4 * slot, &mut due[part.clone()])?;
            self.link
                .read(&chunk.work, 4 * slot, &mut work[part.clone()])?;
            done = part.end;
        }
        Ok(())
    }

    fn write_agents(
        &mut self,
        population: usize,
        from: u64,
        due: &[u32],
        work: &[u32],
    ) -> Result<(), EngineError> {
        let mut done = 0;
        for (chunk, slot, agents) in self.placement.parts(population, from, due.len() as u64) {
            let part = done..done + agents as usize;
            let chunk = &self.buffers.chunks[chunk];
            self.link.write(&chunk.due, 4 * slot, &due[part.clone()])?;
            self.link
                .write(&chunk.work, 4 * slot, &work[part.clone()])?;
            done = part.end;
        }
        Ok(())
    }

    fn write_lanes(&mut self, population: usize, lanes: [u32; 4]) {
        self.lanes[population] = lanes;
    }

    fn read_store(&mut self, store: Store) -> Result<Vec<u32>, EngineError> {
        let (buffer, words) = self.store(store);
        let mut read = vec![0; words];
        self.link.read(buffer, 0, &mut read)?;
        Ok(read)
    }

    fn write_store(&mut self, store: Store, words: &[u32]) -> Result<(), EngineError> {
        self.link.write(self.store(store).0, 0, words)
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
fn check_options(setup: &Setup, options: &Options) -> Result<(), EngineError> {
    let fail = |message: String| Err(EngineError::Device(message));
    if ![1, 2, 4].contains(&setup.window_words) {
        return fail(format!("no kernel for {} window words", setup.window_words));
    }
    let workgroup = options.workgroup;
    if !workgroup.is_power_of_two() || !(32..=WORKGROUP_MAX).contains(&workgroup) {
        return fail(format!(
            "workgroups have 32, 64, 128 or 256 threads, not {workgroup}"
        ));
    }
    if options.block == 0 || !options.block.is_multiple_of(workgroup) {
        return fail(format!(
            "a block of {} is no multiple of {workgroup}",
            options.block
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

/// The largest divisor of `n` up to `most`.
fn largest_divisor(n: u32, most: u32) -> u32 {
    (1..=most.min(n))
        .rev()
        .find(|divisor| n.is_multiple_of(*divisor))
        .unwrap_or(1)
}
