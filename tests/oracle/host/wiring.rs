//! "Wiring" of `docs/model.md`: who hears from whom, through which mails.

use std::collections::BTreeSet;

use takeoff::model::layout::{Edge, Mail};
use takeoff::scenario::{PopulationKind, Scenario, Topology};

use super::tables::key;
use crate::scalar::draws::threefry;
use crate::scalar::numbers::hi;

/// When the mails of a lag class travel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Class {
    /// Every so many hours; 0: at once.
    Lag(f64),
    /// At every tick before this day.
    Until(f64),
    /// When people from one lab join a team of another: from, to, team of so many.
    Hired(usize, usize, u64, u64),
}

/// Boards of a population.
#[derive(Clone, Copy, Debug)]
pub struct Team {
    pub lab: usize,
    /// Index in its lab.
    pub member: usize,
    pub first: usize,
    pub boards: usize,
}

/// Nodes, mails and edges.
#[derive(Debug, Default)]
pub struct Wiring {
    /// By population.
    pub teams: Vec<Team>,
    pub lab_boards: Vec<u32>,
    pub edge_start: Vec<u32>,
    pub edges: Vec<Edge>,
    pub mails: Vec<Mail>,
    pub classes: Vec<Class>,
}

impl Wiring {
    pub fn of(scenario: &Scenario) -> Self {
        let mut wiring = Self::default();
        let mut boards = 0;
        for (lab, of) in scenario.labs.iter().enumerate() {
            wiring.lab_boards.push(boards as u32);
            for (member, population) in of.populations.iter().enumerate() {
                wiring.teams.push(Team {
                    lab,
                    member,
                    first: boards,
                    boards: population.boards as usize,
                });
                boards += population.boards as usize;
            }
        }
        wiring.lab_boards.push(boards as u32);
        for team in wiring.teams.clone() {
            let near = neighbours(scenario, team);
            for near in near {
                wiring.edge_start.push(wiring.edges.len() as u32);
                wiring.hear_all(scenario, team, &near, boards);
            }
        }
        wiring.edge_start.push(wiring.edges.len() as u32);
        wiring
    }

    /// All edges into one board of a team.
    fn hear_all(&mut self, scenario: &Scenario, team: Team, near: &BTreeSet<usize>, boards: usize) {
        let population = &scenario.labs[team.lab].populations[team.member];
        let lag = Class::Lag(population.lag_hours);
        for &other in near {
            self.hear(team.first + other, lag, u32::MAX, [0, 0]);
        }
        match population.topology {
            Topology::Broadcast => self.hear(boards + team.lab, lag, u32::MAX, [0, 0]),
            Topology::Network {
                post_share,
                comments_per_post,
            } => {
                let missed = libm::pow(1.0 - 1.0 / team.boards as f64, comments_per_post);
                let share = post_share * (1.0 - missed);
                let threshold = libm::floor(share * 4_294_967_296.0) as u32;
                let (lab, seed) = (&scenario.labs[team.lab], scenario.run.seed.to_le_bytes());
                let names = (lab.name.as_bytes(), population.name.as_bytes());
                let board = (self.edge_start.len() - 1 - team.first) as u64;
                let board = board.to_le_bytes();
                let salt = key(&[b"network", &seed, names.0, names.1, &board]);
                self.hear(boards + team.lab, lag, threshold, salt);
            }
            _ => {}
        }
        if let PopulationKind::Automated { start_day, .. } = population.kind {
            self.hear(boards + team.lab, Class::Until(start_day), u32::MAX, [0, 0]);
        }
        for exchange in scenario.exchanges.iter().filter(|e| e.to == team.lab) {
            let name = |lab: usize| scenario.labs[lab].name.as_bytes();
            let seed = scenario.run.seed.to_le_bytes();
            let (threshold, salt) = if exchange.share == 1.0 {
                (u32::MAX, [0, 0])
            } else {
                let threshold = libm::floor(exchange.share * 4_294_967_296.0) as u32;
                let names = (name(exchange.from), name(exchange.to));
                (threshold, key(&[b"exchange", &seed, names.0, names.1]))
            };
            let lag = Class::Lag(exchange.lag_hours);
            self.hear(boards + exchange.from, lag, threshold, salt);
        }
        if let PopulationKind::Human { .. } = population.kind {
            self.hear_hired(scenario, team, boards);
        }
    }

