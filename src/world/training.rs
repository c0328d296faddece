//! Model generations: what a finished training run does to all copies.

use serde::{Deserialize, Serialize};

use crate::scenario::Training;

/// The training run in progress and the model in use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Generations {
    /// Hours of the run in progress.
    hours: f64,
    /// Physical A100e-hours that went into it, at human-era utilisation.
    a100e_hours: f64,
    /// Training OOM of the algorithms it was started with.
    algorithms_oom: f64,
    /// log10 of the effective A100e-hours of the first finished run.
    first_oom: Option<f64>,
    /// Effective compute of the model in use over the first, OOM.
    pub quality_oom: f64,
    /// Finished runs.
    pub finished: u32,
}

impl Generations {
    /// Trains for `hours` on `compute_a100e`; at the end of a run its model replaces the one in use
    /// and the next run starts with the algorithms of the day.
    pub fn train(&mut self, rules: &Training, hours: f64, compute_a100e: f64, training_oom: f64) {
        self.hours += hours;
        self.a100e_hours += compute_a100e * hours;
        if self.hours < rules.run_days * 24.0 {
            return;
        }
        if self.a100e_hours > 0.0 {
            let effective_oom = libm::log10(self.a100e_hours) + self.algorithms_oom;
            let first = *self.first_oom.get_or_insert(effective_oom);
            self.quality_oom = self.quality_oom.max(effective_oom - first);
            self.finished += 1;
        }
        self.hours = 0.0;
        self.a100e_hours = 0.0;
        self.algorithms_oom = training_oom;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quality_is_effective_compute_over_the_first_run() {
        let rules = Training {
            run_days: 10.0,
            quality_skill_exponent: 0.0,
            quality_taste_exponent: 0.0,
            idea_reach: None,
            idea_reach_per_quality_oom: 0.0,
        };
        let mut generations = Generations::default();
        let mut run = |compute: f64, oom: f64| {
            for _ in 0..10 {
                generations.train(&rules, 24.0, compute, oom);
            }
            generations.quality_oom
        };
        // The first sets the reference; its successor starts with the algorithms of that day.
        assert_eq!(run(1000.0, 0.5), 0.0);
        assert!((run(10_000.0, 0.7) - 1.5).abs() < 1e-12);
        // A smaller run does not make the model in use worse.
        assert!((run(10.0, 0.7) - 1.5).abs() < 1e-12);
        assert_eq!(generations.finished, 3);
    }
}
