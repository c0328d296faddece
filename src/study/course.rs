//! A run of a sweep as it goes: what it comes to, and the ticks that are kept.

use super::dataset::ticks_of;
use super::outcome::Outcome;
use crate::model::digest::{self, Digest};
use crate::record::manifest::Status;
use crate::record::summary::Facts;
use crate::record::table::Table;
use crate::record::{Accumulator, TickRow};
use crate::scenario::Scenario;

/// A run under way.
pub struct Course {
    scenario: String,
    seed: u64,
    sample: f64,
    sums: Accumulator,
    kept: Thinned,
}

impl Course {
    /// Of a scenario, with so many days between two ticks that are kept.
    pub fn new(scenario: &Scenario, every_days: f64) -> Self {
        Self {
            scenario: scenario.name.clone(),
            seed: scenario.run.seed,
            sample: scenario.run.sample,
            sums: Accumulator::default(),
            kept: Thinned::new(every_days),
        }
    }

    /// Adds the rows of a tick.
    pub fn add(&mut self, rows: Vec<TickRow>) {
        self.sums.add_tick(&rows);
        self.kept.add(rows);
    }

    /// What it came to, and the kept ticks as the rows of run `run`.
    pub fn finish(self, run: u32, digest: &Digest) -> (Outcome, Table) {
        let summary = self.sums.finish(Facts {
            scenario: self.scenario,
            seed: self.seed,
            sample: self.sample,
            status: Status::Completed.word().to_owned(),
            digest: digest::hex(digest),
            ..Facts::default()
        });
        (Outcome::of(&summary), ticks_of(run, &self.kept.finish()))
    }
}

/// The first tick that ends on or after each multiple of some days from day 0, and the last tick.
struct Thinned {
    every_days: f64,
    next: f64,
    kept: Vec<TickRow>,
    last: Vec<TickRow>,
}

impl Thinned {
    fn new(every_days: f64) -> Self {
        Self {
            every_days,
            next: 0.0,
            kept: Vec::new(),
            last: Vec::new(),
        }
    }

    fn add(&mut self, rows: Vec<TickRow>) {
        let day = rows.first().map_or(f64::NEG_INFINITY, |row| row.day);
        if day < self.next {
            self.last = rows;
            return;
        }
        self.last.clear();
        self.kept.extend(rows);
        self.next = (libm::floor(day / self.every_days) + 1.0) * self.every_days;
    }

    fn finish(mut self) -> Vec<TickRow> {
        self.kept.append(&mut self.last);
        self.kept
    }
}
