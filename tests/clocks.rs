//! Claim: clocks lose nothing but the fraction of a unit that a conversion floors.
//!
//! Agents of an engine follow an exact event list to within those fractions while rates change from
//! tick to tick and compute is shared; agents and units are conserved exactly, hours within them.

#[path = "common/worlds.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod worlds;

use bytemuck::Zeroable;
use takeoff::cpu::{CpuEngine, Options};
use takeoff::model::census::{Census, Counter, PopulationCensus, Recount};
use takeoff::model::engine::{Engine, PopulationSetup, Setup, TickInput};
use takeoff::model::layout::{
    AliasEntry, BoardTick, KindGain, KindTick, PopulationTick, clock_ratio, split,
};

/// Clocks count modulo this.
const CLOCK: u64 = 1 << 31;
const PRESENT: u32 = 1 << 31;
const EXPERIMENT: u32 = 1 << 31;

/// The parameters of a tick with the clocks where the tick ends.
fn at_end(tick: &PopulationTick) -> PopulationTick {
    let on = |start: u32, len: u32| ((u64::from(start) + u64::from(len)) % CLOCK) as u32;
    PopulationTick {
        think_start: on(tick.think_start, tick.think_len),
        experiment_start: on(tick.experiment_start, tick.experiment_len),
        ..*tick
    }
}

// -------------------------------------------------------------------------------------------------
// Conservation

#[test]
fn agents_units_and_hours_are_conserved() {
    for seed in 100..124 {
        let world = worlds::world(seed);
        let mut engine = CpuEngine::new(world.setup.clone(), Options::default()).unwrap();
        for t in 0..worlds::TICKS {
            let tick = world.tick(t);
            let all = |p: usize| world.setup.populations[p].slots;
            let before: Vec<Recount> = (0..tick.populations.len())
                .map(|p| engine.recount(p, &tick.populations[p], all(p)).unwrap())
                .collect();
            let census = engine.tick(&tick.input()).unwrap();
            for (p, before) in before.iter().enumerate() {
                let parameters = &tick.populations[p];
                let after = engine.recount(p, &at_end(parameters), all(p)).unwrap();
                let count = &census.populations[p];
                let place = format!("world {} tick {t} population {p}", world.seed);
                conserve_agents(before, count, &after, &place);
                let rescaled = |k: i32| tick.spawn[p] && k != 0;
                if !rescaled(parameters.think_rescale) {
                    conserve_thinking(before, parameters, count, &after, &place);
                }
                if !rescaled(parameters.experiment_rescale) {
                    conserve_experiments(before, parameters, count, &after, &place);
                }
                conserve_hours(parameters, count, &place);
            }
        }
    }
}

fn total(recount: &Recount) -> u64 {
    recount.thinking + recount.experiment + recount.waiting
}

fn conserve_agents(before: &Recount, count: &PopulationCensus, after: &Recount, place: &str) {
    let get = |counter| count.get(counter);
    let gone = get(Counter::RetiredThinking)
        + get(Counter::RetiredExperiment)
        + get(Counter::RetiredWaiting)
        + get(Counter::Deactivated);
    let expected = total(before) + get(Counter::Spawned) - gone;
    assert_eq!(expected, total(after), "{place}: agents");
    for (name, before, delta, after) in [
        (
            "thinking",
            before.thinking,
            Counter::DeltaThinking,
            after.thinking,
        ),
        (
            "experiment",
            before.experiment,
            Counter::DeltaExperiment,
            after.experiment,
        ),
        (
            "waiting",
            before.waiting,
            Counter::DeltaWaiting,
            after.waiting,
        ),
    ] {
        assert_eq!(
            before.wrapping_add(get(delta)),
            after,
            "{place}: agents {name}"
        );
    }
    assert_eq!(count.lanes, after.lanes, "{place}: running lanes");
}

/// Thinking taken up or under way is done, still ahead, or forgone: to the unit.
fn conserve_thinking(
    before: &Recount,
    tick: &PopulationTick,
    count: &PopulationCensus,
    after: &Recount,
    place: &str,
) {
    let get = |counter| count.get(counter);
    let quiet = before.thinking - get(Counter::RetiredThinking) - get(Counter::BusyThinking);
    let done = get(Counter::ThinkTime) + quiet * u64::from(tick.think_len);
    assert_eq!(
        before.think_left + get(Counter::ThinkAssigned),
        done + after.think_left + get(Counter::ForgoneThink),
        "{place}: thinking units"
    );
}

