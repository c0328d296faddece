// Structures that host and device share, word for word: twins of `src/model/layout.rs` and
// `src/gpu/layout.rs`, where every field is explained. `tests/layout.rs` compares sizes and offsets.

struct PopulationTick {
    key: vec2<u32>,
    traits_key: vec2<u32>,
    reading_key: vec2<u32>,
    active_end: vec2<u32>,
    keep: vec2<u32>,
    spawn_from: vec2<u32>,
    think_start: u32,
    think_len: u32,
    experiment_start: u32,
    experiment_len: u32,
    to_experiment_mul: u32,
    to_experiment_shift: u32,
    to_think_mul: u32,
    to_think_shift: u32,
    stagger: u32,
    events_max: u32,
    board_first: u32,
    board_count: u32,
    weight_log2: u32,
    reading: u32,
    think_rescale: i32,
    experiment_rescale: i32,
    skill_base: i32,
    skill_sigma: i32,
    binomial_table: u32,
    breadth: u32,
    taste_thresholds: array<u32, TASTE_MAX>,
    taste_noise: array<i32, TASTE_MAX>,
}

struct KindTick {
    think_base: i32,
    experiment_base: i32,
    odds_base: i32,
    score_base: i32,
    work_slope: i32,
    odds_slope: i32,
    score_slope: i32,
    idea_end: u32,
}

struct KindGain {
    gain_base: i32,
    gain_sigma: i32,
    ideas: u32,
    gain_slope: u32,
}

struct AliasEntry {
    threshold: u32,
    other: u32,
}

struct BoardTick {
    read_threshold: u32,
    turn: u32,
}

struct Edge {
    mail: u32,
    threshold: u32,
    salt: vec2<u32>,
}

struct Mail {
    node: u32,
    class_index: u32,
}

struct Replicate {
    ideas_key: vec2<u32>,
    mails: u32,
    runs: u32,
}

struct Dispatch {
    span_first: u32,
    span_end: u32,
    block_first: u32,
    block_end: u32,
    width: u32,
}

struct Span {
    block_first: u32,
    slot_first: u32,
    population: u32,
    rank_low: u32,
    rank_high: u32,
}

struct Tally {
    low: array<atomic<u32>, COUNTERS>,
    high: array<atomic<u32>, COUNTERS>,
    lanes: array<atomic<u32>, 4>,
}
