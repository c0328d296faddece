//! What the measurements were made on.

use serde::Serialize;

/// The machine of the host.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// Processor, as it calls itself; empty if it does not say.
    pub cpu: String,
    /// Threads that the system runs at a time.
    pub threads: u64,
    /// Bytes of memory; 0 if the system does not say.
    pub memory_bytes: u64,
    /// Bytes of memory that were free at the start; 0 if the system does not say.
    pub available_bytes: u64,
}

impl Machine {
    /// This one.
    pub fn here() -> Self {
        let mut machine = Self {
            cpu: String::new(),
            threads: std::thread::available_parallelism().map_or(1, |n| n.get() as u64),
            memory_bytes: 0,
            available_bytes: 0,
        };
        if let Ok(mut system) = sysinfo::System::new() {
            system.refresh_memory();
            system.refresh_cpu_list(sysinfo::CpuRefreshKind::nothing());
            machine.memory_bytes = system.total_memory();
            machine.available_bytes = system.available_memory();
            let cpus = system.cpus();
            machine.cpu = cpus.first().map_or("", |cpu| cpu.brand().trim()).to_owned();
        }
        machine
    }
}

/// Extensions of the instruction set that the native engine could use.
#[cfg(target_arch = "x86_64")]
pub fn features() -> Vec<&'static str> {
    let known = [
        ("sse4.2", is_x86_feature_detected!("sse4.2")),
        ("popcnt", is_x86_feature_detected!("popcnt")),
        ("bmi2", is_x86_feature_detected!("bmi2")),
        ("avx2", is_x86_feature_detected!("avx2")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("avx512vl", is_x86_feature_detected!("avx512vl")),
        (
            "avx512vpopcntdq",
            is_x86_feature_detected!("avx512vpopcntdq"),
        ),
    ];
    let found = known.iter().filter(|(_, found)| *found);
    found.map(|(name, _)| *name).collect()
}

/// Every processor of the architecture has its vectors.
#[cfg(target_arch = "aarch64")]
pub fn features() -> Vec<&'static str> {
    vec!["neon"]
}

/// None that is known.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub fn features() -> Vec<&'static str> {
    Vec::new()
}
