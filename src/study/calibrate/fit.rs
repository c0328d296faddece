//! Least squares of a scenario's runs to targets, and how well that determines the parameters.

use super::super::runner::Workers;
use super::found::{
    Bound, Calibration, FittedParameter, Identified, ReachedTarget, STEPS_MOST, warnings,
};
use super::problem::{Parameter, Problem};
use super::sampler::{Sample, Sampler, Watcher};
use super::{Halt, Request, unanswerable};
use crate::statistics::design::{Design, points};
use crate::statistics::least_squares::{
    Ended, Minimum, Model, Search, covariance_of_means, followed, minimise, squares, variance,
};
use crate::study::StudyError;

/// The search goes over quantiles of the ranges. Residuals come in standard errors of the targets:
/// 1e-4 of their square is a hundredth of one. A twentieth of a range to either side tells slopes
/// from the noise between runs that share seeds.
const SEARCH: Search = Search {
    low: 1e-6,
    high: 1.0 - 1e-6,
    step: 0.05,
    worthwhile: 1e-4,
    steps_most: STEPS_MOST,
    refusals_most: 4,
};

/// Starting points for each parameter.
const STARTS_A_PARAMETER: u32 = 8;

/// Standard deviation of a quantile that nothing is known of, 1/sqrt(12).
const IGNORANCE: f64 = 0.288_675_134_594_812_9;

/// Standard errors beyond which a target is missed, and within which a slope may be none.
const MISSED: f64 = 3.0;
const NO_SLOPE: f64 = 2.0;

/// Part of an exact target that it may be missed by where seeds make no difference.
const EXACT: f64 = 1e-6;

/// Fits; `None` if it was stopped.
///
/// # Errors
/// If no point of the ranges has the measures, or the number of starts does not fit.
pub fn fit(
    problem: &Problem,
    request: &Request,
    workers: Workers,
    watcher: &mut dyn Watcher,
) -> Result<Option<Calibration>, StudyError> {
    match search(problem, request, Sampler::new(problem, workers, watcher)) {
        Ok(calibration) => Ok(Some(calibration)),
        Err(Halt::Stopped) => Ok(None),
        Err(Halt::Failed(error)) => Err(error),
    }
}

fn search(
    problem: &Problem,
    request: &Request,
    mut sampler: Sampler<'_>,
) -> Result<Calibration, Halt> {
    let starts = starting_points(problem, request)?;
    let samples = sampler.samples(&starts)?;
    let usable: Vec<(&Vec<f64>, &Sample)> = starts
        .iter()
        .zip(&samples)
        .filter_map(|(point, sample)| Some((point, sample.as_ref().ok()?)))
        .collect();
    let errors = errors(problem, &usable);
    let scored = usable.iter().map(|(point, sample)| {
        let residuals = residuals(problem, &errors, sample);
        (squares(&residuals), point, residuals)
    });
    let best = scored.min_by(|one, other| one.0.total_cmp(&other.0));
    let Some((_, start, there)) = best else {
        let why = samples.iter().find_map(|sample| sample.as_ref().err());
        return Err(Halt::Failed(unanswerable(format!(
            "no run of {} points in the ranges has what is asked for ({})",
            starts.len(),
            why.map_or("", String::as_str)
        ))));
    };
    let start = (*start).clone();
    let mut fitted = Fitted { sampler, errors };
    let minimum = minimise(&mut fitted, start, there, &SEARCH)?;
    fitted.calibration(&minimum)
}

/// Sobol's points, and the file's own values.
fn starting_points(problem: &Problem, request: &Request) -> Result<Vec<Vec<f64>>, StudyError> {
    let dimensions = problem.parameters.len();
    let usual = STARTS_A_PARAMETER * dimensions as u32;
    let runs = request.starts.unwrap_or(usual);
    let design = Design::Sobol { runs };
    let laid_out = points(design, dimensions, problem.seeds.start);
    let mut starts = laid_out.map_err(|error| unanswerable(error.to_string()))?;
    starts.extend(problem.own_point(SEARCH.low, SEARCH.high));
    for u in starts.iter_mut().flatten() {
        *u = u.clamp(SEARCH.low, SEARCH.high);
    }
    Ok(starts)
}

