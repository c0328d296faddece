//! Contracted power, what chips draw of it, and what stands idle for want of it.

use serde::{Deserialize, Serialize};

use super::fleet::{Vintages, kw_per_a100e};
use super::units::{Chips, Watts, a100e, part, whole};
use crate::scenario::Energy;

/// Power contracts of a lab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Power {
    /// In force.
    pub contracted: Watts,
    /// Signed: (day of power, watts), ascending days.
    pub pending: Vec<(f64, Watts)>,
}

/// What runs at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Powered {
    /// Chips that run.
    pub chips: Chips,
    /// What they and their site draw.
    pub draw: Watts,
}

/// Draw of `chips` born on a day, with their site.
fn draw(energy: &Energy, chips: Chips, born_day: f64) -> Watts {
    whole(
        a100e(chips) * kw_per_a100e(energy, born_day) * energy.pue,
        1000.0,
    )
}

impl Power {
    /// Contracts on the first day.
    pub fn opening(energy: &Energy) -> Self {
        Self {
            contracted: whole(energy.contracted_mw, 1e6),
            pending: Vec::new(),
        }
    }

    /// Runs chips, newest first, as far as the contracts go.
    pub fn run(&self, energy: &Energy, fleet: &Vintages) -> Powered {
        let mut powered = Powered::default();
        for vintage in fleet.list.iter().rev() {
            let all = draw(energy, vintage.chips, vintage.born_day);
            let left = self.contracted - powered.draw;
            let (chips, drawn) = if all <= left {
                (vintage.chips, all)
            } else {
                let share = left as f64 / all as f64;
                let chips = part(vintage.chips, share);
                (chips, draw(energy, chips, vintage.born_day).min(left))
            };
            powered.chips += chips;
            powered.draw += drawn;
        }
        powered
    }

    /// Power that is due by `day` comes into force; then signs what is wanted for chips and orders.
    pub fn contract(
        &mut self,
        energy: &Energy,
        fleet: &Vintages,
        ordered: Chips,
        day: f64,
        years: f64,
    ) {
        let due = self.pending.partition_point(|contract| contract.0 <= day);
        self.contracted += self
            .pending
            .drain(..due)
            .map(|contract| contract.1)
            .sum::<Watts>();
        let chips = fleet.list.iter();
        let needed: Watts = chips
            .map(|vintage| draw(energy, vintage.chips, vintage.born_day))
            .sum();
        let needed = needed + draw(energy, ordered, day);
        let signed = self.contracted
            + self
                .pending
                .iter()
                .map(|contract| contract.1)
                .sum::<Watts>();
        let wanted = whole(needed as f64 * energy.headroom, 1.0) - signed;
        let watts = wanted.min(whole(energy.build_mw_per_year * years, 1e6));
        if watts > 0 {
            let due_day = libm::ceil(day + energy.contract_delay_days);
            match self.pending.last_mut() {
                Some(last) if last.0 == due_day => last.1 += watts,
                _ => {
                    let at = self
                        .pending
                        .partition_point(|contract| contract.0 <= due_day);
                    self.pending.insert(at, (due_day, watts));
                }
            }
        }
    }
}
