//! Families of distributions: probability and quantile of each, before any truncation.

use super::distribution::DistributionError;
use super::normal;

/// The 90% quantile of the standard normal; the 10% quantile is its negative.
const Z90: f64 = 1.2815515655446004;

/// A family of distributions with its parameters.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant's text names its fields")]
pub enum Family {
    /// The logarithm is normal; a tenth lies below `p10` > 0, a tenth above `p90`.
    Lognormal { p10: f64, p90: f64 },
    /// Even from `low` to `high`.
    Uniform { low: f64, high: f64 },
    /// The logarithm is even from `low` > 0 to `high`.
    LogUniform { low: f64, high: f64 },
    /// Density rising in a line from `low` to `mode`, falling to `high`.
    Triangular { low: f64, mode: f64, high: f64 },
    /// A tenth lies below `p10`, a tenth above `p90`.
    Normal { p10: f64, p90: f64 },
    /// By mean and standard deviation `sd` > 0.
    NormalMoments { mean: f64, sd: f64 },
    /// Each number of the list equally likely; one listed twice has twice the chance.
    Choice(Vec<f64>),
}

impl Family {
    /// Whether every draw is above 0 by definition.
    pub(super) fn is_positive(&self) -> bool {
        matches!(self, Self::Lognormal { .. } | Self::LogUniform { .. })
    }

    /// Whether the parameters are finite and in order.
    pub(super) fn validate(&self) -> Result<(), DistributionError> {
        match *self {
            Self::Lognormal { p10, p90 } => {
                positive("p10", p10)?;
                below(("p10", p10), ("p90", p90))
            }
            Self::LogUniform { low, high } => {
                positive("low", low)?;
                below(("low", low), ("high", high))
            }
            Self::Uniform { low, high } => below(("low", low), ("high", high)),
            Self::Triangular { low, mode, high } => {
                below(("low", low), ("high", high))?;
                finite("mode", mode)?;
                let inside = low <= mode && mode <= high;
                let error = DistributionError::Mode { low, mode, high };
                inside.then_some(()).ok_or(error)
            }
            Self::Normal { p10, p90 } => below(("p10", p10), ("p90", p90)),
            Self::NormalMoments { mean, sd } => {
                finite("mean", mean)?;
                positive("sd", sd)
            }
            Self::Choice(ref values) => {
                values.iter().try_for_each(|&value| finite("choice", value))
            }
        }
    }

    /// Least and largest value there can be.
    pub(super) fn support(&self) -> (f64, f64) {
        match self {
            Self::Uniform { low, high }
            | Self::LogUniform { low, high }
            | Self::Triangular { low, high, .. } => (*low, *high),
            Self::Lognormal { .. } => (0.0, f64::INFINITY),
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    /// The value that a part u of the draws does not exceed. Rounding may step over the support.
    pub(super) fn quantile(&self, u: f64) -> f64 {
        match self {
            Self::Lognormal { p10, p90 } => {
                let (mean, sd) = moments(libm::log(*p10), libm::log(*p90));
                libm::exp(mean + sd * normal::quantile(u))
            }
            Self::Uniform { low, high } => low + u * (high - low),
            Self::LogUniform { low, high } => {
                let (low, high) = (libm::log(*low), libm::log(*high));
                libm::exp(low + u * (high - low))
            }
            Self::Triangular { low, mode, high } => {
                let width = high - low;
                if u * width < mode - low {
                    low + libm::sqrt(u * width * (mode - low))
                } else {
                    high - libm::sqrt((1.0 - u) * width * (high - mode))
                }
            }
            Self::Normal { p10, p90 } => {
                let (mean, sd) = moments(*p10, *p90);
                mean + sd * normal::quantile(u)
            }
            Self::NormalMoments { mean, sd } => mean + sd * normal::quantile(u),
            Self::Choice(values) => {
                let mut sorted = values.clone();
                sorted.sort_by(f64::total_cmp);
                let place = (u * sorted.len() as f64) as usize;
                sorted[place.min(sorted.len() - 1)]
            }
        }
    }

    /// P(draw <= x).
    pub(super) fn cdf(&self, x: f64) -> f64 {
        match self {
            Self::Lognormal { .. } | Self::LogUniform { .. } if x <= 0.0 => 0.0,
            Self::Lognormal { p10, p90 } => {
                let (mean, sd) = moments(libm::log(*p10), libm::log(*p90));
                normal::cdf((libm::log(x) - mean) / sd)
            }
            Self::Uniform { low, high } => ((x - low) / (high - low)).clamp(0.0, 1.0),
            Self::LogUniform { low, high } => {
                let (low, high) = (libm::log(*low), libm::log(*high));
                ((libm::log(x) - low) / (high - low)).clamp(0.0, 1.0)
            }
            Self::Triangular { low, .. } if x <= *low => 0.0,
            Self::Triangular { high, .. } if x >= *high => 1.0,
            Self::Triangular { low, mode, high } => {
                if x < *mode {
                    (x - low) * (x - low) / ((high - low) * (mode - low))
                } else {
                    1.0 - (high - x) * (high - x) / ((high - low) * (high - mode))
                }
            }
            Self::Normal { p10, p90 } => {
                let (mean, sd) = moments(*p10, *p90);
                normal::cdf((x - mean) / sd)
            }
            Self::NormalMoments { mean, sd } => normal::cdf((x - mean) / sd),
            Self::Choice(values) => {
                let reached = values.iter().filter(|&&value| value <= x).count();
                reached as f64 / values.len() as f64
            }
        }
    }
}

/// Mean and standard deviation of the normal with these 10% and 90% quantiles.
fn moments(p10: f64, p90: f64) -> (f64, f64) {
    (0.5 * (p10 + p90), 0.5 * (p90 - p10) / Z90)
}

/// Refuses NaN and infinities.
pub(super) fn finite(name: &'static str, value: f64) -> Result<(), DistributionError> {
    let error = DistributionError::NotFinite { name, value };
    value.is_finite().then_some(()).ok_or(error)
}

/// Refuses what is not finite and above 0.
fn positive(name: &'static str, value: f64) -> Result<(), DistributionError> {
    finite(name, value)?;
    let error = DistributionError::NotPositive { name, value };
    (value > 0.0).then_some(()).ok_or(error)
}

/// Refuses two named numbers unless both are finite and the first is below the second.
pub(super) fn below(
    low: (&'static str, f64),
    high: (&'static str, f64),
) -> Result<(), DistributionError> {
    finite(low.0, low.1)?;
    finite(high.0, high.1)?;
    let error = DistributionError::Order { low, high };
    (low.1 < high.1).then_some(()).ok_or(error)
}
