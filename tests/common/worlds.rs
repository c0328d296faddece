//! Random but valid worlds at the level of `model::layout`, for tests that step engines side by side.
//!
//! Everything follows from a seed and knows no engine. Sizes are small; what engines could disagree
//! on is frequent: several labs and populations a dispatch, filtered edges, reading, rescaled and
//! standing clocks, tiny event bounds, weights, exhausted topics, populations that grow and shrink.

use takeoff::model::engine::{PopulationSetup, Setup, Tick};
use takeoff::model::layout::{
    self, AliasEntry, BoardTick, Edge, KindGain, KindTick, Mail, PopulationTick, TASTE_MAX, class,
};
use takeoff::model::{rng, tables};

/// Ticks of a world.
pub const TICKS: u64 = 20;

/// A world: what is fixed, and what each tick is told.
pub struct World {
    /// The seed it came from.
    pub seed: u64,
    /// Sizes and wiring.
    pub setup: Setup,
    ticks: Vec<Tick>,
}

impl World {
    /// What tick `t` (below [`TICKS`]) is told.
    pub fn tick(&self, t: u64) -> &Tick {
        &self.ticks[t as usize]
    }
}

/// The world of a seed.
pub fn world(seed: u64) -> World {
    placed(seed, place_ranks)
}

/// The same where all ranks begin at 0: programs of others know no other ranks.
pub fn from_rank_zero(seed: u64) -> World {
    placed(seed, |_, _| {})
}

fn placed(seed: u64, place: fn(&mut [PopulationSetup], u64)) -> World {
    let mut dice = Dice(seed);
    let mut setup = setup(&mut dice, seed);
    place(&mut setup.populations, seed);
    let mut host = Host::new(&mut dice, &setup, seed);
    let ticks = (0..TICKS)
        .map(|t| host.tick(&mut dice, &setup, t))
        .collect();
    World { seed, setup, ticks }
}

/// A world with the shape of `world(shape)`, in which all else follows from `seed`: keys, kinds, slots,
/// boards of each lab, mails, edges, classes and what ticks are told.
pub fn alike(shape: u64, seed: u64) -> World {
    let like = setup(&mut Dice(shape), shape);
    let mut dice = Dice(seed.wrapping_add(1 << 32));
    let mut sizes: Vec<u32> = like.lab_boards.windows(2).map(|of| of[1] - of[0]).collect();
    if dice.chance(50) {
        sizes.reverse();
    }
    let mut lab_boards = vec![0];
    for (lab, boards) in sizes.into_iter().enumerate() {
        lab_boards.push(lab_boards[lab] + boards);
    }
    let nodes = (like.boards() + like.labs()) as u32;
    let mails = dice.between(0, 8) as usize;
    let classes = dice.between(1, 3) as usize;
    let (edge_start, edges) = edges(&mut dice, seed, like.boards(), mails);
    let mut topic_kind = like.topic_kind.clone();
    topic_kind.rotate_left(dice.up_to(3) as usize);
    let mut setup = Setup {
        kinds: like.kinds.iter().map(|_| kind_gain(&mut dice)).collect(),
        topic_kind,
        ideas_key: key(seed, &[b"ideas"]),
        populations: like
            .populations
            .iter()
            .map(|_| PopulationSetup {
                slots: dice.between(1, 900) as u64,
                rank_first: 0,
            })
            .collect(),
        lab_boards,
        edge_start,
        edges,
        mails: (0..mails)
            .map(|_| Mail {
                node: dice.up_to(nodes),
                class: dice.up_to(classes as u32 - 1),
            })
            .collect(),
        classes,
        ..like
    };
    place_ranks(&mut setup.populations, seed);
    let mut host = Host::new(&mut dice, &setup, seed);
    let ticks = (0..TICKS)
        .map(|t| host.tick(&mut dice, &setup, t))
        .collect();
    World { seed, setup, ticks }
}

