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
