//! Clocks of the host: how far a device clock advances in a tick, in which unit.

use serde::{Deserialize, Serialize};

/// A tick should advance a clock by 2^14 to 2^17 units: fine enough that a phase of a thousandth of
/// a tick is not rounded away, coarse enough that the longest phase (2^30) is thousands of ticks.
const TICK_UNITS: std::ops::Range<f64> = 16_384.0..131_072.0;

/// A clock that moves less in a tick stands still: its unit would leave the range of `f64`.
const SLOWEST_HOURS: f64 = 1e-100;

/// No clock moves more in a tick, for the same reason.
const FASTEST_HOURS: f64 = 1e100;

/// A device clock as the host keeps it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// Units since the start; the device sees the low 31 bits.
    value: u64,
    /// Units not yet given out, below 1.
    fraction: f64,
    /// log2 of the units of one hour; `None` until the clock first moves.
    scale_log2: Option<i32>,
}

/// What the device is told of a clock for one tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockTick {
    /// Value at the start of the tick, 31 bits.
    pub start: u32,
    /// Units it advances.
    pub len: u32,
    /// Remaining times shift right by this before the tick.
    pub rescale: i32,
}

impl Clock {
    /// Advances by `hours` of the clock's own kind, changing its unit first when the tick would
    /// leave the range of [`TICK_UNITS`].
    pub fn advance(&mut self, hours: f64) -> ClockTick {
        let hours = if hours < SLOWEST_HOURS {
            0.0
        } else {
            hours.min(FASTEST_HOURS)
        };
        let rescale = self.fit_unit(hours);
        let exact = hours * self.units_per_hour() + self.fraction;
        let len = libm::floor(exact);
        self.fraction = exact - len;
        let start = (self.value & u64::from(crate::model::agent::CLOCK_MASK)) as u32;
        self.value += len as u64;
        ClockTick {
            start,
            len: len as u32,
            rescale,
        }
    }

    /// Units of one hour.
    pub fn units_per_hour(&self) -> f64 {
        libm::ldexp(1.0, self.scale_log2.unwrap_or(0))
    }

    fn fit_unit(&mut self, hours: f64) -> i32 {
        if hours < SLOWEST_HOURS {
            return 0;
        }
        let in_range = self
            .scale_log2
            .is_some_and(|scale| TICK_UNITS.contains(&libm::ldexp(hours, scale)));
        if in_range {
            return 0;
        }
        let before = self.scale_log2;
        // 2^15 <= hours x 2^scale < 2^16.
        let scale = 15 - libm::ilogb(hours);
        self.scale_log2 = Some(scale);
        self.fraction = 0.0;
        before.map_or(0, |before| before - scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_carried_and_units_follow_the_rate() {
        let mut clock = Clock::default();
        let first = clock.advance(5.7);
        assert_eq!((first.start, first.rescale), (0, 0));
        assert!((1 << 15..1 << 16).contains(&first.len));
        let mut units = u64::from(first.len);
        for _ in 1..1000 {
            units += u64::from(clock.advance(5.7).len);
        }
        assert_eq!(
            units,
            libm::floor(5700.0 * clock.units_per_hour() + 1e-6) as u64
        );
        let faster = clock.advance(5.7 * 16.0);
        assert_eq!(faster.rescale, 4);
        assert_eq!(clock.advance(0.0).len, 0);
    }
}