/// Lets every other population begin where ranks get long: across 2^32, or at the last ranks that there are.
fn place_ranks(populations: &mut [PopulationSetup], seed: u64) {
    for (number, population) in (seed..).zip(populations) {
        population.rank_first = match number % 4 {
            1 => (1 << 32) - population.slots / 2,
            3 => (1 << 40) - population.slots,
            _ => 0,
        };
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.roll() % (high - low + 1) as u64) as i64
    }

    fn up_to(&mut self, high: u32) -> u32 {
        self.between(0, i64::from(high)) as u32
    }

    /// True in `percent` of 100 rolls.
    fn chance(&mut self, percent: u64) -> bool {
        self.roll() % 100 < percent
    }

    /// Log2 values from `low` to `high` octaves, Q16.
    fn log2(&mut self, low: i64, high: i64) -> i32 {
        self.between(low << 16, high << 16) as i32
    }
}

fn key(seed: u64, parts: &[&[u8]]) -> rng::Pair {
    let seed = seed.to_le_bytes();
    let mut all: Vec<&[u8]> = vec![parts[0], &seed];
    all.extend(&parts[1..]);
    rng::derive_key(&all)
}

fn setup(dice: &mut Dice, seed: u64) -> Setup {
    let window_words = [1, 2, 4][(seed % 3) as usize];
    let labs = dice.between(1, 3) as usize;
    let few = dice.between(1, 3) as usize;
    // Some worlds have as many as the kernels have room for.
    let kinds = if seed % 8 == 6 { 16 } else { few };
    let topics = dice.between(12, 150) as usize;
    let mut lab_boards = vec![0];
    for lab in 0..labs {
        lab_boards.push(lab_boards[lab] + dice.between(1, 4) as u32);
    }
    let boards = lab_boards[labs] as usize;
    // Every fourth world is one in which nobody tells anybody.
    let mails = if seed % 4 == 3 {
        0
    } else {
        dice.between(1, 8) as usize
    };
    let classes = dice.between(1, 3) as usize;
    let (edge_start, edges) = edges(dice, seed, boards, mails);
    let shares = if kinds == 16 {
        vec![1.0 / 16.0; 16]
    } else {
        vec![0.5, 0.3, 0.2]
    };
    Setup {
        window_words,
        topics,
        kinds: (0..kinds).map(|_| kind_gain(dice)).collect(),
        topic_kind: tables::topic_kinds(topics as u32, &shares[..kinds]),
        ideas_key: key(seed, &[b"ideas"]),
        populations: (0..labs * dice.between(1, 3) as usize)
            .map(|_| PopulationSetup {
                slots: dice.between(1, 3000) as u64,
                rank_first: 0,
            })
            .collect(),
        lab_boards,
        edge_start,
        edges,
        mails: (0..mails)
            .map(|_| Mail {
                node: dice.up_to((boards + labs) as u32),
                class: dice.up_to(classes as u32 - 1),
            })
            .collect(),
        classes,
    }
}

/// Some kinds end soon, some gain so much that sums leave 32 bits.
fn kind_gain(dice: &mut Dice) -> KindGain {
    KindGain {
        gain_base: if dice.chance(30) {
            dice.log2(29, 33)
        } else {
            dice.log2(10, 18)
        },
        gain_sigma: dice.between(0, 8000) as i32,
        ideas: if dice.chance(40) {
            dice.between(2, 40)
        } else {
            dice.between(100, 1023)
        } as u32,
        gain_slope: if dice.chance(50) {
            0
        } else {
            dice.between(0, 1 << 20) as u32
        },
    }
}

