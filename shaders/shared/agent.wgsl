// The eight bytes of an agent (docs/model.md, "Agent"). Twin of `src/model/agent.rs`.

const ABSENT: u32 = 0u;
const IN_WAIT: u32 = 1u;
const IN_THOUGHT: u32 = 2u;
const IN_EXPERIMENT: u32 = 3u;

fn topic_of(work: u32) -> u32 {
    return work & TOPIC_MASK;
}

fn idea_of(work: u32) -> u32 {
    return (work >> IDEA_SHIFT) & 0x3ffu;
}

fn phase_of(due: u32, work: u32) -> u32 {
    if (work & PRESENT) == 0u {
        return ABSENT;
    }
    if (due & ON_EXPERIMENT) != 0u {
        return IN_EXPERIMENT;
    }
    return select(IN_THOUGHT, IN_WAIT, topic_of(work) == TOPIC_MASK);
}

// Contribution of an agent to the digest lanes of its population.
fn agent_hash(salt: vec2<u32>, rank: vec2<u32>, due: u32, work: u32) -> vec4<u32> {
    if (work & PRESENT) == 0u {
        return vec4(0u);
    }
    return pcg4d(vec4(rank ^ salt, due, work));
}
