//! The claim: a GPU's compiler keeps all state of a thread in registers, leaves room for enough threads
//! beside one another, and has the loads of a quiet block under way together. Asked of RADV, AMD's driver in
//! Mesa, which compiles for a GPU that is not there: `RADV_FORCE_FAMILY`.
//!
//! `cargo nextest run --test compiled --no-capture` prints what it says of each stage.

use std::ffi::CStr;

use ash::vk;
use naga::back::spv;
use naga::proc::{BoundsCheckPolicies, BoundsCheckPolicy};
use naga::valid::{Capabilities, ValidationFlags, Validator};
use takeoff::gpu::stages::{Access, STAGES, Stage, WINDOWS};

/// RDNA 2: a GPU of today that even old versions of Mesa know.
const FAMILY: &str = "navi21";

/// Loads of `due_among` in `shaders/research.wgsl`, where a thread has as many agents.
const LOADS: usize = 16;

/// Overrides: the flagship's sizes, the cut of a hardware GPU, whose threads look at `scan` agents together.
fn value(name: &str, scan: usize) -> f64 {
    match name {
        "WORKGROUP" => 64.0,
        "BLOCK" => 1024.0,
        "SCAN" => scan as f64,
        "BALANCED" => 1.0,
        "TOPICS" => 13.0,
        "BOARD_ROWS" => 16.0,
        "NODE_ROWS" => 18.0,
        "MAIL_ROWS" => 64.0,
        "CLASS_ROWS" | "KINDS" => 4.0,
        "LABS" | "POPULATIONS" | "SHARE_GROUPS" => 1.0,
        other => panic!("{other}: an override that this test has no value for"),
    }
}

/// A stage as wgpu hands it to a driver with robust buffers.
fn spirv(stage: &Stage, window_words: usize, scan: usize) -> Vec<u32> {
    let module = naga::front::wgsl::parse_str(&stage.source(window_words)).expect("it is WGSL");
    let info = Validator::new(ValidationFlags::all(), Capabilities::empty())
        .validate(&module)
        .expect("it is valid");
    let entry = (naga::ShaderStage::Compute, stage.name);
    let overrides = stage.overrides();
    let constants = overrides.map(|name| (name.to_owned(), value(name, scan)));
    let constants = constants.collect();
    let (module, info) =
        naga::back::pipeline_constants::process_overrides(&module, &info, Some(entry), &constants)
            .expect("every override has a value");
    let options = spv::Options {
        lang_version: (1, 3),
        flags: spv::WriterFlags::empty(),
        bounds_check_policies: BoundsCheckPolicies {
            index: BoundsCheckPolicy::Restrict,
            buffer: BoundsCheckPolicy::Unchecked,
            image_load: BoundsCheckPolicy::Unchecked,
            binding_array: BoundsCheckPolicy::Unchecked,
        },
        zero_initialize_workgroup_memory: spv::ZeroInitializeWorkgroupMemoryMode::None,
        force_loop_bounding: false,
        ..spv::Options::default()
    };
    let pipeline = spv::PipelineOptions {
        shader_stage: entry.0,
        entry_point: stage.name.to_owned(),
    };
    spv::write_vec(&module, &info, &options, Some(&pipeline)).expect("it is SPIR-V")
}

/// What the compiler says of a stage.
struct Compiled {
    statistics: Vec<(String, u64)>,
    assembly: String,
}

impl Compiled {
    fn get(&self, name: &str) -> u64 {
        let found = self.statistics.iter().find(|(other, _)| other == name);
        let (_, value) = found.unwrap_or_else(|| panic!("RADV tells no '{name}'"));
        *value
    }

    /// Most loads that are under way before the first of them is waited for.
    fn loads_together(&self) -> usize {
        let (mut most, mut now) = (0, 0);
        for line in self.assembly.lines() {
            let line = line.trim_start();
            if line.starts_with("buffer_load_dword ") {
                now += 1;
                most = most.max(now);
            } else if line.starts_with("s_waitcnt vmcnt") {
                now = 0;
            }
        }
        most
    }
}

/// A device that is asked to compile and nothing else.
struct Compiler {
    _entry: ash::Entry,
    _instance: ash::Instance,
    device: ash::Device,
    properties: ash::khr::pipeline_executable_properties::Device,
}

