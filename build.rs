//! States what source the binary is built from, for `manifest.json`: `TAKEOFF_BUILD` of the
//! environment, else what git says, else nothing ("unknown"). Never fails a build.
//!
//! And tells tests what this machine has: those that need a device, or a small file system of their
//! own, are ignored where there is none and show as such, instead of passing without having looked.
//! `TAKEOFF_REQUIRE_GPU=1` runs those for devices anyway: on a machine that should have one a missing
//! one is a failure.

use std::path::Path;
use std::process::Command;

/// Where loaders look for the manifests of Vulkan drivers on Linux.
const MANIFESTS: [&str; 4] = [
    "/usr/share/vulkan/icd.d",
    "/usr/local/share/vulkan/icd.d",
    "/etc/vulkan/icd.d",
    "/usr/local/nvidia/share/vulkan/icd.d",
];

/// SwiftShader's, of Debian's package `chromium`.
const SWIFTSHADER: &str = "/usr/lib/chromium/vk_swiftshader_icd.json";

/// Set for the process that this script starts of itself.
const PROBE: &str = "TAKEOFF_PROBE_VULKAN";

fn main() {
    if std::env::var_os(PROBE).is_some() {
        for kind in vulkan::devices() {
            println!("{kind}");
        }
        return;
    }
    state_build();
    state_versions();
    state_device();
    state_mount();
    state_python();
    state_tmux();
}

fn state_build() {
    println!("cargo:rerun-if-env-changed=TAKEOFF_BUILD");
    println!("cargo:rerun-if-changed=build.rs");
    // A commit or a checkout appends to the log of HEAD.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"])
        && Path::new(&log).exists()
    {
        println!("cargo:rerun-if-changed={log}");
    }
    let given = std::env::var("TAKEOFF_BUILD")
        .ok()
        .filter(|build| !build.trim().is_empty());
    let build = given.or_else(|| git(&["describe", "--always", "--tags", "--abbrev=12"]));
    if let Some(build) = build {
        println!("cargo:rustc-env=TAKEOFF_BUILD={}", build.trim());
    }
}

/// The compiler and the version of wgpu, for reports of measurements.
fn state_versions() {
    println!("cargo:rerun-if-changed=Cargo.lock");
    let compiler = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = Command::new(compiler).arg("--version").output();
    if let Ok(version) = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
    {
        println!("cargo:rustc-env=TAKEOFF_RUSTC={}", version.trim());
    }
    let lock = std::fs::read_to_string("Cargo.lock").unwrap_or_default();
    let after = lock.split("name = \"wgpu\"").nth(1).unwrap_or_default();
    if let Some(version) = after.split('"').nth(1) {
        println!("cargo:rustc-env=TAKEOFF_WGPU={version}");
    }
}

