//! Ordinary least squares for a handful of regressors, as for exponents.

use super::beta;
use super::estimate::Estimate;

/// Least sine of the angle between a regressor and the span of those before it.
const LEAST_SINE: f64 = 1e-10;

/// A coefficient of a fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficient {
    /// Its least-squares value.
    pub value: f64,
    /// Its standard error, sqrt(s^2 (X'X)^-1_jj), for errors that are alike and independent.
    pub standard_error: f64,
}

/// A least-squares fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// In the order of the columns.
    pub coefficients: Vec<Coefficient>,
    /// Observations less coefficients.
    pub degrees_of_freedom: usize,
    /// s: root of the residuals' sum of squares over the degrees of freedom.
    pub residual_sd: f64,
    /// 1 less the residuals' sum of squares over that about the mean of y; NaN where y is constant,
    /// possibly negative without a constant column.
    pub r_squared: f64,
}

/// Why there is no fit.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum RegressionError {
    #[error("regressor {column} has {have} values for {need} observations")]
    Length {
        column: usize,
        have: usize,
        need: usize,
    },
    #[error("{observations} observations are too few for {coefficients} coefficients")]
    TooFew {
        observations: usize,
        coefficients: usize,
    },
    #[error("{value} is not a finite number")]
    NotFinite { value: f64 },
    #[error("regressor {column} is 0 or determined by those before it; leave one of them out")]
    Singular { column: usize },
    #[error("{value} has no logarithm")]
    NoLogarithm { value: f64 },
}

impl Fit {
    /// A coefficient with its interval by Student's t. Confidence in (0, 1).
    pub fn interval(&self, coefficient: usize, confidence: f64) -> Estimate {
        let Coefficient {
            value,
            standard_error,
        } = self.coefficients[coefficient];
        let half = standard_error * beta::student_limit(self.degrees_of_freedom as f64, confidence);
        Estimate {
            value,
            low: value - half,
            high: value + half,
        }
    }
}

/// Fits y = sum of coefficient times column by Householder's QR of the columns scaled to length 1
/// (Golub 1965). A constant term is a column of ones ([`constant`]). More observations than
/// columns are needed, for the standard errors.
pub fn fit(columns: &[Vec<f64>], y: &[f64]) -> Result<Fit, RegressionError> {
    check(columns, y, columns.len() + 1)?;
    let solved = Solved::new(columns, y)?;
    let degrees_of_freedom = y.len() - columns.len();
    let residual = length(&solved.rotated[columns.len()..]);
    let residual_sd = residual / libm::sqrt(degrees_of_freedom as f64);
    let coefficients = solved
        .values()
        .into_iter()
        .enumerate()
        .map(|(j, value)| Coefficient {
            value,
            standard_error: residual_sd * inverse_row_length(&solved.triangle, j)
                / solved.lengths[j],
        })
        .collect();
    let mean = y.iter().sum::<f64>() / y.len() as f64;
    let about_mean: f64 = y.iter().map(|y| (y - mean) * (y - mean)).sum();
    Ok(Fit {
        coefficients,
        degrees_of_freedom,
        residual_sd,
        r_squared: 1.0 - residual * residual / about_mean,
    })
}

/// The coefficients alone, from at least as many observations as columns.
pub fn solve(columns: &[Vec<f64>], y: &[f64]) -> Result<Vec<f64>, RegressionError> {
    check(columns, y, columns.len())?;
    Ok(Solved::new(columns, y)?.values())
}

/// Columns scaled to length 1 and turned into a triangle, and y turned with them.
struct Solved {
    lengths: Vec<f64>,
    triangle: Vec<Vec<f64>>,
    rotated: Vec<f64>,
}

impl Solved {
    fn new(columns: &[Vec<f64>], y: &[f64]) -> Result<Self, RegressionError> {
        let lengths: Vec<f64> = columns.iter().map(|column| length(column)).collect();
        let mut scaled = Vec::with_capacity(columns.len());
        for (column, (values, &length)) in columns.iter().zip(&lengths).enumerate() {
            if length == 0.0 {
                return Err(RegressionError::Singular { column });
            }
            scaled.push(values.iter().map(|value| value / length).collect());
        }
        let mut rotated = y.to_vec();
        let triangle = triangularise(&mut scaled, &mut rotated)?;
        Ok(Self {
            lengths,
            triangle,
            rotated,
        })
    }

