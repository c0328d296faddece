//! Sobol's sensitivity indices: which part of the output's variance each parameter accounts for.

use super::bootstrap::Bootstrap;
use super::design::{DesignError, Points};
use super::estimate::{Estimate, EstimateError, check};
use super::replicates::widened;

/// Saltelli's design over a base of N rows of 2k numbers. Of a base row, the first k are a point of
/// A, the last k one of B; it gives k + 2 rows: A, then A with parameter i from B for each i, then
/// B. Rows follow the base rows, so the design of a longer base has the shorter one's rows first
/// where the base does. Parameters must be independent: no copula.
#[derive(Debug, Clone)]
pub struct Saltelli<P> {
    base: P,
}

/// Parts of the variance that go with one parameter, with percentile bootstrap intervals over base rows, widened
/// for few of them ([`widened`]). Rows of a Sobol base are no independent draws: with fewer than 64 the intervals
/// cover less than they say, and only powers of two are balanced.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Indices {
    /// First order: V(E(y | x_i)) / V(y), by b (ab_i - a) averaged (Saltelli et al. 2010,
    /// Computer Physics Communications 181, 259; table 2, row b).
    pub first: Estimate,
    /// Total: E(V(y | all but x_i)) / V(y), by (a - ab_i)^2 / 2 averaged (Jansen 1999; row f).
    pub total: Estimate,
}

impl<P: Points> Saltelli<P> {
    /// Over a base of an even number of dimensions, two for every parameter.
    pub fn new(base: P) -> Result<Self, DesignError> {
        let dimensions = base.dimensions();
        if dimensions == 0 || !dimensions.is_multiple_of(2) {
            return Err(DesignError::OddBase { dimensions });
        }
        let rows = u32::try_from(dimensions / 2 + 2)
            .ok()
            .and_then(|block| base.rows().checked_mul(block));
        rows.ok_or(DesignError::TooManyRows)?;
        Ok(Self { base })
    }

    /// Rows a base row gives.
    fn block(&self) -> usize {
        self.dimensions() + 2
    }

    /// Indices of every parameter from the outputs of all rows, in order.
    pub fn indices(
        &self,
        outputs: &[f64],
        bootstrap: &Bootstrap,
    ) -> Result<Vec<Indices>, EstimateError> {
        let rows = self.rows() as usize;
        if outputs.len() != rows {
            let have = outputs.len();
            return Err(EstimateError::Mismatch { have, rows });
        }
        check(outputs, 2 * self.block())?;
        if outputs.iter().all(|output| *output == outputs[0]) {
            return Err(EstimateError::Constant);
        }
        // A constant changes no variance, but a mean far from 0 would cost the first order digits.
        let mean = outputs.iter().sum::<f64>() / outputs.len() as f64;
        let centred: Vec<f64> = outputs.iter().map(|output| output - mean).collect();
        let blocks: Vec<&[f64]> = centred.chunks_exact(self.block()).collect();
        let all: Vec<usize> = (0..blocks.len()).collect();
        let values = parts(&blocks, &all);
        let wide = Bootstrap {
            confidence: widened(bootstrap.confidence, blocks.len()),
            ..*bootstrap
        };
        let intervals = wide.intervals(blocks.len(), |chosen| parts(&blocks, chosen))?;
        let estimate = |at: usize| Estimate {
            value: values[at],
            low: intervals[at].0,
            high: intervals[at].1,
        };
        let indices = |parameter| Indices {
            first: estimate(2 * parameter),
            total: estimate(2 * parameter + 1),
        };
        Ok((0..self.dimensions()).map(indices).collect())
    }
}

/// First and total index of every parameter in turn, from the chosen base rows' outputs. NaN or
/// infinite where those do not vary.
fn parts(blocks: &[&[f64]], chosen: &[usize]) -> Vec<f64> {
    let parameters = blocks[0].len() - 2;
    let count = chosen.len() as f64;
    let (mut sum, mut squares) = (0.0, 0.0);
    let mut totals = vec![0.0; 2 * parameters];
    for &at in chosen {
        let block = blocks[at];
        let (a, b) = (block[0], block[parameters + 1]);
        sum += a + b;
        squares += a * a + b * b;
        for parameter in 0..parameters {
            let change = block[1 + parameter] - a;
            totals[2 * parameter] += b * change;
            totals[2 * parameter + 1] += 0.5 * change * change;
        }
    }
    let mean = sum / (2.0 * count);
    let variance = squares / (2.0 * count) - mean * mean;
    totals
        .iter()
        .map(|total| total / count / variance)
        .collect()
}

impl<P: Points> Points for Saltelli<P> {
    fn rows(&self) -> u32 {
        self.base.rows() * self.block() as u32
    }

    fn dimensions(&self) -> usize {
        self.base.dimensions() / 2
    }

    fn point(&self, row: u32) -> Vec<f64> {
        let (parameters, block) = (self.dimensions(), self.block() as u32);
        let mut both = self.base.point(row / block);
        let place = (row % block) as usize;
        if place == parameters + 1 {
            return both.split_off(parameters);
        }
        if let Some(parameter) = place.checked_sub(1) {
            both[parameter] = both[parameters + parameter];
        }
        both.truncate(parameters);
        both
    }
}
