//! What was at work in a run: phases, counters, boards, topologies, weights, news.

use takeoff::model::census::{COUNTER_NAMES, COUNTERS, Counter, NodeCensus};
use takeoff::model::layout::class;
use takeoff::scenario::{Population, Topology};
use takeoff::sim::Simulation;

/// Phases that agents can be in when a tick ends.
const PHASES: [&str; 3] = ["agents thinking", "agents in experiments", "agents waiting"];

/// What was at work past burn-in; of edges that only bring a population up to its start, before too.
#[derive(Default)]
pub struct Seen {
    populations: Vec<OfPopulation>,
    boards: Vec<OfBoard>,
    labs: Vec<OfUnion>,
    world_new: bool,
    ended: bool,
    /// By lab and kind.
    gains: Vec<bool>,
    /// By lag class: it delivered what a node knew.
    delivered: Vec<bool>,
    /// What every node knew before the tick.
    known: Vec<u32>,
}

#[derive(Default)]
struct OfPopulation {
    counters: [bool; COUNTERS],
    phases: [bool; 3],
    /// An agent stood for several researchers; those others found something.
    weighted: bool,
    others: bool,
    /// Some news was not read by all.
    unread: bool,
}

#[derive(Clone, Copy, Default)]
struct OfBoard {
    new: bool,
    known: bool,
    news: bool,
    /// It came to know what its own agents had not found in the tick.
    heard: bool,
}

#[derive(Clone, Copy, Default)]
struct OfUnion {
    new: bool,
    known: bool,
    /// It was the first to bring an idea to the world.
    first: bool,
    /// It came to know what none of its boards had found.
    outside: bool,
}

impl Seen {
    /// Takes in the tick that `simulation` has just done.
    pub fn tick(&mut self, simulation: &Simulation) {
        let world = simulation.world();
        let (setup, (plan, census)) = (world.setup(), simulation.last().expect("a tick"));
        self.populations
            .resize_with(setup.populations.len(), OfPopulation::default);
        self.boards.resize(setup.boards(), OfBoard::default());
        self.labs.resize(setup.labs(), OfUnion::default());
        self.gains.resize(census.gains.len(), false);
        self.delivered.resize(setup.classes, false);
        self.known.resize(setup.nodes(), 0);
        for mail in &setup.mails {
            let delivers = plan.tick.classes[mail.class as usize] != class::RESTING;
            self.delivered[mail.class as usize] |= delivers && self.known[mail.node as usize] > 0;
        }
        if world.day() > 0.0 {
            self.populations(simulation);
            self.nodes(&census.nodes, &setup.lab_boards);
            for (seen, gain) in self.gains.iter_mut().zip(&census.gains) {
                *seen |= *gain > 0;
            }
        }
        self.known = census.nodes.iter().map(|node| node.known).collect();
    }

    fn populations(&mut self, simulation: &Simulation) {
        let (plan, census) = simulation.last().expect("a tick");
        let states = &simulation.world().state().populations;
        for (index, seen) in self.populations.iter_mut().enumerate() {
            let (tick, counts, state) = (
                &plan.tick.populations[index],
                &census.populations[index],
                &states[index],
            );
            for (seen, count) in seen.counters.iter_mut().zip(counts.counters) {
                *seen |= count != 0;
            }
            let phases = [state.thinking, state.experiment, state.waiting];
            for (seen, agents) in seen.phases.iter_mut().zip(phases) {
                *seen |= agents > 0;
            }
            seen.weighted |= tick.weight_log2 > 0;
            seen.others |= tick.weight_log2 > 0 && counts.get(Counter::Successes) > 0;
            let boards = tick.board_first as usize..(tick.board_first + tick.board_count) as usize;
            seen.unread |= tick.reading == 1
                && plan.tick.boards[boards]
                    .iter()
                    .any(|board| board.read_threshold < u32::MAX);
        }
    }

