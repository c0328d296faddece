//! Structures that host and device share, word for word (`docs/model.md`, "Parameters of a tick").
//!
//! Sizes and offsets are asserted here and compared with naga's reflection of the WGSL by
//! `tests/layout.rs`; constants reach WGSL as the text of [`wgsl_constants`].

use std::mem::offset_of;

use bytemuck::{Pod, Zeroable};
use glam::UVec2;

use super::census::NodeCensus;
use super::{agent, board, census, fixed, rng, tables};

/// Candidates of the largest tournament.
pub const TASTE_MAX: usize = 16;

/// What one population is told for one tick.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
pub struct PopulationTick {
    /// Key of the tick's draws.
    pub key: UVec2,
    /// Key of fixed traits; salt of the agents' hashes.
    pub traits_key: UVec2,
    /// Key of what was read since the last turn of news.
    pub reading_key: UVec2,
    /// Ranks below are active (low, high word).
    pub active: UVec2,
    /// Ranks from here on are gone (low, high word).
    pub keep: UVec2,
    /// Ranks in `spawn_from..active` without an agent get a fresh one (low, high word).
    pub spawn_from: UVec2,
    /// Thinking clock at the start of the tick, 31 bits.
    pub think_start: u32,
    /// Units that the thinking clock advances in the tick.
    pub think_len: u32,
    /// Experiment clock at the start of the tick, 31 bits.
    pub experiment_start: u32,
    /// Units that the experiment clock advances in the tick.
    pub experiment_len: u32,
    /// Conversion of offsets, thinking to experiment: multiplier.
    pub to_experiment_mul: u32,
    /// Conversion of offsets, thinking to experiment: shift.
    pub to_experiment_shift: u32,
    /// Conversion of offsets, experiment to thinking: multiplier.
    pub to_think_mul: u32,
    /// Conversion of offsets, experiment to thinking: shift.
    pub to_think_shift: u32,
    /// Fresh agents wait up to so many thinking units.
    pub stagger: u32,
    /// Most events of an agent in the tick.
    pub events_max: u32,
    /// First board of the population.
    pub board_first: u32,
    /// Boards of the population.
    pub board_count: u32,
    /// An agent stands for 2^this researchers.
    pub weight_log2: u32,
    /// 1 if news is seen only by those who read it.
    pub reading: u32,
    /// Thinking clock: remaining times shift right by this (negative: left) before the tick.
    pub think_rescale: i32,
    /// Experiment clock: remaining times shift right by this (negative: left) before the tick.
    pub experiment_rescale: i32,
    /// log2 of the median skill, Q16.
    pub skill_base: i32,
    /// Sigma of log2(skill), Q12.
    pub skill_sigma: i32,
    /// Index of the population's binomial table; used if `weight_log2 > 0`.
    pub binomial_table: u32,
    /// Lowest open ideas of a topic.
    pub breadth: u32,
    /// Tournament size is 1 + the number of these above the taste draw; descending.
    pub taste_thresholds: [u32; TASTE_MAX],
    /// Noise of judging by tournament size - 1, log2 of hours, Q12.
    pub taste_noise: [i32; TASTE_MAX],
}

/// What one population is told of one kind of topic for one tick. log2 values, Q16.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct KindTick {
    /// Thinking units at index 0 and median skill.
    pub think_base: i32,
    /// Experiment units at index 0.
    pub experiment_base: i32,
    /// Success probability at index 0 and median skill.
    pub odds_base: i32,
    /// Expected hours at index 0, as a board shows them.
    pub score_base: i32,
    /// Growth of both durations an index.
    pub work_slope: i32,
    /// Fall of the success probability an index.
    pub odds_slope: i32,
    /// Growth of the expected hours an index.
    pub score_slope: i32,
    /// Indices from here on are closed to the population.
    pub idea_end: u32,
}

/// Gains of a kind of topic; fixed for the run.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct KindGain {
    /// log2 of the median gain in 2^-32 OOM, Q16.
    pub gain_base: i32,
    /// Sigma of log2(gain), Q12.
    pub gain_sigma: i32,
    /// Ideas of a topic of the kind, at most 1023.
    pub ideas: u32,
    /// Fall of log2 of the gain an index, Q20.
    pub gain_slope: u32,
}

/// One column of a board's alias table.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct AliasEntry {
    /// Fractions below keep the column's own topic.
    pub threshold: u32,
    /// Topic otherwise (bits 0..20), kind of the own topic (20..24), kind of the other (24..28).
    pub other: u32,
}

/// What a board is told for one tick.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct BoardTick {
    /// News is seen by an agent if its draw is below this.
    pub read_threshold: u32,
    /// 1: what the board knew at the start of the tick stops being news.
    pub turn: u32,
}

/// News that reaches a board.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Edge {
    /// The mail it is read from.
    pub mail: u32,
    /// Ideas whose draw is below cross; `u32::MAX`: all do.
    pub threshold: u32,
    /// Key of those draws.
    pub salt: UVec2,
}

/// A delayed snapshot of a node.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Mail {
    /// The node that writes it.
    pub node: u32,
    /// Its lag class.
    pub class: u32,
}

/// State of a lag class in a tick.
pub mod class {
    /// Nothing is delivered.
    pub const RESTING: u32 = 0;
    /// Snapshots are delivered, then taken anew.
    pub const DUE: u32 = 1;
    /// Snapshots are taken, then delivered, in the same tick.
    pub const IMMEDIATE: u32 = 2;
}

