//! Figures of several replicates with their intervals: the whole set of replicates is drawn again.
//!
//! The interval is the percentile bootstrap's (Efron 1979), widened for few replicates as Hesterberg (2015,
//! The American Statistician 69, 371) does: at the tail probability Phi(-sqrt(n / (n - 1)) t) with Student's t
//! of n - 1 degrees of freedom. It never reaches beyond what replicates showed, so with few it covers less than
//! it says: n replicates cover a median at most with 1 - 2^(1 - n). `docs/probe.md` has what was measured.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::bootstrap::Bootstrap;
use super::{beta, normal};

/// Largest confidence that is not 1.
const CONFIDENCE_MAX: f64 = 1.0 - f64::EPSILON / 2.0;

/// A figure; `None` where the replicates do not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figure {
    /// Of all replicates together.
    pub value: Option<f64>,
    /// Lower and upper limit; `None` with one replicate, or if some resample has no value.
    pub interval: Option<(f64, f64)>,
}

/// Every figure that `statistic` gives of a choice of `units` replicates, with its interval. The order of a
/// choice must not matter.
pub fn figures(
    units: usize,
    bootstrap: Bootstrap,
    statistic: impl Fn(&[usize]) -> Vec<Option<f64>>,
) -> Vec<Figure> {
    let all: Vec<usize> = (0..units).collect();
    let wide = Bootstrap {
        confidence: widened(bootstrap.confidence, units),
        ..bootstrap
    };
    // Resamples of few replicates repeat.
    let known = RefCell::new(BTreeMap::new());
    let cached = |choice: &[usize]| {
        let mut choice = choice.to_vec();
        choice.sort_unstable();
        let made = || statistic(&choice);
        let mut known = known.borrow_mut();
        known.entry(choice.clone()).or_insert_with(made).clone()
    };
    let interval = |at: usize| {
        let one = |choice: &[usize]| vec![cached(choice)[at].unwrap_or(f64::NAN)];
        let found = (units > 1).then(|| wide.intervals(units, one))?;
        found.ok()?.first().copied()
    };
    let values = cached(&all).into_iter().enumerate();
    values
        .map(|(at, value)| Figure {
            value,
            interval: value.and_then(|_| interval(at)),
        })
        .collect()
}

/// The confidence at which percentiles of so few units cover about `confidence`.
pub fn widened(confidence: f64, units: usize) -> f64 {
    if units < 2 {
        return confidence;
    }
    let units = units as f64;
    let limit = beta::student_limit(units - 1.0, confidence) * libm::sqrt(units / (units - 1.0));
    (1.0 - 2.0 * normal::cdf(-limit)).min(CONFIDENCE_MAX)
}
