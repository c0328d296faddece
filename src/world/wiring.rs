//! Who hears whom: topologies and exchanges as edges, snapshots and lag classes.

use glam::UVec2;

use crate::model::layout::{Edge, Mail};
use crate::model::rng::{self, derive_key};
use crate::scenario::{Population, PopulationKind, Scenario, Topology};

/// The paths of knowledge of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wiring {
    /// First board of each lab, then the number of boards.
    pub lab_boards: Vec<u32>,
    /// First board of each population (all labs in order), then the number of boards.
    pub population_boards: Vec<u32>,
    /// Edges into board b: `edges[edge_start[b]..edge_start[b + 1]]`.
    pub edge_start: Vec<u32>,
    /// All edges.
    pub edges: Vec<Edge>,
    /// Snapshots.
    pub mails: Vec<Mail>,
    /// What makes each class deliver.
    pub classes: Vec<Class>,
}

/// What makes a lag class deliver.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Class {
    /// Every so many hours; 0: every tick.
    Lag(f64),
    /// Every tick before this day: boards of a population that has not started follow its lab.
    BeforeDay(f64),
}

impl Wiring {
    /// The wiring of a scenario.
    pub fn new(scenario: &Scenario) -> Self {
        let mut wiring = Self::default();
        let mut boards = 0;
        for lab in &scenario.labs {
            wiring.lab_boards.push(boards);
            for population in &lab.populations {
                wiring.population_boards.push(boards);
                boards += population.boards;
            }
        }
        wiring.lab_boards.push(boards);
        wiring.population_boards.push(boards);
        let mut index = 0;
        for (lab, of_lab) in scenario.labs.iter().enumerate() {
            for population in &of_lab.populations {
                wiring.connect(scenario, lab, index, population);
                index += 1;
            }
        }
        wiring.edge_start.push(wiring.edges.len() as u32);
        wiring
    }

    /// Edges into the boards of one population.
    fn connect(&mut self, scenario: &Scenario, lab: usize, index: usize, population: &Population) {
        let first = self.population_boards[index];
        let union = self.union_node(lab);
        let neighbours = neighbours(scenario, lab, population);
        for heard in neighbours {
            self.edge_start.push(self.edges.len() as u32);
            for neighbour in heard {
                self.edge(first + neighbour, Class::Lag(population.lag_hours), None);
            }
            if population.topology == Topology::Broadcast {
                self.edge(union, Class::Lag(population.lag_hours), None);
            }
            if let PopulationKind::Automated { start_day, .. } = population.kind {
                self.edge(union, Class::BeforeDay(start_day), None);
            }
            for exchange in scenario
                .exchanges
                .iter()
                .filter(|exchange| exchange.to == lab)
            {
                let salt = derive_key(&[
                    b"exchange",
                    &scenario.run.seed.to_le_bytes(),
                    scenario.labs[exchange.from].name.as_bytes(),
                    scenario.labs[lab].name.as_bytes(),
                ]);
                let from = self.union_node(exchange.from);
                self.edge(
                    from,
                    Class::Lag(exchange.lag_hours),
                    Some((exchange.share, salt)),
                );
            }
        }
    }

    fn union_node(&self, lab: usize) -> u32 {
        self.lab_boards[self.lab_boards.len() - 1] + lab as u32
    }

    /// One more edge into the board in hand, reading `node` through `class`.
    fn edge(&mut self, node: u32, class: Class, filter: Option<(f64, rng::Pair)>) {
        let class = position_or_push(&mut self.classes, class);
        let mail = position_or_push(&mut self.mails, Mail { node, class });
        let (threshold, salt) = match filter {
            Some((share, salt)) if share < 1.0 => ((share * 4_294_967_296.0) as u32, salt),
            _ => (u32::MAX, [0; 2]),
        };
        self.edges.push(Edge {
            mail,
            threshold,
            salt: UVec2::from_array(salt),
        });
    }
}

fn position_or_push<T: PartialEq>(list: &mut Vec<T>, item: T) -> u32 {
    let position = list
        .iter()
        .position(|other| *other == item)
        .unwrap_or_else(|| {
            list.push(item);
            list.len() - 1
        });
    position as u32
}

/// For each board of a population, the boards it hears, ascending, without itself.
fn neighbours(scenario: &Scenario, lab: usize, population: &Population) -> Vec<Vec<u32>> {
    let boards = population.boards;
    let mut heard = vec![Vec::new(); boards as usize];
    let mut link = |a: u32, b: u32| {
        if a != b {
            heard[a as usize].push(b);
            heard[b as usize].push(a);
        }
    };
    match population.topology {
        Topology::None | Topology::Broadcast => {}
        Topology::Ring => (0..boards).for_each(|board| link(board, (board + 1) % boards)),
        Topology::Hierarchy { fan_out } => {
            (1..boards).for_each(|board| link(board, (board - 1) / fan_out));
        }
        Topology::SmallWorld { neighbours, rewire } => {
            let key = derive_key(&[
                b"small-world",
                &scenario.run.seed.to_le_bytes(),
                scenario.labs[lab].name.as_bytes(),
                population.name.as_bytes(),
            ]);
            for board in 0..boards {
                for step in 1..=neighbours {
                    let draw = rng::threefry(key, [board, step]);
                    let rewired = f64::from(draw[0]) < rewire * 4_294_967_296.0;
                    let to = if rewired {
                        crate::model::fixed::mul_hi(draw[1], boards)
                    } else {
                        (board + step) % boards
                    };
                    link(board, to);
                }
            }
        }
    }
    for list in &mut heard {
        list.sort_unstable();
        list.dedup();
    }
    heard
}
