//! Orders, production and delivery of chips.

use serde::{Deserialize, Serialize};

use super::DAYS_PER_YEAR;
use super::units::{Cents, Chips, chips, part, proportional};
use crate::scenario::Supply;

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
    /// In production: (day of delivery, chips), ascending days.
    pub production: Vec<(f64, Chips)>,
    /// Paid for what was not delivered.
    pub prepaid: Cents,
}

impl Orders {
    /// Chips in production.
    pub fn in_production(&self) -> Chips {
        self.production.iter().map(|batch| batch.1).sum()
    }

    /// Chips paid for and not delivered.
    pub fn outstanding(&self) -> Chips {
        self.backlog + self.in_production()
    }

    /// Orders `chips` for `cost`.
    pub fn order(&mut self, chips: Chips, cost: Cents) {
        self.backlog += chips;
        self.prepaid += cost;
    }

    /// What of the backlog could start under export controls.
    pub fn startable(&self, cut_share: f64) -> Chips {
        self.backlog - part(self.backlog, cut_share)
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

    /// Takes out what is due before `day`, less what export controls withhold: chips and their price.
    pub fn deliver(&mut self, day: f64, cut_share: f64) -> (Chips, Cents) {
        let outstanding = self.outstanding();
        let mut delivered = 0;
        for batch in self
            .production
            .iter_mut()
            .take_while(|batch| batch.0 <= day)
        {
            let withheld = part(batch.1, cut_share);
            delivered += batch.1 - withheld;
            batch.1 = withheld;
        }
        self.production.retain(|batch| batch.1 > 0);
        let cost = proportional(self.prepaid, delivered, outstanding);
        self.prepaid -= cost;
        (delivered, cost)
    }
}
