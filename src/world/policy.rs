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
        // Nothing fades while nobody works, or the sums would run out of exponent.
        if chosen == 0.0 && experiments == 0.0 {
            return;
        }
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

/// Share of time without an idea over which researchers are let go.
const IDLE_MAX: f64 = 0.1;
/// Growth a tick of who is admitted after some were let go.
const REGROWTH: f64 = 1.1;

/// Whether the researchers of a population find ideas to work on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Openings {
    /// Share of the last tick that active researchers spent without an idea.
    pub idle_share: f64,
    /// Most researchers for whom there are ideas; `None`: for all.
    limit: Option<f64>,
}

impl Openings {
    /// Takes in a tick in which `active` researchers were admitted.
    pub fn observe(&mut self, active: f64, idle_share: f64) {
        self.idle_share = idle_share;
        if idle_share > IDLE_MAX {
            self.limit = Some(active * (1.0 - idle_share / 2.0));
        } else if let Some(limit) = &mut self.limit {
            *limit *= REGROWTH;
        }
    }

    /// Most researchers to admit; one agent of `weight` always looks for ideas.
    pub fn limit(&self, weight: f64) -> f64 {
        self.limit.map_or(f64::INFINITY, |limit| limit.max(weight))
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
    /// Share in experiments of the time of active researchers who had an idea.
    pub waiting: f64,
    /// Its target.
    pub target: f64,
    /// A100e-hours used over owned.
    pub utilisation: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_no_idea_is_let_go_and_comes_back_by_a_tenth() {
        let mut openings = Openings::default();
        assert_eq!(openings.limit(1.0), f64::INFINITY);
        openings.observe(100.0, 0.1);
        assert_eq!(openings.limit(1.0), f64::INFINITY);
        // 80% idle: 40% go.
        openings.observe(100.0, 0.8);
        assert!((openings.limit(1.0) - 60.0).abs() < 1e-12);
        openings.observe(60.0, 0.0);
        assert!((openings.limit(1.0) - 66.0).abs() < 1e-12);
        // One agent always looks.
        openings.observe(1.0, 1.0);
        assert_eq!(openings.limit(4.0), 4.0);
    }
}
