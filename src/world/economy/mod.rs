//! The economy around the researchers, from day 0 on: chips, power, money, customers, rules.
//!
//! One file a mechanism, each a pure function of (scenario, state, what the tick did). A mechanism whose
//! block is absent does nothing. All is of the whole world, never of the sample; accounts are kept in whole
//! units and balance exactly. `docs/world.md` is the text.

mod demand;
#[cfg(test)]
mod equations;
mod fleet;
mod hiring;
mod labour;
mod market;
mod money;
mod overheads;
mod power;
mod regulation;
mod settle;
mod supply;
mod units;
mod wave;

pub use fleet::{Ageing, Vintage, Vintages};
pub use hiring::{Arrivals, Moves};
pub use money::{Books, Flows, ModelCosts};
pub use power::Power;
pub use settle::{Chips, LabTick, Report};
pub use supply::Orders;
pub use units::{a100e, usd};
pub use wave::{Boom, Phase};

pub(super) use overheads::{job_hours, sandbox_hours};

use serde::{Deserialize, Serialize};

use super::Oom;
use crate::scenario::{PopulationKind, Scenario};

/// Days in a year, for rates and growth factors.
const DAYS_PER_YEAR: f64 = 365.0;

/// Progress since day 0.
pub(crate) type Gains = Oom;

/// State of everything around the researchers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Economy {
    /// By lab.
    pub labs: Vec<LabEconomy>,
    /// Share of customers that has adopted; `None` before day 0 and without `[demand]`.
    pub adopted_share: Option<f64>,
    /// Whether `[market]` holds: its first shares are set.
    pub market_open: bool,
    /// The long wave.
    pub boom: Boom,
    /// People on their way, by ordered pair of labs; empty while nobody takes knowledge along.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<Moves>,
}

/// State of a lab's part in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LabEconomy {
    /// Progress on day 0; `None` before.
    pub start: Option<Oom>,
    /// Its chips; `None` before day 0 and without `[labs.fleet]`.
    pub fleet: Option<Vintages>,
    /// Its orders.
    pub orders: Orders,
    /// Its power contracts; `None` before day 0 and without `[labs.energy]`.
    pub power: Option<Power>,
    /// Its accounts; `None` before day 0 and without `[labs.money]`.
    pub books: Option<Books>,
    /// Its share of customers.
    pub market_share: f64,
    /// Its share of all human researchers; `None` before day 0 and without `[market]`.
    pub talent: Option<f64>,
    /// Energy of the training run in progress, Wh.
    pub run_energy: i128,
    /// Energy of the last finished run, Wh.
    pub finished_run_energy: i128,
    /// Finished runs that these know of.
    pub finished_runs: u32,
    /// What an A100e-hour cost in the first tick, $.
    pub first_unit_cost_usd: Option<f64>,
}

/// What a lab has in a tick.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Resources {
    /// Chips that run, whole world.
    pub fleet_a100e: f64,
    /// Share of them for experiments.
    pub experiment_share: f64,
    /// For training runs.
    pub training_share: f64,
    /// For automated researchers.
    pub inference_share: f64,
    /// For customers.
    pub serving_share: f64,
    /// Factor on the human head-count.
    pub talent: f64,
    /// Experiments and training runs are forbidden.
    pub paused: bool,
    /// Share of the fleet that may go to experiments beyond their own share.
    pub experiment_room: f64,
    /// Share of the fleet that researchers without experiments lend to experiments.
    pub lent_share: f64,
    /// What the chips and their site draw, W.
    pub draw_w: i128,
    /// Tokens a day that customers want.
    pub wanted_tokens_per_day: f64,
}

impl Oom {
    /// Progress since `start`.
    fn since(&self, start: &Oom) -> Gains {
        Oom {
            training: self.training - start.training,
            inference: self.inference - start.inference,
            utilisation: self.utilisation - start.utilisation,
            tools: self.tools - start.tools,
            serial: self.serial - start.serial,
        }
    }
}