impl Compiler {
    /// RADV's for a GPU that is not there.
    ///
    /// # Safety
    /// No other thread may read the environment.
    unsafe fn null() -> Self {
        // SAFETY: the caller's.
        unsafe { std::env::set_var("RADV_FORCE_FAMILY", FAMILY) };
        Self::open(|device| {
            let name = device.device_name_as_c_str().unwrap_or_default();
            name.to_string_lossy().starts_with("Null hardware")
        })
    }

    /// That of the first device that `is_wanted`.
    fn open(is_wanted: impl Fn(&vk::PhysicalDeviceProperties) -> bool) -> Self {
        // SAFETY: every structure handed over is complete and lives until the call returns.
        unsafe {
            let entry = ash::Entry::load().expect("a Vulkan loader");
            let application = vk::ApplicationInfo::default().api_version(vk::API_VERSION_1_2);
            let info = vk::InstanceCreateInfo::default().application_info(&application);
            let instance = entry.create_instance(&info, None).expect("an instance");
            let devices = instance.enumerate_physical_devices().expect("devices");
            let mut wanted = devices
                .into_iter()
                .filter(|device| is_wanted(&instance.get_physical_device_properties(*device)));
            let wanted = wanted.next().expect("a device of the kind");
            let queues = [vk::DeviceQueueCreateInfo::default().queue_priorities(&[1.0])];
            let names = [ash::khr::pipeline_executable_properties::NAME.as_ptr()];
            let mut features = vk::PhysicalDevicePipelineExecutablePropertiesFeaturesKHR::default()
                .pipeline_executable_info(true);
            let info = vk::DeviceCreateInfo::default()
                .queue_create_infos(&queues)
                .enabled_extension_names(&names)
                .push_next(&mut features);
            let device = instance
                .create_device(wanted, &info, None)
                .expect("a device");
            let properties =
                ash::khr::pipeline_executable_properties::Device::new(&instance, &device);
            Self {
                _entry: entry,
                _instance: instance,
                device,
                properties,
            }
        }
    }

    fn compile(&self, stage: &Stage, window_words: usize, scan: usize) -> Compiled {
        let code = spirv(stage, window_words, scan);
        let binding = |(resource, access)| {
            let kind = match access {
                Access::Uniform => vk::DescriptorType::UNIFORM_BUFFER_DYNAMIC,
                Access::Read | Access::Write => vk::DescriptorType::STORAGE_BUFFER,
            };
            vk::DescriptorSetLayoutBinding::default()
                .binding(resource as u32)
                .descriptor_count(1)
                .stage_flags(vk::ShaderStageFlags::COMPUTE)
                .descriptor_type(kind)
        };
        let bindings: Vec<_> = stage.bindings().map(binding).collect();
        let name = std::ffi::CString::new(stage.name).expect("no name holds a zero");
        let device = &self.device;
        // SAFETY: naga validated the module; every structure handed over is complete and lives until the
        // call returns; nothing made here is used after the process, which ends with the test.
        unsafe {
            let info = vk::ShaderModuleCreateInfo::default().code(&code);
            let module = device.create_shader_module(&info, None).expect("a module");
            let info = vk::DescriptorSetLayoutCreateInfo::default().bindings(&bindings);
            let sets = [device
                .create_descriptor_set_layout(&info, None)
                .expect("a set")];
            let info = vk::PipelineLayoutCreateInfo::default().set_layouts(&sets);
            let layout = device
                .create_pipeline_layout(&info, None)
                .expect("a layout");
            let shader = vk::PipelineShaderStageCreateInfo::default()
                .stage(vk::ShaderStageFlags::COMPUTE)
                .module(module)
                .name(&name);
            let info = vk::ComputePipelineCreateInfo::default()
                .stage(shader)
                .layout(layout)
                .flags(
                    vk::PipelineCreateFlags::CAPTURE_STATISTICS_KHR
                        | vk::PipelineCreateFlags::CAPTURE_INTERNAL_REPRESENTATIONS_KHR,
                );
            let made = device.create_compute_pipelines(vk::PipelineCache::null(), &[info], None);
            let pipeline = made.expect("a pipeline")[0];
            let executable = vk::PipelineExecutableInfoKHR::default().pipeline(pipeline);
            let statistics = self
                .properties
                .get_pipeline_executable_statistics(&executable)
                .expect("statistics");
            let named = |statistic: &vk::PipelineExecutableStatisticKHR<'_>| {
                let name = CStr::from_ptr(statistic.name.as_ptr()).to_string_lossy();
                (name.into_owned(), statistic.value.u64)
            };
            Compiled {
                statistics: statistics.iter().map(named).collect(),
                assembly: self.assembly(&executable).unwrap_or_default(),
            }
        }
    }

    /// # Safety
    /// `executable` must be one of a pipeline made on this device that captured its representations.
    unsafe fn assembly(&self, executable: &vk::PipelineExecutableInfoKHR<'_>) -> Option<String> {
        let ask = self
            .properties
            .fp()
            .get_pipeline_executable_internal_representations_khr;
        let mut count = 0;
        // SAFETY: Vulkan's way: the number of texts, their lengths, the texts; each buffer is as long as
        // it was said to be.
        unsafe {
            let handle = self.device.handle();
            let null = std::ptr::null_mut();
            ask(handle, executable, &mut count, null)
                .result()
                .expect("a number");
            let mut texts =
                vec![vk::PipelineExecutableInternalRepresentationKHR::default(); count as usize];
            ask(handle, executable, &mut count, texts.as_mut_ptr())
                .result()
                .expect("lengths");
            let mut bytes: Vec<Vec<u8>> =
                texts.iter().map(|text| vec![0; text.data_size]).collect();
            for (text, bytes) in texts.iter_mut().zip(&mut bytes) {
                text.p_data = bytes.as_mut_ptr().cast();
            }
            ask(handle, executable, &mut count, texts.as_mut_ptr())
                .result()
                .expect("texts");
            let named = |text: &vk::PipelineExecutableInternalRepresentationKHR<'_>| {
                CStr::from_ptr(text.name.as_ptr()) == c"Assembly"
            };
            let at = texts.iter().position(named)?;
            Some(String::from_utf8_lossy(&bytes[at]).into_owned())
        }
    }
}

