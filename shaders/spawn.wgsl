// Stage `spawn`: fits the slots of a population to its size before the tick.
//
// Twin of `src/cpu/spawn.rs`; the text of both is docs/model.md, "Spawn".

@compute @workgroup_size(WORKGROUP)
fn spawn(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    if is_beyond(group) {
        return;
    }
    clear_tally(thread);
    let block = block_of(group);
    let salt = populations[block.population].traits_key;
    for (var i = thread; i < BLOCK; i += WORKGROUP) {
        let slot = block.slot + i;
        let rank = rank_after(block.rank, i);
        let before = vec2(due[slot], work[slot]);
        let after = fit(block.population, rank, before.x, before.y);
        if any(after != before) {
            due[slot] = after.x;
            work[slot] = after.y;
            remove_hash(agent_hash(salt, rank, before.x, before.y));
            add_hash(agent_hash(salt, rank, after.x, after.y));
        }
    }
    flush_tally(block.population, thread);
}

// Due and work of the agent of `rank` after spawn.
fn fit(population: u32, rank: vec2<u32>, due: u32, work: u32) -> vec2<u32> {
    let phase = phase_of(due, work);
    if phase == ABSENT {
        let fresh = !below(rank, populations[population].spawn_from)
            && below(rank, populations[population].active_end);
        if fresh {
            return start(population, rank);
        }
        return vec2(due, work);
    }
    var clock = populations[population].think_start;
    var by = populations[population].think_rescale;
    if phase == IN_EXPERIMENT {
        clock = populations[population].experiment_start;
        by = populations[population].experiment_rescale;
    }
    let left = rescale((due - clock) & CLOCK_MASK, by);
    if !below(rank, populations[population].keep) {
        retire(phase, left);
        return vec2(0u);
    }
    return vec2((due & ON_EXPERIMENT) | ((clock + left) & CLOCK_MASK), work);
}

// A fresh agent that begins somewhere in the stagger.
fn start(population: u32, rank: vec2<u32>) -> vec2<u32> {
    let counter = draw_counter(rank, SPAWN_EVENT, PURPOSE_SPAWN);
    let draw = threefry(populations[population].key, counter);
    let wait = mul_hi(draw.x, populations[population].stagger);
    count_one(COUNT_SPAWNED);
    count_one(COUNT_DELTA_WAITING);
    return vec2((populations[population].think_start + wait) & CLOCK_MASK, WAITING);
}

// Counts an agent whose rank is gone.
fn retire(phase: u32, left: u32) {
    if phase == IN_THOUGHT {
        count_one(COUNT_RETIRED_THINKING);
        count_one_less(COUNT_DELTA_THINKING);
        count(COUNT_FORGONE_THINK, left);
    } else if phase == IN_EXPERIMENT {
        count_one(COUNT_RETIRED_EXPERIMENT);
        count_one_less(COUNT_DELTA_EXPERIMENT);
        count(COUNT_FORGONE_EXPERIMENT, left);
    } else {
        count_one(COUNT_RETIRED_WAITING);
        count_one_less(COUNT_DELTA_WAITING);
    }
}

// Remaining time after a change of unit by 2^by: rounded up, so that nothing ends early, and kept
// below the longest phase. Shifts stop at 31: devices take them modulo 32.
fn rescale(left: u32, by: i32) -> u32 {
    if by >= 0 {
        let down = u32(min(by, 31));
        let rest = left & ~(0xffffffffu << down);
        return (left >> down) + u32(rest != 0u);
    }
    let up = u32(min(-by, 31));
    if left > (PHASE_UNITS_MAX >> up) {
        return PHASE_UNITS_MAX;
    }
    return left << up;
}
