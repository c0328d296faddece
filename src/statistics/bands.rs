//! Quantiles of runs, with intervals that assume no distribution, and bands of them over time.

use super::beta::binomial_cdf;
use super::estimate::{Estimate, EstimateError, check, check_count, check_probability};

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
/// `confidence`; a limit for which there are too few values is infinite. Of few values near the ends
/// the straight line of the estimate can pass a limit, which then moves to it.
pub fn quantile_estimate(
    values: &[f64],
    p: f64,
    confidence: f64,
) -> Result<Estimate, EstimateError> {
    clustered_quantile(values, values.len(), p, confidence)
}

/// [`quantile_estimate`] of values that come in `clusters` of about one size, those of a cluster as alike as
/// may be: the limits are ranks among so many values, spread over all. Too wide where clusters differ little.
///
/// # Errors
/// If there are no values, fewer than clusters, or none of these.
pub fn clustered_quantile(
    values: &[f64],
    clusters: usize,
    p: f64,
    confidence: f64,
) -> Result<Estimate, EstimateError> {
    check(values, clusters.max(1))?;
    check_count("clusters", clusters)?;
    check_probability(p)?;
    check_probability(confidence)?;
    let ascending = sorted(values);
    let (low, high) = limits(clusters, p, confidence);
    let value = quantile(&ascending, p);
    let lower = |rank: usize| ascending[(rank - 1) * ascending.len() / clusters].min(value);
    let upper = |rank: usize| ascending[(rank * ascending.len()).div_ceil(clusters) - 1].max(value);
    Ok(Estimate {
        value,
        low: if low > 0 {
            lower(low)
        } else {
            f64::NEG_INFINITY
        },
        high: if high <= clusters {
            upper(high)
        } else {
            f64::INFINITY
        },
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

/// Bands over time: `series` holds the values of each run, by time, from the same first time on, and `clusters`
/// the cluster of each, runs of one in a row ([`clustered_quantile`]).
/// As many bands as the longest run has times. Runs that end early drop out; where ending goes with
/// the outcome, later bands are of the runs that went on and [`Band::runs`] says how many those are.
pub fn bands(
    series: &[Vec<f64>],
    clusters: &[u32],
    probabilities: &[f64],
    confidence: f64,
) -> Result<Vec<Band>, EstimateError> {
    let times = series.iter().map(Vec::len).max().unwrap_or(0);
    (0..times)
        .map(|time| {
            let runs = series.iter().zip(clusters);
            let there = runs.filter_map(|(run, cluster)| Some((*run.get(time)?, *cluster)));
            let (values, of): (Vec<f64>, Vec<u32>) = there.unzip();
            let clusters = of.chunk_by(|one, other| one == other).count();
            let quantiles = probabilities
                .iter()
                .map(|&p| clustered_quantile(&values, clusters, p, confidence))
                .collect::<Result<_, _>>()?;
            Ok(Band {
                runs: values.len(),
                quantiles,
            })
        })
        .collect()
}
