//! Model generations: what a finished training run does to all copies.

use serde::{Deserialize, Serialize};

use crate::scenario::{Regulation, Training};

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
    /// Hours that the next run still waits for its licence.
    licence_hours: f64,
}

/// A tick of a lab's training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainingTick {
    /// Day at its start.
    pub day: f64,
    /// Length.
    pub hours: f64,
    /// Physical compute in training, at human-era utilisation, A100e.
    pub compute_a100e: f64,
    /// Training OOM so far.
    pub training_oom: f64,
}

impl Generations {
    /// Trains for a tick; at the end of a run its model replaces the one in use and the next run starts
    /// with the algorithms of the day, as soon as it has its licence.
    pub fn train(&mut self, rules: &Training, regulation: Option<&Regulation>, tick: TrainingTick) {
        let TrainingTick {
            day,
            hours,
            compute_a100e,
            training_oom,
        } = tick;
        if self.licence_hours > 0.0 {
            self.licence_hours -= hours;
            self.algorithms_oom = training_oom;
            return;
        }
        self.hours += hours;
        self.a100e_hours += compute_a100e * hours;
        if self.hours < rules.run_days * 24.0 {
            return;
        }
        if self.a100e_hours > 0.0 {
            let effective_oom = libm::log10(self.a100e_hours) + self.algorithms_oom;
            let first = *self.first_oom.get_or_insert(effective_oom);
            let stop = rules.scaling_stop_oom.unwrap_or(f64::INFINITY);
            let data = rules
                .data_limit_oom
                .as_ref()
                .map_or(f64::INFINITY, |limit| limit.at(day));
            let quality = (effective_oom - first).min(stop).min(data);
            self.quality_oom = self.quality_oom.max(quality);
            self.finished += 1;
        }
        let large = |rules: &&Regulation| self.a100e_hours >= rules.licence_above_a100e_hours;
        if let Some(rules) = regulation.filter(large) {
            self.licence_hours = rules.licence_days * 24.0;
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
            scaling_stop_oom: None,
            data_limit_oom: None,
        };
        let mut generations = Generations::default();
        let mut run = |compute: f64, oom: f64| {
            for _ in 0..10 {
                let tick = TrainingTick {
                    day: 0.0,
                    hours: 24.0,
                    compute_a100e: compute,
                    training_oom: oom,
                };
                generations.train(&rules, None, tick);
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
