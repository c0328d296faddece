//! Chips by vintage: how they age, fail, are written off, and what they are worth in the books.

use serde::{Deserialize, Serialize};

use super::DAYS_PER_YEAR;
use super::units::{Cents, Chips, carried, chips, completed, part, proportional, whole};
use crate::scenario::{Energy, Fleet, Supply};

/// Days of deliveries that make one vintage.
const VINTAGE_DAYS: f64 = 30.0;

/// Chips delivered in the same 30 days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vintage {
    /// First day of the 30.
    pub born_day: f64,
    /// Chips that are left.
    pub chips: Chips,
    /// What they are worth in the books.
    pub book: Cents,
    /// Failures and retirements by decay that are due and are not yet a whole unit.
    pub owed: (f64, f64),
}

/// All chips of a lab, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Vintages {
    /// Oldest first.
    pub list: Vec<Vintage>,
}

/// What a tick took from a fleet. Opening + delivered - all of these = closing, to the unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ageing {
    /// Failed.
    pub failed: Chips,
    /// Retired at the end of their life, by decay, or as obsolete.
    pub scrapped: Chips,
    /// Lost to catastrophes and to creditors.
    pub written_off: Chips,
    /// Book value that time took.
    pub depreciation: Cents,
    /// Book value of chips that went, and impairments.
    pub impairment: Cents,
}

/// Draw of one A100e of a vintage, kW.
pub fn kw_per_a100e(energy: &Energy, born_day: f64) -> f64 {
    energy.kw_per_a100e * libm::pow(energy.efficiency_growth_per_year, -born_day / DAYS_PER_YEAR)
}

impl Vintages {
    /// `fleet_a100e` on `day`, its ages as if it had grown by `past_growth_per_year` all along.
    pub fn opening(fleet: &Fleet, supply: &Supply, fleet_a100e: f64, day: f64) -> Self {
        // No vintage is past its life on the first day.
        let count = libm::floor(fleet.life_years * DAYS_PER_YEAR / VINTAGE_DAYS).max(1.0) as usize;
        let growth = libm::log(fleet.past_growth_per_year) * VINTAGE_DAYS / DAYS_PER_YEAR;
        // Relative to the largest, so that a fleet that shrank fits as well as one that grew.
        let most = if growth < 0.0 {
            count as f64 - 1.0
        } else {
            0.0
        };
        let weight = |back: usize| libm::exp(-growth * (back as f64 - most));
        let mut weight_left: f64 = (0..count).map(weight).sum();
        let mut left = chips(fleet_a100e);
        let mut list = Vec::with_capacity(count);
        for back in 0..count {
            let share = if back + 1 == count {
                1.0
            } else {
                weight(back) / weight_left
            };
            weight_left -= weight(back);
            let chips = part(left, share);
            left -= chips;
            let born_day = day - VINTAGE_DAYS * (back + 1) as f64;
            let life_left = 1.0 - (day - born_day) / DAYS_PER_YEAR / fleet.life_years;
            let price = super::supply::price_usd(supply, born_day) * 0.1;
            let book = whole(chips as f64 * price * life_left.max(0.0), 1.0);
            if chips > 0 {
                list.push(Vintage {
                    born_day,
                    chips,
                    book,
                    owed: (0.0, 0.0),
                });
            }
        }
        list.reverse();
        Self { list }
    }

    /// All chips.
    pub fn installed(&self) -> Chips {
        self.list.iter().map(|vintage| vintage.chips).sum()
    }

    /// Their value in the books.
    pub fn book(&self) -> Cents {
        self.list.iter().map(|vintage| vintage.book).sum()
    }

    /// Takes in a delivery.
    pub fn add(&mut self, day: f64, chips: Chips, book: Cents) {
        if chips == 0 && book == 0 {
            return;
        }
        let born_day = VINTAGE_DAYS * libm::floor(day / VINTAGE_DAYS);
        match self.list.last_mut() {
            Some(last) if last.born_day >= born_day => {
                last.chips += chips;
                last.book += book;
            }
            _ => self.list.push(Vintage {
                born_day,
                chips,
                book,
                owed: (0.0, 0.0),
            }),
        }
    }

    /// A tick of `hours` from `day` on.
    pub fn age(&mut self, fleet: &Fleet, energy: Option<&Energy>, day: f64, hours: f64) -> Ageing {
        let mut sum = Ageing::default();
        let days = hours / 24.0;
        let years = days / DAYS_PER_YEAR;
        let due = |&&(at, _): &&(f64, f64)| day <= at && at < day + days;
        let lost: Vec<f64> = fleet
            .write_offs
            .iter()
            .filter(due)
            .map(|&(_, share)| share)
            .collect();
        for vintage in &mut self.list {
            let age = (day - vintage.born_day).max(0.0) / DAYS_PER_YEAR;
            let life_left = fleet.life_years - age;
            // A last day that rounding makes longer than a day is the last day all the same.
            let lives_on = life_left > years * (1.0 + 1e-9);
            let worn = if lives_on { years / life_left } else { 1.0 };
            let depreciation = part(vintage.book, worn);
            vintage.book -= depreciation;
            sum.depreciation += depreciation;
            let before = vintage.chips;
            let hazard = fleet.failure_per_year + fleet.failure_per_year_of_age * age;
            let failed = carried(vintage.chips, completed(hazard, years), &mut vintage.owed.0);
            vintage.chips -= failed;
            let outdated = energy
                .zip(fleet.obsolete_power_ratio)
                .is_some_and(|(energy, ratio)| {
                    kw_per_a100e(energy, vintage.born_day) >= ratio * kw_per_a100e(energy, day)
                });
            let scrapped = if !lives_on || outdated {
                vintage.chips
            } else {
                carried(
                    vintage.chips,
                    completed(fleet.decay_per_year, years),
                    &mut vintage.owed.1,
                )
            };
            vintage.chips -= scrapped;
            let mut written_off = 0;
            for &share in &lost {
                written_off += part(vintage.chips - written_off, share);
            }
            vintage.chips -= written_off;
            let gone = proportional(vintage.book, before - vintage.chips, before);
            vintage.book -= gone;
            sum.impairment += gone;
            sum.failed += failed;
            sum.scrapped += scrapped;
            sum.written_off += written_off;
        }
        self.list
            .retain(|vintage| vintage.chips > 0 || vintage.book > 0);
        sum
    }

    /// Takes away a share of all chips, with their book value.
    pub fn seize(&mut self, share: f64, sum: &mut Ageing) {
        for vintage in &mut self.list {
            let before = vintage.chips;
            let taken = part(before, share);
            let gone = proportional(vintage.book, taken, before);
            vintage.chips -= taken;
            vintage.book -= gone;
            sum.written_off += taken;
            sum.impairment += gone;
        }
    }

    /// Writes a share of the book value down; the chips stay.
    pub fn impair(&mut self, share: f64, sum: &mut Ageing) {
        for vintage in &mut self.list {
            let gone = part(vintage.book, share);
            vintage.book -= gone;
            sum.impairment += gone;
        }
    }
}
