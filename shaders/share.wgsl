// Stage `share`: boards take in finds, labs and the world unite what is known, news travels.
//
// Twin of `src/cpu/share.rs`; the text of both is docs/model.md, "Share". One thread a topic: topics
// do not touch one another, so all steps of a topic run in one thread, in order, without a barrier.
// A workgroup has topics of one replicate; tables hold the rows of one replicate after the other.

@group(0) @binding(7) var<storage, read> boards: array<BoardTick>;
@group(0) @binding(8) var<storage, read_write> nodes: array<u32>;
@group(0) @binding(9) var<storage, read_write> older: array<u32>;
@group(0) @binding(10) var<storage, read_write> finds: array<u32>;
@group(0) @binding(11) var<storage, read> topic_kind: array<u32>;
@group(0) @binding(14) var<storage, read> normal: array<i32>;
@group(0) @binding(15) var<storage, read_write> snapshots: array<u32>;
@group(0) @binding(16) var<storage, read> kind_gains: array<KindGain>;
@group(0) @binding(17) var<storage, read> mails: array<Mail>;
@group(0) @binding(18) var<storage, read> edges: array<Edge>;
// First edge of each board among those of all replicates and their end, then first board of each lab
// and the number of boards.
@group(0) @binding(19) var<storage, read> wiring: array<u32>;
@group(0) @binding(20) var<storage, read> classes: array<u32>;
// Lanes, the counts of each node, then two words a gain.
@group(0) @binding(21) var<storage, read_write> shared_tally: array<atomic<u32>>;
@group(0) @binding(22) var<storage, read> replicates: array<Replicate>;

override WORKGROUP: u32;
override TOPICS: u32;
override NODE_ROWS: u32;
override BOARD_ROWS: u32;
// Rows that a replicate has for mails and classes; it may use fewer.
override MAIL_ROWS: u32;
override CLASS_ROWS: u32;
override LABS: u32;
override KINDS: u32;
// Workgroups of a replicate.
override SHARE_GROUPS: u32;

const CELL: u32 = 1u + WINDOW_WORDS;
// Words before the counts: the lanes of the digest.
const LANES: u32 = 4u;

// Nodes whose counts are summed in the workgroup before they go out; further ones go out by thread.
const NEAR_NODES: u32 = 256u;

var<workgroup> near: array<atomic<u32>, NODE_FIELDS * NEAR_NODES>;
var<workgroup> sum_lanes: array<atomic<u32>, 4>;
var<private> replicate: u32;
var<private> topic: u32;
// The topic's place among those of all replicates.
var<private> column: u32;
// First word of the replicate in `wiring` and `shared_tally`.
var<private> first_wire: u32;
var<private> first_count: u32;

@compute @workgroup_size(WORKGROUP)
fn share(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let number = group.y * groups.x + group.x;
    // Those that have ended rest; the last row of a folded grid may reach beyond the last replicate.
    let own = number / SHARE_GROUPS;
    if own >= arrayLength(&replicates) || replicates[own].runs == 0u {
        return;
    }
    replicate = own;
    for (var at = thread; at < NODE_FIELDS * NEAR_NODES; at += WORKGROUP) {
        atomicStore(&near[at], 0u);
    }
    if thread < 4u {
        atomicStore(&sum_lanes[thread], 0u);
    }
    workgroupBarrier();
    topic = (number % SHARE_GROUPS) * WORKGROUP + thread;
    column = replicate * TOPICS + topic;
    first_wire = replicate * (BOARD_ROWS + 1u + LABS + 1u);
    first_count = replicate * (LANES + NODE_FIELDS * NODE_ROWS + 2u * LABS * KINDS);
    if topic < TOPICS {
        absorb();
        unite();
        post(CLASS_IMMEDIATE);
        deliver();
        post(CLASS_DUE);
        count_nodes();
    }
    workgroupBarrier();
    for (var at = thread; at < NODE_FIELDS * min(NODE_ROWS, NEAR_NODES); at += WORKGROUP) {
        let sum = atomicLoad(&near[at]);
        if sum != 0u {
            atomicAdd(&shared_tally[first_count + LANES + at], sum);
        }
    }
    if thread < 4u {
        atomicAdd(&shared_tally[first_count + thread], atomicLoad(&sum_lanes[thread]));
    }
}