    /// What people bring who are hired.
    fn hear_hired(&mut self, scenario: &Scenario, team: Team, boards: usize) {
        let share = scenario
            .market
            .as_ref()
            .map_or(0.0, |market| market.hired_knowledge_share);
        if share == 0.0 {
            return;
        }
        let board = self.edge_start.len() - 1;
        let human = |team: &&Team| {
            let population = &scenario.labs[team.lab].populations[team.member];
            matches!(population.kind, PopulationKind::Human { .. })
        };
        let own = self
            .teams
            .iter()
            .filter(|other| other.lab == team.lab)
            .filter(human);
        let places: Vec<usize> = own.flat_map(|of| of.first..of.first + of.boards).collect();
        let number = places
            .iter()
            .position(|&place| place == board)
            .expect("one of them") as u64;
        for (from, other) in scenario
            .labs
            .iter()
            .enumerate()
            .filter(|(from, _)| *from != team.lab)
        {
            let (seed, to) = (scenario.run.seed.to_le_bytes(), &scenario.labs[team.lab]);
            let names = (other.name.as_bytes(), to.name.as_bytes());
            let salt = key(&[b"hiring", &seed, names.0, names.1, &number.to_le_bytes()]);
            let class = Class::Hired(from, team.lab, number, places.len() as u64);
            let threshold = libm::floor(share * 4_294_967_296.0) as u32;
            self.hear(boards + from, class, threshold, salt);
        }
    }

    fn hear(&mut self, node: usize, class: Class, threshold: u32, salt: [u32; 2]) {
        let class = index_of(&mut self.classes, class);
        let (node, class) = (node as u32, class as u32);
        let mail = index_of(&mut self.mails, Mail { node, class });
        self.edges.push(Edge {
            mail: mail as u32,
            threshold,
            salt: salt.into(),
        });
    }
}

/// Where `wanted` is, added if it is not there.
fn index_of<T: PartialEq>(all: &mut Vec<T>, wanted: T) -> usize {
    if let Some(index) = all.iter().position(|one| *one == wanted) {
        return index;
    }
    all.push(wanted);
    all.len() - 1
}

/// Whom each board of a team hears, counted within the team.
fn neighbours(scenario: &Scenario, team: Team) -> Vec<BTreeSet<usize>> {
    let lab = &scenario.labs[team.lab];
    let population = &lab.populations[team.member];
    let boards = team.boards;
    let mut near = vec![BTreeSet::new(); boards];
    let mut link = |a: usize, b: usize| {
        if a != b {
            near[a].insert(b);
            near[b].insert(a);
        }
    };
    match population.topology {
        Topology::None | Topology::Broadcast | Topology::Network { .. } => {}
        Topology::Ring => (0..boards).for_each(|b| link(b, (b + 1) % boards)),
        Topology::Hierarchy { fan_out } => {
            (1..boards).for_each(|b| link(b, (b - 1) / fan_out as usize));
        }
        Topology::SmallWorld { neighbours, rewire } => {
            let seed = scenario.run.seed.to_le_bytes();
            let (lab, name) = (lab.name.as_bytes(), population.name.as_bytes());
            let key = key(&[b"small-world", &seed, lab, name]);
            for b in 0..boards {
                for k in 1..=neighbours {
                    let u = threefry(key, [b as u32, k]);
                    let partner = if f64::from(u[0]) < rewire * 4_294_967_296.0 {
                        hi(u[1], boards as u32) as usize
                    } else {
                        (b + k as usize) % boards
                    };
                    link(b, partner);
                }
            }
        }
    }
    near
}
