//! From rows of the stage table to pipelines and bind groups.

use super::buffers::Buffers;
use super::faults::{Failed, scoped};
use super::layout::Dispatch;
use super::sizes::Sizes;
use super::stages::{Access, Resource, Stage};
use crate::model::engine::EngineError;

/// A compiled stage; clones share what the driver made.
#[derive(Clone)]
pub struct Compiled {
    /// Its row of the stage table.
    stage: &'static Stage,
    window_words: usize,
    /// Those of its overrides.
    constants: Vec<(&'static str, f64)>,
    layout: wgpu::BindGroupLayout,
    pipeline: wgpu::ComputePipeline,
}

/// A stage that can be dispatched.
pub struct Pipeline {
    /// Its row of the stage table.
    pub stage: &'static Stage,
    layout: wgpu::BindGroupLayout,
    /// The compiled stage.
    pub pipeline: wgpu::ComputePipeline,
    /// By chunk; one if the stage binds no chunk.
    pub groups: Vec<wgpu::BindGroup>,
}

/// How agents are cut up on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Threads of a workgroup.
    pub workgroup: u32,
    /// Agents that a workgroup visits.
    pub block: u32,
    /// Agents that a thread looks at together; divides `block / workgroup`.
    pub scan: u32,
    /// Does a free thread take up whichever due agent is next?
    pub balanced: bool,
}

/// Sizes that are compiled into the stages: drivers then fold the address arithmetic. The number of
/// replicates is none of them, nor what sets replicates apart.
pub fn constants(sizes: &Sizes, cut: Cut) -> Vec<(&'static str, f64)> {
    let count = |n: usize| n as f64;
    let shape = sizes.shape;
    vec![
        ("WORKGROUP", cut.workgroup.into()),
        ("BLOCK", cut.block.into()),
        ("SCAN", cut.scan.into()),
        ("BALANCED", u32::from(cut.balanced).into()),
        ("TOPICS", count(shape.topics)),
        ("POPULATIONS", count(shape.populations)),
        ("NODE_ROWS", count(sizes.nodes())),
        ("BOARD_ROWS", count(shape.boards)),
        ("MAIL_ROWS", count(sizes.mails)),
        ("CLASS_ROWS", count(sizes.classes)),
        ("LABS", count(shape.labs)),
        ("KINDS", count(shape.kinds)),
        ("SHARE_GROUPS", sizes.share_groups(cut.workgroup).into()),
    ]
}

impl Compiled {
    /// Compiles a stage; `constants` are those of its overrides.
    ///
    /// # Errors
    /// If the driver refuses it.
    pub fn new(
        device: &wgpu::Device,
        stage: &'static Stage,
        window_words: usize,
        constants: Vec<(&'static str, f64)>,
    ) -> Result<Self, EngineError> {
        let entries: Vec<_> = stage.bindings().map(layout_entry).collect();
        let make = || {
            let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some(stage.name),
                entries: &entries,
            });
            let source = wgpu::ShaderModuleDescriptor {
                label: Some(stage.name),
                source: wgpu::ShaderSource::Wgsl(stage.source(window_words).into()),
            };
            // Indices stay checked. Loops do not: wgpu would count the rounds of each.
            let checks = wgpu::ShaderRuntimeChecks {
                force_loop_bounding: false,
                ..wgpu::ShaderRuntimeChecks::checked()
            };
            // SAFETY: the source is ours and every loop of it ends: it counts up to a number, or down a
            // window, that is fixed before it begins, it clears a bit of a word or halves a number each
            // round (`block_of`, `nth_bit`), or (`run_listed`) it takes up another of the listed agents or
            // runs another of the at most `events_max` events of the one in hand.
            let module = unsafe { device.create_shader_module_trusted(source, checks) };
            let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(stage.name),
                layout: Some(
                    &device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                        label: Some(stage.name),
                        bind_group_layouts: &[Some(&layout)],
                        immediate_size: 0,
                    }),
                ),
                module: &module,
                entry_point: Some(stage.name),
                compilation_options: wgpu::PipelineCompilationOptions {
                    constants: &constants,
                    // Stages zero what they read before they write it: `clear_tally`.
                    zero_initialize_workgroup_memory: false,
                },
                cache: None,
            });
            (layout, pipeline)
        };
        let made = scoped(device, make).map_err(|failed| match failed {
            Failed::Memory => EngineError::Device(format!("no memory to compile {}", stage.name)),
            Failed::Other(message) => {
                EngineError::Device(format!("stage {} does not compile: {message}", stage.name))
            }
        });
        let (layout, pipeline) = made?;
        Ok(Self {
            stage,
            window_words,
            constants,
            layout,
            pipeline,
        })
    }

    /// Is it this stage, compiled for such windows with these constants?
    pub fn is(
        &self,
        stage: &Stage,
        window_words: usize,
        constants: &[(&'static str, f64)],
    ) -> bool {
        self.stage.name == stage.name
            && self.window_words == window_words
            && self.constants == constants
    }
}

impl Pipeline {
    /// A compiled stage that binds nothing yet.
    pub fn new(compiled: Compiled) -> Self {
        Self {
            stage: compiled.stage,
            layout: compiled.layout,
            pipeline: compiled.pipeline,
            groups: Vec::new(),
        }
    }

    /// Binds the buffers as they are now.
    pub fn bind(&mut self, device: &wgpu::Device, buffers: &Buffers) {
        let by_chunk = self
            .stage
            .bindings()
            .any(|(resource, _)| resource == Resource::Due);
        let count = if by_chunk { buffers.chunks.len() } else { 1 };
        self.groups = (0..count)
            .map(|chunk| {
                let entries: Vec<_> = self
                    .stage
                    .bindings()
                    .map(|(resource, _)| wgpu::BindGroupEntry {
                        binding: resource as u32,
                        resource: binding(buffers.bound(resource, chunk), resource),
                    })
                    .collect();
                device.create_bind_group(&wgpu::BindGroupDescriptor {
                    label: Some(self.stage.name),
                    layout: &self.layout,
                    entries: &entries,
                })
            })
            .collect();
    }
}

fn layout_entry((resource, access): (Resource, Access)) -> wgpu::BindGroupLayoutEntry {
    let ty = match access {
        Access::Uniform => wgpu::BufferBindingType::Uniform,
        Access::Read => wgpu::BufferBindingType::Storage { read_only: true },
        Access::Write => wgpu::BufferBindingType::Storage { read_only: false },
    };
    wgpu::BindGroupLayoutEntry {
        binding: resource as u32,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty,
            has_dynamic_offset: access == Access::Uniform,
            min_binding_size: None,
        },
        count: None,
    }
}

fn binding(buffer: &wgpu::Buffer, resource: Resource) -> wgpu::BindingResource<'_> {
    if resource != Resource::Dispatch {
        return buffer.as_entire_binding();
    }
    // A window of one dispatch; the dynamic offset moves it.
    wgpu::BindingResource::Buffer(wgpu::BufferBinding {
        buffer,
        offset: 0,
        size: wgpu::BufferSize::new(size_of::<Dispatch>() as u64),
    })
}