// News of the last turn grows old; finds of the tick become known.
fn absorb() {
    for (var board = 0u; board < BOARD_ROWS; board++) {
        var known = read_node(board);
        if boards[replicate * BOARD_ROWS + board].turn != 0u {
            let at = (column * BOARD_ROWS + board) * CELL;
            older[at] = known.base;
            for (var w = 0u; w < WINDOW_WORDS; w++) {
                older[at + 1u + w] = known.words[w];
            }
        }
        let first = (column * BOARD_ROWS + board) * WINDOW_WORDS;
        for (var w = 0u; w < WINDOW_WORDS; w++) {
            let found = finds[first + w];
            finds[first + w] = 0u;
            count_node(board, NODE_NEW, countOneBits(found & ~known.words[w]));
            known.words[w] |= found;
        }
        write_node(board, normalise(known));
    }
}

// Labs learn what their boards know, the world what labs know; new ideas gain.
fn unite() {
    var world = read_node(BOARD_ROWS + LABS);
    for (var lab = 0u; lab < LABS; lab++) {
        let before = read_node(BOARD_ROWS + lab);
        var known = before;
        let at = first_wire + BOARD_ROWS + 1u + lab;
        let end = wiring[at + 1u];
        for (var board = wiring[at]; board < end; board++) {
            known = join(known, read_node(board));
        }
        count_node(BOARD_ROWS + lab, NODE_NEW, count_known(known) - count_known(before));
        add_gains(lab, before, known);
        write_node(BOARD_ROWS + lab, known);
        let with_lab = join(world, known);
        let brought = count_known(with_lab) - count_known(world);
        count_node(BOARD_ROWS + lab, NODE_NEWS, brought);
        count_node(BOARD_ROWS + LABS, NODE_NEW, brought);
        world = with_lab;
    }
    write_node(BOARD_ROWS + LABS, world);
}

// Adds the gains of ideas known `after` but not `before`.
fn add_gains(lab: u32, before: Known, after: Known) {
    var low = 0u;
    var high = 0u;
    for (var first = before.base; first < after.base + WINDOW_BITS; first += 32u) {
        var fresh = bits_from(after, first) & ~bits_from(before, first);
        while fresh != 0u {
            let amount = gain(first + countTrailingZeros(fresh));
            fresh &= fresh - 1u;
            low += amount;
            high += u32(low < amount);
        }
    }
    if (low | high) != 0u {
        let row = lab * KINDS + topic_kind[column];
        let at = first_count + LANES + NODE_FIELDS * NODE_ROWS + 2u * row;
        let old = atomicAdd(&shared_tally[at], low);
        atomicAdd(&shared_tally[at + 1u], high + u32(old + low < old));
    }
}

// Gain of one idea, 2^-32 OOM.
fn gain(idea: u32) -> u32 {
    let draw = threefry(replicates[replicate].ideas_key, vec2(idea_address(topic, idea), 0u));
    let kind = kind_gains[replicate * KINDS + topic_kind[column]];
    let spread = scale_normal(kind.gain_sigma, normal[draw.x >> NORMAL_SHIFT]);
    let fallen = i32((kind.gain_slope * idea) >> 4u);
    return exp2_round(kind.gain_base - fallen + spread, draw.y);
}

