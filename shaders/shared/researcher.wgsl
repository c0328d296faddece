// The agent that a thread of `research` has in hand: its state, its phases, what it counts.

@group(0) @binding(6) var<storage, read> kinds: array<KindTick>;
@group(0) @binding(11) var<storage, read> topic_kind: array<u32>;

override TOPICS: u32;
override BOARD_ROWS: u32;
override KINDS: u32;
// Populations of a replicate.
override POPULATIONS: u32;

// The agent in hand, between loading and storing.
struct Researcher {
    slot: u32,
    rank: vec2<u32>,
    is_active: bool,
    due: u32,
    work: u32,
    // Offset in the tick at which the phase ends, on the phase's clock.
    offset: u32,
    // Offset at which it began, 0 if before the tick.
    began: u32,
    events: u32,
    board: u32,
    taste: u32,
    skill: i32,
}

// Among those of all replicates; a replicate's stand together.
var<private> population: u32;
// First topic and first board of its replicate among those of all.
var<private> first_topic: u32;
var<private> first_board: u32;
var<private> me: Researcher;
// Its last finds of this tick as (idea, topic), newest first, and how many there are.
var<private> own: array<u32, OWN_FINDS>;
var<private> own_count: u32;

// Takes up a population, and with it its replicate.
fn enter(index: u32) {
    population = index;
    let replicate = index / POPULATIONS;
    first_topic = replicate * TOPICS;
    first_board = replicate * BOARD_ROWS;
}

fn my_phase() -> u32 {
    return phase_of(me.due, me.work);
}

fn start_of_phase() -> u32 {
    if (me.due & ON_EXPERIMENT) != 0u {
        return populations[population].experiment_start;
    }
    return populations[population].think_start;
}

fn len_of_phase() -> u32 {
    if (me.due & ON_EXPERIMENT) != 0u {
        return populations[population].experiment_len;
    }
    return populations[population].think_len;
}

// Row of `kinds` for the topic in hand.
fn my_kind() -> u32 {
    return population * KINDS + topic_kind[first_topic + topic_of(me.work)];
}

// log2 of the success probability of the idea in hand, Q16.
fn my_odds() -> i32 {
    let row = my_kind();
    return kinds[row].odds_base + me.skill - kinds[row].odds_slope * i32(idea_of(me.work));
}

// Draws of an agent's traits: of its skill and board, of its taste.
fn traits_of(rank: vec2<u32>) -> vec2<u32> {
    return threefry(populations[population].traits_key, draw_counter(rank, 0u, PURPOSE_TRAITS));
}

fn my_draw(purpose: u32) -> vec2<u32> {
    return threefry(populations[population].key, draw_counter(me.rank, me.events, purpose));
}

// Counters are chosen by branches, not by a computed index: an index known only at run time would
// move all of a thread's counters from registers to memory.
fn count_time(units: u32) {
    let phase = my_phase();
    if phase == IN_THOUGHT {
        count(COUNT_THINK_TIME, units);
    } else if phase == IN_EXPERIMENT {
        count(COUNT_EXPERIMENT_TIME, units);
    } else {
        count(COUNT_WAIT_TIME, units);
    }
}

fn count_busy(phase: u32) {
    if phase == IN_THOUGHT {
        count_one(COUNT_BUSY_THINKING);
    } else if phase == IN_EXPERIMENT {
        count_one(COUNT_BUSY_EXPERIMENT);
    } else {
        count_one(COUNT_BUSY_WAITING);
    }
}

fn count_phase(phase: u32) {
    if phase == IN_THOUGHT {
        count_one(COUNT_DELTA_THINKING);
    } else if phase == IN_EXPERIMENT {
        count_one(COUNT_DELTA_EXPERIMENT);
    } else {
        count_one(COUNT_DELTA_WAITING);
    }
}