#[test]
#[cfg_attr(no_radv, ignore = "no RADV, AMD's driver in Mesa")]
fn stages_stay_in_registers_and_load_together() {
    // SAFETY: the only test that runs unless asked for, and nothing else reads the environment meanwhile.
    let null = unsafe { Compiler::null() };
    println!(
        "stage    words vector registers, spilled, scratch, subgroups, instructions, loads together"
    );
    for stage in STAGES {
        for window_words in WINDOWS {
            let compiled = null.compile(stage, window_words, LOADS);
            let [
                registers,
                scalars,
                spilled,
                scratch,
                subgroups,
                instructions,
            ] = [
                "VGPRs",
                "Spilled SGPRs",
                "Spilled VGPRs",
                "Scratch size",
                "Subgroups per SIMD",
                "Instructions",
            ]
            .map(|name| compiled.get(name));
            let together = compiled.loads_together();
            println!(
                "{:8} {window_words:5} {registers:16} {:8} {scratch:8} {subgroups:10} {instructions:13} {together:14}",
                stage.name,
                scalars + spilled,
            );
            assert_eq!((scalars, spilled, scratch), (0, 0, 0), "{}", stage.name);
            // Half of a SIMD's sixteen, at the least: what hides the waits of one is the work of others.
            assert!(subgroups >= 8, "{}: {subgroups} subgroups", stage.name);
            if stage.name == "research" {
                assert!(together >= LOADS, "{together} loads before a wait");
                // They are those of the scan: where a thread looks at one agent, so many never meet.
                let alone = null.compile(stage, window_words, 1).loads_together();
                assert!(alone < LOADS / 2, "{alone} loads of one agent");
            }
        }
    }
}

/// For `scripts/gpu compiled`: what the compiler of a GPU that is there says, in its own words.
#[test]
#[ignore = "prints, on a machine with a GPU, what its compiler says"]
fn what_the_compiler_of_this_machines_gpu_says() {
    let compiler = Compiler::open(|device| device.device_type != vk::PhysicalDeviceType::CPU);
    for stage in STAGES {
        for window_words in WINDOWS {
            let compiled = compiler.compile(stage, window_words, LOADS);
            println!("{} {window_words}: {:?}", stage.name, compiled.statistics);
        }
    }
}
