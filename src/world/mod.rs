//! The world around the researchers: labs, compute, policy and feedback, in `f64` on the host.
//!
//! [`World::plan`] turns its state into what the device is told for a tick; [`World::absorb`] takes in
//! what the device counted. Both are pure functions of (scenario, state, census): no clock, no
//! platform mathematics, only the pinned `libm`. `docs/model.md`, part 4, is the text.

mod absorb;
mod clock;
mod counterfactual;
pub mod economy;
mod events;
mod landscape;
mod ledger;
mod plan;
mod policy;
mod popularity;
mod researchers;
mod state;
mod topics;
mod training;
mod wiring;

pub use absorb::{HUMAN_ERA_OOM_PER_YEAR, LabReport};
pub use counterfactual::{Counterfactual, Feedback, Inputs, Pace};
pub use events::{EventError, EventLog, Fired};
pub use landscape::GAIN_UNIT_OOM;
pub use plan::Plan;
pub use state::{LabState, Oom, PopulationState, State};
pub use topics::TopicState;

use crate::model::engine::{PopulationSetup, Setup};
use crate::model::rng::derive_key;
use crate::model::tables;
use crate::scenario::{PopulationKind, Scenario, Series};
use wiring::Wiring;

/// Hours in a day.
const HOURS_PER_DAY: f64 = 24.0;

/// Scenario, wiring and state: everything of a run that is not on the device.
#[derive(Clone, Debug)]
pub struct World {
    /// As the run was started.
    base: Scenario,
    /// As it is now: after the events that have fired.
    scenario: Scenario,
    setup: Setup,
    wiring: Wiring,
    /// Popularity of each sampled topic.
    popularity: Vec<f64>,
    /// Fraction of the world that is simulated, after rounding to whole topics.
    sample: f64,
    /// Lowest entry of the normal table, Q12: the least skilled.
    least_normal: i32,
    state: state::State,
    /// What a branch changes; neutral in a run.
    counterfactual: Counterfactual,
    /// What becomes of the feedback in a branch; live in a run.
    feedback: Feedback,
    /// The state that a branch with held feedback reads its inputs from.
    held: Option<Box<state::State>>,
}

impl World {
    /// The world at the start of burn-in.
    pub fn new(scenario: Scenario) -> Self {
        let ideas = &scenario.ideas;
        let topics = libm::round(f64::from(ideas.topics) * scenario.run.sample).max(1.0);
        let sample = topics / f64::from(ideas.topics);
        let wiring = Wiring::new(&scenario);
        let normal = tables::normal();
        let shares: Vec<f64> = ideas.kinds.iter().map(|kind| kind.topic_share).collect();
        let setup = Setup {
            window_words: ideas.window_words as usize,
            topics: topics as usize,
            kinds: landscape::gains(ideas, sample, &normal),
            topic_kind: tables::topic_kinds(topics as u32, &shares),
            ideas_key: derive_key(&[b"ideas", &scenario.run.seed.to_le_bytes()]),
            populations: slots(&scenario, sample, 1.0),
            lab_boards: wiring.lab_boards.clone(),
            edge_start: wiring.edge_start.clone(),
            edges: wiring.edges.clone(),
            mails: wiring.mails.clone(),
            classes: wiring.classes.len(),
        };
        let popularity = tables::popularity(
            topics as u32,
            ideas.popularity_offset,
            ideas.popularity_exponent,
        );
        let state = state::State::new(&scenario, wiring.classes.len());
        Self {
            base: scenario.clone(),
            scenario,
            setup,
            wiring,
            popularity,
            sample,
            least_normal: normal[0],
            state,
            counterfactual: Counterfactual::NEUTRAL,
            feedback: Feedback::Live,
            held: None,
        }
    }

