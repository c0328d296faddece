//! Which devices there are, which of them can run the stages, and which one a run takes.

use super::stages::STAGES;
use crate::model::engine::EngineError;

/// The kind of device that a run wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A GPU.
    Hardware,
    /// A rasteriser on the processor, such as lavapipe: slow, for checking bits without a GPU.
    Software,
}

impl Wanted {
    fn name(self) -> &'static str {
        match self {
            Self::Hardware => "hardware GPU",
            Self::Software => "software Vulkan",
        }
    }
}

/// What one device offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceReport {
    /// As the driver says it.
    pub name: String,
    /// Discrete, integrated, virtual, other or software.
    pub kind: &'static str,
    /// Driver and its version.
    pub driver: String,
    /// Vulkan, Metal or DX12.
    pub backend: String,
    /// Bytes of the largest storage binding.
    pub max_binding: u64,
    /// Bytes of the largest buffer.
    pub max_buffer: u64,
    /// Threads of the largest workgroup.
    pub max_workgroup: u32,
    /// Storage buffers that one stage may bind.
    pub max_storage_buffers: u32,
    /// Can it run the stages?
    pub usable: bool,
    /// Why not, or what it is taken for.
    pub why: String,
    /// Does `--engine auto` take it?
    pub auto: bool,
}

/// Largest workgroup that options may ask for.
pub const WORKGROUP_MAX: u32 = 256;

/// Bytes of memory shared by a workgroup that the stages may use.
const WORKGROUP_STORAGE: u32 = 16 << 10;

/// Every device that the graphics libraries of this machine know; none if there are no such libraries.
pub fn devices() -> Vec<DeviceReport> {
    let adapters = enumerate();
    let auto = choose(&adapters, Wanted::Hardware);
    let report = |(i, adapter): (usize, &wgpu::Adapter)| {
        let (info, limits) = (adapter.get_info(), adapter.limits());
        let refusal = refusal(adapter);
        let kind = kind(info.device_type);
        let auto = auto == Some(i);
        DeviceReport {
            kind,
            driver: format!("{} {}", info.driver, info.driver_info)
                .trim()
                .to_owned(),
            backend: info.backend.to_string(),
            max_binding: limits.max_storage_buffer_binding_size,
            max_buffer: limits.max_buffer_size,
            max_workgroup: limits.max_compute_invocations_per_workgroup,
            max_storage_buffers: limits.max_storage_buffers_per_shader_stage,
            usable: refusal.is_none(),
            why: refusal.unwrap_or_else(|| taken_for(info.device_type, auto).to_owned()),
            auto,
            name: info.name,
        }
    };
    adapters.iter().enumerate().map(report).collect()
}

/// What `--engine auto` takes, and why.
pub fn auto_choice(devices: &[DeviceReport]) -> String {
    match devices.iter().find(|device| device.auto) {
        Some(device) => format!("gpu: {} ({}, {})", device.name, device.kind, device.backend),
        None if devices.is_empty() => {
            "cpu: no Vulkan, Metal or DX12 device was found (is the loader, libvulkan.so.1, there?)"
                .into()
        }
        None => {
            "cpu: no usable hardware GPU; software devices are slower than the native engine".into()
        }
    }
}

/// The adapter that a run takes.
///
/// # Errors
/// If there is none of the kind that can run the stages.
pub(super) fn select(wanted: Wanted) -> Result<wgpu::Adapter, EngineError> {
    let mut adapters = enumerate();
    if let Some(i) = choose(&adapters, wanted) {
        return Ok(adapters.swap_remove(i));
    }
    let found: Vec<String> = adapters
        .iter()
        .map(|adapter| {
            let info = adapter.get_info();
            let why = refusal(adapter).unwrap_or_else(|| "is of another kind".into());
            format!("{} ({}) {why}", info.name, kind(info.device_type))
        })
        .collect();
    let reason = if found.is_empty() {
        "no device was found".into()
    } else {
        found.join("; ")
    };
    Err(EngineError::NoAdapter {
        wanted: wanted.name(),
        reason,
    })
}

/// What an adapter offers of what could make the stages faster.
pub(super) fn features(adapter: &wgpu::Adapter) -> Vec<&'static str> {
    let known = [
        ("timestamps", wgpu::Features::TIMESTAMP_QUERY),
        ("subgroups", wgpu::Features::SUBGROUP),
        ("int64", wgpu::Features::SHADER_INT64),
        ("pipeline-cache", wgpu::Features::PIPELINE_CACHE),
    ];
    let offered = adapter.features();
    let found = known.iter().filter(|(_, flag)| offered.contains(*flag));
    found.map(|(name, _)| *name).collect()
}

