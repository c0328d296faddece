//! What people know when they change labs: they go in ones and twos, and their knowledge is counted in delegations.

use serde::{Deserialize, Serialize};

use super::units::completed;
use super::{Economy, people};
use crate::scenario::{Market, Scenario};

/// People on their way from one lab to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moves {
    /// Hired since the last delegation.
    pub people: f64,
    /// Delegations so far.
    pub delegations: u64,
}

/// Delegations that arrive in a tick, by ordered pair of labs: how many there were before, how many come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrivals {
    labs: usize,
    pairs: Vec<(u64, u64)>,
}

/// People who leave lab `from` for lab `to` in `years`, of `heads` in the world: of those who change jobs as many as
/// the other lab draws.
pub fn moved(
    market: &Market,
    heads: f64,
    talent: &[f64],
    drawn: &[f64],
    (from, to): (usize, usize),
    years: f64,
) -> f64 {
    let leave = completed(market.talent_mobility_per_year, years);
    heads * talent[from] * leave * drawn[to]
}

impl Moves {
    /// Sends off as many delegations as there are people for; how many there were before, how many go.
    pub fn send(&mut self, market: &Market) -> (u64, u64) {
        let before = self.delegations;
        let count = libm::floor(self.people / market.hires_per_delegation);
        self.people = (self.people - count * market.hires_per_delegation).max(0.0);
        self.delegations = self.delegations.saturating_add(count as u64);
        (before, count as u64)
    }
}

impl Arrivals {
    /// By ordered pair of so many labs: delegations before, delegations that come.
    pub fn of(labs: usize, pairs: Vec<(u64, u64)>) -> Self {
        Self { labs, pairs }
    }

    /// Delegations that come to a lab.
    pub fn to(&self, lab: usize) -> u64 {
        let from = self.pairs.chunks(self.labs.max(1));
        from.map(|to| to[lab].1).fold(0, u64::saturating_add)
    }

    /// Does one of them join this team? Those of a pair join the lab's `teams` in turn.
    pub fn join(&self, (from, to): (usize, usize), team: u32, teams: u32) -> bool {
        let Some(&(before, count)) = self.pairs.get(from * self.labs + to) else {
            return false;
        };
        let turn =
            (u64::from(team) + u64::from(teams) - before % u64::from(teams)) % u64::from(teams);
        turn < count
    }
}

impl Economy {
    /// Counts those who change labs in the tick; people hired, by lab. `talent` and `drawn`: shares of all human
    /// researchers, before the tick and where they are drawn.
    pub(super) fn count_moves(
        &mut self,
        scenario: &Scenario,
        market: &Market,
        talent: &[f64],
        drawn: &[f64],
        (day, years): (f64, f64),
    ) -> Vec<f64> {
        let (labs, heads) = (talent.len(), people(scenario, day));
        let mut hired = vec![0.0; labs];
        for from in 0..labs {
            for to in (0..labs).filter(|&to| to != from) {
                let moved = moved(market, heads, talent, drawn, (from, to), years);
                hired[to] += moved;
                if let Some(moves) = self.moves.get_mut(from * labs + to) {
                    moves.people += moved;
                }
            }
        }
        hired
    }

    /// The delegations that arrive in the next tick.
    pub(in crate::world) fn arrivals(&mut self, scenario: &Scenario) -> Arrivals {
        let Some(market) = &scenario.market else {
            return Arrivals::default();
        };
        let sent = self.moves.iter_mut().map(|moves| moves.send(market));
        Arrivals::of(scenario.labs.len(), sent.collect())
    }
}