// Takes the snapshots of classes in `state`.
fn post(state: u32) {
    let end = replicates[replicate].mails;
    for (var row = 0u; row < end; row++) {
        let mail = mails[replicate * MAIL_ROWS + row];
        if state_of(mail) == state {
            let known = read_node(mail.node);
            let at = (column * MAIL_ROWS + row) * CELL;
            snapshots[at] = known.base;
            for (var w = 0u; w < WINDOW_WORDS; w++) {
                snapshots[at + 1u + w] = known.words[w];
            }
        }
    }
}

// State of the lag class of a mail.
fn state_of(mail: Mail) -> u32 {
    return classes[replicate * CLASS_ROWS + mail.class_index];
}

// Boards join the snapshots that reach them in this tick.
fn deliver() {
    for (var board = 0u; board < BOARD_ROWS; board++) {
        var known = read_node(board);
        let end = wiring[first_wire + board + 1u];
        for (var e = wiring[first_wire + board]; e < end; e++) {
            let edge = edges[e];
            let state = state_of(mails[replicate * MAIL_ROWS + edge.mail]);
            if state != CLASS_DUE && state != CLASS_IMMEDIATE {
                continue;
            }
            let news = read_snapshot(edge.mail);
            if edge.threshold == 0xffffffffu {
                known = join(known, news);
            } else {
                known = join_some(known, news, topic, edge.threshold, edge.salt);
            }
        }
        write_node(board, known);
    }
}

// Counts and hashes what every node knows now.
fn count_nodes() {
    var lanes = vec4(0u);
    let end = kind_gains[replicate * KINDS + topic_kind[column]].ideas;
    for (var node = 0u; node < NODE_ROWS; node++) {
        let known = read_node(node);
        let number = count_known(known);
        count_node(node, NODE_KNOWN, number);
        count_node(node, NODE_ENDED, u32(known.base >= end));
        if node < BOARD_ROWS {
            count_node(node, NODE_NEWS, number - count_known(read_older(node)));
        }
        var hash = pcg4d(vec4(node, topic, known.base, known.words[0]));
        for (var w = 1u; w < WINDOW_WORDS; w++) {
            hash = pcg4d(vec4(hash.x ^ known.words[w], hash.y ^ w, hash.z, hash.w));
        }
        lanes += hash;
    }
    atomicAdd(&sum_lanes[0], lanes.x);
    atomicAdd(&sum_lanes[1], lanes.y);
    atomicAdd(&sum_lanes[2], lanes.z);
    atomicAdd(&sum_lanes[3], lanes.w);
}

fn count_node(node: u32, field: u32, amount: u32) {
    if amount == 0u {
        return;
    }
    let at = NODE_FIELDS * node + field;
    if node < NEAR_NODES {
        atomicAdd(&near[at], amount);
    } else {
        atomicAdd(&shared_tally[first_count + LANES + at], amount);
    }
}

fn read_node(node: u32) -> Known {
    let at = (column * NODE_ROWS + node) * CELL;
    var known: Known;
    known.base = nodes[at];
    for (var w = 0u; w < WINDOW_WORDS; w++) {
        known.words[w] = nodes[at + 1u + w];
    }
    return known;
}

fn write_node(node: u32, known: Known) {
    let at = (column * NODE_ROWS + node) * CELL;
    nodes[at] = known.base;
    for (var w = 0u; w < WINDOW_WORDS; w++) {
        nodes[at + 1u + w] = known.words[w];
    }
}

fn read_older(board: u32) -> Known {
    let at = (column * BOARD_ROWS + board) * CELL;
    var known: Known;
    known.base = older[at];
    for (var w = 0u; w < WINDOW_WORDS; w++) {
        known.words[w] = older[at + 1u + w];
    }
    return known;
}

fn read_snapshot(mail: u32) -> Known {
    let at = (column * MAIL_ROWS + mail) * CELL;
    var known: Known;
    known.base = snapshots[at];
    for (var w = 0u; w < WINDOW_WORDS; w++) {
        known.words[w] = snapshots[at + 1u + w];
    }
    return known;
}
