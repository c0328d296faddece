//! How many researchers a population has and how fast they think.

use crate::scenario::{Population, PopulationKind, SerialGain};

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

/// Staff on `day`; `inference_a100e` is the sampled inference fleet times its efficiency gains, `serial_oom` the
/// serial speed found so far.
pub fn staff(
    population: &Population,
    day: f64,
    sample: f64,
    inference_a100e: f64,
    serial_oom: f64,
) -> Staff {
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
            spend_serial_on,
        } => {
            let ramp = if day < *start_day {
                0.0
            } else if *ramp_days > 0.0 {
                ((day - start_day) / ramp_days).min(1.0)
            } else {
                1.0
            };
            let tokens = inference_a100e * tokens_per_second_per_a100e * ramp;
            // Speed found costs no copies: the cheapest speed is higher. Slowing down again buys copies.
            let found = libm::exp10(serial_oom);
            let cheapest = native_speed * found;
            let slowest = match spend_serial_on {
                SerialGain::Speed => cheapest,
                SerialGain::Copies => *native_speed,
            };
            let native = tokens / (tokens_per_human_second * cheapest)
                * libm::pow(cheapest / slowest, *speed_cost_exponent);
            let most = copies_max * sample;
            let speed = if native > most {
                let wanted = slowest * libm::pow(native / most, 1.0 / speed_cost_exponent);
                wanted.min(speed_max * found)
            } else {
                slowest
            };
            Staff {
                researchers: native * libm::pow(slowest / speed, *speed_cost_exponent),
                speed,
                duty: 1.0,
                tokens_per_second: tokens,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Overrides, Scenario};

    /// The automated population of the essay's scenario with `native_speed`, `speed_max` and
    /// `copies_max`.
    fn automated(native: f64, most: f64, copies: f64) -> Population {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("scenarios/situational-awareness.toml");
        let scenario = Scenario::load(&path, &Overrides::default()).expect("it is shipped");
        let mut population = scenario.labs[0].populations[1].clone();
        if let PopulationKind::Automated {
            native_speed,
            speed_max,
            copies_max,
            ramp_days,
            ..
        } = &mut population.kind
        {
            (*native_speed, *speed_max, *copies_max, *ramp_days) = (native, most, copies, 0.0);
        }
        population
    }

    #[test]
    fn ten_million_a100e_think_as_55_million_people() {
        let staff = staff(&automated(1.0, 1.0, 1e12), 0.0, 1.0, 1e7, 0.0);
        // 9.2 tokens/s each, over 100 tokens a minute, here rounded to 1.6667 a second.
        assert!((staff.researchers / 55.2e6 - 1.0).abs() < 1e-4, "{staff:?}");
    }

    #[test]
    fn a_hundred_million_at_5x_cost_what_a_million_does_at_100x() {
        let a100e = 1e8 * 5.0 * 1.6667 / 9.2;
        let copies = staff(&automated(5.0, 5.0, 1e8), 0.0, 1.0, a100e, 0.0);
        let speed = staff(&automated(5.0, 100.0, 1e6), 0.0, 1.0, a100e, 0.0);
        assert!((copies.researchers / 1e8 - 1.0).abs() < 1e-9 && copies.speed == 5.0);
        // k^3 copies buy k^2 speed: 20^1.5 = 89 times fewer at 20 times the speed.
        assert!(
            (speed.researchers / 1.118e6 - 1.0).abs() < 1e-3,
            "{speed:?}"
        );
        assert_eq!(speed.speed, 100.0);
    }

    #[test]
    fn nobody_works_before_the_start() {
        assert_eq!(
            staff(&automated(5.0, 5.0, 1e8), -1.0, 1.0, 1e7, 0.0).researchers,
            0.0
        );
    }

    #[test]
    fn serial_speed_that_was_found_is_spent_on_speed_or_on_copies() {
        let with = |gain: SerialGain, native: f64, copies: f64, oom: f64| {
            let mut population = automated(native, 100.0, copies);
            if let PopulationKind::Automated {
                spend_serial_on, ..
            } = &mut population.kind
            {
                *spend_serial_on = gain;
            }
            staff(&population, 0.0, 1.0, 1e6, oom)
        };
        let of = |gain| with(gain, 5.0, 1e12, 1.0);
        let none = with(SerialGain::Speed, 5.0, 1e12, 0.0);
        assert_eq!(none, with(SerialGain::Copies, 5.0, 1e12, 0.0));
        // An OOM: ten times the speed, so a tenth of the copies think with the same tokens.
        let (speed, copies) = (of(SerialGain::Speed), of(SerialGain::Copies));
        assert_eq!((none.speed, speed.speed, copies.speed), (5.0, 50.0, 5.0));
        assert!((speed.researchers / none.researchers - 0.1).abs() < 1e-12);
        // Slowed down tenfold again: 10^1.5 times as many, 10^0.5 times what there were at first.
        assert!((copies.researchers / none.researchers - 3.162_277_660).abs() < 1e-9);
        // Where copies are enough, both spend the rest on speed: 16 times the most, by 16^(1/1.5) = 6.3496.
        let most = copies.researchers / 16.0;
        let fast = with(SerialGain::Copies, 5.0, most, 1.0);
        assert!((fast.speed / 5.0 - 6.349_604_207).abs() < 1e-8, "{fast:?}");
        assert!((fast.researchers / most - 1.0).abs() < 1e-9);
        // The fastest speed rises with what was found.
        let fastest = with(SerialGain::Speed, 5.0, 1.0, 1.0);
        assert_eq!(fastest.speed, 1000.0);
    }
}
