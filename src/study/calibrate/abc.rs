//! Posterior of a sweep's uncertain values given targets, by approximate Bayesian computation.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::super::analysis::read_runs;
use super::super::dataset::shard_runs;
use super::super::manifest::Manifest;
use super::super::plan::{Design, Plan, Request};
use super::problem::Parameter;
use super::{Target, unanswerable};
use crate::record::manifest::differences;
use crate::record::summary::STALLED_SHARE_MAX;
use crate::record::table::{Table, Values};
use crate::scenario::{ScenarioFile, Uncertain};
use crate::statistics::abc::{self, rank};
use crate::statistics::normal;
use crate::statistics::uniform::Uniforms;
use crate::study::StudyError;

/// Quantiles of a posterior that are told.
const QUANTILES: [f64; 5] = [0.025, 0.1, 0.5, 0.9, 0.975];

/// Quantiles of a prior nearer to an end than this count as this.
const EDGE: f64 = 1e-9;

/// What is asked of a sweep.
#[derive(Clone, Debug)]
pub struct AbcRequest {
    /// What was swept; of the design only what the scenario is made of counts.
    pub sweep: Request,
    /// Where it lies.
    pub folder: PathBuf,
    /// What was observed.
    pub targets: Vec<Target>,
    /// Part of the runs that is accepted.
    pub accept: f64,
}

/// What the targets say of the uncertain values.
#[derive(Clone, Debug, Serialize)]
pub struct Posterior {
    /// Name of the scenario.
    pub scenario: String,
    /// `abc`.
    pub method: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// What was uncertain.
    pub parameters: Vec<AbcParameter>,
    /// Targets, each with the part of the runs that came out below it.
    pub targets: Vec<(Target, f64)>,
    /// Valid runs with every measure.
    pub runs: usize,
    /// Runs without one of them and runs that are not valid, left out.
    pub left_out: usize,
    /// Accepted runs.
    pub accepted: usize,
    /// Runs without weights that would be as good.
    pub effective_runs: f64,
    /// Distance within which runs were accepted, in standard deviations of the measures.
    pub tolerance: f64,
    /// What a reader must know before using it.
    pub warnings: Vec<String>,
}

/// Quantiles of an uncertain value.
#[derive(Clone, Debug, Serialize)]
pub struct AbcParameter {
    /// Dotted key.
    pub key: String,
    /// Its unit.
    pub unit: &'static str,
    /// Its quantiles before: probability, value.
    pub prior: Vec<(f64, f64)>,
    /// And after.
    pub posterior: Vec<(f64, f64)>,
    /// The posterior median.
    pub median: f64,
    /// Half of the posterior's 10-90% interval in a normal's standard deviations.
    pub spread: f64,
}

/// The posterior.
///
/// # Errors
/// If the sweep is another one, is not complete, or says too little.
pub fn posterior(request: &AbcRequest) -> Result<Posterior, StudyError> {
    let indices = request.targets.iter().map(Target::index);
    indices.collect::<Result<Vec<_>, _>>()?;
    let plan = Plan::new(&request.sweep)?;
    let manifest = Manifest::read(&request.folder)?;
    check_same(&plan, &manifest, &request.folder)?;
    let file =
        ScenarioFile::read(&request.sweep.scenario).map_err(super::super::PlanError::from)?;
    let resolved = file.resolve_uncertain(&request.sweep.overrides);
    let (_, uncertainty) = resolved.map_err(super::super::PlanError::from)?;
    let parameters = uncertainty.values.iter();
    let parameters =
        parameters.map(|value: &Uncertain| Parameter::new(&value.key, Some(value), None));
    let parameters: Vec<Parameter> = parameters.collect::<Result<_, _>>()?;
    if parameters.is_empty() {
        return Err(unanswerable(
            "the sweep has no uncertain value to learn about",
        ));
    }
    let runs = read_runs(&request.folder, &manifest)?;
    let data = Data::new(
        &runs,
        &parameters,
        &request.targets,
        manifest.sweep.first_seed,
    )?;
    summary(
        request,
        plan.identity().scenario_name.clone(),
        &parameters,
        &data,
    )
}

/// The columns of a sweep that count.
struct Data {
    /// Standard normal scores of the parameters' quantiles, by parameter.
    scores: Vec<Vec<f64>>,
    /// Measures as they would be observed, by target.
    measures: Vec<Vec<f64>>,
    left_out: usize,
}

