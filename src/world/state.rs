//! What changes in the world from tick to tick. Saved in checkpoints.

use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::economy::Economy;
use super::events::EventLog;
use super::landscape::{self, GAIN_UNIT_OOM};
use super::ledger::Ledger;
use super::policy::{Effort, Openings, Seen, Size};
use super::training::Generations;
use crate::scenario::{Ideas, Scenario};

/// The whole state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Ticks done.
    pub tick: u64,
    /// Hours since the start of burn-in: a sum of multiples of powers of two, exact.
    pub hours: f64,
    /// Hours at which the popularity tables are due again.
    pub(super) tables_due_hours: f64,
    /// Hours since each lag class delivered.
    pub(super) class_hours: Vec<f64>,
    /// By lab.
    pub labs: Vec<LabState>,
    /// By population, labs in order.
    pub populations: Vec<PopulationState>,
    /// News on each board after the last tick.
    pub(super) news: Vec<u32>,
    /// Chips, power, money and customers.
    pub economy: Economy,
    /// Events.
    #[serde(default, skip_serializing_if = "EventLog::is_empty")]
    pub events: EventLog,
}

/// Progress of a lab in orders of magnitude, by what improved. Kinds are never added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Oom {
    /// Training efficiency: the headline.
    pub training: f64,
    /// Inference efficiency.
    pub inference: f64,
    /// Hardware utilisation.
    pub utilisation: f64,
    /// Research productivity.
    pub tools: f64,
    /// Serial speed of automated researchers.
    pub serial: f64,
}

/// State of a lab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabState {
    /// Gains of the ideas it knows by kind of topic, 2^-32 OOM.
    pub gains: Vec<u64>,
    /// Account of experiment compute.
    pub ledger: Ledger,
    pub(super) size: Size,
    pub(super) seen: Option<Seen>,
    pub(super) clock: Clock,
    /// Experiment-hours of the last tick.
    pub(super) experiment_hours: f64,
    /// Share of researchers that had no compute in the last tick.
    pub(super) surplus: f64,
    /// Model generations.
    pub generations: Generations,
    /// Automated researcher-hours so far, of the whole world's scale.
    pub experience_hours: f64,
    /// Effective compute at the end of burn-in, A100e: as far as simulated while that lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) day_zero_compute_a100e: Option<f64>,
}

/// State of a population.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PopulationState {
    /// An agent stands for 2^this researchers.
    pub weight_log2: u32,
    /// Ranks below were active in the last tick.
    pub active: u64,
    /// Ranks below may hold agents.
    pub high_water: u64,
    /// Agents thinking.
    pub thinking: u64,
    /// Agents in experiments.
    pub experiment: u64,
    /// Agents without an idea.
    pub waiting: u64,
    /// Hours since the last turn of news.
    pub(super) turn_hours: f64,
    /// Turns of news so far.
    pub(super) turns: u64,
    pub(super) clock: Clock,
    pub(super) effort: Effort,
    /// Whether its researchers find ideas to work on.
    pub(super) openings: Openings,
    /// Binomial tables are made for this weight.
    pub(super) binomial_log2: u32,
}

impl State {
    /// The start of burn-in.
    pub(super) fn new(scenario: &Scenario, classes: usize) -> Self {
        let ideas = &scenario.ideas;
        let lab = LabState {
            gains: vec![0; ideas.kinds.len()],
            ledger: Ledger::default(),
            size: Size::new(landscape::smallest_size(ideas)),
            seen: None,
            clock: Clock::default(),
            experiment_hours: 0.0,
            surplus: 0.0,
            generations: Generations::default(),
            experience_hours: 0.0,
            day_zero_compute_a100e: None,
        };
        let population = PopulationState {
            weight_log2: 0,
            active: 0,
            high_water: 0,
            thinking: 0,
            experiment: 0,
            waiting: 0,
            turn_hours: 0.0,
            turns: 0,
            clock: Clock::default(),
            effort: Effort::prior(
                landscape::think_hours(ideas),
                landscape::full_experiment_a100e_hours(ideas),
            ),
            openings: Openings::default(),
            binomial_log2: 0,
        };
        let boards: u32 = super::populations(scenario).map(|(_, p)| p.boards).sum();
        Self {
            tick: 0,
            hours: 0.0,
            tables_due_hours: 0.0,
            class_hours: vec![0.0; classes],
            populations: super::populations(scenario)
                .map(|_| population.clone())
                .collect(),
            labs: vec![lab; scenario.labs.len()],
            news: vec![0; boards as usize],
            economy: Economy::new(scenario),
            events: EventLog::default(),
        }
    }
}

impl State {
    /// Forgets what an engine was handed, so that a fresh engine is handed it again.
    pub(super) fn forget_engine(&mut self) {
        for population in &mut self.populations {
            population.binomial_log2 = 0;
        }
    }
}

impl LabState {
    /// Progress so far.
    pub fn oom(&self, ideas: &Ideas) -> Oom {
        let mut oom = Oom::default();
        for (gain, kind) in self.gains.iter().zip(&ideas.kinds) {
            let sum = *gain as f64 * GAIN_UNIT_OOM;
            oom.training += sum * kind.gain_to.training;
            oom.inference += sum * kind.gain_to.inference;
            oom.utilisation += sum * kind.gain_to.utilisation;
            oom.tools += sum * kind.gain_to.tools;
            oom.serial += sum * kind.gain_to.serial;
        }
        oom
    }
    /// OOM of effective compute over that at the end of burn-in, or at the first tick where there is
    /// no burn-in; 0 while it lasts.
    pub(super) fn oom_since_day_zero(&mut self, compute_a100e: f64, is_burn_in: bool) -> f64 {
        if is_burn_in {
            self.day_zero_compute_a100e = Some(compute_a100e);
        }
        let base = *self.day_zero_compute_a100e.get_or_insert(compute_a100e);
        libm::log10(compute_a100e) - libm::log10(base)
    }
}
