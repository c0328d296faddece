//! What is measured: loads, and the scenario in whose world they run.

use std::path::Path;

use crate::scenario::keys::limit;
use crate::scenario::{Overrides, Scenario, ScenarioErrors};

/// What agents do in a measured tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Load {
    /// No agent is due.
    Quiet,
    /// As many agents are due as in the human era: [`TYPICAL_DUE`].
    Typical,
    /// All agents are due, [`BUSY_EVENTS`] times.
    Busy,
    /// The third day of `scenarios/throughput.toml`.
    Flagship,
    /// This fraction of the agents is due, once each; above 0, at most 1.
    Due(f64),
}

/// Share of agents that are due in a daily tick of `scenarios/human-baseline.toml`: 0.208 over all four
/// years of it. `tests/bench.rs` counts them in a sample.
pub const TYPICAL_DUE: f64 = 0.2;

/// Events of an agent in a daily tick of `scenarios/situational-awareness.toml`: 11.8 from day 0 on.
/// `tests/bench.rs` counts them in a smaller sample.
pub const BUSY_EVENTS: u32 = 12;

/// The smallest fraction of due agents that the clock can tell.
pub const LEAST_DUE: f64 = 1e-6;

/// How phases of a load without a host follow one another: every phase takes one period, and ends are
/// spread evenly over it, so that every tick has as many as the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// Clock units of a tick.
    pub tick: u32,
    /// log2 of the clock units of a phase.
    pub period_log2: u32,
}

impl Load {
    /// The loads with a name.
    pub const MIXES: [Load; 4] = [Load::Quiet, Load::Typical, Load::Busy, Load::Flagship];

    /// A load of that name.
    pub fn named(name: &str) -> Option<Load> {
        Self::MIXES.into_iter().find(|load| load.name() == name)
    }

    /// `quiet`, `typical`, `busy`, `flagship` or `due 0.1%`.
    pub fn name(self) -> String {
        match self {
            Load::Quiet => "quiet".to_owned(),
            Load::Typical => "typical".to_owned(),
            Load::Busy => "busy".to_owned(),
            Load::Flagship => "flagship".to_owned(),
            // Not what the fraction's nearest binary number looks like: 0.1% and not 0.09999%.
            Load::Due(due) => format!("due {}%", (due * 1e8).round() / 1e6),
        }
    }

    /// Fraction of agents that are due in a tick; `None` where the scenario decides.
    pub fn due(self) -> Option<f64> {
        match self {
            Load::Quiet => Some(0.0),
            Load::Typical => Some(TYPICAL_DUE),
            Load::Busy => Some(1.0),
            Load::Flagship => None,
            Load::Due(due) => Some(due),
        }
    }

    /// Ticks before the measured ones: memory was touched, and a device's submits have grown to the
    /// length of the ticks, which takes longer where ticks are short.
    pub fn warm_up(self) -> usize {
        if self.due().is_some_and(|due| due <= 0.01) {
            8
        } else {
            2
        }
    }

    /// Its rhythm; `None` for the flagship, which runs as the scenario says.
    pub fn rhythm(self) -> Option<Rhythm> {
        let part = |due: f64| Rhythm {
            tick: (due * f64::from(1 << 24)).round() as u32,
            period_log2: 24,
        };
        match self {
            Load::Flagship => None,
            // Of any length: nobody is due.
            Load::Quiet => Some(part(0.5)),
            Load::Typical => Some(part(TYPICAL_DUE)),
            Load::Due(due) => Some(part(due)),
            Load::Busy => Some(Rhythm {
                tick: BUSY_EVENTS << 20,
                period_log2: 20,
            }),
        }
    }
}

/// Agents of the whole flagship world.
const FLAGSHIP_AGENTS: f64 = 1e8;
/// The largest fleet that a scenario may state, A100e.
const FLEET_MAX: f64 = 1e15;

/// `scenarios/throughput.toml` in the sample that has so many agents. Below 1.2 million the sample stays
/// at the smallest there may be, and above 10^8 at the whole world: heads are then fewer or more, and
/// the fleet grows with them.
///
/// # Errors
/// If the key table refuses that many.
pub fn scenario(agents: u64) -> Result<Scenario, ScenarioErrors> {
    let path = Path::new("throughput.toml");
    let topics = f64::from(Scenario::parse(path, &text(), &set(&[]))?.ideas.topics);
    let wanted = (agents as f64 / FLAGSHIP_AGENTS * topics).round();
    let sample = wanted.clamp(limit::SAMPLED_TOPICS, topics) / topics;
    let crowd = (agents as f64 / FLAGSHIP_AGENTS).max(1.0);
    // Half a head more: what is rounded down to whole agents must not lose one.
    let heads = (agents as f64 + 0.5) / sample;
    let changes = [
        ("run.sample", sample.to_string()),
        ("run.agents_max", agents.to_string()),
        (
            "labs.plenty.fleet_a100e",
            format!("{:e}", (1e13 * crowd).min(FLEET_MAX)),
        ),
        (
            "labs.plenty.populations.everybody.headcount",
            format!("{heads:e}"),
        ),
    ];
    Scenario::parse(path, &text(), &set(&changes))
}

fn set(changes: &[(&str, String)]) -> Overrides {
    Overrides {
        // Any override: without one every variant of the file would be checked as well.
        seed: Some(1),
        set: changes
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect(),
        ..Overrides::default()
    }
}

/// The scenario with what it includes, as the binary carries it: a bench needs no file beside it.
fn text() -> String {
    let ideas = include_str!("../../scenarios/blocks/ideas.toml");
    let tables = ideas.find("\n[ideas]").unwrap_or(0);
    let own = include_str!("../../scenarios/throughput.toml").lines();
    let own: Vec<&str> = own.filter(|line| !line.starts_with("include")).collect();
    own.join("\n") + &ideas[tables..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_carries_the_shipped_scenario() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/throughput.toml");
        let shipped = Scenario::load(&file, &set(&[])).expect("it is right");
        let carried = Scenario::parse(Path::new("throughput.toml"), &text(), &set(&[]));
        assert_eq!(carried.expect("it is right"), shipped);
    }

    #[test]
    fn every_number_of_agents_has_a_world_of_that_many() {
        for agents in [1, 1000, 1_000_000, 12_345_678, 100_000_000, 10_000_000_000] {
            let scenario = scenario(agents).unwrap_or_else(|e| panic!("{agents}: {e}"));
            let mut world = crate::world::World::new(scenario);
            let nothing = vec![0; world.setup().topics * world.setup().nodes() * 2];
            let plan = world.plan(|| Ok::<_, ()>(nothing)).expect("planned");
            assert_eq!(plan.tick.slots, [agents]);
            assert_eq!(
                crate::model::layout::merge(plan.tick.populations[0].active),
                agents
            );
        }
    }

    #[test]
    fn names() {
        assert_eq!(Load::Due(0.001).name(), "due 0.1%");
        assert_eq!(Load::Due(1.0).name(), "due 100%");
        assert_eq!(Load::named("busy"), Some(Load::Busy));
        assert_eq!(Load::named("lazy"), None);
    }
}