    fn values(&self) -> Vec<f64> {
        let values = back_substitute(&self.triangle, &self.rotated[..self.lengths.len()]);
        let lengths = self.lengths.iter();
        values
            .iter()
            .zip(lengths)
            .map(|(value, length)| value / length)
            .collect()
    }
}

/// A column of ones for the constant term of so many observations.
pub fn constant(observations: usize) -> Vec<f64> {
    vec![1.0; observations]
}

/// Fits y = c times the product of column^exponent, by least squares of the logarithms: coefficient
/// 0 is ln c, the others are the exponents in the order of the columns.
pub fn log_log(columns: &[Vec<f64>], y: &[f64]) -> Result<Fit, RegressionError> {
    let mut logarithms = vec![constant(y.len())];
    for column in columns {
        logarithms.push(logarithm(column)?);
    }
    fit(&logarithms, &logarithm(y)?)
}

/// Natural logarithms of positive numbers.
fn logarithm(values: &[f64]) -> Result<Vec<f64>, RegressionError> {
    let one = |&value: &f64| {
        let error = RegressionError::NoLogarithm { value };
        (value > 0.0).then(|| libm::log(value)).ok_or(error)
    };
    values.iter().map(one).collect()
}

/// Refuses ragged and infinite data, and fewer observations than `least`.
fn check(columns: &[Vec<f64>], y: &[f64], least: usize) -> Result<(), RegressionError> {
    let need = y.len();
    for (column, values) in columns.iter().enumerate() {
        let have = values.len();
        if have != need {
            return Err(RegressionError::Length { column, have, need });
        }
    }
    let bad = columns.iter().flatten().chain(y).find(|v| !v.is_finite());
    if let Some(&value) = bad {
        return Err(RegressionError::NotFinite { value });
    }
    let error = RegressionError::TooFew {
        observations: need,
        coefficients: columns.len(),
    };
    (need >= least).then_some(()).ok_or(error)
}

/// Euclidean length.
fn length(values: &[f64]) -> f64 {
    libm::sqrt(values.iter().map(|value| value * value).sum())
}

/// Reflects columns of length 1 and y until the columns are an upper triangle; gives its columns.
fn triangularise(
    columns: &mut [Vec<f64>],
    y: &mut [f64],
) -> Result<Vec<Vec<f64>>, RegressionError> {
    for j in 0..columns.len() {
        let (done, rest) = columns.split_at_mut(j + 1);
        let column = &mut done[j];
        // The part of the column outside the span of those before it: its sine, for its length is 1.
        let size = length(&column[j..]);
        if size < LEAST_SINE {
            return Err(RegressionError::Singular { column: j });
        }
        let diagonal = -size.copysign(column[j]);
        let mut mirror = column[j..].to_vec();
        mirror[0] -= diagonal;
        let half: f64 = 0.5 * mirror.iter().map(|m| m * m).sum::<f64>();
        for other in rest.iter_mut().map(Vec::as_mut_slice).chain([&mut *y]) {
            let along: f64 = mirror.iter().zip(&other[j..]).map(|(m, o)| m * o).sum();
            for (value, m) in other[j..].iter_mut().zip(&mirror) {
                *value -= along / half * m;
            }
        }
        column.truncate(j);
        column.push(diagonal);
    }
    Ok(columns.to_vec())
}

/// Solves R x = y for an upper triangle given by columns.
fn back_substitute(triangle: &[Vec<f64>], y: &[f64]) -> Vec<f64> {
    let mut x = y.to_vec();
    for j in (0..x.len()).rev() {
        x[j] /= triangle[j][j];
        for i in 0..j {
            x[i] -= triangle[j][i] * x[j];
        }
    }
    x
}

/// Length of row j of the inverse of the triangle: root of (R'R)^-1_jj. The row w solves w R = e_j.
fn inverse_row_length(triangle: &[Vec<f64>], j: usize) -> f64 {
    let mut row = vec![0.0; triangle.len()];
    for k in j..triangle.len() {
        let unit = if k == j { 1.0 } else { 0.0 };
        let done: f64 = (j..k).map(|i| row[i] * triangle[k][i]).sum();
        row[k] = (unit - done) / triangle[k][k];
    }
    length(&row)
}