/// Human researchers that a lab's series state for a day.
fn headcount(scenario: &Scenario, lab: usize, day: f64) -> f64 {
    let humans = scenario.labs[lab]
        .populations
        .iter()
        .filter_map(|population| match &population.kind {
            PopulationKind::Human { headcount, .. } => Some(headcount.at(day)),
            PopulationKind::Automated { .. } => None,
        });
    humans.sum()
}

/// All human researchers that the labs' series state for a day.
fn people(scenario: &Scenario, day: f64) -> f64 {
    (0..scenario.labs.len())
        .map(|lab| headcount(scenario, lab, day))
        .sum()
}

/// Share of a lab in all human researchers that the labs' series state for a day.
fn people_share(scenario: &Scenario, lab: usize, day: f64) -> f64 {
    let all = people(scenario, day);
    if all > 0.0 {
        headcount(scenario, lab, day) / all
    } else {
        0.0
    }
}

impl Economy {
    /// The start of burn-in.
    pub(super) fn new(scenario: &Scenario) -> Self {
        let lab = LabEconomy {
            market_share: 1.0 / scenario.labs.len() as f64,
            ..LabEconomy::default()
        };
        Self {
            labs: vec![lab; scenario.labs.len()],
            ..Self::default()
        }
    }

    /// Opens what the scenario has and is not open yet, on day 0 or the day an event brings it. `ooms` and `runs`:
    /// progress and finished training runs so far, by lab.
    pub(super) fn open(&mut self, scenario: &Scenario, ooms: &[Oom], runs: &[u32], day: f64) {
        if day < 0.0 {
            return;
        }
        if let (Some(demand), None) = (&scenario.demand, self.adopted_share) {
            self.adopted_share = Some(demand.adopted_share);
        }
        if let (Some(market), false) = (&scenario.market, self.market_open) {
            let effective = |lab: usize| {
                let fleet = libm::log10(scenario.labs[lab].fleet_a100e.at(day));
                fleet + ooms[lab].utilisation + ooms[lab].training
            };
            let effective: Vec<f64> = (0..self.labs.len()).map(effective).collect();
            let chosen = market::chosen_shares(market, &effective);
            for (index, (lab, share)) in self.labs.iter_mut().zip(chosen).enumerate() {
                lab.market_share = share;
                lab.talent = Some(people_share(scenario, index, day));
            }
            self.market_open = true;
            if market.hired_knowledge_share > 0.0 {
                self.moves = vec![Moves::default(); self.labs.len() * self.labs.len()];
            }
        }
        for (index, (lab, config)) in self.labs.iter_mut().zip(&scenario.labs).enumerate() {
            if lab.start.is_none() {
                lab.start = Some(ooms[index]);
                lab.finished_runs = runs[index];
            }
            if let (Some(fleet), Some(supply), None) = (&config.fleet, &scenario.supply, &lab.fleet)
            {
                lab.fleet = Some(Vintages::opening(
                    fleet,
                    supply,
                    config.fleet_a100e.at(day),
                    day,
                ));
            }
            if let (Some(energy), None) = (&config.energy, &lab.power) {
                lab.power = Some(Power::opening(energy));
            }
            if let (Some(money), None) = (&config.money, &lab.books) {
                lab.books = Some(Books::opening(money, runs[index]));
            }
        }
    }

