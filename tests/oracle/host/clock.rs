//! "Scale of time" of `docs/model.md`: clocks whose unit follows their rate.

/// A clock between ticks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    /// Value at the start of the next tick, 31 bits.
    start: u32,
    /// A unit is 2^-this hours; `None`: never moved.
    exponent: Option<i32>,
    /// Part of a unit that the last tick left over.
    fraction: f64,
}

/// What a clock does in a tick.
#[derive(Clone, Copy, Debug, Default)]
pub struct Advance {
    pub start: u32,
    pub len: u32,
    pub rescale: i32,
    /// log2 of the units in an hour.
    pub exponent: i32,
}

impl Clock {
    /// On by `hours` of its own time.
    pub fn advance(&mut self, hours: f64) -> Advance {
        let hours = if hours < 1e-100 {
            0.0
        } else {
            hours.min(1e100)
        };
        let mut rescale = 0;
        if hours > 0.0 && self.exponent.is_none_or(|s| !in_range(hours, s)) {
            let next = 15 - libm::floor(libm::log2(hours)) as i32;
            rescale = self.exponent.map_or(0, |s| s - next);
            self.exponent = Some(next);
            self.fraction = 0.0;
        }
        let exponent = self.exponent.unwrap_or(0);
        let x = libm::ldexp(hours, exponent) + self.fraction;
        let len = libm::floor(x);
        self.fraction = x - len;
        let start = self.start;
        self.start = ((u64::from(start) + len as u64) % (1 << 31)) as u32;
        Advance {
            start,
            len: len as u32,
            rescale,
            exponent,
        }
    }
}

fn in_range(hours: f64, exponent: i32) -> bool {
    let units = libm::ldexp(hours, exponent);
    (16384.0..131_072.0).contains(&units)
}

impl Advance {
    /// Units as hours of the clock.
    pub fn hours(&self, units: f64) -> f64 {
        libm::ldexp(units, -self.exponent)
    }
}

/// (mul, shift) that convert offsets on a clock of `from` units a tick to one of `to`.
pub fn ratio(from: u32, to: u32) -> (u32, u32) {
    if from == 0 || to == 0 {
        return (0, 0);
    }
    (0..=63)
        .rev()
        .map(|shift| ((u128::from(to) << shift) / u128::from(from), shift))
        .find(|&(mul, _)| mul < 1 << 32)
        .map(|(mul, shift)| (mul as u32, shift))
        .expect("a shift of 0 fits")
}
