//! The bootstrap (Efron 1979): how far a figure would move if the runs were drawn again.

use super::bands::{quantile, sorted};
use super::estimate::{EstimateError, check, check_probability};
use super::uniform::Uniforms;

/// How to resample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap {
    /// Resamples; 1000 give limits to about a tenth of their distance.
    pub replicates: u32,
    /// Probability that an interval is to cover, in (0, 1).
    pub confidence: f64,
    /// Seed of the resamples.
    pub seed: u64,
}

impl Bootstrap {
    /// Percentile intervals (low, high) of every figure that `statistic` gives, in its order.
    /// `statistic` is called with the indices of a resample: as many as there are units, each of
    /// 0..units, with replacement. Replicate r is the same whatever the number of replicates.
    pub fn intervals(
        &self,
        units: usize,
        statistic: impl Fn(&[usize]) -> Vec<f64>,
    ) -> Result<Vec<(f64, f64)>, EstimateError> {
        check_probability(self.confidence)?;
        let usable = |what, value: usize| {
            let error = EstimateError::Count { what, value };
            u32::try_from(value).ok().filter(|&n| n > 0).ok_or(error)
        };
        let count = usable("units to resample", units)?;
        usable("replicates", self.replicates as usize)?;
        let uniforms = Uniforms::new("bootstrap", self.seed);
        let mut columns: Vec<Vec<f64>> = Vec::new();
        for replicate in 0..self.replicates {
            let draw = |at| uniforms.below(replicate, at, count) as usize;
            let figures = statistic(&(0..count).map(draw).collect::<Vec<_>>());
            columns.resize_with(figures.len(), Vec::new);
            for (column, figure) in columns.iter_mut().zip(figures) {
                column.push(figure);
            }
        }
        let tail = 0.5 * (1.0 - self.confidence);
        let interval = |column: &Vec<f64>| {
            check(column, 1)?;
            let ascending = sorted(column);
            Ok((quantile(&ascending, tail), quantile(&ascending, 1.0 - tail)))
        };
        columns.iter().map(interval).collect()
    }
}
