//! Quantities over time.

use super::{HOURS_PER_YEAR, Series};

/// Days in a year, for growth factors.
const DAYS_PER_YEAR: f64 = HOURS_PER_YEAR / 24.0;

impl Series {
    /// A series that never changes.
    pub fn constant(value: f64) -> Self {
        Self {
            points: vec![(0.0, value)],
            growth_per_year: 1.0,
        }
    }

    /// The value at a day: straight lines in the logarithm between points, constant before the
    /// first, growth after the last. Only `libm` is used, so every machine gets the same bits.
    pub fn at(&self, day: f64) -> f64 {
        let after = self.points.partition_point(|point| point.0 <= day);
        let Some(&(left, low)) = after.checked_sub(1).and_then(|at| self.points.get(at)) else {
            return self.points.first().map_or(f64::NAN, |point| point.1);
        };
        // A stated point is met exactly, not to within an ulp.
        if left == day {
            return low;
        }
        let exponent = match self.points.get(after) {
            Some(&(right, high)) => {
                (libm::log(high) - libm::log(low)) * ((day - left) / (right - left))
            }
            None => libm::log(self.growth_per_year) * ((day - left) / DAYS_PER_YEAR),
        };
        low * libm::exp(exponent)
    }

    /// The largest value from one day to a later one.
    pub fn max_between(&self, from: f64, to: f64) -> f64 {
        let inside = self
            .points
            .iter()
            .filter(|point| from <= point.0 && point.0 <= to);
        let ends = self.at(from).max(self.at(to));
        inside.map(|point| point.1).fold(ends, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_met_and_growth_follows_the_last() {
        let series = Series {
            points: vec![(-365.0, 10.0), (0.0, 1000.0)],
            growth_per_year: 2.0,
        };
        assert_eq!(series.at(-1e4), 10.0);
        assert_eq!(series.at(-365.0), 10.0);
        assert_eq!(series.at(0.0), 1000.0);
        assert!((series.at(-182.5) - 100.0).abs() < 1e-9);
        assert!((series.at(730.0) - 4000.0).abs() < 1e-9);
        assert!((series.max_between(-365.0, 365.0) - 2000.0).abs() < 1e-9);
    }

    #[test]
    fn a_constant_stays() {
        for day in [-1e4, 0.0, 0.5, 1e4] {
            assert_eq!(Series::constant(3.5).at(day), 3.5);
        }
    }
}
