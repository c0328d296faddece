// The agents, and which of them a workgroup visits: a block of BLOCK consecutive ranks of one population.
//
// Blocks of all labs and populations of a chunk stand in one row, so that one dispatch serves them
// all. The table holds one span a population and chunk instead of an entry a block: it stays a few
// hundred bytes at any number of agents, and is searched once a workgroup.

@group(0) @binding(0) var<uniform> dispatch: Dispatch;
@group(0) @binding(1) var<storage, read> spans: array<Span>;
@group(0) @binding(2) var<storage, read_write> due: array<u32>;
@group(0) @binding(3) var<storage, read_write> work: array<u32>;
@group(0) @binding(4) var<storage, read> populations: array<PopulationTick>;

override BLOCK: u32;

struct Block {
    population: u32,
    // First slot in the chunk.
    slot: u32,
    // Rank of that slot, low and high word.
    rank: vec2<u32>,
}

// The block number of a workgroup; grids over 65,535 workgroups are folded into y.
fn block_number(group: vec3<u32>) -> u32 {
    return dispatch.block_first + group.y * dispatch.width + group.x;
}

// Is the workgroup one of those that only fill the last row of a folded grid?
fn is_beyond(group: vec3<u32>) -> bool {
    return block_number(group) >= dispatch.block_end;
}

fn block_of(group: vec3<u32>) -> Block {
    let number = block_number(group);
    var low = dispatch.span_first;
    var high = dispatch.span_end;
    while high - low > 1u {
        let middle = (low + high) / 2u;
        if spans[middle].block_first <= number {
            low = middle;
        } else {
            high = middle;
        }
    }
    let skipped = (number - spans[low].block_first) * BLOCK;
    let first = vec2(spans[low].rank_low, spans[low].rank_high);
    return Block(spans[low].population, spans[low].slot_first + skipped, rank_after(first, skipped));
}

fn rank_after(rank: vec2<u32>, by: u32) -> vec2<u32> {
    let low = rank.x + by;
    return vec2(low, rank.y + u32(low < by));
}