/// The error that each target's residual is measured in: its standard deviation, or for an exact
/// one the Monte Carlo error, root mean square over the starting points.
fn errors(problem: &Problem, usable: &[(&Vec<f64>, &Sample)]) -> Vec<f64> {
    let of = |(index, target): (usize, &super::Target)| {
        let noise = usable.iter().map(|(_, sample)| noise(sample)[index]);
        let noise = libm::sqrt(noise.map(|e| e * e).sum::<f64>() / usable.len().max(1) as f64);
        let least = EXACT * target.value.abs().max(EXACT);
        target.sd.unwrap_or(noise.max(least))
    };
    problem.targets.iter().enumerate().map(of).collect()
}

/// Standard error of each target's mean over seeds.
fn noise(sample: &Sample) -> Vec<f64> {
    let covariance = covariance_of_means(&sample.rows);
    (0..covariance.len())
        .map(|index| libm::sqrt(covariance[index][index]))
        .collect()
}

/// Mean over seeds of each target's measure.
fn means(sample: &Sample) -> Vec<f64> {
    let count = sample.rows.len() as f64;
    let mean = |index| sample.rows.iter().map(|row| row[index]).sum::<f64>() / count;
    (0..sample.rows[0].len()).map(mean).collect()
}

fn residuals(problem: &Problem, errors: &[f64], sample: &Sample) -> Vec<f64> {
    let targets = problem.targets.iter().zip(errors);
    let residual =
        |(mean, (target, error)): (f64, (&super::Target, &f64))| (mean - target.value) / error;
    means(sample)
        .into_iter()
        .zip(targets)
        .map(residual)
        .collect()
}

/// A problem whose residuals have their units.
struct Fitted<'a> {
    sampler: Sampler<'a>,
    errors: Vec<f64>,
}

impl Model for Fitted<'_> {
    type Error = Halt;

    fn residuals(&mut self, points: &[Vec<f64>]) -> Result<Vec<Option<Vec<f64>>>, Halt> {
        let samples = self.sampler.samples(points)?;
        let problem = self.sampler.problem;
        let of =
            |sample: Result<Sample, String>| Some(residuals(problem, &self.errors, &sample.ok()?));
        Ok(samples.into_iter().map(of).collect())
    }
}

