//! The report of a bench: `docs/formats.md`, "Bench report", has every key.

use std::time::SystemTime;

use serde::Serialize;

use super::machine::Machine;
use super::rates::Rates;
use super::roofline::Floor;
use crate::record::calendar::utc;

/// Everything that was measured so far.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// `takeoff-bench`.
    pub format: &'static str,
    /// 1.
    pub format_version: u64,
    /// Version of takeoff.
    pub version: &'static str,
    /// Source it was built from; `unknown` without git.
    pub build: &'static str,
    /// Compiler.
    pub rustc: &'static str,
    /// Version of wgpu.
    pub wgpu: &'static str,
    /// When it began, UTC.
    pub start: String,
    /// When it ended, UTC; `None` while it runs or if it was killed.
    pub end: Option<String>,
    /// Measured ticks of a point.
    pub repeats: u64,
    /// The machine.
    pub machine: Machine,
    /// By engine, as asked.
    pub engines: Vec<EngineReport>,
}

/// What one engine did.
#[derive(Clone, Debug, Serialize)]
pub struct EngineReport {
    /// `cpu` or `gpu`.
    pub engine: String,
    /// Name of the adapter.
    pub adapter: String,
    /// Name and version of its driver; empty for the native engine.
    pub driver: String,
    /// `vulkan`, `metal` or `dx12`; empty for the native engine.
    pub backend: String,
    /// Of a device what could make the stages faster, of the processor its vectors.
    pub features: Vec<String>,
    /// Threads of the native engine; none on a device.
    pub threads: Option<u64>,
    /// Threads of a workgroup of a device, where they were asked for.
    pub workgroup: Option<u32>,
    /// Agents that a workgroup visits, where they were asked for.
    pub block: Option<u32>,
    /// Are stages timed by the device's own clock?
    pub timestamps: bool,
    /// What the device can do at the most.
    pub rates: Rates,
    /// In the order of measurement.
    pub points: Vec<Point>,
}

/// One load at one number of agents.
#[derive(Clone, Debug, Serialize)]
pub struct Point {
    /// Name of the load.
    pub load: String,
    /// Agents.
    pub agents: u64,
    /// Topics of their world.
    pub topics: u64,
    /// Share of agents that the load asks to be due in a tick; `None` for the flagship.
    pub due_asked: Option<f64>,
    /// Share of agents that were.
    pub due_share: f64,
    /// Events of a tick, mean.
    pub events_per_tick: f64,
    /// Events a second.
    pub events_per_s: Spread,
    /// Agents times ticks a second.
    pub agent_ticks_per_s: f64,
    /// Wall time of a tick, s.
    pub tick_s: Spread,
    /// Wall time of a simulated year of such ticks, a day each, s.
    pub year_s: f64,
    /// Median time by stage.
    pub stages_s: Stages,
    /// The floor under the tick.
    pub floor: Floor,
    /// Digest after the last measured tick, hex.
    pub digest: String,
    /// Ticks in that digest.
    pub ticks: u64,
    /// Time that making the world took, ticks before the measured ones included, s.
    pub setup_s: f64,
}

/// Median and extremes of the repeats.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spread {
    /// Median.
    pub median: f64,
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
}

impl Spread {
    /// Of a list that is not empty.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        let median = if values.len().is_multiple_of(2) {
            (values[middle - 1] + values[middle]) / 2.0
        } else {
            values[middle]
        };
        Self {
            median,
            min: values[0],
            max: values[values.len() - 1],
        }
    }
}

/// Medians of the time by stage, s.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Stages {
    /// `spawn` over all slots, of a tick of its own in which it finds them in order.
    pub spawn: f64,
    /// `research`.
    pub research: f64,
    /// `share`.
    pub share: f64,
    /// `census`, a recount of all agents, between ticks.
    pub census: f64,
    /// The rest of the engine's tick: parameters there, launches, counts back.
    pub transfer: f64,
    /// Planning and absorbing; `None` where the load has no host.
    pub host: Option<f64>,
}

impl Report {
    /// An empty one.
    pub fn begun(repeats: u64) -> Self {
        Self {
            format: "takeoff-bench",
            format_version: 2,
            version: env!("CARGO_PKG_VERSION"),
            build: option_env!("TAKEOFF_BUILD").unwrap_or("unknown"),
            rustc: option_env!("TAKEOFF_RUSTC").unwrap_or("unknown"),
            wgpu: option_env!("TAKEOFF_WGPU").unwrap_or("unknown"),
            start: utc(SystemTime::now()),
            end: None,
            repeats,
            machine: Machine::here(),
            engines: Vec::new(),
        }
    }

    /// Notes the end.
    pub fn close(&mut self) {
        self.end = Some(utc(SystemTime::now()));
    }

    /// As JSON text.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("numbers, texts and lists") + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        let spread = Spread::of([4.0, 1.0, 3.0, 2.0]);
        assert_eq!((spread.median, spread.min, spread.max), (2.5, 1.0, 4.0));
        assert_eq!(Spread::of([7.0]).median, 7.0);
    }
}
