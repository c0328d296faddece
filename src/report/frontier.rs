//! Progress of the lab that is furthest ahead, tick by tick, and how fast it goes.

use serde::Serialize;

use crate::record::TickRow;
use crate::world::HUMAN_ERA_OOM_PER_YEAR;

const DAYS_PER_YEAR: f64 = 365.0;

/// The stretch over which the pace is taken: a month evens out what a day happens to find.
pub const PACE_DAYS: f64 = 365.0 / 12.0;

/// The frontier, tick by tick.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Frontier {
    /// Training OOM since day 0; in burn-in below zero.
    pub oom: Vec<f64>,
    /// Years of human-era progress per calendar year over the month before; null where less than a
    /// month was simulated.
    pub pace: Vec<Option<f64>>,
}

/// The fastest month from day 0 on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Peak {
    /// Years of human-era progress per calendar year.
    pub pace: f64,
    /// The day on which that month ends.
    pub day: f64,
}

impl Frontier {
    /// Of ticks, each with a row a lab.
    pub fn of(ticks: &[&[TickRow]]) -> Self {
        let most = |rows: &[TickRow]| {
            let ooms = rows.iter().map(|row| row.oom_training);
            ooms.fold(f64::NEG_INFINITY, f64::max)
        };
        let day = |rows: &[TickRow]| rows[0].day;
        let burnt_in = ticks.iter().rev().find(|rows| day(rows) <= 0.0);
        // Without burn-in nothing was found before day 0.
        let base = burnt_in.map_or(0.0, |rows| most(rows));
        let oom: Vec<f64> = ticks.iter().map(|rows| most(rows) - base).collect();
        let days: Vec<f64> = ticks.iter().map(|rows| day(rows)).collect();
        let pace = paces(&days, &oom);
        Self { oom, pace }
    }

    /// The fastest month from day 0 on; `None` if the run is shorter.
    pub fn peak(&self, days: &[f64]) -> Option<Peak> {
        let after = days.iter().zip(&self.pace).filter(|(day, _)| **day > 0.0);
        let paces = after.filter_map(|(&day, &pace)| Some(Peak { pace: pace?, day }));
        paces.max_by(|a, b| a.pace.total_cmp(&b.pace))
    }
}

/// Progress over the month before each tick. A tick may be longer than a month.
fn paces(days: &[f64], oom: &[f64]) -> Vec<Option<f64>> {
    let mut from = 0;
    let pace = |at: usize| {
        while from + 1 < at && days[from + 1] <= days[at] - PACE_DAYS + 1e-9 {
            from += 1;
        }
        let stretch = days[at] - days[from];
        let years = stretch / DAYS_PER_YEAR;
        let is_whole = at > from && stretch >= PACE_DAYS - 1e-9;
        is_whole.then(|| (oom[at] - oom[from]) / years / HUMAN_ERA_OOM_PER_YEAR)
    };
    (0..days.len()).map(pace).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_half_oom_a_year_is_one_human_year_a_year() {
        let rows: Vec<TickRow> = (-40..=400)
            .map(|day| TickRow {
                day: f64::from(day),
                oom_training: f64::from(day + 40) * 0.5 / 365.0,
                ..TickRow::default()
            })
            .collect();
        let ticks: Vec<&[TickRow]> = rows.chunks(1).collect();
        let frontier = Frontier::of(&ticks);
        assert_eq!((frontier.oom[40], frontier.pace[29]), (0.0, None));
        for pace in &frontier.pace[32..] {
            assert!((pace.expect("a month has passed") - 1.0).abs() < 1e-9);
        }
    }
}