const _: () = assert!(size_of::<PopulationTick>() == 256 && size_of::<KindTick>() == 32);
const _: () = assert!(size_of::<KindGain>() == 16 && size_of::<AliasEntry>() == 8);
const _: () = assert!(size_of::<Edge>() == 16 && size_of::<Mail>() == 8);

/// Multiplier and shift that convert an offset on a clock advancing `from` units in the tick to one
/// advancing `to`: `floor(offset * mul / 2^shift)`, always below `to`. A clock at rate zero is not
/// converted to: both zero.
pub fn clock_ratio(from: u32, to: u32) -> (u32, u32) {
    if from == 0 || to == 0 {
        return (0, 0);
    }
    let mut shift = 63;
    loop {
        let mul = (u128::from(to) << shift) / u128::from(from);
        if let Ok(mul) = u32::try_from(mul) {
            return (mul, shift);
        }
        shift -= 1;
    }
}

/// Low and high word of a rank or count.
pub fn split(value: u64) -> UVec2 {
    UVec2::new(value as u32, (value >> 32) as u32)
}

/// Rank or count of its two words.
pub fn merge(words: UVec2) -> u64 {
    u64::from(words.y) << 32 | u64::from(words.x)
}

/// The constants of the model as WGSL declarations: the one place from which shaders get them.
pub fn wgsl_constants() -> String {
    use std::fmt::Write as _;
    // The device counts a node word by word in the order of the host's structure.
    let node_field = |offset: usize| (offset / size_of::<u32>()) as u32;
    let words: &[(&str, u32)] = &[
        ("CLOCK_MASK", agent::CLOCK_MASK),
        ("ON_EXPERIMENT", agent::ON_EXPERIMENT),
        ("PRESENT", agent::PRESENT),
        ("OUTCOME", agent::OUTCOME),
        ("IDEA_SHIFT", agent::IDEA_SHIFT),
        ("TOPIC_MASK", agent::TOPIC_MASK),
        ("IDEA_BITS", board::IDEA_BITS),
        ("WAITING", agent::WAITING),
        ("OWN_FINDS", agent::OWN_FINDS as u32),
        ("TASTE_MAX", TASTE_MAX as u32),
        ("PHASE_UNITS_MAX", fixed::PHASE_UNITS_MAX),
        ("EXP2_C1", fixed::EXP2_COEFFICIENTS[0]),
        ("EXP2_C2", fixed::EXP2_COEFFICIENTS[1]),
        ("EXP2_C3", fixed::EXP2_COEFFICIENTS[2]),
        ("EXP2_C4", fixed::EXP2_COEFFICIENTS[3]),
        ("THREEFRY_PARITY", rng::THREEFRY_PARITY),
        ("THREEFRY_ROUNDS", rng::THREEFRY_ROUNDS as u32),
        ("THREEFRY_R0", rng::THREEFRY_ROTATIONS[0]),
        ("THREEFRY_R1", rng::THREEFRY_ROTATIONS[1]),
        ("THREEFRY_R2", rng::THREEFRY_ROTATIONS[2]),
        ("THREEFRY_R3", rng::THREEFRY_ROTATIONS[3]),
        ("THREEFRY_R4", rng::THREEFRY_ROTATIONS[4]),
        ("THREEFRY_R5", rng::THREEFRY_ROTATIONS[5]),
        ("THREEFRY_R6", rng::THREEFRY_ROTATIONS[6]),
        ("THREEFRY_R7", rng::THREEFRY_ROTATIONS[7]),
        ("PCG4D_MULTIPLIER", rng::PCG4D_MULTIPLIER),
        ("PCG4D_INCREMENT", rng::PCG4D_INCREMENT),
        ("PURPOSE_CANDIDATE", rng::purpose::CANDIDATE),
        ("PURPOSE_THINK", rng::purpose::THINK),
        ("PURPOSE_EXPERIMENT", rng::purpose::EXPERIMENT),
        ("PURPOSE_SPAWN", rng::purpose::SPAWN),
        ("PURPOSE_OTHERS", rng::purpose::OTHERS),
        ("PURPOSE_SPREAD", rng::purpose::SPREAD),
        ("PURPOSE_TRAITS", rng::purpose::TRAITS),
        ("SPAWN_EVENT", rng::SPAWN_EVENT),
        ("NORMAL_SHIFT", tables::NORMAL_SHIFT),
        ("BINOMIAL_ROWS", tables::BINOMIAL_ROWS as u32),
        ("BINOMIAL_COLUMNS", tables::BINOMIAL_COLUMNS as u32),
        ("SPREAD_FACTOR", tables::SPREAD_FACTOR),
        ("COUNTERS", census::COUNTERS as u32),
        ("NODE_FIELDS", census::NODE_FIELDS as u32),
        ("NODE_NEW", node_field(offset_of!(NodeCensus, new))),
        ("NODE_KNOWN", node_field(offset_of!(NodeCensus, known))),
        ("NODE_NEWS", node_field(offset_of!(NodeCensus, news))),
        ("NODE_ENDED", node_field(offset_of!(NodeCensus, ended))),
        ("CLASS_DUE", class::DUE),
        ("CLASS_IMMEDIATE", class::IMMEDIATE),
    ];
    let mut text = String::new();
    for (name, value) in words {
        let _ = writeln!(text, "const {name}: u32 = {value}u;");
    }
    for (index, name) in census::COUNTER_NAMES.iter().enumerate() {
        let _ = writeln!(text, "const COUNT_{}: u32 = {index}u;", name.to_uppercase());
    }
    text
}
