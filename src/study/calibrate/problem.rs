//! A request held against the scenario file: which values a point of the unit cube stands for.

use super::super::plan::PlanError;
use super::{PARAMETERS_MAX, Request, Target, unanswerable};
use crate::scenario::{Overrides, Scenario, ScenarioErrors, ScenarioFile, Spread, Uncertain};
use crate::statistics::distribution::Distribution;
use crate::study::StudyError;

/// What is fitted, ready to be run.
pub struct Problem {
    file: ScenarioFile,
    set: Vec<(String, String)>,
    /// Name of the scenario.
    pub name: String,
    /// What is fitted, in the order of the request.
    pub parameters: Vec<Parameter>,
    /// What follows it.
    pub ties: Vec<Tie>,
    /// What to reach.
    pub targets: Vec<Target>,
    /// Place of each target among the measures of an outcome.
    pub measures: Vec<usize>,
    /// Seeds of the runs at each point, the same at all.
    pub seeds: std::ops::Range<u64>,
}

/// A number that is fitted.
pub struct Parameter {
    /// Its dotted key.
    pub key: String,
    /// Its unit.
    pub unit: &'static str,
    /// What the file has; `None` where it has no single number.
    pub start: Option<f64>,
    /// The range; a coordinate of a point is a quantile of it.
    pub distribution: Distribution,
}

/// A number that keeps its ratio to a fitted one.
pub struct Tie {
    /// Its dotted key.
    pub key: String,
    /// Which parameter it follows.
    pub parameter: usize,
    /// Times the parameter's value.
    pub ratio: f64,
}

impl Problem {
    /// Of a request.
    ///
    /// # Errors
    /// If the scenario is refused or what is asked does not fit it.
    pub fn new(request: &Request) -> Result<Self, StudyError> {
        let targets = &request.targets;
        let measures = targets.iter().map(Target::index);
        let measures = measures.collect::<Result<Vec<_>, _>>()?;
        check_counts(request, &measures)?;
        let refused = |errors: ScenarioErrors| StudyError::from(PlanError::from(errors));
        let file = ScenarioFile::read(&request.scenario).map_err(refused)?;
        let given = Overrides {
            set: request.set.clone(),
            seed: request.seed,
            ..Overrides::default()
        };
        let mut ranged = given.clone();
        ranged.set.extend(request.parameters.iter().cloned());
        let (scenario, uncertainty) = file.resolve_uncertain(&ranged).map_err(refused)?;
        let mut parameters = Vec::new();
        for (key, _) in &request.parameters {
            let uncertain = uncertainty.values.iter().find(|value| value.key == *key);
            let start = file.number(&given, key);
            parameters.push(Parameter::new(key, uncertain, start)?);
        }
        let ties = request.ties.iter().map(|(key, to)| {
            let known = parameters.iter().position(|parameter| parameter.key == *to);
            let parameter = known.ok_or_else(|| {
                unanswerable(format!("--tie {key}={to}: `{to}` is none of the --param"))
            })?;
            tie(
                key,
                parameter,
                &parameters[parameter],
                file.number(&given, key),
            )
        });
        let ties = ties.collect::<Result<Vec<_>, _>>()?;
        let first = scenario.run.seed;
        let end = first.checked_add(request.seeds.into());
        let end = end.filter(|&end| end <= i64::MAX as u64).ok_or_else(|| {
            unanswerable(format!("{} seeds from {first} on pass 2^63", request.seeds))
        })?;
        let problem = Self {
            name: scenario.name,
            file,
            set: request.set.clone(),
            parameters,
            ties,
            targets: targets.clone(),
            measures,
            seeds: first..end,
        };
        // What is tied must be a key, too.
        let middle = vec![0.5; problem.parameters.len()];
        problem.scenario(&middle, first).map_err(refused)?;
        Ok(problem)
    }

    /// Value of each parameter at a point.
    pub fn values(&self, point: &[f64]) -> Vec<f64> {
        let parameters = self.parameters.iter().zip(point);
        parameters
            .map(|(parameter, &u)| parameter.distribution.quantile(u))
            .collect()
    }

