//! Which runs a sweep makes: a design over the uncertain values, and the seeds.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::scenario::{Overrides, Scenario, ScenarioErrors, ScenarioFile, Spread, Uncertainty};
use crate::statistics::correlation::{Copula, Pair};
use crate::statistics::design::{self, DesignError, Layout, Points};
use crate::statistics::morris::Morris;
use crate::statistics::saltelli::Saltelli;

use super::manifest::{Identity, Parameter};

/// Runs of a sweep at most.
pub const RUNS_MAX: u64 = 10_000_000;

/// Quantiles of the one-at-a-time design.
const LOW_HIGH: (f64, f64) = (0.1, 0.9);

/// Levels of Morris's grid.
const MORRIS_LEVELS: u32 = 8;

/// What a sweep is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The scenario file.
    pub scenario: PathBuf,
    /// `--set`, `--variant` and `--seed`; uncertain values of the command line are among the sets.
    pub overrides: Overrides,
    /// How points are chosen; `None`: [`Way::Sobol`] where there are uncertain values.
    pub design: Option<Way>,
    /// Points at most, for designs that take any number.
    pub points: u32,
    /// Quantiles of each number in a grid.
    pub levels: u32,
    /// Runs at each point, of seeds in a row.
    pub replicates: u32,
    /// Which seeds; `None`: as the design has it.
    pub seeds: Option<Seeds>,
    /// Days between two recorded ticks of a run.
    pub every_days: f64,
}

/// A way to choose points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Independent draws.
    Random,
    /// Sobol's sequence, scrambled.
    Sobol,
    /// Latin hypercube.
    Lhs,
    /// Every combination of some quantiles of each value.
    Grid,
    /// Each value alone, low and high.
    OneAtATime,
    /// Morris's trajectories.
    Morris,
    /// Saltelli's matrices.
    Saltelli,
}

impl Request {
    /// The design over so many uncertain values.
    fn design(&self, dimensions: usize) -> Result<Design, PlanError> {
        let points = self.points;
        let way = self.design.unwrap_or(Way::Sobol);
        if dimensions == 0 {
            // Nothing to spread: seeds alone.
            return match self.design {
                None | Some(Way::Random) => Ok(Design::Random { points }),
                Some(_) => Err(PlanError::Design(
                    "the scenario has no uncertain value: give one with --param, or leave --design"
                        .to_owned(),
                )),
            };
        }
        let blocks = |rows: usize| match points / rows as u32 {
            0 | 1 => Err(PlanError::Design(format!(
                "{points} points are too few: {dimensions} values need at least {} with this design",
                2 * rows
            ))),
            blocks => Ok(blocks),
        };
        Ok(match way {
            Way::Random => Design::Random { points },
            Way::Sobol => Design::Sobol { points },
            Way::Lhs => Design::Lhs { points },
            Way::Grid => Design::Grid {
                levels: self.levels,
            },
            Way::OneAtATime => Design::OneAtATime,
            Way::Morris => Design::Morris {
                trajectories: blocks(dimensions + 1)?,
            },
            // A part of Sobol's sequence is balanced only if its length is a power of two.
            Way::Saltelli => Design::Saltelli {
                base: 1 << blocks(dimensions + 2)?.ilog2(),
            },
        })
    }
}

/// How points are chosen, with what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Design {
    /// Independent draws.
    Random {
        /// Points.
        points: u32,
    },
    /// Sobol's sequence, scrambled.
    Sobol {
        /// Points.
        points: u32,
    },
    /// Latin hypercube.
    Lhs {
        /// Points.
        points: u32,
    },
    /// Every combination of so many quantiles of each value; of a choice, of all of it.
    Grid {
        /// Quantiles of a number.
        levels: u32,
    },
    /// The medians, then each value alone at its 10% and 90% quantiles.
    OneAtATime,
    /// Morris's trajectories.
    Morris {
        /// Trajectories.
        trajectories: u32,
    },
    /// Saltelli's matrices, for Sobol indices.
    Saltelli {
        /// Rows of a matrix.
        base: u32,
    },
}