fn state_device() {
    println!("cargo::rustc-check-cfg=cfg(no_device, no_software, no_radv, no_swiftshader)");
    for variable in ["TAKEOFF_REQUIRE_GPU", "VK_DRIVER_FILES", "VK_ICD_FILENAMES"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    let required = std::env::var("TAKEOFF_REQUIRE_GPU").is_ok_and(|value| value == "1");
    let target = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    // Metal and DX12 come with their systems; so does a software device with Windows.
    let (device, software) = match target.as_str() {
        "macos" => (true, false),
        "windows" => (true, true),
        _ => vulkan_devices(),
    };
    if !(device || required) {
        println!("cargo::rustc-cfg=no_device");
    }
    // Where drivers are named by hand, AMD's is not asked for what it says of one of its GPUs.
    if target != "linux" || names_drivers() || !has_manifest("radeon_icd") {
        println!("cargo::rustc-cfg=no_radv");
    }
    // The test names it by its manifest, whatever other drivers there are.
    let has_swiftshader = target == "linux" && Path::new(SWIFTSHADER).exists();
    if has_swiftshader {
        println!("cargo::rerun-if-changed={SWIFTSHADER}");
    }
    if !has_swiftshader || ask_drivers(Some(SWIFTSHADER)).is_empty() {
        println!("cargo::rustc-cfg=no_swiftshader");
    }
    // A machine that should have a device and has a GPU need not have a software one.
    if !software && (device || !required) {
        println!("cargo::rustc-cfg=no_software");
    }
}

/// Is there a device, and a software one?
fn vulkan_devices() -> (bool, bool) {
    if !has_vulkan_driver() {
        return (false, false);
    }
    let kinds = ask_drivers(None);
    let software = vulkan::SOFTWARE.to_string();
    (!kinds.is_empty(), kinds.contains(&software))
}

/// Kinds of the devices that drivers find: of the one with this manifest, or of all. Manifests promise a driver;
/// whether it finds a device only the driver can say. Asked in a process of its own: should the driver
/// crash, it has no device.
fn ask_drivers(manifest: Option<&str>) -> Vec<String> {
    let Ok(this) = std::env::current_exe() else {
        return Vec::new();
    };
    let mut probe = Command::new(this);
    probe.env(PROBE, "1");
    if let Some(manifest) = manifest {
        probe.env("VK_DRIVER_FILES", manifest);
    }
    let asked = probe.output().map_or(Vec::new(), |asked| asked.stdout);
    let kinds = String::from_utf8_lossy(&asked).into_owned();
    kinds.lines().map(str::to_owned).collect()
}

/// May tests mount a file system? What the kernel asks for is the capability CAP_SYS_ADMIN.
fn state_mount() {
    const CAP_SYS_ADMIN: u32 = 21;
    println!("cargo::rustc-check-cfg=cfg(no_mount)");
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let held = status
        .lines()
        .find_map(|line| u64::from_str_radix(line.strip_prefix("CapEff:")?.trim(), 16).ok())
        .unwrap_or(0);
    if held >> CAP_SYS_ADMIN & 1 == 0 {
        println!("cargo::rustc-cfg=no_mount");
    }
}

/// Is there a Python that opens our datasets, and a browser that it opens our pages in?
fn state_python() {
    println!("cargo::rustc-check-cfg=cfg(no_python, no_browser)");
    let named = |variable| {
        println!("cargo::rerun-if-env-changed={variable}");
        std::env::var_os(variable).is_some_and(|path| !path.is_empty())
    };
    let (python, browser) = (named("TAKEOFF_PYTHON"), named("TAKEOFF_CHROMIUM"));
    if !python {
        println!("cargo::rustc-cfg=no_python");
    }
    if !(python && browser) {
        println!("cargo::rustc-cfg=no_browser");
    }
}

/// Is there a terminal for the live view? `TAKEOFF_REQUIRE_TMUX=1` says that there should be.
fn state_tmux() {
    println!("cargo::rustc-check-cfg=cfg(no_tmux)");
    println!("cargo::rerun-if-env-changed=TAKEOFF_REQUIRE_TMUX");
    let required = std::env::var("TAKEOFF_REQUIRE_TMUX").is_ok_and(|value| value == "1");
    if !required && Command::new("tmux").arg("-V").output().is_err() {
        println!("cargo::rustc-cfg=no_tmux");
    }
}

/// Is there the manifest of a driver whose file begins with `name`?
fn has_manifest(name: &str) -> bool {
    MANIFESTS.iter().any(|folder| {
        let Ok(files) = Path::new(folder).read_dir() else {
            // Not to be watched: cargo takes a missing path for one that always changes.
            return false;
        };
        println!("cargo::rerun-if-changed={folder}");
        let mut names = files.flatten().map(|file| file.file_name());
        names.any(|file| file.to_string_lossy().starts_with(name))
    })
}

/// Does the environment name the manifests that loaders take instead?
fn names_drivers() -> bool {
    let named = |variable| std::env::var_os(variable).is_some_and(|files| !files.is_empty());
    named("VK_DRIVER_FILES") || named("VK_ICD_FILENAMES")
}

fn has_vulkan_driver() -> bool {
    has_manifest("") || names_drivers()
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    (output.status.success() && !text.is_empty()).then(|| text.to_owned())
}

/// The few words of Vulkan that it takes to list devices: a crate for them would be compiled by all
/// who build this.
#[cfg(unix)]
mod vulkan {
    use std::ffi::{CStr, c_char, c_int, c_void};
    use std::mem::transmute;
    use std::ptr::{null, null_mut};

    unsafe extern "C" {
        fn dlopen(file: *const c_char, flags: c_int) -> *mut c_void;
        fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    }

    const RTLD_NOW: c_int = 2;

    /// `VK_PHYSICAL_DEVICE_TYPE_CPU`.
    pub const SOFTWARE: u32 = 4;

    /// `VkInstanceCreateInfo`.
    #[repr(C)]
    struct InstanceInfo {
        structure: i32,
        next: *const c_void,
        flags: u32,
        application: *const c_void,
        layers: u32,
        layer_names: *const c_void,
        extensions: u32,
        extension_names: *const c_void,
    }

    /// `VkPhysicalDeviceProperties`, of which the fifth word is read; 824 bytes and room.
    #[repr(C, align(8))]
    struct Properties([u32; 512]);

    type CreateInstance =
        unsafe extern "system" fn(*const InstanceInfo, *const c_void, *mut *mut c_void) -> i32;
    type EnumerateDevices =
        unsafe extern "system" fn(*mut c_void, *mut u32, *mut *mut c_void) -> i32;
    type GetProperties = unsafe extern "system" fn(*mut c_void, *mut Properties);

    /// `VkPhysicalDeviceType` of every device that a driver of this machine finds.
    pub fn devices() -> Vec<u32> {
        // SAFETY: the names are those of Vulkan 1.0, whose loader exports functions of these types;
        // all pointers handed over are to live values of the size stated, or null where it may be.
        unsafe { find_devices().unwrap_or_default() }
    }

    unsafe fn find_devices() -> Option<Vec<u32>> {
        let info = InstanceInfo {
            structure: 1,
            next: null(),
            flags: 0,
            application: null(),
            layers: 0,
            layer_names: null(),
            extensions: 0,
            extension_names: null(),
        };
        let done = |result: i32| (result == 0).then_some(());
        unsafe {
            let library = dlopen(c"libvulkan.so.1".as_ptr(), RTLD_NOW);
            if library.is_null() {
                return None;
            }
            let find = |name: &CStr| {
                let found = dlsym(library, name.as_ptr());
                (!found.is_null()).then_some(found)
            };
            let create: CreateInstance = transmute(find(c"vkCreateInstance")?);
            let enumerate: EnumerateDevices = transmute(find(c"vkEnumeratePhysicalDevices")?);
            let describe: GetProperties = transmute(find(c"vkGetPhysicalDeviceProperties")?);
            let (mut instance, mut count) = (null_mut(), 0);
            done(create(&info, null(), &mut instance))?;
            done(enumerate(instance, &mut count, null_mut()))?;
            let mut devices = vec![null_mut(); count as usize];
            done(enumerate(instance, &mut count, devices.as_mut_ptr()))?;
            let kind = |device: *mut c_void| {
                let mut properties = Properties([0; 512]);
                describe(device, &mut properties);
                properties.0[4]
            };
            Some(devices.into_iter().map(kind).collect())
        }
    }
}

/// Elsewhere devices come with the system.
#[cfg(not(unix))]
mod vulkan {
    pub const SOFTWARE: u32 = 4;

    pub fn devices() -> Vec<u32> {
        Vec::new()
    }
}