fn edges(dice: &mut Dice, seed: u64, boards: usize, mails: usize) -> (Vec<u32>, Vec<Edge>) {
    let (mut starts, mut edges) = (vec![0], Vec::new());
    for board in 0..boards {
        for edge in 0..dice.between(0, 4) {
            if mails > 0 {
                let salt = key(seed, &[b"exchange", &[board as u8], &[edge as u8]]);
                edges.push(Edge {
                    mail: dice.up_to(mails as u32 - 1),
                    threshold: match dice.up_to(3) {
                        0 => 0,
                        1 => u32::MAX,
                        _ => dice.roll() as u32,
                    },
                    salt: salt.into(),
                });
            }
        }
        starts.push(edges.len() as u32);
    }
    (starts, edges)
}

/// A clock: where it stands and how fast it runs.
struct Clock {
    start: u32,
    /// log2 of the units of a usual tick.
    octave: i32,
    len: u32,
    rescale: i32,
}

impl Clock {
    fn new(octave: i32, dice: &mut Dice) -> Self {
        Self {
            start: dice.roll() as u32 & 0x7fff_ffff,
            octave,
            len: 0,
            rescale: 0,
        }
    }

    /// On to the next tick: now and then it stands still, or its unit changes by a power of two.
    fn advance(&mut self, dice: &mut Dice) {
        self.start = (self.start + self.len) & 0x7fff_ffff;
        self.rescale = 0;
        if dice.chance(8) {
            let by = dice.between(-3, 3) as i32;
            if (4..=28).contains(&(self.octave - by)) {
                self.octave -= by;
                self.rescale = by;
            } else if dice.chance(50) {
                // Beyond what a host does, still defined: everything ends now, or at the longest.
                self.rescale = if dice.chance(50) { 33 } else { -33 };
            }
        }
        let half = 1i64 << (self.octave - 1);
        self.len = if dice.chance(8) {
            0
        } else {
            dice.between(half, 2 * half) as u32
        };
    }
}

/// What the host remembers of a population.
struct Staff {
    lab: usize,
    name: Vec<u8>,
    active: u64,
    keep: u64,
    thinking: Clock,
    fixed: PopulationTick,
    kinds: Vec<KindTick>,
}

/// What the host remembers between ticks.
struct Host {
    seed: u64,
    staff: Vec<Staff>,
    /// Experiment clocks by lab.
    clusters: Vec<Clock>,
    turns: u64,
}

impl Host {
    fn new(dice: &mut Dice, setup: &Setup, seed: u64) -> Self {
        let labs = setup.labs();
        let octave = dice.between(5, 28) as i32;
        let clusters: Vec<Clock> = (0..labs)
            .map(|_| {
                let octave = (octave + dice.between(-6, 6) as i32).clamp(4, 28);
                Clock::new(octave, dice)
            })
            .collect();
        let each = setup.populations.len() / labs;
        let staff = (0..setup.populations.len())
            .map(|p| {
                let thinking = Clock::new(octave, dice);
                staff(
                    dice,
                    setup,
                    seed,
                    p,
                    p / each,
                    thinking,
                    clusters[p / each].octave,
                )
            })
            .collect();
        Self {
            seed,
            staff,
            clusters,
            turns: 0,
        }
    }

    fn tick(&mut self, dice: &mut Dice, setup: &Setup, t: u64) -> Tick {
        self.clusters
            .iter_mut()
            .for_each(|clock| clock.advance(dice));
        let boards: Vec<BoardTick> = (0..setup.boards())
            .map(|_| BoardTick {
                read_threshold: if dice.chance(20) {
                    u32::MAX
                } else {
                    dice.roll() as u32
                },
                turn: u32::from(dice.chance(30)),
            })
            .collect();
        let (mut slots, mut spawn) = (Vec::new(), Vec::new());
        let mut heavier = t == 0;
        for (staff, population) in self.staff.iter_mut().zip(&setup.populations) {
            let (keep, weight) = (staff.keep, staff.fixed.weight_log2);
            let cluster = &self.clusters[staff.lab];
            let changed = staff.advance(dice, population, cluster);
            heavier |= staff.fixed.weight_log2 != weight;
            let visited = keep.max(staff.keep);
            slots.push(if dice.chance(30) {
                population.slots
            } else {
                visited
            });
            spawn.push(changed || dice.chance(20));
            staff.rekey(self.seed, t, self.turns);
        }
        self.turns += boards
            .iter()
            .map(|board| u64::from(board.turn))
            .sum::<u64>();
        let binomial = heavier.then(|| self.weigh());
        Tick {
            populations: self.staff.iter().map(|staff| staff.fixed).collect(),
            kinds: self
                .staff
                .iter()
                .flat_map(|staff| staff.kinds.clone())
                .collect(),
            boards,
            classes: (0..setup.classes)
                .map(|_| [class::RESTING, class::DUE, class::IMMEDIATE][dice.up_to(2) as usize])
                .collect(),
            slots,
            spawn,
            alias: t.is_multiple_of(5).then(|| alias(dice, setup)),
            binomial: binomial.filter(|tables| !tables.is_empty()),
        }
    }