    /// Keys and TOML literals of what is fitted and what follows it.
    pub fn literals(&self, point: &[f64]) -> Vec<(String, String)> {
        let values = self.values(point);
        let fitted = self.parameters.iter().zip(&values);
        let fitted = fitted.map(|(parameter, value)| (parameter.key.clone(), *value));
        let tied = self.ties.iter();
        let tied = tied.map(|tie| (tie.key.clone(), tie.ratio * values[tie.parameter]));
        let all = fitted.chain(tied);
        all.map(|(key, value)| (key, format!("{value:?}")))
            .collect()
    }

    /// The scenario at a point: what `takeoff run FILE --seed … --set …` would load.
    ///
    /// # Errors
    /// If the values break a rule of scenario files.
    pub fn scenario(&self, point: &[f64], seed: u64) -> Result<Scenario, ScenarioErrors> {
        let mut set = self.set.clone();
        set.extend(self.literals(point));
        self.file.resolve(&Overrides {
            set,
            seed: Some(seed),
            ..Overrides::default()
        })
    }

    /// The point of the file's own values, if it has them and they lie inside the ranges.
    pub fn own_point(&self, low: f64, high: f64) -> Option<Vec<f64>> {
        let place = |parameter: &Parameter| {
            let u = parameter.distribution.cdf(parameter.start?);
            (low < u && u < high).then_some(u)
        };
        self.parameters.iter().map(place).collect()
    }
}

impl Parameter {
    /// A key with its spread.
    pub(super) fn new(
        key: &str,
        uncertain: Option<&Uncertain>,
        start: Option<f64>,
    ) -> Result<Self, StudyError> {
        let Some(uncertain) = uncertain else {
            return Err(unanswerable(format!(
                "--param {key}: write the key as `takeoff sweep` calls it, without quotes, and once"
            )));
        };
        match &uncertain.spread {
            Spread::Real(distribution) => Ok(Self {
                key: key.to_owned(),
                unit: uncertain.unit,
                start,
                distribution: distribution.clone(),
            }),
            Spread::Whole(_) | Spread::OneOf(_) => Err(unanswerable(format!(
                "`{key}` takes no range of real numbers: it cannot be fitted; sweep it, and \
                 calibrate the rest for each of its values"
            ))),
        }
    }
}

fn tie(key: &str, parameter: usize, to: &Parameter, own: Option<f64>) -> Result<Tie, StudyError> {
    let ratio = match (own, to.start) {
        (Some(own), Some(start)) if start != 0.0 && key != to.key => own / start,
        _ => {
            return Err(unanswerable(format!(
                "--tie {key}={}: both must be different keys that the file gives a number, the \
                 second other than 0",
                to.key
            )));
        }
    };
    Ok(Tie {
        key: key.to_owned(),
        parameter,
        ratio,
    })
}

fn check_counts(request: &Request, measures: &[usize]) -> Result<(), StudyError> {
    let (parameters, targets) = (request.parameters.len(), measures.len());
    if !(1..=PARAMETERS_MAX).contains(&parameters) {
        return Err(unanswerable(format!(
            "{parameters} parameters; 1 to {PARAMETERS_MAX} can be fitted by least squares: sweep \
             more and give the folder with --sweep"
        )));
    }
    if targets < parameters {
        return Err(unanswerable(format!(
            "{parameters} parameters cannot be told from {targets} targets: give at least as many \
             --target as --param"
        )));
    }
    let once = |index: &usize| measures.iter().filter(|other| *other == index).count() == 1;
    if !measures.iter().all(once) {
        return Err(unanswerable("a measure is a target once only"));
    }
    let mut keys: Vec<_> = request.parameters.iter().map(|(key, _)| key).collect();
    keys.extend(request.ties.iter().map(|(key, _)| key));
    keys.sort_unstable();
    match keys.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(twice) => Err(unanswerable(format!("`{}` is given twice", twice[0]))),
        None => Ok(()),
    }
}
