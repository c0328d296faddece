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
    /// When people who were hired join a team.
    Hired(Hired),
}

/// The way of knowledge that people take along to another lab.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hired {
    /// The lab they leave.
    pub from: usize,
    /// The lab they join.
    pub to: usize,
    /// Their team: the number of its board among the boards of the lab's people.
    pub team: u32,
    /// Number of such teams.
    pub teams: u32,
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
        let market = scenario.market.as_ref();
        let share_hired = market.map_or(0.0, |market| market.hired_knowledge_share);
        for heard in neighbours {
            self.edge_start.push(self.edges.len() as u32);
            for neighbour in heard {
                self.edge(first + neighbour, Class::Lag(population.lag_hours), None);
            }
            match population.topology {
                Topology::Broadcast => self.edge(union, Class::Lag(population.lag_hours), None),
                Topology::Network {
                    post_share,
                    comments_per_post,
                } => {
                    // A post is read by so many agents, who sit at random boards.
                    let board = self.edge_start.len() as u64 - 1;
                    let missed =
                        libm::pow(1.0 - 1.0 / f64::from(population.boards), comments_per_post);
                    let salt = derive_key(&[
                        b"network",
                        &scenario.run.seed.to_le_bytes(),
                        scenario.labs[lab].name.as_bytes(),
                        population.name.as_bytes(),
                        &(board - u64::from(first)).to_le_bytes(),
                    ]);
                    let class = Class::Lag(population.lag_hours);
                    self.edge(union, class, Some((post_share * (1.0 - missed), salt)));
                }
                _ => {}
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
            if share_hired > 0.0 && matches!(population.kind, PopulationKind::Human { .. }) {
                let board = self.edge_start.len() as u32 - 1;
                self.hear_the_hired(scenario, lab, board, share_hired);
            }
        }
    }

    /// Edges into a board of people from what those know who come from each other lab.
    fn hear_the_hired(&mut self, scenario: &Scenario, to: usize, board: u32, share: f64) {
        let boards = self.boards_of_people(scenario, to);
        let team = boards.iter().position(|&other| other == board);
        let team = team.expect("people work there") as u32;
        let teams = boards.len() as u32;
        for from in (0..scenario.labs.len()).filter(|&from| from != to) {
            let salt = derive_key(&[
                b"hiring",
                &scenario.run.seed.to_le_bytes(),
                scenario.labs[from].name.as_bytes(),
                scenario.labs[to].name.as_bytes(),
                &u64::from(team).to_le_bytes(),
            ]);
            // No other edge has this class, so there is nothing to search for.
            self.classes.push(Class::Hired(Hired {
                from,
                to,
                team,
                teams,
            }));
            self.mails.push(Mail {
                node: self.union_node(from),
                class: self.classes.len() as u32 - 1,
            });
            self.read(self.mails.len() as u32 - 1, Some((share, salt)));
        }
    }

    /// Boards of a lab's people, ascending.
    fn boards_of_people(&self, scenario: &Scenario, lab: usize) -> Vec<u32> {
        let mut first = self.lab_boards[lab];
        let mut of_people = Vec::new();
        for population in &scenario.labs[lab].populations {
            let boards = first..first + population.boards;
            first = boards.end;
            if let PopulationKind::Human { .. } = population.kind {
                of_people.extend(boards);
            }
        }
        of_people
    }

    fn union_node(&self, lab: usize) -> u32 {
        self.lab_boards[self.lab_boards.len() - 1] + lab as u32
    }

    /// One more edge into the board in hand, reading `node` through `class`.
    fn edge(&mut self, node: u32, class: Class, filter: Option<(f64, rng::Pair)>) {
        let class = position_or_push(&mut self.classes, class);
        let mail = position_or_push(&mut self.mails, Mail { node, class });
        self.read(mail, filter);
    }

    /// One more edge into the board in hand, reading `mail`.
    fn read(&mut self, mail: u32, filter: Option<(f64, rng::Pair)>) {
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
        Topology::None | Topology::Broadcast | Topology::Network { .. } => {}
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Overrides;

    /// The smoke scenario's first lab with its copies on `boards` boards in `topology`.
    fn heard(topology: Topology, boards: u32) -> Vec<Vec<u32>> {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/smoke.toml");
        let scenario = Scenario::load(&path, &Overrides::default()).expect("it is shipped");
        let mut population = scenario.labs[0].populations[1].clone();
        population.boards = boards;
        population.topology = topology;
        neighbours(&scenario, 0, &population)
    }

    #[test]
    fn rings_and_trees_are_as_drawn() {
        assert_eq!(heard(Topology::Ring, 4), [[1, 3], [0, 2], [1, 3], [0, 2]]);
        assert_eq!(heard(Topology::Ring, 2), [[1], [0]]);
        assert_eq!(heard(Topology::Ring, 1), [[0; 0]]);
        let tree = heard(Topology::Hierarchy { fan_out: 2 }, 5);
        assert_eq!(tree, [vec![1, 2], vec![0, 3, 4], vec![0], vec![1], vec![1]]);
        assert!(heard(Topology::Broadcast, 3).iter().all(Vec::is_empty));
    }

    #[test]
    fn small_worlds_are_symmetric_and_rewired_as_often_as_asked() {
        let lattice = heard(
            Topology::SmallWorld {
                neighbours: 2,
                rewire: 0.0,
            },
            100,
        );
        assert!(lattice.iter().enumerate().all(|(b, heard)| {
            let b = b as u32;
            let mut near = [b + 98, b + 99, b + 1, b + 2].map(|n| n % 100);
            near.sort_unstable();
            *heard == near
        }));
        let rewired = heard(
            Topology::SmallWorld {
                neighbours: 2,
                rewire: 0.25,
            },
            1000,
        );
        let mut far = 0;
        for (b, heard) in rewired.iter().enumerate() {
            for &other in heard {
                assert!(rewired[other as usize].contains(&(b as u32)));
                let apart = (b as u32).abs_diff(other);
                far += u32::from(apart.min(1000 - apart) > 2);
            }
        }
        // 2,000 links, a quarter rewired: 500 +- 4 x 19, each counted from both ends.
        assert!((850..1150).contains(&far), "{far}");
    }

    #[test]
    fn labs_hear_of_each_other_and_newcomers_start_with_what_is_known() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/smoke.toml");
        let scenario = Scenario::load(&path, &Overrides::default()).expect("it is shipped");
        let wiring = Wiring::new(&scenario);
        assert_eq!(wiring.lab_boards, [0, 8, 10]);
        assert_eq!(wiring.edge_start.len(), 11);
        let class = |edge: &Edge| wiring.classes[wiring.mails[edge.mail as usize].class as usize];
        let into = |board: usize| {
            &wiring.edges[wiring.edge_start[board] as usize..wiring.edge_start[board + 1] as usize]
        };
        // Copies: two neighbours in the ring, and the lab's union before day 7.
        let copies: Vec<Class> = into(4).iter().map(class).collect();
        assert_eq!(
            copies,
            [Class::Lag(24.0), Class::Lag(24.0), Class::BeforeDay(7.0)]
        );
        // People of the second lab: their own union, and half of what the first publishes.
        let second = into(8);
        assert_eq!(second.len(), 2);
        assert_eq!(second[1].threshold, 1 << 31);
        assert_eq!(wiring.mails[second[1].mail as usize].node, 10);
    }

    #[test]
    fn who_is_hired_tells_the_team_they_join() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/smoke.toml");
        let change = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let overrides = Overrides {
            set: vec![change("market.hired_knowledge_share", "0.25")],
            ..Overrides::default()
        };
        let scenario = Scenario::load(&path, &overrides).expect("it is right");
        let wiring = Wiring::new(&scenario);
        let without = Wiring::new(&Scenario::load(&path, &Overrides::default()).expect("shipped"));
        let count = |of: &Wiring, board: usize| of.edge_start[board + 1] - of.edge_start[board];
        // People sit at boards 0 to 3 of the first lab and at both of the second; copies hire nobody.
        let more = (0..10).map(|board| count(&wiring, board) - count(&without, board));
        assert_eq!(more.collect::<Vec<_>>(), [1, 1, 1, 1, 0, 0, 0, 0, 1, 1]);
        let last = |board: usize| wiring.edges[wiring.edge_start[board + 1] as usize - 1];
        let mail = |board: usize| wiring.mails[last(board).mail as usize];
        let class = |board: usize| wiring.classes[mail(board).class as usize];
        for (board, from, to, team, teams) in [(2, 1, 0, 2, 4), (9, 0, 1, 1, 2)] {
            assert_eq!(last(board).threshold, 1 << 30);
            assert_eq!(mail(board).node, 10 + from as u32);
            let way = Hired {
                from,
                to,
                team,
                teams,
            };
            assert_eq!(class(board), Class::Hired(way));
        }
        // Each team hears of another part.
        assert_ne!(last(0).salt, last(1).salt);
    }

    #[test]
    fn a_network_carries_what_is_posted_and_read() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/smoke.toml");
        let mut scenario = Scenario::load(&path, &Overrides::default()).expect("it is shipped");
        let mut edges = |post_share, comments_per_post| {
            scenario.labs[0].populations[1].topology = Topology::Network {
                post_share,
                comments_per_post,
            };
            let wiring = Wiring::new(&scenario);
            let of = |board: usize| wiring.edges[wiring.edge_start[board] as usize];
            assert_eq!(wiring.mails[of(4).mail as usize].node, 10);
            [4, 5, 6, 7].map(of)
        };
        // Two readers miss a board of four with (3/4)^2 = 9/16: half of 7/16, times 2^32.
        let found = edges(0.5, 2.0);
        assert!(found.iter().all(|edge| edge.threshold == 939_524_096));
        // Each board hears of another part.
        assert!((1..4).all(|board| found[board].salt != found[0].salt));
        assert_eq!(edges(0.5, 0.0)[0].threshold, 0);
        assert_eq!(edges(0.5, 1e9)[0].threshold, 1 << 31);
        assert_eq!(edges(1.0, 1e9)[0].threshold, u32::MAX);
    }
}
