//! `takeoff`: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    takeoff::cli::parse().execute().into()
}
