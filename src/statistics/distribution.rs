//! What an uncertain parameter is drawn from: quantile functions, so that any design of u in (0, 1)
//! can be turned into values.

use super::family::{Family, below, finite};
use super::uniform::UNIT;

/// Least part of a distribution that truncation may leave: with less, quantiles lose digits, and
/// bounds so far out are a slip.
pub const LEAST_MASS: f64 = 1e-6;

/// A family, cut to `[min, max]` where these are given: the rest of the mass is left out and what
/// remains keeps its proportions.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    /// What is cut.
    pub family: Family,
    /// Lower bound of draws.
    pub min: Option<f64>,
    /// Upper bound of draws.
    pub max: Option<f64>,
}

/// What is wrong with a distribution.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum DistributionError {
    #[error("{name} = {value} is no finite number")]
    NotFinite { name: &'static str, value: f64 },
    #[error("{name} = {value} must be above 0")]
    NotPositive { name: &'static str, value: f64 },
    #[error("{} = {} must be below {} = {}", low.0, low.1, high.0, high.1)]
    Order {
        low: (&'static str, f64),
        high: (&'static str, f64),
    },
    #[error("mode = {mode} must lie between low = {low} and high = {high}")]
    Mode { low: f64, mode: f64, high: f64 },
    #[error("there is no number to choose between min and max")]
    NoChoice,
    #[error("min and max leave {mass:e} of the distribution, at least {LEAST_MASS:e} must remain")]
    Mass { mass: f64 },
    #[error("the distribution is too wide: its quantile at {u} is {value}")]
    TooWide { u: f64, value: f64 },
}

impl From<Family> for Distribution {
    fn from(family: Family) -> Self {
        Self {
            family,
            min: None,
            max: None,
        }
    }
}

impl Distribution {
    /// Whether draws are well defined: parameters finite and in order, enough mass left by the
    /// truncation, and every draw finite. The other functions want a valid distribution.
    pub fn validate(&self) -> Result<(), DistributionError> {
        self.family.validate()?;
        let bounds = [("min", self.min), ("max", self.max)];
        for (name, bound) in bounds {
            bound.map_or(Ok(()), |value| finite(name, value))?;
        }
        if let (Some(min), Some(max)) = (self.min, self.max) {
            below(("min", min), ("max", max))?;
        }
        if let Family::Choice(values) = &self.family {
            let some = !self.kept(values).is_empty();
            return some.then_some(()).ok_or(DistributionError::NoChoice);
        }
        let (low, high) = self.levels();
        let mass = high - low;
        if mass.is_nan() || mass < LEAST_MASS {
            return Err(DistributionError::Mass { mass });
        }
        for u in [UNIT, 1.0 - UNIT] {
            let value = self.quantile(u);
            if !value.is_finite() || self.family.is_positive() && value <= 0.0 {
                return Err(DistributionError::TooWide { u, value });
            }
        }
        Ok(())
    }

    /// The value that a part u of the draws, u in (0, 1), does not exceed; never outside the
    /// bounds. Truncated: Q(F(min) + u (F(max) - F(min))).
    pub fn quantile(&self, u: f64) -> f64 {
        if let Family::Choice(values) = &self.family {
            return Family::Choice(self.kept(values)).quantile(u);
        }
        let (low, high) = self.levels();
        let value = self.family.quantile(low + u * (high - low));
        let (least, most) = self.family.support();
        let least = self.min.map_or(least, |min| min.max(least));
        let most = self.max.map_or(most, |max| max.min(most));
        value.max(least).min(most)
    }

    /// P(draw <= x).
    pub fn cdf(&self, x: f64) -> f64 {
        if let Family::Choice(values) = &self.family {
            return Family::Choice(self.kept(values)).cdf(x);
        }
        let (low, high) = self.levels();
        ((self.family.cdf(x) - low) / (high - low)).clamp(0.0, 1.0)
    }

    /// F(min) and F(max) of the family.
    fn levels(&self) -> (f64, f64) {
        let low = self.min.map_or(0.0, |min| self.family.cdf(min));
        let high = self.max.map_or(1.0, |max| self.family.cdf(max));
        (low, high)
    }

    /// The numbers of a choice within the bounds.
    fn kept(&self, values: &[f64]) -> Vec<f64> {
        let inside = |value: &f64| {
            self.min.is_none_or(|min| min <= *value) && self.max.is_none_or(|max| *value <= max)
        };
        values.iter().copied().filter(inside).collect()
    }
}
