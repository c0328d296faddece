//! What the device can do at the most, measured with the small kernels of `shaders/bench/rates.wgsl`.

use std::time::{Duration, Instant};

use super::adapter;
use super::faults::scoped;
use super::link::Link;
use super::{Wanted, faults::Failed};
use crate::model::engine::EngineError;

/// Bytes that a gather moves: the sector of caches and memory on GPUs.
pub const SECTOR: u64 = 32;

/// Threads of a workgroup, as the kernels say.
const WORKGROUP: u32 = 256;
/// Workgroups of a dispatch: enough to fill any device, few enough for one dimension.
const GROUPS: u32 = 4096;
/// Gathers or atomics of a thread.
const TIMES: u32 = 64;
/// Groups of eight rounds of a thread.
const ROUND_GROUPS: u32 = 64;
/// Operations of a group of rounds: eight rounds of three on four chains.
const ROUND_GROUP_OPERATIONS: u32 = 8 * 3 * 4;
/// A measurement goes on for at least so long, so that launches do not count.
const LEAST: Duration = Duration::from_millis(20);
/// Measurements of a rate; the best counts.
const REPEATS: usize = 7;

/// A device whose rates are asked for.
pub struct Probe {
    link: Link,
    module: wgpu::ShaderModule,
    never: wgpu::Buffer,
    /// `source` and its copy.
    streams: [wgpu::Buffer; 2],
}

impl Probe {
    /// Opens the device, with `bytes` of memory at the most.
    ///
    /// # Errors
    /// If there is no such device, or its driver refuses kernels or memory.
    pub fn open(wanted: Wanted, bytes: u64) -> Result<Self, EngineError> {
        let adapter = adapter::select(wanted)?;
        let limits = adapter.limits();
        let link = Link::open(&adapter)?;
        let most = limits
            .max_storage_buffer_binding_size
            .min(limits.max_buffer_size);
        let half = (bytes / 2).min(most).max(1 << 16) & !0xffff;
        let make = || {
            let source =
                wgpu::ShaderSource::Wgsl(include_str!("../../shaders/bench/rates.wgsl").into());
            let module = link
                .device
                .create_shader_module(wgpu::ShaderModuleDescriptor {
                    label: Some("rates"),
                    source,
                });
            let streams = ["source", "copied"].map(|label| storage(&link.device, label, half));
            let never = storage(&link.device, "never", 32);
            (module, streams, never)
        };
        let (module, streams, never) = scoped(&link.device, make).map_err(told)?;
        Ok(Self {
            link,
            module,
            never,
            streams,
        })
    }

    /// Bytes of the two buffers that are read and copied between.
    pub fn working_set(&self) -> u64 {
        2 * self.streams[0].size()
    }

    /// Bytes read a second, one after another.
    ///
    /// # Errors
    /// If the device fails.
    pub fn read(&self) -> Result<f64, EngineError> {
        let bytes = self.streams[0].size();
        let elements = (bytes / 16) as u32;
        let kernel = self.kernel("read_all", &[("ELEMENTS", elements)], &[(0, 0)])?;
        Ok(bytes as f64 / self.seconds(&kernel)?)
    }

    /// Bytes read and written a second while copying: both count.
    ///
    /// # Errors
    /// If the device fails.
    pub fn copy(&self) -> Result<f64, EngineError> {
        let bytes = self.streams[0].size();
        let elements = (bytes / 16) as u32;
        let kernel = self.kernel("copy_all", &[("ELEMENTS", elements)], &[(0, 0), (1, 1)])?;
        Ok(2.0 * bytes as f64 / self.seconds(&kernel)?)
    }

    /// Words gathered a second from a table of 2^`log2` bytes.
    ///
    /// # Errors
    /// If the device fails.
    pub fn gather(&self, log2: u32) -> Result<f64, EngineError> {
        let constants = [("TABLE_LOG2", self.table(log2)), ("TIMES", TIMES)];
        let kernel = self.kernel("gather", &constants, &[(2, 0)])?;
        Ok(self.times(TIMES) / self.seconds(&kernel)?)
    }

    /// Bits set a second in a table of 2^`log2` bytes.
    ///
    /// # Errors
    /// If the device fails.
    pub fn atomics(&self, log2: u32) -> Result<f64, EngineError> {
        let constants = [("TABLE_LOG2", self.table(log2)), ("TIMES", TIMES)];
        let kernel = self.kernel("atomics", &constants, &[(3, 1)])?;
        Ok(self.times(TIMES) / self.seconds(&kernel)?)
    }

