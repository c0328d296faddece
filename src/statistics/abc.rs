//! Approximate Bayesian computation: which parameters, drawn from their priors, gave what was
//! observed, without a likelihood.

use super::regress::{RegressionError, solve};

/// Draws needed for each coefficient of the adjustment.
const DRAWS_A_COEFFICIENT: usize = 5;

/// The draws that came near, adjusted to what was observed.
#[derive(Debug, Clone, PartialEq)]
pub struct Posterior {
    /// By parameter, its value in each accepted draw.
    pub values: Vec<Vec<f64>>,
    /// Weight of each accepted draw, above 0.
    pub weights: Vec<f64>,
    /// Distance within which draws were accepted, in units of the scales.
    pub tolerance: f64,
}

/// Why there is no posterior.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum AbcError {
    #[error(
        "{accepted} accepted runs are too few: {parameters} values and {measures} targets need {need}; \
         make more runs or accept a larger part"
    )]
    TooFew {
        accepted: usize,
        parameters: usize,
        measures: usize,
        need: usize,
    },
    #[error("target {measure} is the same in all runs, so that it tells nothing")]
    Constant { measure: usize },
    #[error("{0}")]
    Regression(#[from] RegressionError),
}

/// Rejection by Euclidean distance in units of each measure's standard deviation over all draws,
/// Epanechnikov weights 1 - (d/tolerance)^2, and the accepted parameters moved along their weighted
/// linear regression to what was observed (Beaumont, Zhang and Balding 2002, Genetics 162, 2025).
///
/// `parameters` and `measures` come by column, a value a draw, all finite; `part` in (0, 1] of the
/// draws is accepted, the farthest of which has weight 0 and falls out.
pub fn posterior(
    parameters: &[Vec<f64>],
    measures: &[Vec<f64>],
    observed: &[f64],
    part: f64,
) -> Result<Posterior, AbcError> {
    let draws = measures.first().map_or(0, Vec::len);
    let mut away = Vec::with_capacity(measures.len());
    for (measure, (values, &target)) in measures.iter().zip(observed).enumerate() {
        let scale = sd(values);
        if scale.is_nan() || scale <= 0.0 {
            return Err(AbcError::Constant { measure });
        }
        away.push(
            values
                .iter()
                .map(|value| (value - target) / scale)
                .collect::<Vec<_>>(),
        );
    }
    let distance = |draw: usize| {
        let squares = away.iter().map(|values| values[draw] * values[draw]);
        libm::sqrt(squares.sum())
    };
    let distances: Vec<f64> = (0..draws).map(distance).collect();
    let mut order: Vec<usize> = (0..draws).collect();
    order.sort_by(|&one, &other| distances[one].total_cmp(&distances[other]));
    let accepted = (libm::ceil(part * draws as f64) as usize).min(draws);
    let need = DRAWS_A_COEFFICIENT * (measures.len() + 1) + 1;
    if accepted < need {
        return Err(AbcError::TooFew {
            accepted,
            parameters: parameters.len(),
            measures: measures.len(),
            need,
        });
    }
    let tolerance = distances[order[accepted - 1]];
    order.truncate(accepted);
    order.retain(|&draw| distances[draw] < tolerance);
    // In the order of the draws, so that sums do not hang on ties.
    order.sort_unstable();
    let near = |draw: &usize| distances[*draw] / tolerance;
    let weights: Vec<f64> = order
        .iter()
        .map(|draw| 1.0 - near(draw) * near(draw))
        .collect();
    let away: Vec<Vec<f64>> = away.iter().map(|values| picked(values, &order)).collect();
    let values = parameters
        .iter()
        .map(|values| adjusted(&picked(values, &order), &away, &weights))
        .collect::<Result<_, _>>()?;
    Ok(Posterior {
        values,
        weights,
        tolerance,
    })
}

impl Posterior {
    /// Quantile of a parameter: the least value at which at least a part p of the weight is reached.
    pub fn quantile(&self, parameter: usize, p: f64) -> f64 {
        let values = &self.values[parameter];
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&one, &other| values[one].total_cmp(&values[other]));
        let wanted = p * self.weights.iter().sum::<f64>();
        let mut reached = 0.0;
        for &draw in &order {
            reached += self.weights[draw];
            if reached >= wanted {
                return values[draw];
            }
        }
        order.last().map_or(f64::NAN, |&draw| values[draw])
    }

    /// Draws without weights that would be as good: (sum w)^2 / sum w^2.
    pub fn effective_draws(&self) -> f64 {
        let sum: f64 = self.weights.iter().sum();
        sum * sum
            / self
                .weights
                .iter()
                .map(|weight| weight * weight)
                .sum::<f64>()
    }
}

/// Where an observed value lies among those of the draws: the part of them below it.
pub fn rank(values: &[f64], observed: f64) -> f64 {
    let below = values.iter().filter(|&&value| value < observed).count();
    below as f64 / values.len() as f64
}

/// The values less what their regression says of how far the measures are away.
fn adjusted(
    values: &[f64],
    away: &[Vec<f64>],
    weights: &[f64],
) -> Result<Vec<f64>, RegressionError> {
    let roots: Vec<f64> = weights.iter().map(|&weight| libm::sqrt(weight)).collect();
    let weighted = |column: &[f64]| column.iter().zip(&roots).map(|(x, r)| x * r).collect();
    let mut columns: Vec<Vec<f64>> = vec![roots.clone()];
    columns.extend(away.iter().map(|column| weighted(column)));
    let coefficients = solve(&columns, &weighted(values))?;
    let moved = |draw: usize| {
        let by = coefficients[1..].iter().zip(away);
        values[draw] - by.map(|(slope, column)| slope * column[draw]).sum::<f64>()
    };
    Ok((0..values.len()).map(moved).collect())
}

fn picked(values: &[f64], draws: &[usize]) -> Vec<f64> {
    draws.iter().map(|&draw| values[draw]).collect()
}

/// Standard deviation; NaN of fewer than two values.
fn sd(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum();
    libm::sqrt(squares / (count - 1.0))
}
