//! "Labs" of `docs/world.md`: customers, people, and what people take along. For labs without `[labs.fleet]`.

use takeoff::scenario::{Market, PopulationKind, Scenario};

use super::plan::Plan;
use super::{Host, Progress, value};

/// What the host remembers of a market, once it is open.
#[derive(Debug)]
pub struct Shares {
    /// Of customers, by lab.
    pub market: Vec<f64>,
    /// Of people.
    pub talent: Vec<f64>,
    /// People under way and delegations so far, `[from][to]`.
    pub moves: Vec<Vec<(f64, u64)>>,
}

impl Host {
    /// Opens the market at the first plan from day 0 on.
    pub fn open(&mut self, day: f64) {
        let Some(market) = &self.scenario.market else {
            return;
        };
        if day < 0.0 || self.shares.is_some() {
            return;
        }
        let labs = self.labs.len();
        let oom = |lab| self.progress(lab);
        self.shares = Some(Shares {
            market: chosen(&self.scenario, market, day, oom),
            talent: (0..labs)
                .map(|lab| part_of_people(&self.scenario, lab, day))
                .collect(),
            moves: vec![vec![(0.0, 0); labs]; labs],
        });
    }

    /// Factor on the human head-count of a lab.
    pub fn talent(&self, lab: usize, day: f64) -> f64 {
        let (Some(market), Some(shares)) = (&self.scenario.market, &self.shares) else {
            return 1.0;
        };
        let part = part_of_people(&self.scenario, lab, day);
        if market.talent_exponent > 0.0 && part > 0.0 {
            shares.talent[lab] / part
        } else {
            1.0
        }
    }

    /// Delegations that join each lab's teams in this tick, `[from][to]`: number of the first, how many.
    pub fn delegations(&mut self) -> Vec<Vec<(u64, u64)>> {
        let (Some(market), Some(shares)) = (&self.scenario.market, &mut self.shares) else {
            return Vec::new();
        };
        let n = market.hires_per_delegation;
        let send = |(people, sent): &mut (f64, u64)| {
            let (first, k) = (*sent, libm::floor(*people / n));
            *people = (*people - k * n).max(0.0);
            *sent += k as u64;
            (first, k as u64)
        };
        let moves = shares.moves.iter_mut();
        moves.map(|to| to.iter_mut().map(send).collect()).collect()
    }

    /// Customers move, then people; `day` and `plan` are of the tick that ends.
    pub fn settle_market(&mut self, day: f64, plan: &Plan) {
        let ooms: Vec<Progress> = (0..self.labs.len()).map(|lab| self.progress(lab)).collect();
        let (Some(market), Some(shares)) = (&self.scenario.market, &mut self.shares) else {
            return;
        };
        let (labs, years) = (ooms.len(), plan.tick / 24.0 / 365.0);
        let completed = |rate: f64| -libm::expm1(-rate * years);
        let chosen = chosen(&self.scenario, market, day, |lab| ooms[lab]);
        for (share, chosen) in shares.market.iter_mut().zip(chosen) {
            *share += (chosen - *share) * completed(market.switching_per_year);
        }
        let heads: Vec<f64> = (0..labs)
            .map(|lab| people(&self.scenario, lab, day))
            .collect();
        let draw = |lab: usize| {
            let factor = libm::pow(shares.market[lab] * labs as f64, market.talent_exponent);
            heads[lab] * factor
        };
        let draws: Vec<f64> = (0..labs).map(draw).collect();
        let all: f64 = draws.iter().sum();
        let moved = completed(market.talent_mobility_per_year);
        for from in 0..labs {
            let people: f64 = heads.iter().sum();
            let leave = people * shares.talent[from] * moved;
            for (to, draw) in draws.iter().enumerate().filter(|(to, _)| *to != from) {
                shares.moves[from][to].0 += leave * (draw / all);
            }
        }
        for (talent, draw) in shares.talent.iter_mut().zip(draws) {
            *talent += (draw / all - *talent) * moved;
        }
    }

    /// The market's part of the digest.
    pub fn market_floats(&self) -> Vec<f64> {
        let Some(shares) = &self.shares else {
            return Vec::new();
        };
        let of_labs = shares.market.iter().zip(&shares.talent);
        let mut floats: Vec<f64> = of_labs.flat_map(|(&m, &t)| [m, t]).collect();
        for (from, to) in shares.moves.iter().enumerate() {
            for (lab, &(people, sent)) in to.iter().enumerate() {
                if lab != from {
                    floats.extend([people, sent as f64]);
                }
            }
        }
        floats
    }
}

/// Shares that customers choose, by fleets and progress.
fn chosen(
    scenario: &Scenario,
    market: &Market,
    day: f64,
    oom: impl Fn(usize) -> Progress,
) -> Vec<f64> {
    let effective = |(lab, of): (usize, &takeoff::scenario::Lab)| {
        let oom = oom(lab);
        libm::log10(value(&of.fleet_a100e, day)) + oom.utilisation + oom.training
    };
    let effective: Vec<f64> = scenario.labs.iter().enumerate().map(effective).collect();
    let most = effective.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights = effective
        .iter()
        .map(|e| libm::exp10(market.sharpness * (e - most)));
    let weights: Vec<f64> = weights.collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

/// Human researchers that a lab's series state.
fn people(scenario: &Scenario, lab: usize, day: f64) -> f64 {
    let heads = scenario.labs[lab]
        .populations
        .iter()
        .map(|population| match &population.kind {
            PopulationKind::Human { headcount, .. } => value(headcount, day),
            PopulationKind::Automated { .. } => 0.0,
        });
    heads.sum()
}

/// The lab's part in them.
fn part_of_people(scenario: &Scenario, lab: usize, day: f64) -> f64 {
    let all: f64 = (0..scenario.labs.len())
        .map(|lab| people(scenario, lab, day))
        .sum();
    people(scenario, lab, day) / all
}