    /// The same world with a state that was saved before.
    ///
    /// # Errors
    /// If the events that had fired leave what is no valid scenario.
    pub fn with_state(scenario: Scenario, state: state::State) -> Result<Self, EventError> {
        let changed = events::changed(&scenario, &state.events.fired)?;
        let mut world = Self {
            state,
            scenario: changed,
            ..Self::new(scenario)
        };
        world.state.forget_engine();
        Ok(world)
    }

    /// What an engine needs to know once.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// What was asked for.
    pub fn base(&self) -> &Scenario {
        &self.base
    }

    /// What holds now: what was asked for, after the events that have fired.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Everything that changes.
    pub fn state(&self) -> &state::State {
        &self.state
    }

    /// Fraction of the world that is simulated, after rounding to whole topics.
    pub fn sample(&self) -> f64 {
        self.sample
    }

    /// Days from day 0 to now, negative in burn-in.
    pub fn day(&self) -> f64 {
        self.day_at(self.state.hours)
    }

    /// The day so many hours after the start of burn-in.
    fn day_at(&self, hours: f64) -> f64 {
        hours / HOURS_PER_DAY - self.scenario.run.burn_in_days
    }

    /// Has the last day been simulated?
    pub fn is_finished(&self) -> bool {
        self.day() >= self.scenario.run.days
    }
}