fn enumerate() -> Vec<wgpu::Adapter> {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
    // Validation layers, where installed, slow dispatches tenfold; wgpu validates by itself.
    descriptor.flags = wgpu::InstanceFlags::empty();
    // Drivers over-commit and then kill the process: refuse a buffer that would fill the card.
    descriptor.memory_budget_thresholds.for_resource_creation = Some(97);
    let instance = wgpu::Instance::new(descriptor);
    let adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all()));
    let for_compute = |adapter| with_drivers_buffers(&instance, &adapter).unwrap_or(adapter);
    adapters.into_iter().map(for_compute).collect()
}

/// A Vulkan adapter that binds as many storage buffers as its driver says, in place of one that cannot run
/// the stages. wgpu lets a stage bind no more than a fragment stage could write to beside its images and
/// colours, which on SwiftShader leaves 10 of 30; none of ours is one.
#[cfg(any(
    windows,
    target_os = "linux",
    target_os = "android",
    target_os = "freebsd"
))]
fn with_drivers_buffers(
    instance: &wgpu::Instance,
    adapter: &wgpu::Adapter,
) -> Option<wgpu::Adapter> {
    use wgpu::hal::api::Vulkan;
    refusal(adapter)?;
    // SAFETY: neither the instance nor the device is destroyed here; the adapter is exposed by the instance
    // that it is made of, and what it is said to bind is what its driver says.
    unsafe {
        let old = adapter.as_hal::<Vulkan>()?;
        let limits = old.physical_device_capabilities().properties().limits;
        let driver = instance.as_hal::<Vulkan>()?;
        let mut exposed = driver.expose_adapter(old.raw_physical_device())?;
        exposed
            .capabilities
            .limits
            .max_storage_buffers_per_shader_stage = limits
            .max_per_stage_descriptor_storage_buffers
            .min(limits.max_descriptor_set_storage_buffers);
        Some(instance.create_adapter_from_hal(exposed))
    }
}

/// Elsewhere wgpu has no Vulkan.
#[cfg(not(any(
    windows,
    target_os = "linux",
    target_os = "android",
    target_os = "freebsd"
)))]
fn with_drivers_buffers(_: &wgpu::Instance, _: &wgpu::Adapter) -> Option<wgpu::Adapter> {
    None
}

/// The usable adapter of the kind that ranks first; the earliest of equals.
fn choose(adapters: &[wgpu::Adapter], wanted: Wanted) -> Option<usize> {
    let fits = |adapter: &wgpu::Adapter| {
        let software = adapter.get_info().device_type == wgpu::DeviceType::Cpu;
        software == (wanted == Wanted::Software) && refusal(adapter).is_none()
    };
    (0..adapters.len())
        .filter(|&i| fits(&adapters[i]))
        .min_by_key(|&i| preference(adapters[i].get_info().device_type))
}

fn preference(device: wgpu::DeviceType) -> u32 {
    match device {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    }
}

fn kind(device: wgpu::DeviceType) -> &'static str {
    match device {
        wgpu::DeviceType::DiscreteGpu => "discrete",
        wgpu::DeviceType::IntegratedGpu => "integrated",
        wgpu::DeviceType::VirtualGpu => "virtual",
        wgpu::DeviceType::Other => "other",
        wgpu::DeviceType::Cpu => "software",
    }
}

fn taken_for(device: wgpu::DeviceType, auto: bool) -> &'static str {
    match (device, auto) {
        (_, true) => "--engine auto and --engine gpu take it",
        (wgpu::DeviceType::Cpu, _) => "--engine software takes it",
        _ => "another device comes first",
    }
}

/// Why an adapter cannot run the stages.
fn refusal(adapter: &wgpu::Adapter) -> Option<String> {
    let limits = adapter.limits();
    let flags = adapter.get_downlevel_capabilities().flags;
    let bindings = STAGES
        .iter()
        .map(|stage| stage.storage_buffers())
        .max()
        .unwrap_or(0);
    if !flags.contains(wgpu::DownlevelFlags::COMPUTE_SHADERS) {
        return Some("has no compute shaders".into());
    }
    let needs = [
        (
            "storage buffers a stage",
            limits.max_storage_buffers_per_shader_stage,
            bindings,
        ),
        (
            "threads a workgroup",
            limits.max_compute_invocations_per_workgroup,
            WORKGROUP_MAX,
        ),
        (
            "threads in x",
            limits.max_compute_workgroup_size_x,
            WORKGROUP_MAX,
        ),
        (
            "bytes a workgroup",
            limits.max_compute_workgroup_storage_size,
            WORKGROUP_STORAGE,
        ),
    ];
    needs
        .iter()
        .find(|(_, has, needed)| has < needed)
        .map(|(what, has, needed)| format!("has {has} {what}, the stages need {needed}"))
}
