//! Least squares for a model that is dear to ask and a little rough: few parameters in a box,
//! central differences over steps wide enough to tell a slope from noise, and errors of what was
//! fitted.

use super::regress::{RegressionError, solve};

/// Damping to begin with, as a part of each column's own square (Marquardt 1963).
const FIRST_DAMPING: f64 = 1e-3;

/// Least damping after a refused step: one that at least halves the next.
const DAMPING_AFTER_REFUSAL: f64 = 1.0;

/// Dampings that are weighed against each other for a step, each ten times the last.
const DAMPINGS_TRIED: u32 = 8;

/// What is fitted.
pub trait Model {
    /// Why it cannot be asked at all.
    type Error;
    /// Residuals, each in units of its error, at every point in order; `None` where the model has
    /// none. Points come in batches so that they can be computed side by side.
    fn residuals(&mut self, points: &[Vec<f64>]) -> Result<Vec<Option<Vec<f64>>>, Self::Error>;
}

/// How to search. All parameters have the same range: scale them to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Search {
    /// Least value of a parameter.
    pub low: f64,
    /// Largest.
    pub high: f64,
    /// Distance to either side at which slopes are taken.
    pub step: f64,
    /// A step that promises less of the sum of squares is not worth its price.
    pub worthwhile: f64,
    /// Accepted steps at most.
    pub steps_most: u32,
    /// Refused steps in a row that mean that the model's roughness hides what is left to gain.
    pub refusals_most: u32,
}

/// Why the search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Nothing worth a step is left.
    Converged,
    /// Steps that the slopes promise something of gain nothing.
    Rough,
    /// Out of steps.
    Unfinished,
}

/// Where the search ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Minimum {
    /// The parameters.
    pub point: Vec<f64>,
    /// Residuals there.
    pub residuals: Vec<f64>,
    /// The slopes there.
    pub slopes: Slopes,
    /// Accepted steps.
    pub steps: u32,
    /// Why it ended.
    pub ended: Ended,
}

/// Derivatives of the residuals by central differences.
#[derive(Debug, Clone, PartialEq)]
pub struct Slopes {
    /// By parameter, then by residual.
    pub columns: Vec<Vec<f64>>,
    /// By parameter, the two points that its column was taken between.
    pub between: Vec<[Vec<f64>; 2]>,
}

/// Sum of squares.
pub fn squares(residuals: &[f64]) -> f64 {
    residuals.iter().map(|residual| residual * residual).sum()
}

/// Searches from `start`, which must lie in the box, with `residuals` known there, by Levenberg's
/// and Marquardt's method: steps are damped where the model is no plane, and end at the box.
pub fn minimise<M: Model>(
    model: &mut M,
    start: Vec<f64>,
    residuals: Vec<f64>,
    search: &Search,
) -> Result<Minimum, M::Error> {
    let (mut point, mut residuals) = (start, residuals);
    let mut damping = FIRST_DAMPING;
    let mut steps = 0;
    loop {
        let slopes = slopes(model, &point, &residuals, search)?;
        let mut refusals = 0;
        let ended = loop {
            let (next, promised) = step(&point, &residuals, &slopes, damping, search);
            if promised < search.worthwhile {
                break Some(if refusals == 0 {
                    Ended::Converged
                } else {
                    Ended::Rough
                });
            }
            if steps == search.steps_most {
                break Some(Ended::Unfinished);
            }
            let there = model
                .residuals(std::slice::from_ref(&next))?
                .pop()
                .flatten();
            if let Some(there) = there.filter(|there| squares(there) < squares(&residuals)) {
                (point, residuals) = (next, there);
                damping = (0.1 * damping).max(FIRST_DAMPING);
                steps += 1;
                break None;
            }
            refusals += 1;
            if refusals == search.refusals_most {
                break Some(Ended::Rough);
            }
            damping = (10.0 * damping).max(DAMPING_AFTER_REFUSAL);
        };
        if let Some(ended) = ended {
            return Ok(Minimum {
                point,
                residuals,
                slopes,
                steps,
                ended,
            });
        }
    }
}

/// Slopes at a point; towards a side where the model has no value, from the point itself.
fn slopes<M: Model>(
    model: &mut M,
    point: &[f64],
    residuals: &[f64],
    search: &Search,
) -> Result<Slopes, M::Error> {
    let at = |parameter: usize, distance: f64| {
        let mut moved = point.to_vec();
        moved[parameter] = (moved[parameter] + distance).clamp(search.low, search.high);
        moved
    };
    let sides = |parameter| [at(parameter, -search.step), at(parameter, search.step)];
    let asked: Vec<_> = (0..point.len()).flat_map(sides).collect();
    let found = model.residuals(&asked)?;
    let mut slopes = Slopes {
        columns: Vec::new(),
        between: Vec::new(),
    };
    for parameter in 0..point.len() {
        let side = |index: usize| match &found[2 * parameter + index] {
            Some(there) => (asked[2 * parameter + index].clone(), there.as_slice()),
            None => (point.to_vec(), residuals),
        };
        let ((low, below), (high, above)) = (side(0), side(1));
        let width = high[parameter] - low[parameter];
        let slope = |(above, below): (&f64, &f64)| match width {
            0.0 => 0.0,
            width => (above - below) / width,
        };
        slopes
            .columns
            .push(above.iter().zip(below).map(slope).collect());
        slopes.between.push([low, high]);
    }
    Ok(slopes)
}

