//! How likely something is, from the runs in which it happened.

use super::beta;
use super::estimate::{Estimate, EstimateError, check_count, check_probability};
use super::normal;
use super::survival::Observation;

/// Refuses no trials, and more successes than trials.
fn check_counts(successes: usize, trials: usize, confidence: f64) -> Result<(), EstimateError> {
    check_probability(confidence)?;
    if trials == 0 {
        return Err(EstimateError::TooFew { have: 0, need: 1 });
    }
    let error = EstimateError::Count {
        what: "successes",
        value: successes,
    };
    (successes <= trials).then_some(()).ok_or(error)
}

/// A proportion with Wilson's score interval (1927): the chances p whose standard error
/// sqrt(p (1 - p) / n) puts the observed share within z of them. Its coverage is near `confidence`
/// on average over p.
pub fn wilson(successes: usize, trials: usize, confidence: f64) -> Result<Estimate, EstimateError> {
    clustered_wilson(successes, trials, trials, confidence)
}

/// [`wilson`] where trials come in `clusters`, those of a cluster as alike as may be: the interval of the same
/// share among so many trials. Too wide where clusters differ little.
///
/// # Errors
/// If there is no trial or no cluster, or there are more successes or clusters than trials.
pub fn clustered_wilson(
    successes: usize,
    trials: usize,
    clusters: usize,
    confidence: f64,
) -> Result<Estimate, EstimateError> {
    check_counts(successes, trials, confidence)?;
    check_counts(clusters, trials, confidence)?;
    check_count("clusters", clusters)?;
    let n = clusters as f64;
    let share = successes as f64 / trials as f64;
    let z = normal::quantile(0.5 + 0.5 * confidence);
    let weight = 1.0 + z * z / n;
    let centre = share + z * z / (2.0 * n);
    let spread = z * libm::sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n));
    Ok(Estimate {
        value: share,
        // At the ends the limit is the end itself; the root misses it by rounding.
        low: if successes == 0 {
            0.0
        } else {
            (centre - spread) / weight
        },
        high: if successes == trials {
            1.0
        } else {
            (centre + spread) / weight
        },
    })
}

/// A proportion with the interval of Clopper and Pearson (1934): the chances p under which neither
/// so few nor so many successes are rarer than (1 - confidence) / 2. Covers at least `confidence`.
pub fn clopper_pearson(
    successes: usize,
    trials: usize,
    confidence: f64,
) -> Result<Estimate, EstimateError> {
    check_counts(successes, trials, confidence)?;
    let (k, n) = (successes as f64, trials as f64);
    let tail = 0.5 * (1.0 - confidence);
    Ok(Estimate {
        value: k / n,
        low: if successes == 0 {
            0.0
        } else {
            beta::inverse(k, n - k + 1.0, tail)
        },
        high: if successes == trials {
            1.0
        } else {
            beta::inverse(k + 1.0, n - k, 1.0 - tail)
        },
    })
}

/// The chance that the target is reached within `time`, with Wilson's interval. An error if a run
/// ended before `time` without reaching it, for then its answer is not known:
/// [`super::survival::Survival`] takes such runs.
pub fn reached_within(
    observations: &[Observation],
    time: f64,
    confidence: f64,
) -> Result<Estimate, EstimateError> {
    let unknown = |run: &&Observation| !run.reached && run.time < time;
    let runs = observations.iter().filter(unknown).count();
    if runs > 0 {
        return Err(EstimateError::Censored { runs, time });
    }
    let reached = |run: &&Observation| run.reached && run.time <= time;
    let successes = observations.iter().filter(reached).count();
    wilson(successes, observations.len(), confidence)
}
