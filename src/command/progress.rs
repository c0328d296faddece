//! How a run advances, on stderr: a bar on a terminal, a line now and then elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::recorded::Watcher;
use super::{figures, interrupt, output};
use crate::record::Accumulator;
use crate::sim::{EngineInfo, TickRecord};

/// Time between two lines when stderr is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// The progress of one run.
pub struct Progress {
    name: String,
    quiet: bool,
    bar: Option<ProgressBar>,
    started: Instant,
    shown: Instant,
    done_before: u64,
    planned: u64,
    events: u64,
}

impl Progress {
    /// Of the run called `name`; quiet ones tell problems only.
    pub fn new(name: &str, quiet: bool) -> Progress {
        Progress {
            name: name.to_owned(),
            quiet,
            bar: None,
            started: Instant::now(),
            shown: Instant::now(),
            done_before: 0,
            planned: 0,
            events: 0,
        }
    }

    fn line(&self, record: &TickRecord, so_far: &Accumulator) -> String {
        let seconds = self.started.elapsed().as_secs_f64().max(1e-9);
        let done = so_far.ticks_total();
        let left = self.planned.saturating_sub(done) as f64;
        let rate = (done.saturating_sub(self.done_before)) as f64 / seconds;
        format!(
            "{}  {:.2} OOM  {} agents  {} events/s  {} left",
            so_far.date(),
            so_far.headline_oom(),
            figures::count(so_far.agents() as f64),
            figures::count((self.events + record.events) as f64 / seconds),
            if rate > 0.0 {
                figures::wall(left / rate)
            } else {
                "?".to_owned()
            },
        )
    }
}

/// The engine, and the adapter it is on.
pub fn on(machine: &EngineInfo) -> String {
    let (engine, adapter) = (&machine.engine, &machine.adapter);
    if adapter.is_empty() {
        return engine.clone();
    }
    format!("{engine} on {adapter}")
}

impl Watcher for Progress {
    fn say(&mut self, message: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| output::tell(message)),
            None => output::tell(message),
        }
    }

    fn started(&mut self, machine: &EngineInfo, done: u64, planned: u64) {
        self.started = Instant::now();
        self.shown = self.started;
        self.done_before = done;
        self.planned = planned;
        if self.quiet {
            return;
        }
        let engine = on(machine);
        output::tell(&format!("{}: {planned} ticks, engine {engine}", self.name));
        if std::io::stderr().is_terminal() {
            let target = ProgressDrawTarget::stderr_with_hz(8);
            let bar = ProgressBar::with_draw_target(Some(planned), target);
            let style = ProgressStyle::with_template("{wide_bar} {percent:>3}%  {msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_position(done);
            self.bar = Some(bar);
        }
    }

    fn tick(&mut self, record: &TickRecord, so_far: &Accumulator) {
        for event in so_far.fired() {
            if event.tick == record.tick && !self.quiet {
                let (name, day, date) = (&event.name, event.day, &event.date);
                self.say(&format!("event `{name}` fires on day {day:.1}, {date}"));
            }
        }
        match &self.bar {
            // The text is made only as often as it can be seen.
            Some(bar) if self.shown.elapsed() >= Duration::from_millis(100) => {
                bar.set_message(self.line(record, so_far));
                bar.set_position(so_far.ticks_total());
                self.shown = Instant::now();
            }
            None if !self.quiet && self.shown.elapsed() >= LINE_EVERY => {
                let (done, planned) = (so_far.ticks_total(), self.planned);
                let line = self.line(record, so_far);
                output::tell(&format!("{}: tick {done} of {planned}  {line}", self.name));
                self.shown = Instant::now();
            }
            _ => {}
        }
        self.events += record.events;
    }

    fn ended(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn goes_on(&mut self) -> bool {
        !interrupt::is_asked()
    }
}
