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

    fn rules() -> Training {
        Training {
            run_days: 10.0,
            quality_skill_exponent: 0.0,
            quality_taste_exponent: 0.0,
            idea_reach: None,
            idea_reach_per_quality_oom: 0.0,
            scaling_stop_oom: None,
            data_limit_oom: None,
        }
    }

    /// Trains for so many days at `compute` from `day` on.
    fn train(
        of: &mut Generations,
        rules: &Training,
        regulation: Option<&Regulation>,
        (day, days): (u32, u32),
        compute: f64,
    ) {
        for day in day..day + days {
            let tick = TrainingTick {
                day: f64::from(day),
                hours: 24.0,
                compute_a100e: compute,
                training_oom: 0.0,
            };
            of.train(rules, regulation, tick);
        }
    }

    #[test]
    fn beyond_the_stop_of_scaling_compute_gives_no_better_models() {
        let rules = Training {
            scaling_stop_oom: Some(1.5),
            ..rules()
        };
        let mut of = Generations::default();
        for (run, (compute, quality)) in [(1e3, 0.0), (1e4, 1.0), (1e6, 1.5), (1e9, 1.5)]
            .into_iter()
            .enumerate()
        {
            train(&mut of, &rules, None, (10 * run as u32, 10), compute);
            assert!((of.quality_oom - quality).abs() < 1e-12, "{of:?}");
        }
    }

    #[test]
    fn quality_grows_with_the_data_of_the_day_a_run_ends() {
        let rules = Training {
            // 1 OOM on day 0, a factor of 2 a year later.
            data_limit_oom: Some(crate::scenario::Series {
                points: vec![(0.0, 1.0)],
                growth_per_year: 2.0,
            }),
            ..rules()
        };
        let mut of = Generations::default();
        train(&mut of, &rules, None, (0, 10), 1.0);
        // 6 OOM of compute; the run ends in the tick that starts on day 374: 2^(374/365) = 2.03448.
        train(&mut of, &rules, None, (365, 10), 1e6);
        assert!((of.quality_oom - 2.034_476).abs() < 1e-6, "{of:?}");
    }

    #[test]
    fn a_large_run_makes_the_next_one_wait_for_its_licence() {
        let regulation = Regulation {
            pauses: Vec::new(),
            compute_cap_a100e: None,
            licence_days: 5.0,
            licence_above_a100e_hours: 240_000.0,
            fine_revenue_share: 0.0,
            fine_above_a100e: 0.0,
        };
        let mut of = Generations::default();
        let mut days_of_run = |compute: f64| {
            let before = of.finished;
            let mut days = 0;
            while of.finished == before {
                train(&mut of, &rules(), Some(&regulation), (0, 1), compute);
                days += 1;
            }
            days
        };
        // 10 days at 999 A100e are 239,760 A100e-hours; at 1000 the 240,000 that need a licence.
        let days = [999.0, 1000.0, 999.0, 999.0].map(&mut days_of_run);
        assert_eq!(days, [10, 10, 15, 10]);
    }
}
