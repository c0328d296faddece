// Counters of 64 bits without 64-bit atomics, which Metal lacks (docs/model.md, "Census").
//
// Threads count in registers, a workgroup adds its threads up, and one atomic a counter and workgroup
// goes out. A word's carry is what `old + x < old` says at the moment of its own addition: every wrap
// is seen by exactly one adder, whatever the order.

@group(0) @binding(5) var<storage, read_write> tallies: array<Tally>;

override WORKGROUP: u32;

var<private> tally_low: array<u32, COUNTERS>;
var<private> tally_high: array<u32, COUNTERS>;
var<private> tally_lanes: vec4<u32>;
// Has the thread anything to add? Whatever is counted of an agent comes with its hash.
var<private> tally_used: bool;

var<workgroup> sum_low: array<atomic<u32>, COUNTERS>;
var<workgroup> sum_high: array<atomic<u32>, COUNTERS>;
var<workgroup> sum_lanes: array<atomic<u32>, 4>;

// Zeroes a workgroup's sums. All its threads must come here first: pipelines are made without the
// zeroing of workgroup memory, which would write the whole list of due agents for a quiet block.
fn clear_tally(thread: u32) {
    for (var counter = thread; counter < COUNTERS; counter += WORKGROUP) {
        atomicStore(&sum_low[counter], 0u);
        atomicStore(&sum_high[counter], 0u);
    }
    if thread < 4u {
        atomicStore(&sum_lanes[thread], 0u);
    }
    workgroupBarrier();
}

fn count(counter: u32, amount: u32) {
    let sum = tally_low[counter] + amount;
    tally_high[counter] += u32(sum < amount);
    tally_low[counter] = sum;
}

// A thread's agents and their events are far fewer than 2^32.
fn count_one(counter: u32) {
    tally_low[counter] += 1u;
}

// Of changes, whose low word alone is kept, with its sign: see `gather_tally`.
fn count_one_less(counter: u32) {
    tally_low[counter] -= 1u;
}

fn add_hash(hash: vec4<u32>) {
    tally_lanes += hash;
    tally_used = true;
}

fn remove_hash(hash: vec4<u32>) {
    tally_lanes -= hash;
    tally_used = true;
}

// Adds one counter of a thread to its workgroup's; what seldom happens goes there at once, and takes no
// register.
fn gather(counter: u32, low: u32, high: u32) {
    if (low | high) != 0u {
        let old = atomicAdd(&sum_low[counter], low);
        let carried = high + u32(old + low < old);
        if carried != 0u {
            atomicAdd(&sum_high[counter], carried);
        }
    }
}

// Adds a thread's lanes to its workgroup's.
fn gather_lanes() {
    if any(tally_lanes != vec4(0u)) {
        atomicAdd(&sum_lanes[0], tally_lanes.x);
        atomicAdd(&sum_lanes[1], tally_lanes.y);
        atomicAdd(&sum_lanes[2], tally_lanes.z);
        atomicAdd(&sum_lanes[3], tally_lanes.w);
    }
}

// Sends a workgroup's sums out. All its threads must come here.
fn flush_tally(population: u32, thread: u32) {
    if tally_used {
        gather_tally();
        gather_lanes();
    }
    workgroupBarrier();
    for (var counter = thread; counter < COUNTERS; counter += WORKGROUP) {
        let low = atomicLoad(&sum_low[counter]);
        let high = atomicLoad(&sum_high[counter]);
        if (low | high) != 0u {
            let old = atomicAdd(&tallies[population].low[counter], low);
            let carried = high + u32(old + low < old);
            if carried != 0u {
                atomicAdd(&tallies[population].high[counter], carried);
            }
        }
    }
    if thread < 4u {
        let lane = atomicLoad(&sum_lanes[thread]);
        if lane != 0u {
            atomicAdd(&tallies[population].lanes[thread], lane);
        }
    }
}
