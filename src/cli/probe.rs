//! The command line of `takeoff probe`.

use std::path::PathBuf;

use clap::Args;

use super::{Changes, Engine};
use crate::command::probe;
use crate::world::Feedback;

/// Branches count for the horizon, after they have settled. Feedback is held: inputs stay as each branch
/// begins, times its factors. docs/probe.md says what is measured.
#[derive(Args)]
pub(super) struct Probe {
    /// Scenario file, TOML
    scenario: PathBuf,
    #[command(flatten)]
    changes: Changes,
    /// Days to branch from, as in 0,90,180 [default: five, equally spaced]
    #[arg(
        long,
        value_name = "DAY,...",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    at: Vec<f64>,
    /// Factors on researchers and on compute, in every pair, and on speed alone
    #[arg(
        long,
        value_name = "F,...",
        value_delimiter = ',',
        default_value = "0.5,0.71,1.41,2",
        allow_hyphen_values = true
    )]
    factors: Vec<f64>,
    /// Days that each branch counts
    #[arg(
        long,
        value_name = "DAYS",
        default_value_t = 30.0,
        allow_negative_numbers = true
    )]
    horizon_days: f64,
    /// Days before it counts [default: three attempts of a researcher or the lag of news]
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    settle_days: Option<f64>,
    /// Whole runs, with seeds from the scenario's on: intervals come from these
    #[arg(long, value_name = "N", default_value_t = 5)]
    replicates: u64,
    /// Let what is found change the inputs: total effects in place of partial ones
    #[arg(long)]
    live: bool,
    /// Who computes; the results are the same bits
    #[arg(long, value_enum, default_value = "auto")]
    engine: Engine,
    /// Threads of the CPU engine; 0: one a core
    #[arg(long, value_name = "N", default_value = "0",
        value_parser = clap::value_parser!(u16).range(0..=4096))]
    threads: u16,
    /// Keep the report in FILE, every branch with its digest, written anew after each replicate
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Show no progress
    #[arg(long)]
    quiet: bool,
}

impl From<Probe> for probe::Options {
    fn from(probe: Probe) -> probe::Options {
        probe::Options {
            scenario: probe.scenario,
            overrides: probe.changes.into(),
            at_days: probe.at,
            factors: probe.factors,
            horizon_days: probe.horizon_days,
            settle_days: probe.settle_days,
            replicates: probe.replicates,
            feedback: if probe.live {
                Feedback::Live
            } else {
                Feedback::Held
            },
            engine: probe.engine.into(),
            threads: probe.threads.into(),
            json: probe.json,
            quiet: probe.quiet,
        }
    }
}
