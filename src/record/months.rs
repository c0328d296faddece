//! The run by months of 365/12 days from day 0: what the table at the end shows.

use serde::Serialize;

use super::bound::{Bound, BoundHours};
use super::columns::TickRow;
use super::summary::{Ooms, ratio};

const DAYS_PER_MONTH: f64 = 365.0 / 12.0;

/// One month of a run, all labs together. Levels are of its last tick, sums are over it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Month {
    /// 1, 2, …
    pub month: u64,
    /// Calendar date of its last tick.
    pub date: String,
    /// End of its last tick, days from day 0.
    pub day: f64,
    /// OOMs since day 0.
    pub oom: Ooms,
    /// Head-count, weight included.
    pub researchers: u64,
    /// Of them admitted to work.
    pub active: u64,
    /// Of them surplus.
    pub idle: u64,
    /// 1 - world-new ideas / successes; null without successes.
    pub duplicate_share: Option<f64>,
    /// Experiment compute used, A100e-hours.
    pub used_a100e_hours: f64,
    /// Used / owned experiment compute; null without any.
    pub utilisation: Option<f64>,
    /// What bound progress most of the month.
    pub bound: Option<Bound>,
}

/// Gathers months. A tick belongs to the month in which it ends.
#[derive(Clone, Debug, Default)]
pub(super) struct Months {
    ended: Vec<Month>,
    current: Option<Month>,
    successes: u64,
    world_new: u64,
    owned_a100e_hours: f64,
    used_a100e_hours: f64,
    bound: BoundHours,
}

impl Months {
    pub fn add_tick(&mut self, day: f64, rows: &[TickRow], oom: Ooms) {
        // The tolerance keeps a tick that ends on the last moment of a month in that month.
        let month = ((day - 1e-9) / DAYS_PER_MONTH).floor().max(0.0) as u64 + 1;
        if self
            .current
            .as_ref()
            .is_some_and(|current| current.month != month)
        {
            let ended = std::mem::take(&mut self.ended);
            let last = self.current.take();
            *self = Months {
                ended,
                ..Months::default()
            };
            self.ended.extend(last);
        }
        for row in rows {
            self.successes += row.successes;
            self.world_new += row.world_new;
            self.owned_a100e_hours += row.owned_a100e_hours;
            self.used_a100e_hours += row.used_a100e_hours;
            self.bound.add(row);
        }
        let sum = |column: fn(&TickRow) -> u64| rows.iter().map(column).sum();
        let successes = self.successes as f64;
        self.current = Some(Month {
            month,
            date: rows.first().map_or(String::new(), |row| row.date.clone()),
            day,
            oom,
            researchers: sum(|row| row.researchers),
            active: sum(|row| row.active),
            idle: sum(|row| row.idle),
            duplicate_share: ratio(successes - self.world_new as f64, successes),
            used_a100e_hours: self.used_a100e_hours,
            utilisation: ratio(self.used_a100e_hours, self.owned_a100e_hours),
            bound: self.bound.most(),
        });
    }

    pub fn list(&self) -> Vec<Month> {
        self.ended.iter().chain(&self.current).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_of_days_has_twelve_months_and_their_sums_are_the_years() {
        let mut months = Months::default();
        for day in 1..=365 {
            let row = TickRow {
                used_a100e_hours: 2.0,
                researchers: day,
                ..TickRow::default()
            };
            months.add_tick(day as f64, &[row], Ooms::default());
        }
        let list = months.list();
        assert_eq!(
            list.iter().map(|month| month.month).collect::<Vec<_>>(),
            Vec::from_iter(1..13)
        );
        assert_eq!(
            list.iter().map(|month| month.used_a100e_hours).sum::<f64>(),
            730.0
        );
        assert_eq!((list[11].day, list[11].researchers), (365.0, 365));
    }
}