impl Design {
    /// Do points differ by what they are compared for, so that they had better share seeds? Then shares of the
    /// runs are no chances; otherwise points are draws.
    pub fn compares(self) -> bool {
        !matches!(
            self,
            Self::Random { .. } | Self::Sobol { .. } | Self::Lhs { .. }
        )
    }
}

/// Which seeds the runs have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Seeds {
    /// The same at every point, so that points differ by their values alone.
    Common,
    /// Every run its own.
    Own,
}

/// A sweep, laid out.
pub struct Plan {
    file: ScenarioFile,
    overrides: Overrides,
    uncertainty: Uncertainty,
    points: Box<dyn Points + Send + Sync>,
    copula: Copula,
    replicates: u32,
    seeds: Seeds,
    first_seed: u64,
    runs: u32,
    identity: Identity,
}

/// One run of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct RunPlan {
    /// Its number.
    pub run: u32,
    /// Number of its point.
    pub point: u32,
    /// Its number among the runs at that point.
    pub replicate: u32,
    /// Its seed.
    pub seed: u64,
    /// TOML literals of the uncertain values, in their order.
    pub values: Vec<String>,
}

/// Why a sweep cannot be laid out.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The scenario is refused.
    #[error("{0}")]
    Scenario(#[from] ScenarioErrors),
    /// The design is.
    #[error("{0}")]
    Design(String),
}

impl Plan {
    /// Lays a sweep out.
    ///
    /// # Errors
    /// If the scenario is refused or the design does not fit it.
    pub fn new(request: &Request) -> Result<Self, PlanError> {
        let file = ScenarioFile::read(&request.scenario)?;
        let (scenario, uncertainty) = file.resolve_uncertain(&request.overrides)?;
        let dimensions = uncertainty.values.len();
        let first_seed = scenario.run.seed;
        let design = request.design(dimensions)?;
        let points = points(design, &uncertainty, first_seed)?;
        let pairs = uncertainty.correlations.iter();
        let pairs: Vec<_> = pairs
            .map(|&(first, second, spearman)| Pair {
                first,
                second,
                spearman,
            })
            .collect();
        if !pairs.is_empty() && design.compares() {
            let why = "grid, one-at-a-time, morris and saltelli move values one by one: correlated \
                       values need random, sobol or lhs";
            return Err(PlanError::Design(why.to_owned()));
        }
        for one in pairs.iter().flat_map(|pair| [pair.first, pair.second]) {
            let value = &uncertainty.values[one];
            if value.is_words() {
                let why = format!(
                    "`{}` is a choice of words, which have no ranks to correlate",
                    value.key
                );
                return Err(PlanError::Design(why));
            }
        }
        let copula = Copula::new(dimensions, &pairs)
            .map_err(|error| PlanError::Design(error.to_string()))?;
        let all = u64::from(points.rows()) * u64::from(request.replicates);
        if !(1..=RUNS_MAX).contains(&all) {
            let why = format!("{all} runs; a sweep has 1 to {RUNS_MAX}");
            return Err(PlanError::Design(why));
        }
        if first_seed
            .checked_add(all)
            .is_none_or(|end| end > i64::MAX as u64)
        {
            let why = format!("{all} seeds from {first_seed} on pass 2^63");
            return Err(PlanError::Design(why));
        }
        let usual = if design.compares() {
            Seeds::Common
        } else {
            Seeds::Own
        };
        let seeds = request.seeds.unwrap_or(usual);
        let identity = Identity {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario_name: scenario.name.clone(),
            scenario_hash: scenario.hash(),
            scenario: serde_json::from_str(&scenario.canonical_json())
                .expect("canonical JSON is JSON"),
            design,
            runs: all as u32,
            replicates: request.replicates,
            seeds,
            first_seed,
            every_days: request.every_days,
            parameters: parameters(&uncertainty),
            correlations: correlations(&uncertainty),
        };
        Ok(Self {
            file,
            overrides: request.overrides.clone(),
            uncertainty,
            points,
            copula,
            replicates: request.replicates,
            seeds,
            first_seed,
            runs: all as u32,
            identity,
        })
    }

