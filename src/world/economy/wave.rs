//! The long wave: states of the boom with written conditions.

use serde::{Deserialize, Serialize};

use super::units::{Cents, completed, usd};
use crate::scenario::Wave;

/// Hours in a quarter of a year.
const QUARTER_HOURS: f64 = 2190.0;

/// Where the boom is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Little is spent.
    #[default]
    Irruption,
    /// Much is spent, ahead of revenue.
    Frenzy,
    /// Capex was reset.
    TurningPoint,
    /// Revenue carries the chips.
    Deployment,
}

impl Phase {
    /// Name in the record.
    pub fn name(self) -> &'static str {
        match self {
            Self::Irruption => "irruption",
            Self::Frenzy => "frenzy",
            Self::TurningPoint => "turning-point",
            Self::Deployment => "deployment",
        }
    }
}

/// What the wave remembers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Boom {
    /// Where it is.
    pub phase: Phase,
    /// Spending on chips a year, all labs, a quarter's running mean.
    pub capex_usd_per_year: f64,
    /// Revenue a year, all labs, a quarter's running mean.
    pub revenue_usd_per_year: f64,
    /// OOM of training efficiency a year of the best lab, a quarter's running mean.
    pub capability_oom_per_year: f64,
    /// Hours in a row over the gap.
    doubt_hours: f64,
    /// Hours in a row without any gap.
    calm_hours: f64,
}

impl Boom {
    /// Revenue short of what chips need, $ a year.
    pub fn gap_usd_per_year(&self, wave: &Wave) -> f64 {
        wave.revenue_per_capex * self.capex_usd_per_year - self.revenue_usd_per_year
    }

    /// Factor on planned capex.
    pub fn capex_factor(&self, wave: &Wave) -> f64 {
        match self.phase {
            Phase::TurningPoint => wave.reset_factor,
            _ => 1.0,
        }
    }

    /// A tick's spending, revenue and training OOM of the best lab; true when chips are to be impaired.
    pub fn observe(
        &mut self,
        wave: &Wave,
        hours: f64,
        years: f64,
        (capex, revenue): (Cents, Cents),
        best_oom_gained: f64,
    ) -> bool {
        let weight = completed(1.0, hours / QUARTER_HOURS);
        let mean = |mean: &mut f64, amount: f64| *mean += (amount / years - *mean) * weight;
        mean(&mut self.capex_usd_per_year, usd(capex));
        mean(&mut self.revenue_usd_per_year, usd(revenue));
        mean(&mut self.capability_oom_per_year, best_oom_gained);
        let gap = self.gap_usd_per_year(wave);
        let in_a_row = |held: bool, since: f64| if held { since + hours } else { 0.0 };
        self.doubt_hours = in_a_row(gap > wave.gap_usd_per_year, self.doubt_hours);
        self.calm_hours = in_a_row(gap <= 0.0, self.calm_hours);
        let long = wave.quarters * QUARTER_HOURS;
        let next = match self.phase {
            Phase::Irruption if self.capex_usd_per_year >= wave.frenzy_capex_usd_per_year => {
                Phase::Frenzy
            }
            Phase::Frenzy if self.doubt_hours >= long => Phase::TurningPoint,
            Phase::Frenzy if self.calm_hours >= long => Phase::Deployment,
            Phase::TurningPoint if self.calm_hours >= QUARTER_HOURS => Phase::Deployment,
            phase => phase,
        };
        let turned = next == Phase::TurningPoint && self.phase != next;
        self.phase = next;
        let gains = libm::exp10(self.capability_oom_per_year) - 1.0;
        turned && gains < wave.capability_floor_per_year
    }
}
