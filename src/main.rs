//! `takeoff`: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    spare_wayland();
    takeoff::cli::parse().execute().into()
}

/// Mesa's device-selection layer asks for a Wayland compositor whenever devices are listed; where no
/// desktop runs, libwayland then prints "error: XDG_RUNTIME_DIR is invalid or not set", which reads as
/// if the run had failed. A folder that is not there ends its search without a word.
fn spare_wayland() {
    const RUNTIME_DIR: &str = "XDG_RUNTIME_DIR";
    if cfg!(target_os = "linux") && std::env::var_os(RUNTIME_DIR).is_none() {
        // SAFETY: called first in `main`: no other thread reads the environment yet.
        unsafe { std::env::set_var(RUNTIME_DIR, "/nonexistent") };
    }
}
