//! What bound progress: a rule that anyone can check against the columns.
//!
//! For one lab and tick, in this order:
//! 1. `ideas`: agents had no open idea for more than a tenth of their time;
//! 2. `compute`: more than a hundredth of the head-count was surplus that compute could not keep
//!    busy, or 90% of the experiment compute was used;
//! 3. `labour`: otherwise, more researchers would have found more.

use serde::Serialize;

use super::columns::TickRow;

const IDLE_TIME_MAX: f64 = 0.1;
const SURPLUS_MAX: f64 = 0.01;
const UTILISATION_FULL: f64 = 0.9;

/// What bound progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bound {
    /// More researchers would have found more.
    Labour,
    /// More compute would have found more.
    Compute,
    /// There was too little left to find.
    Ideas,
}

impl Bound {
    /// The rule.
    pub fn of(row: &TickRow) -> Bound {
        let hours = row.hours_thought + row.hours_experiment + row.hours_idle + row.hours_stalled;
        if row.hours_idle > IDLE_TIME_MAX * hours {
            Bound::Ideas
        } else if row.idle as f64 > SURPLUS_MAX * row.researchers as f64
            || row.utilisation >= UTILISATION_FULL
        {
            Bound::Compute
        } else {
            Bound::Labour
        }
    }

    /// The word in `summary.json`.
    pub fn word(self) -> &'static str {
        match self {
            Bound::Labour => "labour",
            Bound::Compute => "compute",
            Bound::Ideas => "ideas",
        }
    }
}

/// Hours, or shares of them, that each bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct BoundHours {
    /// Bound by labour.
    pub labour: f64,
    /// Bound by compute.
    pub compute: f64,
    /// Bound by ideas.
    pub ideas: f64,
}

impl BoundHours {
    /// Adds the hours of a row.
    pub fn add(&mut self, row: &TickRow) {
        match Bound::of(row) {
            Bound::Labour => self.labour += row.tick_hours,
            Bound::Compute => self.compute += row.tick_hours,
            Bound::Ideas => self.ideas += row.tick_hours,
        }
    }

    fn total(&self) -> f64 {
        self.labour + self.compute + self.ideas
    }

    /// What bound longest; `None` when no time has passed.
    pub fn most(&self) -> Option<Bound> {
        let longest = self.labour.max(self.compute).max(self.ideas);
        (self.total() > 0.0).then_some(if longest == self.compute {
            Bound::Compute
        } else if longest == self.labour {
            Bound::Labour
        } else {
            Bound::Ideas
        })
    }

    /// The hours as shares of their sum; zeros when no time has passed.
    pub fn shares(&self) -> BoundHours {
        let total = self.total().max(f64::MIN_POSITIVE);
        BoundHours {
            labour: self.labour / total,
            compute: self.compute / total,
            ideas: self.ideas / total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule() {
        let row = TickRow {
            researchers: 1000,
            active: 1000,
            hours_thought: 90.0,
            utilisation: 0.5,
            ..TickRow::default()
        };
        assert_eq!(Bound::of(&row), Bound::Labour);
        assert_eq!(
            Bound::of(&TickRow {
                idle: 11,
                ..row.clone()
            }),
            Bound::Compute
        );
        assert_eq!(
            Bound::of(&TickRow {
                utilisation: 0.9,
                ..row.clone()
            }),
            Bound::Compute
        );
        assert_eq!(
            Bound::of(&TickRow {
                hours_idle: 11.0,
                ..row.clone()
            }),
            Bound::Ideas
        );
        assert_eq!(BoundHours::default().most(), None);
    }
}
