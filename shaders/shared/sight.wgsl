// What the agent in hand sees of its board and writes to it (docs/model.md, "Board").

@group(0) @binding(7) var<storage, read> boards: array<BoardTick>;
@group(0) @binding(8) var<storage, read> nodes: array<u32>;
@group(0) @binding(9) var<storage, read> older: array<u32>;
@group(0) @binding(10) var<storage, read_write> finds: array<atomic<u32>>;

override NODE_ROWS: u32;

// Sets the idea's bit in the board's finds; ideas below the base are known already.
fn find(topic: u32, idea: u32) {
    set_find(topic, idea - current(topic).base);
}

// Wraps below the base, so that one comparison keeps out both sides of the window.
fn set_find(topic: u32, at: u32) {
    if at < WINDOW_BITS {
        let row = (first_topic + topic) * BOARD_ROWS + me.board;
        atomicOr(&finds[row * WINDOW_WORDS + at / 32u], 1u << (at % 32u));
    }
}

// What the agent's board knows of the topic.
fn current(topic: u32) -> Known {
    let at = ((first_topic + topic) * NODE_ROWS + me.board) * (1u + WINDOW_WORDS);
    var known: Known;
    known.base = nodes[at];
    for (var w = 0u; w < WINDOW_WORDS; w++) {
        known.words[w] = nodes[at + 1u + w];
    }
    return known;
}

// What the agent sees of it: all, or the older part and the news that it read.
fn view(topic: u32) -> Known {
    let now = current(topic);
    if populations[population].reading == 0u {
        return now;
    }
    let threshold = boards[first_board + me.board].read_threshold;
    if threshold == 0xffffffffu {
        return now;
    }
    let at = ((first_topic + topic) * BOARD_ROWS + me.board) * (1u + WINDOW_WORDS);
    var before: Known;
    before.base = older[at];
    for (var w = 0u; w < WINDOW_WORDS; w++) {
        before.words[w] = older[at + 1u + w];
    }
    let reader = threefry(populations[population].reading_key, draw_counter(me.rank, 0u, 0u));
    return join_some(before, now, topic, threshold, reader);
}