impl Fitted<'_> {
    fn calibration(mut self, minimum: &Minimum) -> Result<Calibration, Halt> {
        let problem = self.sampler.problem;
        let sample = self.sample(&minimum.point)?;
        let targets = self.targets(&sample);
        let parameters = self.parameters(minimum, &sample)?;
        let ended = match minimum.ended {
            Ended::Converged => "converged",
            Ended::Rough => "rough",
            Ended::Unfinished => "unfinished",
        };
        Ok(Calibration {
            scenario: problem.name.clone(),
            method: "least-squares",
            version: env!("CARGO_PKG_VERSION"),
            warnings: warnings(&parameters, &targets, minimum.ended),
            tied: problem.literals(&minimum.point).split_off(parameters.len()),
            chi2: targets
                .iter()
                .map(|target| target.deviation * target.deviation)
                .sum(),
            degrees_of_freedom: targets.len() - parameters.len(),
            parameters,
            targets,
            seeds: sample.rows.len() as u32,
            first_seed: problem.seeds.start,
            points: self.sampler.points(),
            steps: minimum.steps,
            ended,
            digest: sample.digest,
        })
    }

    /// What is known at a point that was run and has all measures.
    fn sample(&mut self, point: &[f64]) -> Result<Sample, Halt> {
        let sample = self.sampler.samples(&[point.to_vec()])?.remove(0);
        sample.map_err(|why| Halt::Failed(unanswerable(why)))
    }

    fn targets(&self, sample: &Sample) -> Vec<ReachedTarget> {
        let targets = self.sampler.problem.targets.iter().zip(&self.errors);
        let reached = means(sample).into_iter().zip(noise(sample));
        let of = |((target, error), (reached, noise)): ((&super::Target, &f64), (f64, f64))| {
            let sd = target.sd.unwrap_or(0.0);
            let spread = libm::sqrt(sd * sd + noise * noise);
            let spread = if spread > 0.0 { spread } else { *error };
            let deviation = (reached - target.value) / spread;
            ReachedTarget {
                measure: target.measure.clone(),
                target: target.value,
                sd: target.sd,
                reached,
                monte_carlo_error: noise,
                deviation,
                is_met: deviation.abs() <= MISSED,
            }
        };
        targets.zip(reached).map(of).collect()
    }

    fn parameters(
        &mut self,
        minimum: &Minimum,
        sample: &Sample,
    ) -> Result<Vec<FittedParameter>, Halt> {
        let problem = self.sampler.problem;
        let scaled = |row: &Vec<f64>| row.iter().zip(&self.errors).map(|(x, e)| x / e).collect();
        let rows: Vec<Vec<f64>> = sample.rows.iter().map(scaled).collect();
        let from_seeds = covariance_of_means(&rows);
        let from_targets = unit_where_uncertain(problem);
        let followed = followed(&minimum.slopes.columns).ok();
        let values = problem.values(&minimum.point);
        let mut found = Vec::new();
        for (index, parameter) in problem.parameters.iter().enumerate() {
            let u = minimum.point[index];
            let error = |covariance: &[Vec<f64>]| {
                let row = &followed.as_ref()?[index];
                Some(libm::sqrt(variance(row, covariance)))
            };
            let (targets, seeds) = (error(&from_targets), error(&from_seeds));
            let both = targets.zip(seeds);
            let both = both.map(|(targets, seeds)| libm::hypot(targets, seeds));
            let slope = value_per_quantile(parameter, u);
            let in_values = |error: Option<f64>| error.map(|error| error * slope);
            found.push(FittedParameter {
                key: parameter.key.clone(),
                unit: parameter.unit,
                start: parameter.start,
                fitted: values[index],
                standard_error: in_values(both),
                error_from_targets: in_values(targets),
                error_from_seeds: in_values(seeds),
                identified: if self.is_flat(minimum, index)? {
                    Identified::NoSlope
                } else if both.is_none_or(|error| error > IGNORANCE) {
                    Identified::TooWide
                } else {
                    Identified::Yes
                },
                on_bound: on_bound(u),
            });
        }
        Ok(found)
    }

    /// Does no target change with a parameter by more than twice the noise of that change?
    fn is_flat(&mut self, minimum: &Minimum, parameter: usize) -> Result<bool, Halt> {
        let [low, high] = &minimum.slopes.between[parameter];
        let (below, above) = (self.sample(low)?, self.sample(high)?);
        let pairs = above.rows.iter().zip(&below.rows);
        let less = |(above, below): (&Vec<f64>, &Vec<f64>)| {
            above.iter().zip(below).map(|(a, b)| a - b).collect()
        };
        let changes = Sample {
            rows: pairs.map(less).collect(),
            digest: String::new(),
        };
        let mut changed = means(&changes).into_iter().zip(noise(&changes));
        Ok(changed.all(|(change, noise)| change.abs() <= NO_SLOPE * noise))
    }
}

/// Covariance of the targets in units of the residuals' errors: exact ones have none.
fn unit_where_uncertain(problem: &Problem) -> Vec<Vec<f64>> {
    let count = problem.targets.len();
    let mut covariance = vec![vec![0.0; count]; count];
    for (index, target) in problem.targets.iter().enumerate() {
        covariance[index][index] = if target.sd.is_some() { 1.0 } else { 0.0 };
    }
    covariance
}

/// Derivative of a parameter's value by its quantile.
fn value_per_quantile(parameter: &Parameter, u: f64) -> f64 {
    let reach = 1e-3;
    let (low, high) = ((u - reach).max(SEARCH.low), (u + reach).min(SEARCH.high));
    let value = |u| parameter.distribution.quantile(u);
    (value(high) - value(low)) / (high - low)
}

fn on_bound(u: f64) -> Option<Bound> {
    if u <= SEARCH.low {
        Some(Bound::Lower)
    } else if u >= SEARCH.high {
        Some(Bound::Upper)
    } else {
        None
    }
}
