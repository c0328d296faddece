//! Orders, production and delivery of chips.

use serde::{Deserialize, Serialize};

use super::DAYS_PER_YEAR;
use super::units::{Cents, Chips, chips, part, proportional};
use crate::scenario::Supply;

/// The day of delivery of what export controls no longer withhold.
const RELEASED: f64 = -1e9;

/// Price of one A100e on a day, $.
pub fn price_usd(supply: &Supply, day: f64) -> f64 {
    let growth = supply.price_performance_growth_per_year;
    supply.price_usd_per_a100e * libm::pow(growth, -day / DAYS_PER_YEAR)
}

/// Chips whose production can start in `years` from `day` on.
pub fn capacity(supply: &Supply, day: f64, years: f64) -> Chips {
    let wafers = supply.wafer_capacity_a100e_per_year.at(day);
    let packages = supply.packaging_capacity_a100e_per_year.at(day);
    let working = 1.0 - supply.dominant_share * supply.outage_share;
    chips(wafers.min(packages) * working * years)
}

/// Splits `capacity` over what is wanted: all of it, or in proportion, rounded down.
pub fn allot(capacity: Chips, wanted: &[Chips]) -> Vec<Chips> {
    let all: Chips = wanted.iter().sum();
    let share = |&wanted: &Chips| {
        if all <= capacity {
            wanted
        } else {
            proportional(capacity, wanted, all)
        }
    };
    wanted.iter().map(share).collect()
}

/// A lab's orders, from payment to delivery.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Orders {
    /// Ordered, not yet in production.
    pub backlog: Chips,
    /// Of the backlog, what export controls withhold from production.
    pub withheld: Chips,
    /// In production: (day of delivery, chips), ascending days.
    pub production: Vec<(f64, Chips)>,
    /// Made, and withheld from delivery.
    pub detained: Chips,
    /// Share that export controls withhold, as last heard of.
    pub cut_share: f64,
    /// Paid for what was not delivered.
    pub prepaid: Cents,
}

impl Orders {
    /// Chips in production, or made and not delivered.
    pub fn in_production(&self) -> Chips {
        self.production.iter().map(|batch| batch.1).sum::<Chips>() + self.detained
    }

    /// Chips paid for and not delivered.
    pub fn outstanding(&self) -> Chips {
        self.backlog + self.in_production()
    }

    /// Orders `chips` for `cost`.
    pub fn order(&mut self, chips: Chips, cost: Cents) {
        self.backlog += chips;
        self.withheld += part(chips, self.cut_share);
        self.prepaid += cost;
    }

    /// Export controls now withhold `cut_share` of what is ordered and made. What lifted controls let go can start
    /// production, or is delivered, at once.
    pub fn control(&mut self, cut_share: f64) {
        if cut_share > self.cut_share {
            let free = self.backlog - self.withheld;
            self.withheld += part(free, (cut_share - self.cut_share) / (1.0 - self.cut_share));
        } else if cut_share < self.cut_share {
            let kept = cut_share / self.cut_share;
            self.withheld = part(self.withheld, kept);
            let released = self.detained - part(self.detained, kept);
            self.detained -= released;
            if released > 0 {
                self.production.insert(0, (RELEASED, released));
            }
        }
        self.cut_share = cut_share;
    }

    /// What of the backlog could start.
    pub fn startable(&self) -> Chips {
        self.backlog - self.withheld
    }

    /// Starts the production of `chips`, due on `due_day`; batches of one day go together.
    pub fn start(&mut self, chips: Chips, due_day: f64) {
        if chips == 0 {
            return;
        }
        self.backlog -= chips;
        let due_day = libm::ceil(due_day);
        let at = self.production.partition_point(|batch| batch.0 < due_day);
        match self.production.get_mut(at) {
            Some(batch) if batch.0 == due_day => batch.1 += chips,
            _ => self.production.insert(at, (due_day, chips)),
        }
    }

    /// Takes out what is due by `day`, less what export controls withhold: chips and their price.
    pub fn deliver(&mut self, day: f64) -> (Chips, Cents) {
        let outstanding = self.outstanding();
        let due = self.production.partition_point(|batch| batch.0 <= day);
        let mut delivered = 0;
        for (due_day, chips) in self.production.drain(..due) {
            let detained = if due_day == RELEASED {
                0
            } else {
                part(chips, self.cut_share)
            };
            self.detained += detained;
            delivered += chips - detained;
        }
        let cost = proportional(self.prepaid, delivered, outstanding);
        self.prepaid -= cost;
        (delivered, cost)
    }
}