    /// Runs in all.
    pub fn runs(&self) -> u32 {
        self.runs
    }

    /// What the manifest says of the sweep.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Days between two recorded ticks.
    pub fn every_days(&self) -> f64 {
        self.identity.every_days
    }

    /// The run of a number below [`Plan::runs`].
    pub fn run(&self, run: u32) -> RunPlan {
        let (point, replicate) = (run / self.replicates, run % self.replicates);
        let row = self.copula.apply(&self.points.point(point));
        let values = self.uncertainty.values.iter().zip(row);
        let offset = match self.seeds {
            Seeds::Common => replicate,
            Seeds::Own => run,
        };
        RunPlan {
            run,
            point,
            replicate,
            seed: self.first_seed + u64::from(offset),
            values: values.map(|(value, u)| value.literal(u)).collect(),
        }
    }

    /// The scenario of a run: what `takeoff run FILE --seed … --set …` would load.
    ///
    /// # Errors
    /// If the values break a rule of scenario files.
    pub fn scenario(&self, run: &RunPlan) -> Result<Scenario, ScenarioErrors> {
        let mut overrides = self.overrides.clone();
        let keys = self.uncertainty.values.iter().map(|value| &value.key);
        let set = keys.cloned().zip(run.values.iter().cloned());
        overrides.set.extend(set);
        overrides.seed = Some(run.seed);
        self.file.resolve(&overrides)
    }
}

/// The points of a design over the uncertain values.
fn points(
    design: Design,
    uncertainty: &Uncertainty,
    seed: u64,
) -> Result<Box<dyn Points + Send + Sync>, PlanError> {
    let dimensions = uncertainty.values.len();
    let wrong = |error: &dyn std::fmt::Display| PlanError::Design(error.to_string());
    let laid_out = match design {
        Design::Morris { trajectories } => {
            let morris = morris(trajectories, dimensions, seed);
            return Ok(Box::new(morris.map_err(|e| wrong(&e))?));
        }
        Design::Saltelli { base } => {
            let saltelli = saltelli(base, dimensions, seed);
            return Ok(Box::new(saltelli.map_err(|e| wrong(&e))?));
        }
        Design::Random { points } => design::Design::Random { runs: points },
        Design::Sobol { points } => design::Design::Sobol { runs: points },
        Design::Lhs { points } => design::Design::LatinHypercube { runs: points },
        Design::Grid { levels } => design::Design::Grid {
            levels: uncertainty
                .values
                .iter()
                .map(|value| match &value.spread {
                    Spread::OneOf(choices) => choices.len() as u32,
                    Spread::Real(_) | Spread::Whole(_) => levels,
                })
                .collect(),
        },
        Design::OneAtATime => design::Design::OneAtATime {
            low: LOW_HIGH.0,
            high: LOW_HIGH.1,
        },
    };
    let layout = Layout::new(laid_out, dimensions, seed).map_err(|e| wrong(&e))?;
    Ok(Box::new(layout))
}

/// Morris's trajectories over so many values.
pub fn morris(trajectories: u32, values: usize, seed: u64) -> Result<Morris, DesignError> {
    Morris::new(trajectories, values, MORRIS_LEVELS, seed)
}

/// Saltelli's matrices over so many values.
pub fn saltelli(base: u32, values: usize, seed: u64) -> Result<Saltelli<Layout>, DesignError> {
    let base = design::Design::Sobol { runs: base };
    Saltelli::new(Layout::new(base, 2 * values, seed)?)
}

fn parameters(uncertainty: &Uncertainty) -> Vec<Parameter> {
    let values = uncertainty.values.iter();
    values
        .map(|value| Parameter {
            key: value.key.clone(),
            unit: value.unit.to_owned(),
            spread: value.spread.to_json(),
        })
        .collect()
}

fn correlations(uncertainty: &Uncertainty) -> Vec<(String, String, f64)> {
    let key = |index: usize| uncertainty.values[index].key.clone();
    let pairs = uncertainty.correlations.iter();
    pairs
        .map(|&(one, other, spearman)| (key(one), key(other), spearman))
        .collect()
}
