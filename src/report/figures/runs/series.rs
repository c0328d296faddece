//! Lines of a run from the columns of its record, from day 0 on; amounts are of the world.

use super::super::chart::Curve;
use crate::report::columns;
use crate::report::{Run, Series as Column};

/// Days over which shares are taken.
const WINDOW_DAYS: f64 = 30.0;

/// A run whose lines are wanted.
pub struct Series<'a> {
    pub run: &'a Run,
    days: Vec<f64>,
    /// The first tick that is shown: the one that ends on day 0, or the first there is.
    start: usize,
}

impl<'a> Series<'a> {
    /// Of a run, which has a lab and a tick.
    pub fn of(run: &'a Run) -> Self {
        let days = numbers(run, 0, "day");
        let burn_in = days.iter().take_while(|day| **day <= 0.0).count();
        Self {
            run,
            start: burn_in.saturating_sub(1),
            days,
        }
    }

    /// The days that are shown.
    pub fn days(&self) -> Vec<f64> {
        self.days[self.start..]
            .iter()
            .map(|day| day.max(0.0))
            .collect()
    }

    fn line(&self, values: Vec<f64>) -> Vec<(f64, f64)> {
        let days = self.days().into_iter();
        days.zip(values.into_iter().skip(self.start)).collect()
    }

    /// The lab that ends furthest ahead; the first of equals.
    pub fn leader(&self) -> usize {
        let last = |lab| numbers(self.run, lab, "oom_training").last().copied();
        (0..self.run.labs.len()).fold(
            0,
            |best, lab| if last(lab) > last(best) { lab } else { best },
        )
    }

    /// Training OOM at the frontier.
    pub fn frontier(&self) -> Vec<(f64, f64)> {
        self.line(self.run.frontier.oom.clone())
    }

    /// A column of a lab less what it was on day 0; without burn-in that is nothing.
    pub fn since_day_0(&self, lab: usize, column: &str) -> Vec<(f64, f64)> {
        let values = numbers(self.run, lab, column);
        let has_burn_in = self.days[self.start] <= 0.0;
        let base = if has_burn_in { values[self.start] } else { 0.0 };
        self.line(values.into_iter().map(|value| value - base).collect())
    }

    /// The same for every lab.
    pub fn labs_since_day_0(&self, column: &str) -> Vec<Curve> {
        let labs = self.run.labs.iter().enumerate();
        labs.map(|(index, lab)| Curve {
            name: lab.name.clone(),
            points: self.since_day_0(index, column),
        })
        .collect()
    }

    /// A column, a line a lab.
    pub fn by_lab(&self, column: &str) -> Vec<Curve> {
        let labs = self.run.labs.iter().enumerate();
        labs.map(|(index, lab)| Curve {
            name: lab.name.clone(),
            points: self.line(numbers(self.run, index, column)),
        })
        .collect()
    }

    /// The sum of a column over labs, of the world.
    pub fn sum(&self, column: &str) -> Vec<(f64, f64)> {
        self.line(self.summed(column))
    }

    /// The largest value of a column of any lab.
    pub fn most(&self, column: &str) -> Vec<(f64, f64)> {
        self.line(self.over_labs(column, f64::NEG_INFINITY, f64::max))
    }

    /// Percent that the sum of some columns is of the sum of others, over the days before.
    pub fn share(&self, parts: &[&str], wholes: &[&str]) -> Vec<(f64, f64)> {
        let running = |columns: &[&str]| {
            let columns: Vec<Vec<f64>> = columns.iter().map(|column| self.summed(column)).collect();
            let mut sum = 0.0;
            let sums = (self.start..self.days.len()).map(|tick| {
                sum += columns.iter().map(|column| column[tick]).sum::<f64>();
                sum
            });
            sums.collect::<Vec<f64>>()
        };
        let (parts, wholes, days) = (running(parts), running(wholes), self.days());
        let mut from = 0;
        let shares = (1..days.len()).filter_map(|tick| {
            while days[from + 1] <= days[tick] - WINDOW_DAYS {
                from += 1;
            }
            let whole = wholes[tick] - wholes[from];
            (whole > 0.0).then(|| (days[tick], 100.0 * (parts[tick] - parts[from]) / whole))
        });
        shares.collect()
    }

    /// A share of the fleet, over all labs, at the days that are shown.
    pub fn fleet_share(&self, column: &str) -> Vec<f64> {
        let (mut used, mut fleets) = (vec![0.0; self.days.len()], vec![0.0; self.days.len()]);
        for lab in 0..self.run.labs.len() {
            let shares = numbers(self.run, lab, column);
            for (tick, fleet) in numbers(self.run, lab, "fleet_a100e")
                .into_iter()
                .enumerate()
            {
                used[tick] += fleet * shares[tick];
                fleets[tick] += fleet;
            }
        }
        let shares = used
            .iter()
            .zip(&fleets)
            .map(|(used, fleet)| used / fleet.max(f64::MIN_POSITIVE));
        shares.skip(self.start).collect()
    }

    fn summed(&self, column: &str) -> Vec<f64> {
        let sample = if columns::is_sampled(column) {
            self.run.summary.sample
        } else {
            1.0
        };
        let sums = self.over_labs(column, 0.0, |a, b| a + b);
        sums.into_iter().map(|sum| sum / sample).collect()
    }

    fn over_labs(&self, column: &str, none: f64, join: fn(f64, f64) -> f64) -> Vec<f64> {
        let mut joined = vec![none; self.days.len()];
        for lab in 0..self.run.labs.len() {
            for (joined, value) in joined.iter_mut().zip(numbers(self.run, lab, column)) {
                *joined = join(*joined, value);
            }
        }
        joined
    }
}

/// A column of numbers, of one lab.
fn numbers(run: &Run, lab: usize, column: &str) -> Vec<f64> {
    let own = run.labs[lab].columns.get(column);
    match own.or_else(|| run.shared.get(column)) {
        Some(Column::Counts(values)) => values.iter().map(|value| *value as f64).collect(),
        Some(Column::Reals(values)) => values.clone(),
        Some(Column::Texts(_)) | None => unreachable!("`{column}` is a column of numbers"),
    }
}