/// Every population with the index of its lab, in device order.
fn populations(scenario: &Scenario) -> impl Iterator<Item = (usize, &crate::scenario::Population)> {
    let of_lab = |(lab, of_lab): (usize, &'_ crate::scenario::Lab)| (lab, of_lab.populations.len());
    scenario
        .labs
        .iter()
        .enumerate()
        .map(of_lab)
        .flat_map(move |(lab, count)| {
            (0..count).map(move |index| (lab, &scenario.labs[lab].populations[index]))
        })
}

/// Slots of every population, in device order, when there are `factor` times as many researchers as a
/// scenario and its events state.
fn slots(scenario: &Scenario, sample: f64, factor: f64) -> Vec<PopulationSetup> {
    let mut slots = vec![
        PopulationSetup {
            slots: 0,
            rank_first: 0
        };
        populations(scenario).count()
    ];
    for form in scenario.forms() {
        for (most, (_, population)) in slots.iter_mut().zip(populations(&form)) {
            most.slots = most.slots.max(slots_of(&form, population, sample, factor));
        }
    }
    slots
}

/// Slots a population can need: its head-count at the most, or as many agents as it may have.
fn slots_of(
    scenario: &Scenario,
    population: &crate::scenario::Population,
    sample: f64,
    factor: f64,
) -> u64 {
    let most = match &population.kind {
        PopulationKind::Automated { .. } => f64::INFINITY,
        PopulationKind::Human { headcount, .. } => {
            let run = &scenario.run;
            let most = |headcount: &Series| headcount.max_between(-run.burn_in_days, run.days);
            let hired = scenario
                .market
                .as_ref()
                .is_some_and(|market| market.talent_exponent > 0.0);
            if hired {
                // People of all labs may end up in this one.
                let humans = populations(scenario).filter_map(|(_, other)| match &other.kind {
                    PopulationKind::Human { headcount, .. } => Some(most(headcount)),
                    PopulationKind::Automated { .. } => None,
                });
                humans.sum()
            } else {
                most(headcount)
            }
        }
    };
    let agents = libm::ceil(most * sample * factor) + 1.0;
    if agents < scenario.run.agents_max as f64 {
        agents as u64
    } else {
        scenario.run.agents_max
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::keys::{self, ROOT, Shape, Table};
    use crate::scenario::{Overrides, new_template};

    /// Values of which some are allowed for any key.
    const VALUES: [&str; 16] = [
        "0.0",
        "0.01",
        "0.1",
        "0.2",
        "0.75",
        "1.0",
        "5.0",
        "48.0",
        "1e4",
        "2",
        "4",
        "16",
        "true",
        "false",
        "[[10.0, 12.0]]",
        "[[10.0, 0.5]]",
    ];

    /// The template with its optional tables, and the keys that these require, no longer commented out.
    fn with_all_blocks() -> String {
        let mut required: Vec<String> = Vec::new();
        let mut text = String::new();
        for line in new_template().lines() {
            let bare = line.strip_prefix("# ").unwrap_or(line);
            let mut is_heading = false;
            keys::for_each_table(&mut |at, table| {
                if bare == format!("[{at}]") {
                    is_heading = true;
                    let missing = |key: &&keys::Key| key.fallback == keys::Fallback::Required;
                    let names = table.keys.iter().filter(missing);
                    required = names.map(|key| format!("{} = ", key.name)).collect();
                }
            });
            if bare.starts_with("[[") {
                required.clear();
            }
            let wanted = is_heading || required.iter().any(|key| bare.starts_with(key));
            text += if wanted { bare } else { line };
            text.push('\n');
        }
        text
    }

    /// A world with every optional table and both kinds of researchers, in two labs.
    fn rich(key: &str, value: &str) -> Option<Scenario> {
        let mut text = with_all_blocks().replace("\ntraining = 1.0", "\ntraining = 0.5");
        let start = text.find("\n# An owner of compute").expect("labs");
        let end = text.find("\n# Knowledge of one lab").expect("exchange");
        let second = text[start..end].replace("name = \"frontier\"", "name = \"second\"");
        let second = second.replace("experiment_share = 0.5", "experiment_share = 0.3");
        text.insert_str(end, &second);
        text.push_str("[[exchange]]\nfrom = \"frontier\"\nto = \"second\"\nlag_hours = 48.0\n");
        let change = (!key.is_empty()).then(|| (key.to_owned(), value.to_owned()));
        let overrides = Overrides {
            set: change.into_iter().collect(),
            ..Overrides::default()
        };
        let path = std::path::Path::new("rich.toml");
        Scenario::parse(path, &text, &overrides).ok()
    }

    /// Dotted keys that an event can set, below `at`.
    fn changeable(at: &str, table: &'static Table, found: &mut Vec<String>) {
        for key in table.keys.iter().filter(|key| !key.fixed) {
            let below = format!("{at}{}", key.name);
            match key.shape {
                Shape::Table(inner) => changeable(&format!("{below}."), inner, found),
                Shape::Tables(inner, ..) => {
                    let names: &[&str] = match key.name {
                        "kinds" => &["training-methods"],
                        "labs" => &["second"],
                        _ => &["people", "copies"],
                    };
                    for name in names {
                        changeable(&format!("{below}.{name}."), inner, found);
                    }
                }
                _ => found.push(below),
            }
        }
    }

    #[test]
    fn nothing_that_an_event_can_set_is_fixed_when_the_engine_is_made() {
        let plain = World::new(rich("", "").expect("it is right"));
        let mut keys = Vec::new();
        changeable("", &ROOT, &mut keys);
        // Slots follow the head-counts and the market of all events.
        keys.retain(|key| {
            !key.ends_with(".headcount") && key != "market.talent_exponent" && key != "set"
        });
        let mut changed = 0;
        for key in keys {
            let mut scenarios = VALUES.iter().filter_map(|value| rich(&key, value));
            let Some(scenario) = scenarios.find(|scenario| *scenario != plain.base) else {
                // Keys of the other kind of researchers, and those that others forbid to change alone.
                let bound = [
                    ".people.",
                    ".copies.",
                    ".enabled",
                    "labour.",
                    "serving_share",
                ];
                assert!(
                    bound.iter().any(|part| key.contains(part))
                        || key.ends_with(".orders_a100e_per_year"),
                    "{key}"
                );
                continue;
            };
            let world = World::new(scenario);
            assert_eq!(world.setup, plain.setup, "{key}");
            assert_eq!(world.wiring, plain.wiring, "{key}");
            assert_eq!(world.popularity, plain.popularity, "{key}");
            assert_eq!(world.sample, plain.sample, "{key}");
            changed += 1;
        }
        assert!(changed > 45, "{changed}");
    }
}