/// The same of experiments.
fn conserve_experiments(
    before: &Recount,
    tick: &PopulationTick,
    count: &PopulationCensus,
    after: &Recount,
    place: &str,
) {
    let get = |counter| count.get(counter);
    let quiet = before.experiment - get(Counter::RetiredExperiment) - get(Counter::BusyExperiment);
    let done = get(Counter::ExperimentTime) + quiet * u64::from(tick.experiment_len);
    assert_eq!(
        before.experiment_left + get(Counter::ExperimentAssigned),
        done + after.experiment_left + get(Counter::ForgoneExperiment),
        "{place}: experiment units"
    );
}

/// Each busy agent accounts for one tick, and for what conversions floor.
///
/// A conversion to a clock of `to` units floors the offset to a unit, after a multiplier that is
/// short by less than 2^-31 of itself: it gives back less than 1 + to/2^31 units of that clock.
fn conserve_hours(tick: &PopulationTick, count: &PopulationCensus, place: &str) {
    let sum = |counters: &[Counter]| -> i128 {
        counters
            .iter()
            .map(|&counter| i128::from(count.get(counter)))
            .sum()
    };
    let busy = sum(&[
        Counter::BusyThinking,
        Counter::BusyExperiment,
        Counter::BusyWaiting,
    ]);
    let thinking = [
        Counter::ThinkTime,
        Counter::WaitTime,
        Counter::StallThink,
        Counter::LeftTime,
    ];
    let thinking = sum(&thinking);
    let experiments = sum(&[Counter::ExperimentTime, Counter::StallExperiment]);
    let (think_len, experiment_len) = (i128::from(tick.think_len), i128::from(tick.experiment_len));
    if think_len == 0 || experiment_len == 0 {
        // Time on a clock that stands still is not time of a tick: only the bound from above is
        // left.
        assert!(
            thinking <= busy * think_len,
            "{place}: {thinking} thinking units of {busy} agents"
        );
        assert!(
            experiments <= busy * experiment_len,
            "{place}: experiment units"
        );
        return;
    }
    let given = thinking * experiment_len + experiments * think_len;
    let excess = given - busy * think_len * experiment_len;
    let floored = |conversions: Counter, from: i128, to: i128| {
        i128::from(count.get(conversions)) * (from + ((from * to) >> 31) + 1)
    };
    let most = floored(Counter::ExperimentsStarted, think_len, experiment_len)
        + floored(Counter::ExperimentsFinished, experiment_len, think_len);
    assert!(
        (0..=most).contains(&excess),
        "{place}: hours exceed by {excess}, at most {most}"
    );
}

// -------------------------------------------------------------------------------------------------
// An exact event list

/// Bits of a unit's fraction in the event list.
const FRACTION: u32 = 40;
const ONE: u128 = 1 << FRACTION;
/// Populations of the one lab, and agents of each.
const TEAMS: usize = 4;
const TEAM: usize = 3;

/// The rates of a tick: where a population's two clocks start, counted from zero without wrapping,
/// and how far they go. Index 0 is thinking, 1 is the experiment clock.
#[derive(Clone, Copy)]
struct Rates {
    start: [u128; 2],
    len: [u32; 2],
}

/// One agent's list: it thinks, experiments and thinks again, each for as many units as before.
#[derive(Clone)]
struct List {
    /// Units of both phases.
    units: [u32; 2],
    /// Ends of the phases so far on their clocks, with `FRACTION`; the last one is under way.
    ends: Vec<u128>,
    /// Whether conversions lose as much as they may, or nothing.
    lossy: bool,
}

impl List {
    /// Clock of the phase under way.
    fn clock(&self) -> usize {
        (self.ends.len() - 1) % 2
    }

