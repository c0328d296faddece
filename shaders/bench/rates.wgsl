// What a device can do at the most: the kernels of `src/gpu/rates.rs`. No stage of a tick.
//
// Every thread ends in a store that never happens but that no compiler can know of: what is read
// cannot be left out.

// Any buffer of rates: one binding each, so that a kernel binds what it uses.
@group(0) @binding(0) var<storage, read> source: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read_write> copied: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> words: array<u32>;
@group(0) @binding(3) var<storage, read_write> bits: array<atomic<u32>>;
@group(0) @binding(4) var<storage, read_write> never: array<u32>;

// Threads of a dispatch.
override THREADS: u32;
// Elements of `source`; words of the table that is gathered from or added to, a power of two: its log2.
override ELEMENTS: u32;
override TABLE_LOG2: u32;
// Gathers, atomics or groups of rounds a thread.
override TIMES: u32;

const WORKGROUP: u32 = 256u;
const NEVER: u32 = 0x5eed5eedu;

fn thread_of(group: vec3<u32>, local: u32) -> u32 {
    return group.x * WORKGROUP + local;
}

// Reads all of `source` once.
@compute @workgroup_size(256)
fn read_all(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    var sum = vec4(0u);
    for (var i = thread_of(group, local); i < ELEMENTS; i += THREADS) {
        sum ^= source[i];
    }
    if (sum.x ^ sum.y ^ sum.z ^ sum.w) == NEVER {
        never[0] = 1u;
    }
}

// Copies all of `source`.
@compute @workgroup_size(256)
fn copy_all(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    for (var i = thread_of(group, local); i < ELEMENTS; i += THREADS) {
        copied[i] = source[i];
    }
}

// Four independent addresses at a time: as many loads are in flight as the device takes.
fn next(state: vec4<u32>) -> vec4<u32> {
    return state * 1664525u + 1013904223u;
}

// Reads TIMES words at addresses without order.
@compute @workgroup_size(256)
fn gather(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let thread = thread_of(group, local);
    var state = vec4(thread, thread + 7u, thread + 77u, thread + 777u) * 2654435761u;
    var sum = vec4(0u);
    for (var i = 0u; i < TIMES; i += 4u) {
        state = next(state);
        let at = state >> vec4(32u - TABLE_LOG2);
        sum ^= vec4(words[at.x], words[at.y], words[at.z], words[at.w]);
    }
    if (sum.x ^ sum.y ^ sum.z ^ sum.w) == NEVER {
        never[0] = 1u;
    }
}

// Sets TIMES bits at addresses without order.
@compute @workgroup_size(256)
fn atomics(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let thread = thread_of(group, local);
    var state = vec4(thread, thread + 7u, thread + 77u, thread + 777u) * 2654435761u;
    for (var i = 0u; i < TIMES; i += 4u) {
        state = next(state);
        let at = state >> vec4(32u - TABLE_LOG2);
        let bit = vec4(1u) << (state & vec4(31u));
        atomicOr(&bits[at.x], bit.x);
        atomicOr(&bits[at.y], bit.y);
        atomicOr(&bits[at.z], bit.z);
        atomicOr(&bits[at.w], bit.w);
    }
}

// One round of the cipher on four chains: an addition, a rotation and an exclusive or each.
struct Chains {
    x: vec4<u32>,
    y: vec4<u32>,
}

fn cipher_round(c: Chains, by: u32) -> Chains {
    let sum = c.x + c.y;
    return Chains(sum, ((c.y << vec4(by)) | (c.y >> vec4(32u - by))) ^ sum);
}

// TIMES groups of eight rounds on four chains.
@compute @workgroup_size(256)
fn operations(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let thread = thread_of(group, local);
    var c = Chains(vec4(thread, thread + 1u, thread + 2u, thread + 3u), vec4(thread * 2654435761u));
    for (var i = 0u; i < TIMES; i++) {
        c = cipher_round(cipher_round(cipher_round(cipher_round(c, 13u), 15u), 26u), 6u);
        c = cipher_round(cipher_round(cipher_round(cipher_round(c, 17u), 29u), 16u), 24u);
    }
    let sum = c.x ^ c.y;
    if (sum.x ^ sum.y ^ sum.z ^ sum.w) == NEVER {
        never[0] = 1u;
    }
}
