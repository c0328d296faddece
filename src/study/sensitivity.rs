//! Which of the uncertain values matter, by what the design of the sweep can tell.

use std::collections::BTreeMap;

use serde::Serialize;

use super::StudyError;
use super::analysis::{Answers, CONFIDENCE, Interval, unanswerable};
use super::manifest::{Identity, Parameter};
use super::plan::{self, Design, PlanError};
use crate::record::table::{Table, Values};
use crate::statistics::bootstrap::Bootstrap;
use crate::statistics::design::Points;
use crate::statistics::normal;

/// Resamples of an interval.
const RESAMPLES: u32 = 1000;

/// What the uncertain values do to a measure.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sensitivity {
    /// Morris's elementary effects.
    Morris(Vec<Effect>),
    /// Sobol's indices.
    Sobol(Vec<Indices>),
    /// Each value alone, low and high.
    OneAtATime(Tornado),
    /// Rank correlations of values with the measure; medians of it by choice where those are words.
    Ranks {
        /// Of numbers.
        numbers: Vec<Rank>,
        /// Of words.
        words: Vec<ByChoice>,
    },
    /// Why nothing can be said.
    None(String),
}

/// What moving one value does, as [`crate::statistics::morris::Effect`].
#[derive(Clone, Debug, Serialize)]
pub struct Effect {
    /// Key of the value.
    pub key: String,
    /// Mean of the effects.
    pub mu: f64,
    /// Mean of their magnitudes.
    pub mu_star: Interval,
    /// Their standard deviation.
    pub sigma: f64,
}

/// Parts of the variance, as [`crate::statistics::saltelli::Indices`].
#[derive(Clone, Debug, Serialize)]
pub struct Indices {
    /// Key of the value.
    pub key: String,
    /// First-order index.
    pub first: Interval,
    /// Total index.
    pub total: Interval,
}

/// The measure with all values at their medians, and with each alone at its 10% and 90% quantiles.
#[derive(Clone, Debug, Serialize)]
pub struct Tornado {
    /// At the medians.
    pub medians: f64,
    /// Key, at the low quantile, at the high one.
    pub bars: Vec<(String, f64, f64)>,
}

/// How a value goes with the measure.
#[derive(Clone, Debug, Serialize)]
pub struct Rank {
    /// Key of the value.
    pub key: String,
    /// Spearman's rank correlation with the interval of Bonett and Wright.
    pub spearman: Interval,
}

/// The measure by the choices of a value.
#[derive(Clone, Debug, Serialize)]
pub struct ByChoice {
    /// Key of the value.
    pub key: String,
    /// Choice, runs, and the median of the measure.
    pub medians: Vec<(String, usize, Interval)>,
}

/// What the sweep says of a measure.
///
/// # Errors
/// If the manifest's design cannot be laid out again.
pub(super) fn of(
    sweep: &Identity,
    runs: &Table,
    answers: &Answers<'_>,
) -> Result<Sensitivity, StudyError> {
    let keys = || {
        sweep
            .parameters
            .iter()
            .map(|parameter| parameter.key.clone())
    };
    let dimensions = sweep.parameters.len();
    if let Design::Random { .. } | Design::Sobol { .. } | Design::Lhs { .. } | Design::Grid { .. } =
        sweep.design
    {
        return Ok(Sensitivity::Ranks {
            numbers: ranks(sweep, runs, &answers.values),
            words: by_choice(sweep, runs, answers)?,
        });
    }
    let outputs: Option<Vec<f64>> = by_point(&answers.values, sweep.replicates as usize)
        .into_iter()
        .collect();
    let Some(outputs) = outputs.filter(|all| all.iter().all(|output| output.is_finite())) else {
        let why = "some runs have no value, and this design needs every point".to_owned();
        return Ok(Sensitivity::None(why));
    };
    let bootstrap = Bootstrap {
        replicates: RESAMPLES,
        confidence: CONFIDENCE,
        seed: sweep.first_seed,
    };
    let refused = |error: crate::statistics::design::DesignError| {
        StudyError::from(PlanError::Design(error.to_string()))
    };
    match sweep.design {
        Design::Morris { trajectories } => {
            let morris = plan::morris(trajectories, dimensions, sweep.first_seed);
            let effects = morris.map_err(refused)?.effects(&outputs, &bootstrap);
            let effects = effects.map_err(unanswerable)?;
            let named = keys().zip(effects).map(|(key, effect)| Effect {
                key,
                mu: effect.mu,
                mu_star: effect.mu_star.into(),
                sigma: effect.sigma,
            });
            Ok(Sensitivity::Morris(named.collect()))
        }
        Design::Saltelli { base } => {
            let saltelli = plan::saltelli(base, dimensions, sweep.first_seed).map_err(refused)?;
            debug_assert_eq!(saltelli.rows() as usize, outputs.len());
            match saltelli.indices(&outputs, &bootstrap) {
                Ok(indices) => {
                    let named = keys().zip(indices).map(|(key, indices)| Indices {
                        key,
                        first: indices.first.into(),
                        total: indices.total.into(),
                    });
                    Ok(Sensitivity::Sobol(named.collect()))
                }
                Err(error) => Ok(Sensitivity::None(error.to_string())),
            }
        }
        _ => {
            let bars = keys().zip(outputs[1..].chunks_exact(2));
            Ok(Sensitivity::OneAtATime(Tornado {
                medians: outputs[0],
                bars: bars.map(|(key, pair)| (key, pair[0], pair[1])).collect(),
            }))
        }
    }
}