    /// Lets phases end that end in the tick.
    fn tick(&mut self, rates: &Rates) {
        loop {
            let (from, to) = (self.clock(), 1 - self.clock());
            let end = *self.ends.last().expect("one phase is always under way");
            let offset = end.saturating_sub(rates.start[from] * ONE);
            if offset >= u128::from(rates.len[from]) * ONE {
                return;
            }
            let (num, den) = (u128::from(rates.len[to]), u128::from(rates.len[from]));
            // Rounded outwards: up for the exact list, down for the lossy one.
            let exact = if self.lossy {
                offset * num / den
            } else {
                (offset * num).div_ceil(den)
            };
            let loss = if self.lossy {
                ONE + ((num * ONE) >> 31) + 1
            } else {
                0
            };
            let began = rates.start[to] * ONE + exact.saturating_sub(loss);
            self.ends.push(began + u128::from(self.units[to]) * ONE);
        }
    }
}

/// A world without success: one topic, one idea, phases of constant length.
struct Treadmill {
    engine: CpuEngine,
    kinds: Vec<KindTick>,
    populations: Vec<PopulationTick>,
    rates: Vec<Rates>,
    exact: Vec<List>,
    lossy: Vec<List>,
    events: u64,
    /// Agents at ticks' ends that were ahead of the exact list.
    ahead: u64,
}

