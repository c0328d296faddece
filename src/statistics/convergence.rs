//! Whether there are runs enough: an estimate and its interval as runs are added.

use super::estimate::{Estimate, EstimateError};

/// The estimate from the first `count` runs, for each count. That is an account of how the study
/// converged only where more runs have the points of fewer first (the random design and Sobol's).
pub fn convergence<T>(
    runs: &[T],
    counts: &[usize],
    estimate: impl Fn(&[T]) -> Result<Estimate, EstimateError>,
) -> Result<Vec<(usize, Estimate)>, EstimateError> {
    let prefix = |count: usize| {
        let first = runs.get(..count).ok_or(EstimateError::TooFew {
            have: runs.len(),
            need: count,
        })?;
        Ok((count, estimate(first)?))
    };
    counts.iter().map(|&count| prefix(count)).collect()
}

/// `first`, twice that, and so on below `runs`, then `runs`: counts at which halving of an interval
/// by the square root law shows. `first` must not be 0.
pub fn doublings(first: usize, runs: usize) -> Vec<usize> {
    let below = std::iter::successors(Some(first), |count| count.checked_mul(2))
        .take_while(|&count| count < runs);
    below.chain([runs]).collect()
}
