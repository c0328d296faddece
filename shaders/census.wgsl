// Stage `census`: counts the agents of a population anew, to hold the running counts against.
//
// Twin of `src/cpu/census.rs`; the text of both is docs/model.md, "Census". The counts go out as if
// all agents had come new: numbers by phase as deltas, time before them as forgone.

@compute @workgroup_size(WORKGROUP)
fn census(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    if is_beyond(group) {
        return;
    }
    clear_tally(thread);
    let block = block_of(group);
    let salt = populations[block.population].traits_key;
    let think_start = populations[block.population].think_start;
    let experiment_start = populations[block.population].experiment_start;
    for (var i = thread; i < BLOCK; i += WORKGROUP) {
        let agent = vec2(due[block.slot + i], work[block.slot + i]);
        let phase = phase_of(agent.x, agent.y);
        if phase == IN_WAIT {
            count_one(COUNT_DELTA_WAITING);
        } else if phase == IN_THOUGHT {
            count_one(COUNT_DELTA_THINKING);
            count(COUNT_FORGONE_THINK, (agent.x - think_start) & CLOCK_MASK);
        } else if phase == IN_EXPERIMENT {
            count_one(COUNT_DELTA_EXPERIMENT);
            count(COUNT_FORGONE_EXPERIMENT, (agent.x - experiment_start) & CLOCK_MASK);
        }
        add_hash(agent_hash(salt, rank_after(block.rank, i), agent.x, agent.y));
    }
    flush_tally(block.population, thread);
}
