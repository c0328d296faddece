//! What a fit found, and what must be said about it.

use serde::Serialize;

use crate::statistics::least_squares::Ended;

/// Steps of the search at most.
pub(super) const STEPS_MOST: u32 = 20;

/// What a calibration found.
#[derive(Clone, Debug, Serialize)]
pub struct Calibration {
    /// Name of the scenario.
    pub scenario: String,
    /// `least-squares`.
    pub method: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// What was fitted.
    pub parameters: Vec<FittedParameter>,
    /// What follows it: key, literal.
    pub tied: Vec<(String, String)>,
    /// What was reached.
    pub targets: Vec<ReachedTarget>,
    /// Sum over targets of (reached - target)^2 / (sd^2 + Monte Carlo error^2).
    pub chi2: f64,
    /// Targets less parameters.
    pub degrees_of_freedom: usize,
    /// Seeds at each point.
    pub seeds: u32,
    /// The first of them.
    pub first_seed: u64,
    /// Points that were run.
    pub points: usize,
    /// Steps that were accepted.
    pub steps: u32,
    /// Why the search ended: `converged`, `rough` or `unfinished`.
    pub ended: &'static str,
    /// What a reader must know before using it.
    pub warnings: Vec<String>,
    /// Digest of the run with the fitted values and the first seed.
    pub digest: String,
}

/// A parameter with what was found of it.
#[derive(Clone, Debug, Serialize)]
pub struct FittedParameter {
    /// Dotted key.
    pub key: String,
    /// Its unit.
    pub unit: &'static str,
    /// What the file had; null where it had no single number.
    pub start: Option<f64>,
    /// The fitted value.
    pub fitted: f64,
    /// Root of the sum of the squares of the next two; null where targets do not tell parameters
    /// apart.
    pub standard_error: Option<f64>,
    /// The part due to the targets' standard deviations.
    pub error_from_targets: Option<f64>,
    /// The part due to the noise between seeds.
    pub error_from_seeds: Option<f64>,
    /// Whether targets say more of it than its range does.
    pub identified: Identified,
    /// The end of the range that it stopped at, if any.
    pub on_bound: Option<Bound>,
}

/// Whether targets determine a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identified {
    /// They do.
    Yes,
    /// No target changes with it beyond the noise.
    NoSlope,
    /// Its standard error is as wide as its range.
    TooWide,
}

/// An end of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// The lower.
    Lower,
    /// The upper.
    Upper,
}

/// A target and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct ReachedTarget {
    /// The measure.
    pub measure: String,
    /// What it shall be.
    pub target: f64,
    /// Standard deviation of that; null: exact.
    pub sd: Option<f64>,
    /// Mean over the seeds.
    pub reached: f64,
    /// Standard error of that mean.
    pub monte_carlo_error: f64,
    /// (reached - target) / root of the sum of both squared errors.
    pub deviation: f64,
    /// Whether that is at most 3.
    pub is_met: bool,
}

/// What a reader must know before using what was found.
pub(super) fn warnings(
    parameters: &[FittedParameter],
    targets: &[ReachedTarget],
    ended: Ended,
) -> Vec<String> {
    let mut warnings = Vec::new();
    for target in targets.iter().filter(|target| !target.is_met) {
        warnings.push(format!(
            "{} is not reached: {} is the nearest to {} that values in the ranges give, {:.1} standard \
             errors away",
            target.measure,
            target.reached,
            target.target,
            target.deviation.abs()
        ));
    }
    for parameter in parameters {
        let key = &parameter.key;
        if let Some(bound) = parameter.on_bound {
            let end = match bound {
                Bound::Lower => "lower",
                Bound::Upper => "upper",
            };
            warnings.push(format!(
                "{key} ends on the {end} end of its range: its standard error does not hold; widen \
                 the range"
            ));
        }
        match parameter.identified {
            Identified::Yes => {}
            Identified::NoSlope => warnings.push(format!(
                "{key} is not identified: no target changes with it beyond the noise; fix it, or give \
                 a target that depends on it"
            )),
            Identified::TooWide => warnings.push(format!(
                "{key} is not identified: its standard error is as wide as its range; fix it, or give \
                 a target that tells it"
            )),
        }
    }
    if ended == Ended::Unfinished {
        warnings.push(format!(
            "the search had not ended after {} steps: begin nearer, or at more points with --starts",
            STEPS_MOST
        ));
    }
    warnings
}