/// The damped step inside the box that promises most, with that promise. Undamped is best where
/// the box is far; beside it more damping can be, for the step turns towards the steepest descent.
fn step(
    point: &[f64],
    residuals: &[f64],
    slopes: &Slopes,
    damping: f64,
    search: &Search,
) -> (Vec<f64>, f64) {
    let now = squares(residuals);
    let mut best = (point.to_vec(), 0.0);
    let mut damping = damping;
    for _ in 0..DAMPINGS_TRIED {
        let next = inside(point, residuals, &slopes.columns, damping, search);
        let promised = now - predicted(point, &next, residuals, slopes);
        if promised > best.1 {
            best = (next, promised);
        }
        damping *= 10.0;
    }
    best
}

/// The damped step for one damping: what would leave the box farthest is held at its edge, one
/// parameter after the other, and the rest solved again.
fn inside(
    point: &[f64],
    residuals: &[f64],
    columns: &[Vec<f64>],
    damping: f64,
    search: &Search,
) -> Vec<f64> {
    let mut next = point.to_vec();
    let mut rest = residuals.to_vec();
    let mut free: Vec<usize> = (0..point.len()).collect();
    loop {
        let moves = damped(&rest, columns, &free, damping);
        let beyond = |value: f64| (search.low - value).max(value - search.high);
        let reached = free.iter().zip(&moves);
        let reached: Vec<f64> = reached.map(|(&free, by)| point[free] + by).collect();
        let farthest = (0..free.len())
            .max_by(|&one, &other| beyond(reached[one]).total_cmp(&beyond(reached[other])));
        let Some(farthest) = farthest.filter(|&at| beyond(reached[at]) > 0.0) else {
            for (&parameter, value) in free.iter().zip(reached) {
                next[parameter] = value;
            }
            return next;
        };
        let held = free.remove(farthest);
        next[held] = reached[farthest].clamp(search.low, search.high);
        for (residual, slope) in rest.iter_mut().zip(&columns[held]) {
            *residual += slope * (next[held] - point[held]);
        }
    }
}

/// The step of the free parameters that minimises |r + J d|^2 + damping |D d|^2, D being the
/// lengths of J's columns: least squares with a row more a parameter.
fn damped(residuals: &[f64], columns: &[Vec<f64>], free: &[usize], damping: f64) -> Vec<f64> {
    let count = free.len();
    let extended: Vec<Vec<f64>> = free
        .iter()
        .enumerate()
        .map(|(at, &parameter)| {
            let mut column = columns[parameter].clone();
            let length = libm::sqrt(squares(&column));
            // One without any say stays where it is.
            let length = if length > 0.0 { length } else { 1.0 };
            column.extend(vec![0.0; count]);
            column[residuals.len() + at] = libm::sqrt(damping) * length;
            column
        })
        .collect();
    let mut wanted: Vec<f64> = residuals.iter().map(|residual| -residual).collect();
    wanted.extend(vec![0.0; count]);
    // The damping's rows make columns independent; what is not finite promises nothing.
    solve(&extended, &wanted).unwrap_or_else(|_| vec![0.0; count])
}

/// Sum of squares at `next` if the slopes held all the way.
fn predicted(point: &[f64], next: &[f64], residuals: &[f64], slopes: &Slopes) -> f64 {
    let mut there = residuals.to_vec();
    for (parameter, column) in slopes.columns.iter().enumerate() {
        let by = next[parameter] - point[parameter];
        for (residual, slope) in there.iter_mut().zip(column) {
            *residual += slope * by;
        }
    }
    squares(&there)
}

/// How the fitted parameters follow the residuals: by parameter, then by residual, the
/// pseudo-inverse of the slopes.
///
/// # Errors
/// Where the residuals do not tell parameters apart, or are fewer than they.
pub fn followed(columns: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, RegressionError> {
    let residuals = columns.first().map_or(0, Vec::len);
    let mut followed = vec![Vec::with_capacity(residuals); columns.len()];
    for residual in 0..residuals {
        let mut unit = vec![0.0; residuals];
        unit[residual] = 1.0;
        for (row, value) in followed.iter_mut().zip(solve(columns, &unit)?) {
            row.push(value);
        }
    }
    Ok(followed)
}

/// Variance of what follows the residuals by `row` where these have this covariance.
pub fn variance(row: &[f64], covariance: &[Vec<f64>]) -> f64 {
    let along = |from: &Vec<f64>| from.iter().zip(row).map(|(c, r)| c * r).sum::<f64>();
    covariance
        .iter()
        .zip(row)
        .map(|(from, r)| r * along(from))
        .sum()
}

/// Covariance of the means over rows, each a draw of the same quantities; at least two rows.
pub fn covariance_of_means(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let count = rows.len() as f64;
    let quantities = rows.first().map_or(0, Vec::len);
    let mean = |at: usize| rows.iter().map(|row| row[at]).sum::<f64>() / count;
    let means: Vec<f64> = (0..quantities).map(mean).collect();
    let of = |one: usize, other: usize| {
        let product = |row: &Vec<f64>| (row[one] - means[one]) * (row[other] - means[other]);
        rows.iter().map(product).sum::<f64>() / ((count - 1.0) * count)
    };
    let row = |one| (0..quantities).map(|other| of(one, other)).collect();
    (0..quantities).map(row).collect()
}
