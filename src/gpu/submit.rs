//! From what is to be visited to submits: one pass a stage, cut where a driver would lose patience.

use std::time::Instant;

use super::batch::GpuBatch;
use super::dispatch::{Launch, Plan};
use super::layout::Dispatch;
use super::pipelines::Pipeline;
use super::stages::{Resource, SHARE, Stage};
use super::timing::Timing;
use crate::model::engine::EngineError;

impl GpuBatch {
    /// Begins a tick or recount that visits the first `used[stage][population]` blocks: sends what the
    /// parcel holds, and zeroes the counts.
    pub(super) fn begin(
        &mut self,
        used: Vec<Vec<u64>>,
    ) -> Result<wgpu::CommandEncoder, EngineError> {
        self.plan(used)?;
        let (device, queue) = (&self.link.device, &self.link.queue);
        let mut encoder = device.create_command_encoder(&Default::default());
        self.parcel
            .send(device, queue, &mut self.buffers, &mut encoder)?;
        self.results.clear(&mut encoder, &self.buffers);
        Ok(encoder)
    }

    /// Plans launches over blocks, and puts them into the parcel if they are not those of the last plan.
    fn plan(&mut self, used: Vec<Vec<u64>>) -> Result<(), EngineError> {
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
        self.parcel.put(Resource::Spans, &plan.spans);
        self.parcel.put(Resource::Dispatch, &dispatches);
        self.plan = plan;
        self.planned = Some((used, self.pace));
        Ok(())
    }

    /// Adds the plan to `encoder`, with `stages` in the order it was made for; the last submit is left to the
    /// caller to finish. Returns it and the number of submits.
    pub(super) fn launch(
        &self,
        mut encoder: wgpu::CommandEncoder,
        stages: &[&Pipeline],
        timing: &mut Option<Timing>,
    ) -> Result<(wgpu::CommandEncoder, usize), EngineError> {
        let submits = self.plan.submits(self.pace.blocks());
        let mut at = 0;
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
    pub(super) fn end_stage(
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

    pub(super) fn encode_share(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        timing: &mut Option<Timing>,
    ) {
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
        let groups = self.sizes.replicates as u32 * self.sizes.share_groups(self.workgroup);
        let width = groups.min(self.grid_width);
        pass.dispatch_workgroups(width, groups.div_ceil(width), 1);
    }
}
