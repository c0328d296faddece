//! `takeoff devices`: what can compute here, and what `--engine auto` would take and why.

use super::figures::aligned;
use super::{CommandError, Exit, output};
use crate::gpu::{self, DeviceReport};

/// Runs the command.
pub fn execute() -> Result<Exit, CommandError> {
    let devices = gpu::devices();
    output::print(&table(&devices))?;
    output::print(&format!(
        "\n--engine auto takes {}",
        gpu::auto_choice(&devices)
    ))?;
    Ok(Exit::Success)
}

fn table(devices: &[DeviceReport]) -> String {
    let header = ["name", "type", "backend", "driver", "limits", "use"];
    let mut rows = vec![header.map(str::to_owned).to_vec(), native()];
    rows.extend(devices.iter().map(row));
    aligned(&rows, &[0, 1, 2, 3, 4, 5])
}

fn native() -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let limits = format!("{cores} threads");
    let fixed = ["native engine", "cpu", "-", "-"].map(str::to_owned);
    fixed
        .into_iter()
        .chain([limits, "--engine cpu takes it".to_owned()])
        .collect()
}

fn row(device: &DeviceReport) -> Vec<String> {
    let limits = format!(
        "binding {} MiB, buffer {} MiB, workgroup {}, {} storage buffers",
        device.max_binding >> 20,
        device.max_buffer >> 20,
        device.max_workgroup,
        device.max_storage_buffers
    );
    vec![
        device.name.clone(),
        device.kind.to_owned(),
        device.backend.clone(),
        device.driver.clone(),
        limits,
        device.why.clone(),
    ]
}