    /// 32-bit additions, rotations and exclusive ors a second.
    ///
    /// # Errors
    /// If the device fails.
    pub fn operations(&self) -> Result<f64, EngineError> {
        let kernel = self.kernel("operations", &[("TIMES", ROUND_GROUPS)], &[])?;
        Ok(self.times(ROUND_GROUPS * ROUND_GROUP_OPERATIONS) / self.seconds(&kernel)?)
    }

    /// log2 of the words of a table, which lies in one of the buffers.
    fn table(&self, log2_bytes: u32) -> u32 {
        log2_bytes.min(self.streams[0].size().ilog2()) - 2
    }

    /// What all threads of a dispatch do, if each does `each`.
    fn times(&self, each: u32) -> f64 {
        f64::from(GROUPS * WORKGROUP) * f64::from(each)
    }

    /// A kernel with its constants, and which stream stands at which binding.
    fn kernel(
        &self,
        name: &str,
        constants: &[(&'static str, u32)],
        bound: &[(u32, usize)],
    ) -> Result<(wgpu::ComputePipeline, wgpu::BindGroup), EngineError> {
        let device = &self.link.device;
        let threads = [("THREADS", GROUPS * WORKGROUP)];
        let unused = ["ELEMENTS", "TABLE_LOG2", "TIMES"].map(|name| (name, 4));
        let given = |name| constants.iter().any(|(given, _)| *given == name);
        let unused = unused.into_iter().filter(|(name, _)| !given(*name));
        let constants: Vec<(&str, f64)> = threads
            .into_iter()
            .chain(unused)
            .chain(constants.iter().copied())
            .map(|(name, value)| (name, f64::from(value)))
            .collect();
        let make = || {
            let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(name),
                layout: None,
                module: &self.module,
                entry_point: Some(name),
                compilation_options: wgpu::PipelineCompilationOptions {
                    constants: &constants,
                    zero_initialize_workgroup_memory: false,
                },
                cache: None,
            });
            let streams = bound
                .iter()
                .map(|&(at, stream)| (at, &self.streams[stream]));
            // `copy_all` and `atomics` do store.
            let hidden = (!["copy_all", "atomics"].contains(&name)).then_some((4, &self.never));
            let entries: Vec<_> = streams
                .chain(hidden)
                .map(|(binding, buffer)| wgpu::BindGroupEntry {
                    binding,
                    resource: buffer.as_entire_binding(),
                })
                .collect();
            let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some(name),
                layout: &pipeline.get_bind_group_layout(0),
                entries: &entries,
            });
            (pipeline, group)
        };
        scoped(device, make).map_err(told)
    }

    /// Shortest time of a dispatch, seconds: of several runs of as many as it takes not to see launches.
    fn seconds(
        &self,
        kernel: &(wgpu::ComputePipeline, wgpu::BindGroup),
    ) -> Result<f64, EngineError> {
        let mut dispatches = 1;
        while self.run(kernel, dispatches)? < LEAST && dispatches < 1 << 16 {
            dispatches *= 2;
        }
        let mut best = Duration::MAX;
        for _ in 0..REPEATS {
            best = best.min(self.run(kernel, dispatches)?);
        }
        Ok(best.as_secs_f64() / f64::from(dispatches))
    }

    fn run(
        &self,
        (pipeline, group): &(wgpu::ComputePipeline, wgpu::BindGroup),
        dispatches: u32,
    ) -> Result<Duration, EngineError> {
        let mut encoder = self.link.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            pass.set_pipeline(pipeline);
            pass.set_bind_group(0, group, &[]);
            for _ in 0..dispatches {
                pass.dispatch_workgroups(GROUPS, 1, 1);
            }
        }
        let work = encoder.finish();
        let begun = Instant::now();
        self.link.queue.submit([work]);
        self.link
            .device
            .poll(wgpu::PollType::wait_indefinitely())
            .map_err(|error| EngineError::Device(error.to_string()))?;
        self.link.faults.check()?;
        Ok(begun.elapsed())
    }
}

fn storage(device: &wgpu::Device, label: &str, size: u64) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size,
        usage: wgpu::BufferUsages::STORAGE,
        mapped_at_creation: false,
    })
}

fn told(failed: Failed) -> EngineError {
    EngineError::Device(match failed {
        Failed::Memory => "no memory to measure its rates in; give a smaller --working-set".into(),
        Failed::Other(message) => message,
    })
}
