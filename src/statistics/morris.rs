//! Screening by elementary effects (Morris 1991; mu* of Campolongo, Cariboni and Saltelli 2007).

use super::bootstrap::Bootstrap;
use super::design::{DesignError, Points, permutation};
use super::estimate::{Estimate, EstimateError, check};
use super::replicates::widened;
use super::uniform::Uniforms;

/// Trajectories over a grid of p levels: each starts at random and moves every parameter once, in
/// random order, by p/2 levels up or down. Level l is the quantile (l + 0.5) / p, the middle of
/// one of p equally likely parts, so that no parameter is at an infinite end.
///
/// Rows are trajectory after trajectory, of k + 1 points each; more trajectories have the points of
/// fewer first.
#[derive(Debug, Clone)]
pub struct Morris {
    trajectories: u32,
    dimensions: u32,
    levels: u32,
    starts: Uniforms,
    orders: Uniforms,
}

/// What moving one parameter does. Effects are the change of the output over the step
/// D = p / (2 (p - 1)): per crossing of the grid from its lowest level to its highest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// Mean of the effects.
    pub mu: f64,
    /// Mean of their magnitudes, with its bootstrap interval over trajectories ([`widened`]).
    pub mu_star: Estimate,
    /// Their standard deviation, over n - 1: curvature and interactions. 0 for a linear output.
    pub sigma: f64,
}

impl Morris {
    /// `levels` must be even. Moving by half of them leaves every level equally likely.
    pub fn new(
        trajectories: u32,
        dimensions: usize,
        levels: u32,
        seed: u64,
    ) -> Result<Self, DesignError> {
        if trajectories == 0 || levels == 0 {
            return Err(DesignError::Empty);
        }
        if !levels.is_multiple_of(2) {
            return Err(DesignError::OddLevels { levels });
        }
        let rows = u32::try_from(dimensions)
            .ok()
            .and_then(|dimensions| trajectories.checked_mul(dimensions.checked_add(1)?));
        rows.ok_or(DesignError::TooManyRows)?;
        Ok(Self {
            trajectories,
            dimensions: dimensions as u32,
            levels,
            starts: Uniforms::new("morris, start", seed),
            orders: Uniforms::new("morris, order", seed),
        })
    }

    /// The step D = p / (2 (p - 1)), as a part of the way from the lowest level to the highest.
    pub fn step(&self) -> f64 {
        f64::from(self.levels) / (2.0 * f64::from(self.levels - 1))
    }

    /// The lower of a parameter's two levels in a trajectory, and whether it moves up from there.
    fn start(&self, trajectory: u32, dimension: u32) -> (u32, bool) {
        let place = self.starts.below(trajectory, dimension, self.levels);
        (place / 2, place.is_multiple_of(2))
    }

    /// Elementary effects of every parameter, by trajectory.
    fn elementary(&self, outputs: &[f64]) -> Vec<Vec<f64>> {
        let mut effects = vec![Vec::new(); self.dimensions as usize];
        let trajectories = outputs.chunks_exact(self.dimensions as usize + 1);
        for (trajectory, values) in (0..self.trajectories).zip(trajectories) {
            let order = permutation(&self.orders, trajectory, self.dimensions);
            for (&dimension, pair) in order.iter().zip(values.windows(2)) {
                let (_, up) = self.start(trajectory, dimension);
                let change = if up {
                    pair[1] - pair[0]
                } else {
                    pair[0] - pair[1]
                };
                effects[dimension as usize].push(change / self.step());
            }
        }
        effects
    }

    /// Effects from the outputs of all rows, in order; at least two trajectories.
    pub fn effects(
        &self,
        outputs: &[f64],
        bootstrap: &Bootstrap,
    ) -> Result<Vec<Effect>, EstimateError> {
        let rows = self.rows() as usize;
        if outputs.len() != rows {
            let have = outputs.len();
            return Err(EstimateError::Mismatch { have, rows });
        }
        check(outputs, 2 * (self.dimensions as usize + 1))?;
        let effects = self.elementary(outputs);
        let count = self.trajectories as usize;
        let wide = Bootstrap {
            confidence: widened(bootstrap.confidence, count),
            ..*bootstrap
        };
        let intervals = wide.intervals(count, |chosen| {
            let magnitude = |of: &Vec<f64>| mean(chosen.iter().map(|&at| of[at].abs()));
            effects.iter().map(magnitude).collect()
        })?;
        let summary = |(effects, (low, high)): (&Vec<f64>, (f64, f64))| {
            let mu = mean(effects.iter().copied());
            let squares: f64 = effects.iter().map(|e| (e - mu) * (e - mu)).sum();
            Effect {
                mu,
                mu_star: Estimate {
                    value: mean(effects.iter().map(|effect| effect.abs())),
                    low,
                    high,
                },
                sigma: libm::sqrt(squares / (effects.len() - 1) as f64),
            }
        };
        Ok(effects.iter().zip(intervals).map(summary).collect())
    }
}

/// The mean, summed in order.
fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

impl Points for Morris {
    fn rows(&self) -> u32 {
        self.trajectories * (self.dimensions + 1)
    }

    fn dimensions(&self) -> usize {
        self.dimensions as usize
    }

    fn point(&self, row: u32) -> Vec<f64> {
        assert!(row < self.rows(), "row {row} of {}", self.rows());
        let (trajectory, moves) = (row / (self.dimensions + 1), row % (self.dimensions + 1));
        let order = permutation(&self.orders, trajectory, self.dimensions);
        let moved = &order[..moves as usize];
        (0..self.dimensions)
            .map(|dimension| {
                let (low, up) = self.start(trajectory, dimension);
                let is_high = up == moved.contains(&dimension);
                let level = low + if is_high { self.levels / 2 } else { 0 };
                (f64::from(level) + 0.5) / f64::from(self.levels)
            })
            .collect()
    }
}