    /// Binomial tables of the weights in use; tells populations which is theirs.
    fn weigh(&mut self) -> Vec<u32> {
        let mut weights: Vec<u32> = Vec::new();
        let mut all = Vec::new();
        for staff in self
            .staff
            .iter_mut()
            .filter(|staff| staff.fixed.weight_log2 > 0)
        {
            let weight = staff.fixed.weight_log2;
            let known = weights.iter().position(|&w| w == weight);
            staff.fixed.binomial_table = known.unwrap_or_else(|| {
                weights.push(weight);
                all.extend(tables::binomial((1 << weight) - 1));
                weights.len() - 1
            }) as u32;
        }
        all
    }
}

/// A population and the parts of its parameters that stay.
fn staff(
    dice: &mut Dice,
    setup: &Setup,
    seed: u64,
    population: usize,
    lab: usize,
    thinking: Clock,
    cluster_octave: i32,
) -> Staff {
    let (first, end) = (setup.lab_boards[lab], setup.lab_boards[lab + 1]);
    let board_first = first + dice.up_to(end - first - 1);
    let name = format!("population {population}").into_bytes();
    let most = 1 + dice.up_to(15);
    let weight_log2 = match dice.up_to(5) {
        0 => 1 + dice.up_to(4),
        1 => 8 + dice.up_to(4),
        _ => 0,
    };
    let fixed = PopulationTick {
        traits_key: key(seed, &[b"traits", &[lab as u8], &name]).into(),
        events_max: match dice.up_to(2) {
            0 => 1 + dice.up_to(3),
            1 => 6 + dice.up_to(20),
            _ => 200,
        },
        board_first,
        board_count: 1 + dice.up_to(end - board_first - 1),
        weight_log2,
        reading: u32::from(dice.chance(50)),
        skill_base: dice.log2(-1, 1),
        skill_sigma: dice.between(0, 4000) as i32,
        breadth: 1 + dice.up_to(32 * setup.window_words as u32 - 1),
        taste_thresholds: tables::taste_thresholds(
            most,
            0.5 + f64::from(dice.up_to(4)) * 0.25,
            1.0,
        ),
        taste_noise: std::array::from_fn(|_| dice.between(0, 8000) as i32),
        ..bytemuck::Zeroable::zeroed()
    };
    // From many events a tick to one in many ticks.
    let (think, experiment) = (dice.log2(-4, 2), dice.log2(-4, 2));
    let think_octave = thinking.octave;
    let kinds = setup.kinds.iter().map(|kind| KindTick {
        think_base: (think_octave << 16) + think + dice.log2(-1, 1),
        experiment_base: (cluster_octave << 16) + experiment + dice.log2(-1, 1),
        odds_base: dice.log2(-4, 1),
        score_base: dice.log2(0, 8),
        work_slope: dice.between(0, 4000) as i32,
        odds_slope: dice.between(0, 4000) as i32,
        score_slope: dice.between(0, 9000) as i32,
        idea_end: if dice.chance(20) {
            dice.up_to(kind.ideas)
        } else {
            kind.ideas
        },
    });
    let kinds = kinds.collect();
    Staff {
        lab,
        name,
        active: 0,
        keep: 0,
        thinking,
        fixed,
        kinds,
    }
}

