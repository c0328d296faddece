//! Populations: number, speed, skill, and what the host remembers of them.

use takeoff::model::layout::TASTE_MAX;
use takeoff::scenario::{Population, PopulationKind, Scenario};

use super::clock::Clock;
use super::tables::{key, taste_thresholds};
use super::wiring::Team;
use super::{over_kinds, q12};
use crate::scalar::draws::Two;

/// What the host remembers of a population.
#[derive(Clone, Debug)]
pub struct Staff {
    pub team: Team,
    pub population: Population,
    pub traits_key: Two,
    pub clock: Clock,
    pub weight_log2: u32,
    pub keep: u64,
    pub active: u64,
    /// Ranks below may hold agents.
    pub occupied: u64,
    /// Agents after the last tick.
    pub thinking: u64,
    pub experiment: u64,
    pub effort: Effort,
    /// Turns of news so far.
    pub turns: u64,
}

/// Fading sums of what was assigned.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    chosen: f64,
    think_hours: f64,
    started: f64,
    a100e_hours: f64,
}

impl Effort {
    /// On by a tick.
    pub fn add(&mut self, chosen: f64, think_hours: f64, started: f64, a100e_hours: f64) {
        self.chosen = 0.9 * self.chosen + chosen;
        self.think_hours = 0.9 * self.think_hours + think_hours;
        self.started = 0.9 * self.started + started;
        self.a100e_hours = 0.9 * self.a100e_hours + a100e_hours;
    }

    /// Hours of thought an experiment.
    pub fn mean_hours(&self) -> f64 {
        self.think_hours / self.started.min(self.chosen)
    }

    /// Full-size A100e-hours of an experiment.
    pub fn mean_cost(&self) -> f64 {
        self.a100e_hours / self.started
    }
}

/// Head-count and speed of a population in a tick.
#[derive(Clone, Copy, Debug)]
pub struct Force {
    pub headcount: f64,
    pub speed: f64,
    pub duty: f64,
    /// Thinking hours an hour.
    pub rate: f64,
}

impl Staff {
    pub fn new(scenario: &Scenario, team: Team) -> Self {
        let lab = &scenario.labs[team.lab];
        let population = lab.populations[team.member].clone();
        let seed = scenario.run.seed.to_le_bytes();
        let (lab, name) = (lab.name.as_bytes(), population.name.as_bytes());
        Self {
            team,
            traits_key: key(&[b"traits", &seed, lab, name]),
            clock: Clock::default(),
            weight_log2: 0,
            keep: 0,
            active: 0,
            occupied: 0,
            thinking: 0,
            experiment: 0,
            effort: Effort {
                chosen: 1.0,
                think_hours: over_kinds(scenario, |kind| kind.think_hours),
                started: 1.0,
                a100e_hours: over_kinds(scenario, |kind| kind.experiment_a100e_hours),
            },
            turns: 0,
            population,
        }
    }

    /// Researchers an agent stands for.
    pub fn weight(&self) -> f64 {
        (1u64 << self.weight_log2) as f64
    }

    /// Whether these are automated researchers.
    pub fn automated(&self) -> bool {
        matches!(self.population.kind, PopulationKind::Automated { .. })
    }

    /// Number and speed on a day, with so much inference compute.
    pub fn force(&self, day: f64, inference: f64, fraction: f64) -> Force {
        let (headcount, speed, duty) = match &self.population.kind {
            PopulationKind::Human {
                headcount,
                hours_per_week,
            } => (
                super::value(headcount, day) * fraction,
                1.0,
                hours_per_week / 168.0,
            ),
            &PopulationKind::Automated {
                start_day,
                ramp_days,
                native_speed,
                speed_max,
                copies_max,
                speed_cost_exponent: x,
                tokens_per_human_second,
                tokens_per_second_per_a100e,
            } => {
                let ramp = if day < start_day {
                    0.0
                } else if ramp_days == 0.0 {
                    1.0
                } else {
                    ((day - start_day) / ramp_days).min(1.0)
                };
                let tokens = inference * tokens_per_second_per_a100e * ramp;
                let native = tokens / (tokens_per_human_second * native_speed);
                let most = copies_max * fraction;
                let speed = if native > most {
                    let faster = native_speed * libm::pow(native / most, 1.0 / x);
                    faster.min(speed_max)
                } else {
                    native_speed
                };
                (native * libm::pow(native_speed / speed, x), speed, 1.0)
            }
        };
        let rate = speed * duty * (1.0 - self.population.reading_share);
        Force {
            headcount,
            speed,
            duty,
            rate,
        }
    }

    /// Thresholds of tournaments, their odds multiplied.
    pub fn thresholds(&self, factor: f64) -> [u32; TASTE_MAX] {
        let (most, tail) = (
            self.population.taste_max,
            self.population.taste_tail_exponent,
        );
        taste_thresholds(most, tail, factor)
    }

    /// Noise of judging, by tournament size.
    pub fn noise(&self) -> [i32; TASTE_MAX] {
        std::array::from_fn(|k| q12(self.population.taste_noise / (k + 1) as f64))
    }
}