/// Means over the replicates of each point; `None` if one is missing there.
fn by_point(values: &[Option<f64>], replicates: usize) -> Vec<Option<f64>> {
    let mean = |point: &[Option<f64>]| {
        let sum = point.iter().copied().sum::<Option<f64>>();
        sum.map(|sum| sum / point.len() as f64)
    };
    values.chunks_exact(replicates).map(mean).collect()
}

/// Rank correlations over the points whose runs all have the measure, with its mean there: runs at one point are no
/// more evidence of what its values do. Values that are no numbers have none.
fn ranks(sweep: &Identity, runs: &Table, values: &[Option<f64>]) -> Vec<Rank> {
    let replicates = sweep.replicates as usize;
    let correlation = |parameter: &Parameter| {
        let Some(Values::Reals(inputs)) = runs.get(&parameter.key) else {
            return None;
        };
        let points = by_point(values, replicates);
        let pairs = inputs.iter().step_by(replicates).zip(&points);
        let (x, y): (Vec<f64>, Vec<f64>) = pairs.filter_map(|(x, y)| Some((*x, (*y)?))).unzip();
        Some(Rank {
            key: parameter.key.clone(),
            spearman: spearman(&x, &y),
        })
    };
    sweep.parameters.iter().filter_map(correlation).collect()
}

/// Medians of the measure by choice, of every value that is a word.
fn by_choice(
    sweep: &Identity,
    runs: &Table,
    answers: &Answers<'_>,
) -> Result<Vec<ByChoice>, StudyError> {
    let mut found = Vec::new();
    for Parameter { key, .. } in &sweep.parameters {
        let Some(Values::Texts(choices)) = runs.get(key) else {
            continue;
        };
        let mut groups = BTreeMap::<&str, Vec<usize>>::new();
        for (row, choice) in choices.iter().enumerate() {
            if answers.values[row].is_some() {
                groups.entry(choice).or_default().push(row);
            }
        }
        let mut medians = Vec::new();
        for (choice, rows) in groups {
            let median = answers.quantile(rows.iter().copied(), 0.5)?;
            medians.extend(median.map(|median| (choice.to_owned(), rows.len(), median)));
        }
        let key = key.clone();
        found.push(ByChoice { key, medians });
    }
    Ok(found)
}

/// Spearman's rank correlation. Its interval is Fisher's z with variance (1 + rho^2 / 2) / (n - 3) (Bonett and
/// Wright 2000, Psychometrika 65, 23); beyond 0.95 it covers less than it says.
fn spearman(x: &[f64], y: &[f64]) -> Interval {
    let none = Interval {
        value: None,
        low: None,
        high: None,
    };
    if x.len() < 4 {
        return none;
    }
    let (x, y) = (centred_ranks(x), centred_ranks(y));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let scale = libm::sqrt(dot(&x, &x) * dot(&y, &y));
    if scale == 0.0 {
        return none;
    }
    let rho = (dot(&x, &y) / scale).clamp(-1.0, 1.0);
    let z = libm::atanh(rho.clamp(-1.0 + 1e-15, 1.0 - 1e-15));
    let half = normal::quantile(0.5 + 0.5 * CONFIDENCE)
        * libm::sqrt((1.0 + 0.5 * rho * rho) / (x.len() as f64 - 3.0));
    Interval {
        value: Some(rho),
        low: Some(libm::tanh(z - half)),
        high: Some(libm::tanh(z + half)),
    }
}

/// Ranks less their mean; equals share the mean of theirs.
fn centred_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mean = (values.len() as f64 - 1.0) / 2.0;
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    for equals in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = from as f64 + (equals.len() as f64 - 1.0) / 2.0 - mean;
        equals.iter().for_each(|&at| ranks[at] = rank);
        from += equals.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rank_correlation_of_a_published_example() {
        // Fieller's and everybody's: IQ and hours of television, rho = -29/165.
        let iq = [
            106.0, 86.0, 100.0, 101.0, 99.0, 103.0, 97.0, 113.0, 112.0, 110.0,
        ];
        let hours = [7.0, 0.0, 27.0, 50.0, 28.0, 29.0, 20.0, 12.0, 6.0, 17.0];
        let rho = spearman(&iq, &hours).value.unwrap();
        assert!((rho + 29.0 / 165.0).abs() < 1e-12, "{rho}");
    }

    #[test]
    fn ties_share_ranks_and_constants_have_no_correlation() {
        assert_eq!(centred_ranks(&[5.0, 1.0, 5.0]), [0.5, -1.0, 0.5]);
        assert_eq!(spearman(&[1.0; 5], &[1.0, 2.0, 3.0, 4.0, 5.0]).value, None);
    }

    #[test]
    fn points_are_means_of_their_replicates() {
        let values = [Some(1.0), Some(3.0), Some(5.0), Some(7.0)];
        assert_eq!(by_point(&values, 2), [Some(2.0), Some(6.0)]);
        assert_eq!(by_point(&[Some(1.0), None], 2), [None]);
    }
}
