//! Rank correlation of parameters, imposed on any design row by row.

use super::normal;
use super::uniform::UNIT;

use std::f64::consts::PI;

/// Least pivot of the factor: below it, parameters determine one another.
const LEAST_PIVOT: f64 = 1e-10;

/// Spearman's rank correlation that two parameters shall have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Index of one parameter.
    pub first: usize,
    /// Index of the other.
    pub second: usize,
    /// Rank correlation in (-1, 1).
    pub spearman: f64,
}

/// Why correlations cannot be imposed.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum CorrelationError {
    /// No such parameter, or one with itself.
    #[error("parameters {first} and {second} of {dimensions} are no pair")]
    NoPair {
        /// Index of one parameter.
        first: usize,
        /// Index of the other.
        second: usize,
        /// Parameters there are.
        dimensions: usize,
    },
    /// A pair given twice.
    #[error("parameters {first} and {second} are correlated twice")]
    Twice {
        /// Index of one parameter.
        first: usize,
        /// Index of the other.
        second: usize,
    },
    /// Outside (-1, 1).
    #[error("a rank correlation of {spearman} is not between -1 and 1")]
    Range {
        /// The correlation.
        spearman: f64,
    },
    /// The correlations contradict one another.
    #[error(
        "the correlations are not positive definite: those of parameter {dimension} contradict \
         those among the parameters before it; bring them nearer to 0"
    )]
    NotPositiveDefinite {
        /// The first parameter that cannot be placed.
        dimension: usize,
    },
}

/// A Gaussian copula: makes independent uniforms dependent, keeping each uniform.
#[derive(Debug, Clone)]
pub struct Copula {
    /// Rows of the lower triangular Cholesky factor of the normals' correlations; `None` for a
    /// parameter that depends on none before it.
    rows: Vec<Option<Vec<f64>>>,
}

impl Copula {
    /// A copula whose normals have Pearson correlation 2 sin(pi spearman / 6), which is what gives
    /// their ranks the correlation asked for (Pearson 1907). Pairs not named are independent.
    pub fn new(dimensions: usize, pairs: &[Pair]) -> Result<Self, CorrelationError> {
        let mut matrix = vec![vec![0.0; dimensions]; dimensions];
        let mut named = Vec::new();
        for &Pair {
            first,
            second,
            spearman,
        } in pairs
        {
            if first == second || first.max(second) >= dimensions {
                return Err(CorrelationError::NoPair {
                    first,
                    second,
                    dimensions,
                });
            }
            let place = (first.max(second), first.min(second));
            if named.contains(&place) {
                return Err(CorrelationError::Twice { first, second });
            }
            named.push(place);
            let inside = -1.0 < spearman && spearman < 1.0;
            if !inside {
                return Err(CorrelationError::Range { spearman });
            }
            matrix[place.0][place.1] = 2.0 * libm::sin(PI * spearman / 6.0);
        }
        factor(&matrix)
    }

    /// The dependent row of an independent one: with z the normal quantiles of u and L the factor,
    /// the probabilities of L z. A parameter that depends on none before it keeps its u to the bit.
    /// The row must have the dimensions of the copula and lie in (0, 1); so does the result.
    pub fn apply(&self, row: &[f64]) -> Vec<f64> {
        assert_eq!(row.len(), self.rows.len(), "dimensions of the copula");
        let normals: Vec<f64> = row.iter().map(|&u| normal::quantile(u)).collect();
        let dependent = |(factors, &u): (&Option<Vec<f64>>, &f64)| {
            factors.as_ref().map_or(u, |factors| {
                let normal = factors.iter().zip(&normals).map(|(l, z)| l * z).sum();
                normal::cdf(normal).clamp(UNIT, 1.0 - UNIT)
            })
        };
        self.rows.iter().zip(row).map(dependent).collect()
    }
}

/// Cholesky's factor of the matrix with ones on the diagonal and these numbers below it.
fn factor(matrix: &[Vec<f64>]) -> Result<Copula, CorrelationError> {
    let mut lower: Vec<Vec<f64>> = Vec::new();
    for (i, correlations) in matrix.iter().enumerate() {
        let mut row: Vec<f64> = Vec::with_capacity(i + 1);
        for j in 0..i {
            let done: f64 = (0..j).map(|k| row[k] * lower[j][k]).sum();
            row.push((correlations[j] - done) / lower[j][j]);
        }
        let pivot = 1.0 - row.iter().map(|l| l * l).sum::<f64>();
        if pivot < LEAST_PIVOT {
            return Err(CorrelationError::NotPositiveDefinite { dimension: i });
        }
        row.push(libm::sqrt(pivot));
        lower.push(row);
    }
    let depends = |row: &Vec<f64>| row[..row.len() - 1].iter().any(|&l| l != 0.0);
    Ok(Copula {
        rows: lower
            .into_iter()
            .map(|row| depends(&row).then_some(row))
            .collect(),
    })
}
