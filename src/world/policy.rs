//! A lab's experiment policy: how many researchers are admitted, how large experiments are.

use serde::{Deserialize, Serialize};

/// Weight of the past in the running means of effort, per tick.
const MEMORY: f64 = 0.9;

/// Running means of what an attempt takes, from what was assigned when phases began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effort {
    chosen: f64,
    think_hours: f64,
    experiments: f64,
    full_a100e_hours: f64,
}

impl Effort {
    /// Before anything was measured: one attempt of the given size.
    pub fn prior(think_hours: f64, full_a100e_hours: f64) -> Self {
        Self {
            chosen: 1.0,
            think_hours,
            experiments: 1.0,
            full_a100e_hours,
        }
    }

    /// Takes in a tick: ideas chosen and their hours of thought, experiments started and the
    /// A100e-hours they would take at full size.
    pub fn observe(
        &mut self,
        chosen: f64,
        think_hours: f64,
        experiments: f64,
        full_a100e_hours: f64,
    ) {
        self.chosen = MEMORY * self.chosen + chosen;
        self.think_hours = MEMORY * self.think_hours + think_hours;
        self.experiments = MEMORY * self.experiments + experiments;
        self.full_a100e_hours = MEMORY * self.full_a100e_hours + full_a100e_hours;
    }

    /// Hours of thought before an experiment, scooped ideas included.
    pub fn think_hours_mean(&self) -> f64 {
        self.think_hours / self.experiments.min(self.chosen).max(f64::MIN_POSITIVE)
    }

    /// A100e-hours of an experiment at full size.
    pub fn full_a100e_hours_mean(&self) -> f64 {
        self.full_a100e_hours / self.experiments.max(f64::MIN_POSITIVE)
    }
}

/// Researchers whom `compute_a100e` keeps at work at the target share of waiting when experiments
/// have size `size`: each attempt takes `think_hours` of calendar time at its desk.
pub fn admitted(
    compute_a100e: f64,
    think_hours: f64,
    full_a100e_hours: f64,
    size: f64,
    waiting: f64,
) -> f64 {
    compute_a100e / compute_per_researcher(think_hours, full_a100e_hours, size, waiting)
}

/// A100e that one researcher's experiments of size `size` keep busy.
pub fn compute_per_researcher(
    think_hours: f64,
    full_a100e_hours: f64,
    size: f64,
    waiting: f64,
) -> f64 {
    (1.0 - waiting) / think_hours * full_a100e_hours * size
}

/// The size of experiments and its slow correction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Size {
    /// Fraction of a full-size experiment, in [smallest useful, 1].
    pub value: f64,
    correction: f64,
}

impl Size {
    /// Before anything is known.
    pub fn new(smallest: f64) -> Self {
        Self {
            value: smallest,
            correction: 1.0,
        }
    }

    /// The size for the next tick: `planned` from compute per researcher, corrected by what the last
    /// tick showed, kept in [`smallest`, 1].
    pub fn update(
        &mut self,
        planned: f64,
        smallest: f64,
        seen: Option<Seen>,
        exponent: f64,
    ) -> f64 {
        if let Some(Seen {
            waiting,
            target,
            utilisation,
        }) = seen
        {
            let ratio = if waiting > target {
                target / waiting
            } else {
                1.0 / utilisation.clamp(0.5, 1.0)
            };
            self.correction *= libm::pow(ratio, exponent);
        }
        self.value = (planned * self.correction).clamp(smallest, 1.0);
        // No wind-up while the bounds hold it.
        self.correction = self
            .correction
            .clamp(smallest / planned, (1.0 / planned).max(smallest / planned));
        self.value
    }
}

/// What the last tick showed of a lab.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Share of active researchers' time in experiments.
    pub waiting: f64,
    /// Its target.
    pub target: f64,
    /// A100e-hours used over owned.
    pub utilisation: f64,
}