    /// What a lab has in the tick that starts on `day`.
    pub(super) fn resources(
        &self,
        scenario: &Scenario,
        lab: usize,
        oom: &Oom,
        day: f64,
    ) -> Resources {
        let (config, state) = (&scenario.labs[lab], &self.labs[lab]);
        let mut resources = Resources {
            fleet_a100e: config.fleet_a100e.at(day),
            experiment_share: config.experiment_share,
            training_share: config.training_share,
            inference_share: config.inference_share,
            serving_share: config.serving_share,
            talent: 1.0,
            experiment_room: f64::INFINITY,
            ..Resources::default()
        };
        if let (Some(_), Some(fleet)) = (&config.fleet, &state.fleet) {
            let mut chips = fleet.installed();
            if let (Some(energy), Some(power)) = (&config.energy, &state.power) {
                let powered = power.run(energy, fleet);
                (chips, resources.draw_w) = (powered.chips, powered.draw);
            }
            resources.fleet_a100e = units::a100e(chips);
        }
        if let (Some(demand), Some(adopted), Some(start)) =
            (&scenario.demand, self.adopted_share, &state.start)
        {
            let gains = oom.since(start);
            resources.wanted_tokens_per_day =
                demand::wanted_tokens_per_day(demand, &gains, adopted, state.market_share, day);
            let each = demand::tokens_per_day_per_a100e(demand, &gains);
            let wanted_a100e = resources.wanted_tokens_per_day / each;
            resources.serve(wanted_a100e, demand.serving_share_max);
        }
        if let Some(regulation) = &scenario.regulation {
            resources.regulate(regulation, day);
        }
        if let (Some(market), Some(talent)) = (&scenario.market, state.talent)
            && market.talent_exponent > 0.0
        {
            let own = people_share(scenario, lab, day);
            resources.talent = if own > 0.0 { talent / own } else { 1.0 };
        }
        resources
    }

    /// What the state adds to the digest, in the order of the labs.
    pub(super) fn digest_values(&self, scenario: &Scenario) -> Vec<f64> {
        let mut values: Vec<f64> = self.adopted_share.into_iter().collect();
        if scenario.wave.is_some() {
            values.extend([
                f64::from(self.boom.phase as u8),
                self.boom.capex_usd_per_year,
            ]);
            values.extend([
                self.boom.revenue_usd_per_year,
                self.boom.capability_oom_per_year,
            ]);
        }
        for lab in &self.labs {
            if let Some(fleet) = &lab.fleet {
                let orders = [
                    units::audited_chips(lab.orders.backlog),
                    units::audited_chips(lab.orders.in_production()),
                    units::audited(lab.orders.prepaid),
                ];
                values.extend([
                    units::audited_chips(fleet.installed()),
                    units::audited(fleet.book()),
                ]);
                values.extend(orders);
            }
            values.extend(
                lab.power
                    .iter()
                    .map(|power| units::audited(power.contracted)),
            );
            if let Some(books) = &lab.books {
                let accounts = [
                    books.cash,
                    books.debt,
                    books.run,
                    books.model,
                    books.generation,
                ];
                values.extend(accounts.map(units::audited));
            }
            if let (Some(_), Some(talent)) = (&scenario.market, lab.talent) {
                values.extend([lab.market_share, talent]);
            }
        }
        for (pair, moves) in self.moves.iter().enumerate() {
            let (from, to) = (pair / self.labs.len(), pair % self.labs.len());
            if from != to {
                values.extend([moves.people, moves.delegations as f64]);
            }
        }
        values
    }
}

impl Resources {
    /// Gives customers what they want, up to `most` of the fleet; the rest makes room where it must. With a `most`
    /// of 0 the lab's own share stands.
    fn serve(&mut self, wanted_a100e: f64, most: f64) {
        if wanted_a100e <= 0.0 || self.fleet_a100e <= 0.0 || most <= 0.0 {
            return;
        }
        self.serving_share = (wanted_a100e / self.fleet_a100e).min(most);
        let (room, rest) = (
            1.0 - self.serving_share,
            self.experiment_share + self.training_share + self.inference_share,
        );
        if rest > room {
            let factor = room / rest;
            self.experiment_share *= factor;
            self.training_share *= factor;
            self.inference_share *= factor;
        }
    }

    /// Pauses and caps.
    fn regulate(&mut self, regulation: &crate::scenario::Regulation, day: f64) {
        self.paused = regulation::is_paused(regulation, day);
        let limited = self.fleet_a100e * (self.experiment_share + self.training_share);
        let factor = if self.paused {
            self.experiment_room = 0.0;
            0.0
        } else {
            let room = regulation::cap_room(regulation, limited);
            self.experiment_room = room / self.fleet_a100e.max(f64::MIN_POSITIVE);
            regulation::cap_factor(regulation, limited)
        };
        self.experiment_share *= factor;
        self.training_share *= factor;
    }
}
