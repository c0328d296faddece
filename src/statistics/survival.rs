//! Time until a target is reached, from runs of which some end before (right censoring).

use super::estimate::{Estimate, EstimateError, check, check_count, check_probability};
use super::normal;
use super::proportion::wilson;

/// Slack in comparing a product of shares with a probability.
const ROUNDING: f64 = 1e-12;

/// When a run reached the target, or ended without.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Time of reaching or ending, in any one unit.
    pub time: f64,
    /// Whether the target was reached; otherwise the run is censored at `time`.
    pub reached: bool,
}

/// A time at which some run reached the target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The time.
    pub time: f64,
    /// Runs that had neither reached nor ended before.
    pub at_risk: usize,
    /// Runs that reached the target now.
    pub events: usize,
    /// Share that has not reached it, from now on: the product of 1 - events / at_risk.
    pub survival: f64,
    /// Greenwood's sum of events / (at_risk (at_risk - events)), the variance of ln(survival).
    pub greenwood: f64,
}

/// The estimate of Kaplan and Meier (1958).
#[derive(Debug, Clone, PartialEq)]
pub struct Survival {
    steps: Vec<Step>,
    /// When each run reached the target or ended, ascending.
    times: Vec<f64>,
    clusters: usize,
}

impl Survival {
    /// From at least one run, in any order. Runs that end at a time at which others reach the
    /// target count as at risk there.
    pub fn new(observations: &[Observation]) -> Result<Self, EstimateError> {
        let times: Vec<f64> = observations.iter().map(|run| run.time).collect();
        check(&times, 1)?;
        let mut runs = observations.to_vec();
        runs.sort_by(|a, b| a.time.total_cmp(&b.time));
        let mut at_risk = runs.len();
        let (mut survival, mut greenwood) = (1.0, 0.0);
        let mut steps = Vec::new();
        for group in runs.chunk_by(|a, b| a.time == b.time) {
            let events = group.iter().filter(|run| run.reached).count();
            if events > 0 {
                let (risk, left) = (at_risk as f64, (at_risk - events) as f64);
                survival *= left / risk;
                greenwood += events as f64 / (risk * left);
                steps.push(Step {
                    time: group[0].time,
                    at_risk,
                    events,
                    survival,
                    greenwood,
                });
            }
            at_risk -= group.len();
        }
        let clusters = runs.len();
        let times = runs.iter().map(|run| run.time).collect();
        Ok(Self {
            steps,
            times,
            clusters,
        })
    }

    /// The same with limits for runs that come in so many clusters, those of a cluster as alike as may be:
    /// Greenwood's sum times runs a cluster.
    ///
    /// # Errors
    /// If there is no cluster.
    pub fn in_clusters(self, clusters: usize) -> Result<Self, EstimateError> {
        check_count("clusters", clusters)?;
        Ok(Self { clusters, ..self })
    }

    /// Runs a cluster.
    fn per_cluster(&self) -> f64 {
        self.times.len() as f64 / self.clusters as f64
    }

    /// The times at which runs reached the target, ascending.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Share of runs that have not reached the target by `time`, with the interval of the
    /// log(-log) scale (Kalbfleisch and Prentice 1980): S^exp(+-z se / ln S), se^2 Greenwood's sum.
    /// Before the first event it is 1, and its limits are Wilson's for none of the runs that came so far without
    /// it. Beyond the last observation nothing is known but that it does not rise, so the lower limit is 0.
    pub fn at(&self, time: f64, confidence: f64) -> Result<Estimate, EstimateError> {
        check_probability(confidence)?;
        let reached = self.steps.partition_point(|step| step.time <= time);
        let limits = self.limits(confidence);
        let mut estimate = match reached.checked_sub(1) {
            Some(at) => limits[at],
            None => self.untouched(time, confidence)?,
        };
        if self.times.last().is_none_or(|last| time > *last) {
            estimate.low = 0.0;
        }
        Ok(estimate)
    }

    /// Survival while nobody has reached the target.
    fn untouched(&self, time: f64, confidence: f64) -> Result<Estimate, EstimateError> {
        let at_risk = self.times.len() - self.times.partition_point(|end| *end < time);
        let clusters = at_risk as f64 / self.per_cluster();
        let low = match libm::floor(clusters) as usize {
            0 => 0.0,
            clusters => 1.0 - wilson(0, clusters, confidence)?.high,
        };
        Ok(Estimate {
            value: 1.0,
            low,
            high: 1.0,
        })
    }

    /// Share of runs that have reached the target by `time`: 1 less [`Survival::at`].
    pub fn reached_by(&self, time: f64, confidence: f64) -> Result<Estimate, EstimateError> {
        let left = self.at(time, confidence)?;
        Ok(Estimate {
            value: 1.0 - left.value,
            low: 1.0 - left.high,
            high: 1.0 - left.low,
        })
    }

    /// The time by which a share p of runs reach the target: the first with S <= 1 - p. Its limits
    /// are the first times at which the lower and the upper limit of S are so low (Brookmeyer and
    /// Crowley 1982). Infinite where that never happens.
    pub fn quantile(&self, p: f64, confidence: f64) -> Result<Estimate, EstimateError> {
        check_probability(p)?;
        check_probability(confidence)?;
        let limits = self.limits(confidence);
        let first = |of: fn(&Estimate) -> f64| {
            let low_enough = |estimate| of(estimate) <= 1.0 - p + ROUNDING;
            let at = limits.iter().position(low_enough);
            at.map_or(f64::INFINITY, |at| self.steps[at].time)
        };
        Ok(Estimate {
            value: first(|estimate| estimate.value),
            low: first(|estimate| estimate.low),
            high: first(|estimate| estimate.high),
        })
    }

    /// Survival with its limits from each step on. When nobody is left there is no variance to go
    /// by: the lower limit is 0, the upper stays.
    fn limits(&self, confidence: f64) -> Vec<Estimate> {
        let z = normal::quantile(0.5 + 0.5 * confidence);
        let mut last_high = 1.0;
        let limit = |step: &Step| {
            let value = step.survival;
            let (low, high) = if value > 0.0 {
                let logarithm = libm::log(value);
                let factor =
                    libm::exp(z * libm::sqrt(step.greenwood * self.per_cluster()) / -logarithm);
                (libm::exp(logarithm * factor), libm::exp(logarithm / factor))
            } else {
                (0.0, last_high)
            };
            last_high = high;
            Estimate { value, low, high }
        };
        self.steps.iter().map(limit).collect()
    }
}
