//! How many researchers a population has and how fast they think.

use crate::scenario::{Population, PopulationKind};

/// Number and speed of a population at an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Staff {
    /// Researchers, in the sampled world.
    pub researchers: f64,
    /// Serial speed, in humans.
    pub speed: f64,
    /// Share of calendar time worked.
    pub duty: f64,
    /// Tokens a second that their thinking takes (automated only).
    pub tokens_per_second: f64,
}

/// Staff on `day`; `inference_a100e` is the sampled inference fleet times its efficiency gains.
pub fn staff(population: &Population, day: f64, sample: f64, inference_a100e: f64) -> Staff {
    match &population.kind {
        PopulationKind::Human {
            headcount,
            hours_per_week,
        } => Staff {
            researchers: headcount.at(day) * sample,
            speed: 1.0,
            duty: hours_per_week / 168.0,
            tokens_per_second: 0.0,
        },
        PopulationKind::Automated {
            start_day,
            ramp_days,
            native_speed,
            speed_max,
            copies_max,
            speed_cost_exponent,
            tokens_per_human_second,
            tokens_per_second_per_a100e,
        } => {
            let ramp = if day < *start_day {
                0.0
            } else if *ramp_days > 0.0 {
                ((day - start_day) / ramp_days).min(1.0)
            } else {
                1.0
            };
            let tokens = inference_a100e * tokens_per_second_per_a100e * ramp;
            let native = tokens / (tokens_per_human_second * native_speed);
            let most = copies_max * sample;
            let speed = if native > most {
                (native_speed * libm::pow(native / most, 1.0 / speed_cost_exponent)).min(*speed_max)
            } else {
                *native_speed
            };
            Staff {
                researchers: native * libm::pow(native_speed / speed, *speed_cost_exponent),
                speed,
                duty: 1.0,
                tokens_per_second: tokens,
            }
        }
    }
}
