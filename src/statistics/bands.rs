//! Quantiles of runs, with intervals that assume no distribution, and bands of them over time.

use super::beta::binomial_cdf;
use super::estimate::{Estimate, EstimateError, check, check_probability};

/// What the runs say at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Runs that have a value at this time; those that ended earlier have no say.
    pub runs: usize,
    /// One a probability asked for.
    pub quantiles: Vec<Estimate>,
}

/// Values in ascending order; none may be NaN.
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The quantile of ascending values by definition 7 of Hyndman and Fan (1996): a straight line
/// between the order statistics around h = (n - 1) p. There must be a value; p in [0, 1].
pub fn quantile(ascending: &[f64], p: f64) -> f64 {
    let place = (ascending.len() - 1) as f64 * p;
    let at = place as usize;
    let above = ascending[(at + 1).min(ascending.len() - 1)];
    ascending[at] + (place - at as f64) * (above - ascending[at])
}

/// A quantile with its distribution-free confidence interval (Conover 1999, section 3.2): the order
/// statistics X(l) and X(r) with the largest l of P(B < l) <= a/2 and the least r of
/// P(B >= r) <= a/2, where B is binomial(n, p) and a = 1 - confidence. It covers at least
/// `confidence`; a limit for which there are too few values is infinite.
pub fn quantile_estimate(
    values: &[f64],
    p: f64,
    confidence: f64,
) -> Result<Estimate, EstimateError> {
    check(values, 1)?;
    check_probability(p)?;
    check_probability(confidence)?;
    let ascending = sorted(values);
    let (low, high) = limits(ascending.len(), p, confidence);
    let order_statistic = |rank: usize| match rank {
        0 => f64::NEG_INFINITY,
        rank => ascending.get(rank - 1).copied().unwrap_or(f64::INFINITY),
    };
    Ok(Estimate {
        value: quantile(&ascending, p),
        low: order_statistic(low),
        high: order_statistic(high),
    })
}

/// Ranks l and r, from 1, of the limits of a quantile; 0 and n + 1 where there is none.
fn limits(n: usize, p: f64, confidence: f64) -> (usize, usize) {
    let tail = 0.5 * (1.0 - confidence);
    // P(B < rank) rises with rank.
    let first = |wanted: &dyn Fn(f64) -> bool| {
        let (mut low, mut high) = (1, n + 1);
        while low < high {
            let rank = low + (high - low) / 2;
            if wanted(binomial_cdf(rank - 1, n, p)) {
                high = rank;
            } else {
                low = rank + 1;
            }
        }
        low
    };
    (
        first(&|below| below > tail) - 1,
        first(&|below| 1.0 - below <= tail),
    )
}

/// Bands over time: `series` holds the values of each run, by time, from the same first time on.
/// As many bands as the longest run has times. Runs that end early drop out; where ending goes with
/// the outcome, later bands are of the runs that went on and [`Band::runs`] says how many those are.
pub fn bands(
    series: &[Vec<f64>],
    probabilities: &[f64],
    confidence: f64,
) -> Result<Vec<Band>, EstimateError> {
    let times = series.iter().map(Vec::len).max().unwrap_or(0);
    (0..times)
        .map(|time| {
            let values: Vec<f64> = series
                .iter()
                .filter_map(|run| run.get(time).copied())
                .collect();
            let quantiles = probabilities
                .iter()
                .map(|&p| quantile_estimate(&values, p, confidence))
                .collect::<Result<_, _>>()?;
            Ok(Band {
                runs: values.len(),
                quantiles,
            })
        })
        .collect()
}