    fn nodes(&mut self, nodes: &[NodeCensus], lab_boards: &[u32]) {
        let (boards, rest) = nodes.split_at(self.boards.len());
        let (labs, world) = rest.split_at(self.labs.len());
        for (index, (seen, board)) in self.boards.iter_mut().zip(boards).enumerate() {
            seen.new |= board.new > 0;
            seen.known |= board.known > 0;
            seen.news |= board.news > 0;
            seen.heard |= board.known > self.known[index] + board.new;
        }
        for (l, (seen, lab)) in self.labs.iter_mut().zip(labs).enumerate() {
            let own = &boards[lab_boards[l] as usize..lab_boards[l + 1] as usize];
            seen.outside |= lab.new > own.iter().map(|board| board.new).sum();
            seen.new |= lab.new > 0;
            seen.known |= lab.known > 0;
            seen.first |= lab.news > 0;
        }
        self.world_new |= world[0].new > 0;
        self.ended |= nodes.iter().any(|node| node.ended > 0);
    }

    /// Everything that the scenario has and that was not at work, one name each:
    /// `lab.population counter`, `lab.population board 3 heard`, and the like.
    pub fn idle(&self, simulation: &Simulation) -> Vec<String> {
        let world = simulation.world();
        let (scenario, setup) = (world.scenario(), world.setup());
        let mut idle = Vec::new();
        let mut boards = self.boards.iter();
        let mut populations = self.populations.iter().zip(&setup.populations);
        let mut gains = self.gains.iter();
        for (l, lab) in scenario.labs.iter().enumerate() {
            let exchanges = scenario.exchanges.iter().any(|exchange| exchange.to == l);
            for population in &lab.populations {
                let (seen, slots) = populations.next().expect("one each");
                // A population of no more agents than it may have needs no weights.
                let weights = slots.slots == scenario.run.agents_max;
                let at = format!("{}.{}", lab.name, population.name);
                idle.extend(
                    seen.idle(population, weights)
                        .map(|what| format!("{at} {what}")),
                );
                let hears = exchanges || is_connected(population);
                for (number, seen) in boards.by_ref().take(population.boards as usize).enumerate() {
                    idle.extend(
                        seen.idle(hears)
                            .map(|what| format!("{at} board {number} {what}")),
                    );
                }
            }
            let seen = self.labs[l];
            let parts = [
                ("new", seen.new),
                ("known", seen.known),
                ("first in the world", seen.first),
                ("news from outside", seen.outside || !exchanges),
            ];
            idle.extend(unseen(parts).map(|what| format!("{} {what}", lab.name)));
            let kinds = scenario.ideas.kinds.iter().zip(gains.by_ref());
            idle.extend(
                kinds
                    .filter(|(_, seen)| !**seen)
                    .map(|(kind, _)| format!("{} gains of {}", lab.name, kind.name)),
            );
        }
        let parts = [("new", self.world_new), ("topics ended", self.ended)];
        idle.extend(unseen(parts).map(|what| format!("world {what}")));
        let classes = self.delivered.iter().enumerate();
        idle.extend(
            classes
                .filter(|(_, delivered)| !**delivered)
                .map(|(class, _)| format!("lag class {class}")),
        );
        idle
    }
}

/// The names of what was not seen.
fn unseen<'a>(parts: impl IntoIterator<Item = (&'a str, bool)>) -> impl Iterator<Item = &'a str> {
    let mut parts = parts.into_iter();
    std::iter::from_fn(move || parts.by_ref().find(|(_, seen)| !seen).map(|(name, _)| name))
}

impl OfPopulation {
    fn idle(&self, population: &Population, weights: bool) -> impl Iterator<Item = &'static str> {
        let parts = [
            ("weights", self.weighted || !weights),
            ("finds of others", self.others || !weights),
            (
                "unread news",
                self.unread || population.reading_share == 0.0,
            ),
        ];
        let counters = COUNTER_NAMES.into_iter().zip(self.counters);
        unseen(
            counters
                .chain(PHASES.into_iter().zip(self.phases))
                .chain(parts),
        )
    }
}

impl OfBoard {
    fn idle(&self, hears: bool) -> impl Iterator<Item = &'static str> {
        unseen([
            ("new", self.new),
            ("known", self.known),
            ("news", self.news),
            ("heard", self.heard || !hears),
        ])
    }
}

/// Do boards of the population hear of each other?
fn is_connected(population: &Population) -> bool {
    match population.topology {
        Topology::None => false,
        // Its lab's union, to which other populations may write.
        Topology::Broadcast => true,
        _ => population.boards > 1,
    }
}
