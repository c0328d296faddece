//! A figure with the interval that belongs to it, and why there may be none.

/// An estimate and its confidence interval. A limit that the data cannot give is infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Lower limit.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
}

/// Why a figure cannot be computed.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum EstimateError {
    /// Fewer values than the estimator needs.
    #[error("{have} values are too few, {need} are needed")]
    TooFew {
        /// Values there are.
        have: usize,
        /// Values needed.
        need: usize,
    },
    /// A number of values that belongs to no number of rows of the design.
    #[error("{have} outputs do not belong to a design of {rows} rows")]
    Mismatch {
        /// Outputs given.
        have: usize,
        /// Rows of the design.
        rows: usize,
    },
    /// NaN or an infinity.
    #[error("value {at} is {value}, no finite number")]
    NotFinite {
        /// Index of the value.
        at: usize,
        /// The value.
        value: f64,
    },
    /// Nothing varies, so no part of the variance can be told from another.
    #[error("the output is the same in all runs")]
    Constant,
    /// A probability or confidence level outside the open unit interval.
    #[error("a probability of {value} is not between 0 and 1")]
    Probability {
        /// The level.
        value: f64,
    },
    /// A run ended before the time asked about, and before it reached what was asked.
    #[error("{runs} runs end before {time} without an answer; use the survival estimate")]
    Censored {
        /// Such runs.
        runs: usize,
        /// The time asked about.
        time: f64,
    },
    /// A number of runs, replicates or resampled units that cannot be used.
    #[error("{value} is not a usable number of {what}")]
    Count {
        /// What is counted.
        what: &'static str,
        /// The number.
        value: usize,
    },
}

/// Refuses NaN and infinities, and fewer values than needed.
pub(super) fn check(values: &[f64], need: usize) -> Result<(), EstimateError> {
    if values.len() < need {
        return Err(EstimateError::TooFew {
            have: values.len(),
            need,
        });
    }
    match values.iter().position(|value| !value.is_finite()) {
        Some(at) => Err(EstimateError::NotFinite {
            at,
            value: values[at],
        }),
        None => Ok(()),
    }
}

/// Refuses none of what must be there.
pub(super) fn check_count(what: &'static str, value: usize) -> Result<(), EstimateError> {
    let error = EstimateError::Count { what, value };
    (value > 0).then_some(()).ok_or(error)
}

/// Refuses levels outside (0, 1).
pub(super) fn check_probability(value: f64) -> Result<(), EstimateError> {
    let inside = 0.0 < value && value < 1.0;
    let error = EstimateError::Probability { value };
    inside.then_some(()).ok_or(error)
}