impl Staff {
    /// The parameters of the next tick; whether spawn has anything to do.
    fn advance(&mut self, dice: &mut Dice, population: &PopulationSetup, cluster: &Clock) -> bool {
        let (active, keep) = (self.active, self.keep);
        let before = self.thinking.octave;
        self.thinking.advance(dice);
        self.resize(dice, population.slots);
        let drift = (self.thinking.octave - before) << 16;
        let cluster_drift = if cluster.rescale.abs() > 3 {
            0
        } else {
            cluster.rescale << 16
        };
        for kind in &mut self.kinds {
            kind.think_base += drift;
            kind.experiment_base -= cluster_drift;
        }
        let (think, experiment) = (self.thinking.len, cluster.len);
        let (to_experiment_mul, to_experiment_shift) = layout::clock_ratio(think, experiment);
        let (to_think_mul, to_think_shift) = layout::clock_ratio(experiment, think);
        let rank = |slot| layout::split(population.rank_first + slot);
        self.fixed = PopulationTick {
            active: rank(self.active),
            keep: rank(self.keep),
            spawn_from: rank(active),
            think_start: self.thinking.start,
            think_len: think,
            experiment_start: cluster.start,
            experiment_len: experiment,
            to_experiment_mul,
            to_experiment_shift,
            to_think_mul,
            to_think_shift,
            stagger: dice.up_to(think / 2 + 1),
            think_rescale: self.thinking.rescale,
            experiment_rescale: cluster.rescale,
            ..self.fixed
        };
        let rescaled = self.thinking.rescale != 0 || cluster.rescale != 0;
        self.active > active || self.keep < keep || rescaled
    }

    /// Grows, shrinks, idles, or doubles what an agent stands for.
    fn resize(&mut self, dice: &mut Dice, slots: u64) {
        let most = slots as i64;
        if self.keep == 0 || dice.chance(20) {
            self.keep = dice.between(most / 2, most) as u64;
            self.active = self.keep.min(dice.between(most / 3, most) as u64);
        } else if dice.chance(20) {
            self.active = dice.between(0, self.keep as i64) as u64;
        } else if self.fixed.weight_log2 > 0 && self.fixed.weight_log2 < 13 && dice.chance(10) {
            self.fixed.weight_log2 += 1;
            self.keep = self.keep.div_ceil(2);
            self.active = self.active.min(self.keep);
        }
    }

    fn rekey(&mut self, seed: u64, t: u64, turns: u64) {
        let (lab, name) = ([self.lab as u8], self.name.as_slice());
        self.fixed.key = key(seed, &[b"tick", &lab, name, &t.to_le_bytes()]).into();
        self.fixed.reading_key = key(seed, &[b"reading", &lab, name, &turns.to_le_bytes()]).into();
    }
}

/// Popularity times what a board might have open; some topics closed.
fn alias(dice: &mut Dice, setup: &Setup) -> Vec<AliasEntry> {
    let topics = setup.topics;
    let popularity = tables::popularity(topics as u32, 0.01, 0.8);
    let mut table = vec![AliasEntry::default(); setup.boards() * topics];
    for board in table.chunks_mut(topics) {
        let mut open = |p: &f64| {
            if dice.chance(10) {
                0.0
            } else {
                p * f64::from(1 + dice.up_to(9))
            }
        };
        let weights: Vec<f64> = popularity.iter().map(&mut open).collect();
        tables::alias(&weights, &setup.topic_kind, board);
    }
    table
}

const _: () = assert!(
    TASTE_MAX == 16,
    "tournaments of these worlds have up to 16 entries"
);