impl Data {
    /// A target's standard deviation is an error of the observation: each run is observed with one
    /// such error, so that what comes near the target comes near it as the target came about
    /// (Wilkinson 2013). Scores keep what is adjusted inside its range.
    fn new(
        runs: &Table,
        parameters: &[Parameter],
        targets: &[Target],
        seed: u64,
    ) -> Result<Self, StudyError> {
        let columns = targets.iter().map(|target| column(runs, &target.measure));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let all = columns.first().map_or(0, Vec::len);
        let stalled = column(runs, "stalled_share")?;
        let is_valid = |run: usize| stalled[run].is_none_or(|share| share <= STALLED_SHARE_MAX);
        let has_all = |run: usize| columns.iter().all(|column| column[run].is_some());
        let kept: Vec<usize> = (0..all)
            .filter(|&run| has_all(run) && is_valid(run))
            .collect();
        if kept.is_empty() {
            return Err(unanswerable(
                "no run of the sweep is valid and has every measure",
            ));
        }
        let draws = Uniforms::new("abc target", seed);
        let observed = |(index, target): (usize, &Target)| {
            let one = |&run: &usize| {
                let error = normal::quantile(draws.at(run as u32, index as u32));
                columns[index][run].unwrap_or(f64::NAN) + target.sd.unwrap_or(0.0) * error
            };
            kept.iter().map(one).collect()
        };
        let measures = targets.iter().enumerate().map(observed).collect();
        let score = |parameter: &Parameter| {
            let values = column(runs, &parameter.key)?;
            let one = |&run: &usize| {
                let u = parameter.distribution.cdf(values[run].unwrap_or(f64::NAN));
                normal::quantile(u.clamp(EDGE, 1.0 - EDGE))
            };
            Ok(kept.iter().map(one).collect())
        };
        Ok(Self {
            scores: parameters
                .iter()
                .map(score)
                .collect::<Result<_, StudyError>>()?,
            measures,
            left_out: all - kept.len(),
        })
    }
}

/// A column of numbers; what is not finite is missing.
fn column(runs: &Table, name: &str) -> Result<Vec<Option<f64>>, StudyError> {
    let found = match runs.get(name) {
        Some(Values::Reals(values)) => values.iter().copied().map(Some).collect(),
        Some(Values::RealsOrNull(values)) => values.clone(),
        _ => {
            return Err(unanswerable(format!(
                "the sweep has no column `{name}` of numbers"
            )));
        }
    };
    let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
    Ok(found.into_iter().map(finite).collect())
}

fn summary(
    request: &AbcRequest,
    scenario: String,
    parameters: &[Parameter],
    data: &Data,
) -> Result<Posterior, StudyError> {
    let observed: Vec<f64> = request.targets.iter().map(|target| target.value).collect();
    let found = abc::posterior(&data.scores, &data.measures, &observed, request.accept);
    let found = found.map_err(|error| unanswerable(error.to_string()))?;
    let of = |(index, parameter): (usize, &Parameter)| {
        let value = |u: f64| parameter.distribution.quantile(u);
        let after = |p: f64| value(normal::cdf(found.quantile(index, p)).clamp(EDGE, 1.0 - EDGE));
        let posterior: Vec<_> = QUANTILES.map(|p| (p, after(p))).to_vec();
        AbcParameter {
            key: parameter.key.clone(),
            unit: parameter.unit,
            prior: QUANTILES.map(|p| (p, value(p))).to_vec(),
            median: posterior[2].1,
            spread: 0.5 * (posterior[3].1 - posterior[1].1) / super::target::Z90,
            posterior,
        }
    };
    let ranks = data.measures.iter().zip(&observed);
    let ranks: Vec<f64> = ranks
        .map(|(values, &observed)| rank(values, observed))
        .collect();
    let outside = |(target, &rank): (&Target, &f64)| {
        (rank == 0.0 || rank == 1.0).then(|| {
            format!(
                "{} is not reached: every run came out {} {}",
                target.measure,
                if rank == 0.0 { "at or above" } else { "below" },
                target.value
            )
        })
    };
    Ok(Posterior {
        scenario,
        method: "abc",
        version: env!("CARGO_PKG_VERSION"),
        parameters: parameters.iter().enumerate().map(of).collect(),
        runs: data.measures.first().map_or(0, Vec::len),
        left_out: data.left_out,
        accepted: found.weights.len(),
        effective_runs: found.effective_draws(),
        tolerance: found.tolerance,
        warnings: request
            .targets
            .iter()
            .zip(&ranks)
            .filter_map(outside)
            .collect(),
        targets: request.targets.iter().cloned().zip(ranks).collect(),
    })
}

/// Refuses a folder that holds runs of another scenario or of other ranges.
fn check_same(plan: &Plan, manifest: &Manifest, folder: &Path) -> Result<(), StudyError> {
    let told = |sweep: &super::super::manifest::Identity| {
        serde_json::json!({
            "scenario_hash": sweep.scenario_hash,
            "parameters": sweep.parameters,
            "correlations": sweep.correlations,
        })
    };
    let (found, wanted) = (told(&manifest.sweep), told(plan.identity()));
    if found != wanted {
        return Err(StudyError::OtherSweep {
            path: folder.to_path_buf(),
            differences: differences(&found, &wanted),
        });
    }
    let is_drawn = matches!(
        manifest.sweep.design,
        Design::Random { .. } | Design::Sobol { .. } | Design::Lhs { .. }
    );
    if !is_drawn {
        return Err(unanswerable(
            "a grid, one-at-a-time, morris or saltelli does not draw from the ranges: sweep with \
             random, sobol or lhs",
        ));
    }
    if shard_runs(manifest).len() < manifest.sweep.runs as usize {
        return Err(StudyError::Incomplete(format!(
            "`{}` holds shard {} of a sweep: put all together with `takeoff merge`",
            folder.display(),
            manifest.shard
        )));
    }
    Ok(())
}
