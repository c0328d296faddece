//! `takeoff bench`: measures, keeps the report after each point, and shows it as a table.

use std::path::PathBuf;

use super::figures::{aligned, count, wall};
use super::{CommandError, Exit, interrupt, output};
use crate::bench::report::{EngineReport, Point};
use crate::bench::{self, Report, Request, Watch};
use crate::record::atomic;

/// What to measure, and where to keep it.
#[derive(Clone, Debug)]
pub struct Options {
    /// What to measure.
    pub request: Request,
    /// File for the report, JSON.
    pub json: Option<PathBuf>,
    /// Show no progress.
    pub quiet: bool,
}

/// Runs the command.
pub fn execute(options: &Options) -> Result<Exit, CommandError> {
    interrupt::listen();
    let mut keeper = Keeper { options };
    let report = bench::run(&options.request, &mut keeper).map_err(told)?;
    output::print(&tables(&report))?;
    Ok(if report.end.is_some() {
        Exit::Success
    } else {
        Exit::Interrupted
    })
}

fn told(failure: bench::Failure) -> CommandError {
    match failure {
        bench::Failure::Bench(error) => CommandError::Bench(error),
        bench::Failure::Kept(error) => CommandError::Record(error),
    }
}

struct Keeper<'a> {
    options: &'a Options,
}

impl Watch for Keeper<'_> {
    fn begins(&mut self, what: &str) {
        if !self.options.quiet {
            output::tell(what);
        }
    }

    fn measured(&mut self, report: &Report) -> Result<(), crate::record::RecordError> {
        match &self.options.json {
            Some(path) => atomic::write(path, report.json().as_bytes()),
            None => Ok(()),
        }
    }

    fn is_enough(&self) -> bool {
        interrupt::is_asked()
    }
}

/// A head and a table an engine.
fn tables(report: &Report) -> String {
    let machine = &report.machine;
    let mut text = format!(
        "takeoff {} ({}), {}, wgpu {}; {}, {} threads, {} GiB\n",
        report.version,
        report.build,
        report.rustc,
        report.wgpu,
        machine.cpu,
        machine.threads,
        machine.memory_bytes >> 30,
    );
    for engine in &report.engines {
        text += &format!("\n{}\n{}", head(engine), points(engine));
    }
    text
}

fn head(engine: &EngineReport) -> String {
    let rates = &engine.rates;
    let on = match engine.threads {
        Some(threads) => format!("{threads} threads"),
        None => format!("{} ({}, {})", engine.adapter, engine.driver, engine.backend),
    };
    let clock = if engine.timestamps {
        "device timestamps"
    } else {
        "wall time"
    };
    let mut text = format!(
        "{} on {on}; stages by {clock}\nthe device reads {}B/s, copies {}B/s, computes {} operations/s",
        engine.engine,
        count(rates.read_bytes_per_s),
        count(rates.copy_bytes_per_s),
        count(rates.operations_per_s),
    );
    for table in &rates.tables {
        text += &format!(
            ", gathers {}/s and sets {} bits/s in {} KiB",
            count(table.gathers_per_s),
            count(table.bits_per_s),
            table.bytes >> 10,
        );
    }
    text
}

fn points(engine: &EngineReport) -> String {
    let header = [
        "load",
        "agents",
        "due",
        "tick ms",
        "spread",
        "events/s",
        "agent-ticks/s",
        "year",
        "spawn",
        "research",
        "share",
        "census",
        "transfer",
        "host",
        "bytes",
        "bound by",
        "floor ms",
        "of tick",
        "of research",
        "digest",
    ];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(engine.points.iter().map(row));
    aligned(&rows, &[0, 15, 19])
}

fn row(point: &Point) -> Vec<String> {
    let ms = |seconds: f64| format!("{:.3}", 1e3 * seconds);
    let percent = |share: f64| format!("{:.1}%", 100.0 * share);
    let (stages, floor, tick) = (&point.stages_s, &point.floor, &point.tick_s);
    vec![
        point.load.clone(),
        count(point.agents as f64),
        format!("{:.4}%", 100.0 * point.due_share),
        ms(tick.median),
        format!(
            "-{:.0}%/+{:.0}%",
            100.0 * (1.0 - tick.min / tick.median),
            100.0 * (tick.max / tick.median - 1.0)
        ),
        count(point.events_per_s.median),
        count(point.agent_ticks_per_s),
        wall(point.year_s),
        ms(stages.spawn),
        ms(stages.research),
        ms(stages.share),
        ms(stages.census),
        ms(stages.transfer),
        stages.host.map_or("-".to_owned(), ms),
        format!("{:.1}", floor.bytes_per_agent_tick),
        floor.binding.name().to_owned(),
        ms(floor.seconds),
        percent(floor.share_of_tick),
        percent(floor.share_of_research),
        point.digest.chars().take(16).collect(),
    ]
}