/// SplitMix64 (Steele, Lea and Flood 2014).
fn roll(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Treadmill {
    fn new(dice: &mut u64) -> Self {
        let setup = Setup {
            window_words: 1,
            topics: 1,
            kinds: vec![KindGain {
                ideas: 1000,
                ..KindGain::default()
            }],
            topic_kind: vec![0],
            ideas_key: [0; 2],
            populations: vec![
                PopulationSetup {
                    slots: TEAM as u64,
                    rank_first: 0
                };
                TEAMS
            ],
            lab_boards: vec![0, 1],
            edge_start: vec![0, 0],
            edges: Vec::new(),
            mails: Vec::new(),
            classes: 0,
        };
        let mut engine = CpuEngine::new(setup, Options::default()).unwrap();
        let cluster = roll(dice) % CLOCK;
        let (mut kinds, mut populations) = (Vec::new(), Vec::new());
        let (mut rates, mut lists) = (Vec::new(), Vec::new());
        for team in 0..TEAMS {
            // Powers of two are exact whatever the draw.
            let octaves = [20 + roll(dice) % 7, 20 + roll(dice) % 7];
            kinds.push(KindTick {
                think_base: (octaves[0] << 16) as i32,
                experiment_base: (octaves[1] << 16) as i32,
                odds_base: -(60 << 16),
                idea_end: 1000,
                ..KindTick::default()
            });
            let start = roll(dice) % CLOCK;
            populations.push(PopulationTick {
                active: split(TEAM as u64),
                keep: split(TEAM as u64),
                think_start: start as u32,
                experiment_start: cluster as u32,
                events_max: 4000,
                board_count: 1,
                breadth: 1,
                ..PopulationTick::zeroed()
            });
            rates.push(Rates {
                start: [u128::from(start), u128::from(cluster)],
                len: [0, 0],
            });
            for rank in 0..TEAM as u64 {
                let due = start + roll(dice) % (1 << octaves[0]);
                let word = (due % CLOCK) as u32;
                engine
                    .write_agents(team, rank, &[word], &[PRESENT])
                    .unwrap();
                lists.push(List {
                    units: octaves.map(|octave| 1 << octave),
                    ends: vec![u128::from(due) * ONE],
                    lossy: false,
                });
            }
        }
        let lossy = lists
            .iter()
            .map(|list| List {
                lossy: true,
                ..list.clone()
            })
            .collect();
        Self {
            engine,
            kinds,
            populations,
            rates,
            exact: lists,
            lossy,
            events: 0,
            ahead: 0,
        }
    }

    /// Experiments under way share the compute of the next tick; thinking runs at any rate. Now and
    /// then either stands still.
    fn next_rates(&mut self, dice: &mut u64) {
        let under_way = self.exact.iter().filter(|list| list.clock() == 1).count() as u64;
        let compute = (1 << 25) + roll(dice) % (1 << 26);
        let mut experiment_len = (compute / under_way.max(1)).min(1 << 25) as u32;
        if roll(dice).is_multiple_of(10) {
            experiment_len = 0;
        }
        for (tick, rates) in self.populations.iter_mut().zip(&mut self.rates) {
            *tick = at_end(tick);
            rates.start = [0, 1].map(|clock| rates.start[clock] + u128::from(rates.len[clock]));
            let usual = (1 << 22) + roll(dice) % (1 << 24);
            let think_len = if roll(dice).is_multiple_of(10) {
                0
            } else {
                usual as u32
            };
            rates.len = [think_len, experiment_len];
            (tick.think_len, tick.experiment_len) = (think_len, experiment_len);
            (tick.to_experiment_mul, tick.to_experiment_shift) =
                clock_ratio(think_len, experiment_len);
            (tick.to_think_mul, tick.to_think_shift) = clock_ratio(experiment_len, think_len);
            tick.key = split(roll(dice));
        }
    }

    fn tick(&mut self, first: bool) -> Census {
        let alias = [AliasEntry {
            threshold: u32::MAX,
            other: 0,
        }];
        self.engine
            .tick(&TickInput {
                populations: &self.populations,
                kinds: &self.kinds,
                boards: &[BoardTick {
                    read_threshold: u32::MAX,
                    turn: 0,
                }],
                classes: &[],
                slots: &[TEAM as u64; TEAMS],
                spawn: &[false; TEAMS],
                alias: first.then_some(&alias),
                binomial: None,
            })
            .unwrap()
    }

    /// Holds every agent against its two lists.
    fn check(&mut self, t: usize) {
        for team in 0..TEAMS {
            let (mut due, mut work) = ([0; TEAM], [0; TEAM]);
            self.engine
                .read_agents(team, 0, &mut due, &mut work)
                .unwrap();
            for (rank, due) in due.into_iter().enumerate() {
                let agent = team * TEAM + rank;
                let (exact, lossy) = (&self.exact[agent], &self.lossy[agent]);
                let clock = usize::from(due & EXPERIMENT != 0);
                let rates = &self.rates[team];
                let now = rates.start[clock] + u128::from(rates.len[clock]);
                let left = (u128::from(due % EXPERIMENT) + (1 << 32) - now % (1 << 31)) % (1 << 31);
                let end = (now + left) * ONE;
                let phase = (exact.ends.len()..=lossy.ends.len())
                    .map(|phases| phases - 1)
                    .find(|phase| phase % 2 == clock)
                    .unwrap_or_else(|| panic!("tick {t} agent {agent}: not in clock {clock}"));
                assert!(
                    end >= lossy.ends[phase],
                    "tick {t} agent {agent}: too early"
                );
                match exact.ends.get(phase) {
                    Some(&latest) => assert!(end <= latest, "tick {t} agent {agent}: too late"),
                    None => self.ahead += 1,
                }
            }
        }
        let ended = |lists: &[List]| lists.iter().map(|l| l.ends.len() as u64 - 1).sum::<u64>();
        let bounds = ended(&self.exact)..=ended(&self.lossy);
        assert!(
            bounds.contains(&self.events),
            "tick {t}: {} events, not {bounds:?}",
            self.events
        );
    }
}

#[test]
fn events_follow_an_exact_event_list() {
    const TICKS: usize = 80;
    for seed in 0..8 {
        let mut dice = seed;
        let mut mill = Treadmill::new(&mut dice);
        for t in 0..TICKS {
            mill.next_rates(&mut dice);
            let census = mill.tick(t == 0);
            mill.events += census
                .populations
                .iter()
                .map(|count| count.get(Counter::Events))
                .sum::<u64>();
            for (agent, lists) in mill.exact.iter_mut().zip(&mut mill.lossy).enumerate() {
                lists.0.tick(&mill.rates[agent / TEAM]);
                lists.1.tick(&mill.rates[agent / TEAM]);
            }
            mill.check(t);
        }
        // The lists must stay close, or the test says nothing: 2^20 is the shortest phase.
        for (exact, lossy) in mill.exact.iter().zip(&mill.lossy) {
            let last = exact.ends.len() - 1;
            let width = (exact.ends[last] - lossy.ends[last]) / ONE;
            assert!(
                width < 1 << 11,
                "seed {seed}: the lists are {width} units apart"
            );
        }
        assert!(mill.events > 200, "seed {seed}: {} events", mill.events);
        let checks = (TICKS * TEAMS * TEAM) as u64;
        assert!(
            mill.ahead * 50 < checks,
            "seed {seed}: {} of {checks} ahead",
            mill.ahead
        );
    }
}
