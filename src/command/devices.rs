//! `takeoff devices`: what can compute here, and what `--engine auto` would take and why.

use super::figures::aligned;
use super::{CommandError, Exit, output};

/// One engine that this machine offers.
#[derive(Clone, Debug)]
pub struct DeviceReport {
    /// Adapter name, or `native` for the CPU engine.
    pub name: String,
    /// `discrete`, `integrated`, `software`, `cpu`.
    pub kind: String,
    /// `vulkan`, `metal`, `dx12`, `native`.
    pub backend: String,
    /// Driver name and version.
    pub driver: String,
    /// Limits that bound a run, "name value" each.
    pub limits: Vec<String>,
    /// Why `--engine auto` takes it, when it does.
    pub taken_because: Option<String>,
}

/// Runs the command.
pub fn execute() -> Result<Exit, CommandError> {
    output::print(&table(&devices()))?;
    Ok(Exit::Success)
}

/// The devices of this machine.
fn devices() -> Vec<DeviceReport> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    vec![DeviceReport {
        name: "native".to_owned(),
        kind: "cpu".to_owned(),
        backend: "native".to_owned(),
        driver: "-".to_owned(),
        limits: vec![format!("threads {cores}")],
        taken_because: Some("no hardware GPU was found".to_owned()),
    }]
}

fn table(devices: &[DeviceReport]) -> String {
    let mut rows = vec![
        ["auto", "name", "type", "backend", "driver", "limits"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for device in devices {
        rows.push(vec![
            device.taken_because.as_ref().map_or("", |_| "*").to_owned(),
            device.name.clone(),
            device.kind.clone(),
            device.backend.clone(),
            device.driver.clone(),
            device.limits.join(", "),
        ]);
    }
    let mut text = aligned(&rows, &[0, 1, 2, 3, 4, 5]);
    for device in devices {
        if let Some(why) = &device.taken_because {
            text += &format!("\n--engine auto takes {}: {why}\n", device.name);
        }
    }
    text
}
