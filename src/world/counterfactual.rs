//! Branches of a run: the same state, another amount of one input of research from here on.
//!
//! What research is made of is read at one place of the plan (`World::plan_desks`), after head-counts,
//! speeds and compute are known and before anything is decided from them. Multiplying by 1.0 keeps all
//! bits, so that a branch without a change is the run itself.

use serde::Serialize;

use super::plan::Plan;
use super::{State, World};
use crate::scenario::Scenario;

/// Factors on the inputs of research in every lab; 1.0 each: the run itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Counterfactual {
    /// On the head-count of every population, human and automated.
    pub researchers: f64,
    /// On the compute for experiments.
    pub compute: f64,
    /// On the serial speed of every population.
    pub speed: f64,
}

impl Counterfactual {
    /// Nothing is changed.
    pub const NEUTRAL: Self = Self {
        researchers: 1.0,
        compute: 1.0,
        speed: 1.0,
    };
}

/// What becomes of the feedback in a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feedback {
    /// What is found, earned and ordered changes the inputs, as in the run: a total effect.
    Live,
    /// The calendar, efficiencies, model quality, experience, chips, money and events stay as the first
    /// tick of the branch finds them; what researchers know goes on changing: a partial effect.
    Held,
}

/// Inputs of research in one tick, over all labs; head-counts and compute of the sampled world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Inputs {
    /// Researchers, at work or not.
    pub researchers: f64,
    /// Researchers times the share of the calendar that they work.
    pub full_time_researchers: f64,
    /// Serial speed, the mean over full-time researchers, humans.
    pub speed: f64,
    /// Compute for experiments, A100e.
    pub experiment_a100e: f64,
}

/// Share of all attempts from which on a population counts for the pace of research.
const LEAST_ATTEMPTS: f64 = 0.1;

/// How soon research answers to a change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Mean time of an attempt, hours of the calendar.
    pub attempt_hours: f64,
    /// Lag of news, hours.
    pub lag_hours: f64,
}

impl World {
    /// The world of a branch: `state` as it was saved, with other inputs from here on. Human populations
    /// have room for as many more agents as the factor on head-counts asks for, within `agents_max`.
    ///
    /// # Errors
    /// If the events that had fired leave what is no valid scenario.
    pub fn branch(
        scenario: Scenario,
        state: State,
        counterfactual: Counterfactual,
        feedback: Feedback,
    ) -> Result<Self, super::EventError> {
        let most = counterfactual.researchers.max(1.0);
        let mut world = Self::with_state(scenario, state)?;
        world.setup.populations = super::slots(&world.base, world.sample, most);
        world.counterfactual = counterfactual;
        world.feedback = feedback;
        Ok(world)
    }

    /// Where a plan reads its inputs from: the state as it is, or as the first tick of a branch with
    /// held feedback found it.
    pub(super) fn source(&self) -> &State {
        self.held.as_deref().unwrap_or(&self.state)
    }

    /// Holds the inputs from the tick on that is being planned, in a branch that asks for it.
    pub(super) fn hold(&mut self) {
        if self.feedback == Feedback::Held && self.held.is_none() {
            self.held = Some(Box::new(self.state.clone()));
        }
    }

    /// Is this a branch, whose change no checkpoint would hold?
    pub fn is_branch(&self) -> bool {
        self.counterfactual != Counterfactual::NEUTRAL || self.feedback != Feedback::Live
    }

    /// Are the inputs held?
    pub(super) fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// How soon research answers to a change in `plan`'s tick: by the slowest population that makes a tenth
    /// of the attempts or more. `None` if nobody works or nothing advances.
    pub fn pace(&self, plan: &Plan) -> Option<Pace> {
        let paces: Vec<(Pace, f64)> = super::populations(&self.scenario)
            .enumerate()
            .filter(|&(index, _)| plan.staff[index].active > 0)
            .map(|(index, (_, population))| {
                let attempt_hours = self.attempt_hours(plan, index);
                let lag_hours = population.lag_hours;
                let researchers = plan.staff[index].active as f64 * plan.staff[index].weight;
                let pace = Pace {
                    attempt_hours,
                    lag_hours,
                };
                (pace, researchers / attempt_hours)
            })
            .filter(|(pace, _)| pace.attempt_hours.is_finite())
            .collect();
        let attempts: f64 = paces.iter().map(|(_, attempts)| attempts).sum();
        paces
            .into_iter()
            .filter(|(_, made)| *made >= LEAST_ATTEMPTS * attempts)
            .map(|(pace, _)| pace)
            .reduce(|one, other| Pace {
                attempt_hours: one.attempt_hours.max(other.attempt_hours),
                lag_hours: one.lag_hours.max(other.lag_hours),
            })
    }

    /// Mean time that an attempt takes a researcher of a population, hours of the calendar: thought, then
    /// the experiment at its share of the cluster.
    fn attempt_hours(&self, plan: &Plan, index: usize) -> f64 {
        let staff = &plan.staff[index];
        let lab = &plan.labs[staff.lab];
        let effort = &self.state.populations[index].effort;
        let experiment_a100e = f64::from(plan.tick.populations[index].experiment_len)
            / lab.experiment_units_per_a100e_hour
            / plan.tick_hours;
        effort.think_hours_mean() / staff.think_rate
            + effort.full_a100e_hours_mean() * lab.size / experiment_a100e
    }
}

impl Plan {
    /// Inputs of research over all labs, as the tick has them.
    pub fn inputs(&self) -> Inputs {
        let mut inputs = Inputs::default();
        let mut hours = 0.0;
        for staff in self.staff.iter().map(|plan| &plan.staff) {
            inputs.researchers += staff.researchers;
            inputs.full_time_researchers += staff.researchers * staff.duty;
            hours += staff.researchers * staff.duty * staff.speed;
        }
        if hours > 0.0 {
            inputs.speed = hours / inputs.full_time_researchers;
        }
        inputs.experiment_a100e = self.labs.iter().map(|lab| lab.experiment_a100e).sum();
        inputs
    }
}
