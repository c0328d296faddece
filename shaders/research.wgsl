// Stage `research`: every agent runs all its events of the tick on its own.
//
// Twin of `src/cpu/research/`; the text of both is docs/model.md, "Research". A quiet agent costs
// the four bytes of its `due`.

@group(0) @binding(12) var<storage, read> alias_table: array<AliasEntry>;
@group(0) @binding(13) var<storage, read> binomial: array<u32>;
@group(0) @binding(14) var<storage, read> normal: array<i32>;

// Agents of a thread that are looked at together, up to 16: their loads are under way at the same
// time. Where they were followed one by one, a subgroup of quiet agents would wait for memory each time.
override SCAN: u32;

// Does a free thread take up whichever due agent is next? Else each WORKGROUPth of the list is its.
override BALANCED: bool;

// Agents that a workgroup looks at together; divides BLOCK.
override BATCH: u32 = SCAN * WORKGROUP;

// Due agents are listed first and then run by whichever thread is free: were each run by the thread
// that found it, one busy agent would hold up a whole subgroup of quiet ones. They run when another batch
// might not fit. The order of the list, and who runs whom, is whatever the atomics make it; nothing depends
// on it.
override LISTED_MAX: u32 = BATCH + BATCH / 2u;
// Those who choose among several candidates from the end, those who have one from the start: a choice
// takes as many rounds as the most choosy agent of a subgroup has candidates.
var<workgroup> busy: array<u32, LISTED_MAX>;
// How many have one candidate, and in the upper half how many have several.
var<workgroup> busy_counts: atomic<u32>;
// Agents of the list beyond the first of each thread that were taken up.
var<workgroup> busy_taken: atomic<u32>;

// What a choice of topic came to.
struct Choice {
    found: bool,
    score: i32,
    tie: u32,
    topic: u32,
    kind: u32,
    base: u32,
    open: Window,
}

@compute @workgroup_size(WORKGROUP)
fn research(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    if is_beyond(group) {
        return;
    }
    clear_list(thread);
    clear_tally(thread);
    let block = block_of(group);
    enter(block.population);
    for (var batch = 0u; batch < BLOCK; batch += BATCH) {
        list(block, batch + thread);
        let counts = workgroupUniformLoad(&busy_counts);
        let is_last = batch + BATCH == BLOCK;
        if (counts >> 16u) + (counts & 0xffffu) > select(LISTED_MAX - BATCH, 0u, is_last) {
            run_listed(block, counts, thread);
            workgroupBarrier();
            clear_list(thread);
            workgroupBarrier();
        }
    }
    // Whoever was due had been in its phase before.
    tally_low[COUNT_DELTA_THINKING] -= tally_low[COUNT_BUSY_THINKING];
    tally_low[COUNT_DELTA_EXPERIMENT] -= tally_low[COUNT_BUSY_EXPERIMENT];
    tally_low[COUNT_DELTA_WAITING] -= tally_low[COUNT_BUSY_WAITING];
    flush_tally(population, thread);
}

fn clear_list(thread: u32) {
    if thread == 0u {
        atomicStore(&busy_counts, 0u);
        atomicStore(&busy_taken, 0u);
    }
}

// Which of a thread's SCAN agents, WORKGROUP slots apart from `first` on, are due: a bit each.
fn due_among(first: u32) -> u32 {
    let a = clocks(first, 0u);
    let b = clocks(first, 4u);
    let c = clocks(first, 8u);
    let d = clocks(first, 12u);
    let mine = due_of(a) | (due_of(b) << 4u) | (due_of(c) << 8u) | (due_of(d) << 12u);
    return mine & (0xffffffffu >> (32u - SCAN));
}

// Clocks of four of a thread's agents; the last one again beyond SCAN.
fn clocks(first: u32, nth: u32) -> vec4<u32> {
    return vec4(
        due[first + min(nth, SCAN - 1u) * WORKGROUP],
        due[first + min(nth + 1u, SCAN - 1u) * WORKGROUP],
        due[first + min(nth + 2u, SCAN - 1u) * WORKGROUP],
        due[first + min(nth + 3u, SCAN - 1u) * WORKGROUP],
    );
}

fn due_of(ends: vec4<u32>) -> u32 {
    let think_start = populations[population].think_start;
    let think_len = populations[population].think_len;
    let experiment_start = populations[population].experiment_start;
    let experiment_len = populations[population].experiment_len;
    let experiments = (ends & vec4(ON_EXPERIMENT)) != vec4(0u);
    let starts = select(vec4(think_start), vec4(experiment_start), experiments);
    let lens = select(vec4(think_len), vec4(experiment_len), experiments);
    let is_due = ((ends - starts) & vec4(CLOCK_MASK)) < lens;
    let bits = select(vec4(0u), vec4(1u, 2u, 4u, 8u), is_due);
    return bits.x | bits.y | bits.z | bits.w;
}

// Lists the due ones among a thread's agents, the first of which is number `first` of the block.
fn list(block: Block, first: u32) {
    let mine = due_among(block.slot + first);
    if mine == 0u {
        return;
    }
    var choosy = 0u;
    for (var rest = mine; rest != 0u; rest &= rest - 1u) {
        let bit = countTrailingZeros(rest);
        let traits = traits_of(rank_after(block.rank, first + bit * WORKGROUP));
        choosy |= u32(traits.y < populations[population].taste_thresholds[0]) << bit;
    }
    let counts = (countOneBits(choosy) << 16u) | countOneBits(mine & ~choosy);
    let places = atomicAdd(&busy_counts, counts);
    var plain_place = places & 0xffffu;
    var choosy_place = LISTED_MAX - (places >> 16u);
    for (var rest = mine; rest != 0u; rest &= rest - 1u) {
        let bit = countTrailingZeros(rest);
        let number = first + bit * WORKGROUP;
        if ((choosy >> bit) & 1u) != 0u {
            choosy_place -= 1u;
            busy[choosy_place] = number;
        } else {
            busy[plain_place] = number;
            plain_place += 1u;
        }
    }
}

// Runs the listed agents, the choosy ones first. A thread that is done with one takes up the next at
// once: were it to wait for the busiest agent of its subgroup, it would be idle most of the time.
fn run_listed(block: Block, counts: u32, thread: u32) {
    let choosy = counts >> 16u;
    let listed = choosy + (counts & 0xffffu);
    var next = thread;
    var in_hand = false;
    loop {
        if !in_hand {
            if next >= listed {
                break;
            }
            let place = select(next - choosy, LISTED_MAX - 1u - next, next < choosy);
            in_hand = take_up(block, busy[place]);
            if BALANCED {
                next = WORKGROUP + atomicAdd(&busy_taken, 1u);
            } else {
                next += WORKGROUP;
            }
        }
        if in_hand {
            step();
            in_hand = has_event();
            if !in_hand {
                put_down();
            }
        }
    }
}

// Loads the agent of a due slot; false if there is none.
fn take_up(block: Block, at: u32) -> bool {
    let slot = block.slot + at;
    let old_due = due[slot];
    let old_work = work[slot];
    if (old_work & PRESENT) == 0u {
        return false;
    }
    let rank = rank_after(block.rank, at);
    let traits = traits_of(rank);
    let z = normal[traits.x >> NORMAL_SHIFT];
    me.slot = slot;
    me.rank = rank;
    me.is_active = below(rank, populations[population].active_end);
    me.due = old_due;
    me.work = old_work;
    me.offset = (old_due - start_of_phase()) & CLOCK_MASK;
    me.began = 0u;
    me.events = 0u;
    me.board = populations[population].board_first
        + mul_hi_short(traits.x << (32u - NORMAL_SHIFT), populations[population].board_count);
    // Thresholds fall.
    me.taste = 0u;
    while me.taste < TASTE_MAX && traits.y < populations[population].taste_thresholds[me.taste] {
        me.taste += 1u;
    }
    me.skill = populations[population].skill_base
        + scale_normal(populations[population].skill_sigma, z);
    own_count = 0u;
    count_busy(my_phase());
    remove_hash(agent_hash(populations[population].traits_key, rank, old_due, old_work));
    return true;
}

// Does the phase in hand end in this tick?
fn has_event() -> bool {
    return me.work != 0u && me.offset < len_of_phase()
        && me.events < populations[population].events_max;
}

// Stores the agent, whose phase ends after the tick.
fn put_down() {
    if me.work != 0u {
        if me.offset < len_of_phase() {
            stall();
        }
        count_time(min(me.offset, len_of_phase()) - me.began);
        me.due = (me.due & ON_EXPERIMENT) | ((start_of_phase() + me.offset) & CLOCK_MASK);
        count_phase(my_phase());
    }
    due[me.slot] = me.due;
    work[me.slot] = me.work;
    add_hash(agent_hash(populations[population].traits_key, me.rank, me.due, me.work));
}

// One event, or two: the end of a thought and of the experiment that follows it. Agents of a subgroup
// that stand in different phases so go through each part together.
fn step() {
    var is_free = my_phase() != IN_EXPERIMENT;
    if is_free {
        count_time(me.offset - me.began);
        if my_phase() == IN_THOUGHT {
            count_one(COUNT_EVENTS);
            if knows(view(topic_of(me.work)), idea_of(me.work)) {
                count_one(COUNT_SCOOPED);
            } else if me.is_active {
                start_experiment();
                me.events += 1u;
                is_free = false;
            }
        }
    }
    if !is_free && has_event() {
        count_time(me.offset - me.began);
        count_one(COUNT_EVENTS);
        finish_experiment();
        let mul = populations[population].to_think_mul;
        me.offset = mul_shift(me.offset, mul, populations[population].to_think_shift);
        is_free = true;
    }
    if is_free {
        if me.is_active {
            choose();
        } else {
            leave();
        }
        me.events += 1u;
    }
}

// Leaves its slot: the lab has no work for it.
fn leave() {
    gather(COUNT_DEACTIVATED, 1u, 0u);
    gather(COUNT_LEFT_TIME, populations[population].think_len - me.offset, 0u);
    me.due = 0u;
    me.work = 0u;
}

// Takes up an idea, or waits for the end of the tick if none is open.
fn choose() {
    me.due = 0u;
    me.began = me.offset;
    var best: Choice;
    for (var c = 0u; c <= me.taste; c++) {
        let choice = candidate(c);
        let better = choice.score < best.score
            || (choice.score == best.score && choice.tie < best.tie);
        if choice.found && (!best.found || better) {
            best = choice;
        }
    }
    if !best.found {
        me.work = WAITING;
        me.offset = populations[population].think_len;
        return;
    }
    let draw = my_draw(PURPOSE_THINK);
    let idea = best.base + nth_in(best.open, mul_hi_short(draw.x, ones_in(best.open)));
    let row = population * KINDS + best.kind;
    let log2 = kinds[row].think_base + kinds[row].work_slope * i32(idea) - me.skill;
    let units = duration_units(log2, draw.y);
    me.work = PRESENT | (idea << IDEA_SHIFT) | best.topic;
    me.offset += units;
    count_one(COUNT_CHOSEN);
    count(COUNT_THINK_ASSIGNED, units);
}

// One entry of the tournament; not `found` if nothing is open in the topic.
fn candidate(number: u32) -> Choice {
    let draw = my_draw(PURPOSE_CANDIDATE + number);
    let wide = mul_wide(draw.x, TOPICS);
    let entry = alias_table[(first_board + me.board) * TOPICS + wide.y];
    var choice: Choice;
    if wide.x < entry.threshold {
        choice.topic = wide.y;
        choice.kind = (entry.other >> 20u) & 15u;
    } else {
        choice.topic = entry.other & TOPIC_MASK;
        choice.kind = (entry.other >> 24u) & 15u;
    }
    let row = population * KINDS + choice.kind;
    let seen = view(choice.topic);
    choice.base = seen.base;
    choice.open = open_ideas(seen, populations[population].breadth, kinds[row].idea_end);
    if own_count > 0u {
        for (var i = 0u; i < OWN_FINDS; i++) {
            let at = (own[i] >> IDEA_SHIFT) - seen.base;
            if i < own_count && topic_of(own[i]) == choice.topic && at < WINDOW_BITS {
                choice.open[at / 32u] &= ~(1u << (at % 32u));
            }
        }
    }
    if ones_in(choice.open) == 0u {
        return choice;
    }
    choice.found = true;
    // Who has one candidate takes it, whatever it is worth.
    if me.taste > 0u {
        let first = seen.base + first_in(choice.open);
        let noise = populations[population].taste_noise[me.taste];
        choice.score = kinds[row].score_base + kinds[row].score_slope * i32(first)
            + scale_normal(noise, normal[draw.y >> NORMAL_SHIFT]);
        choice.tie = draw.y & ((1u << NORMAL_SHIFT) - 1u);
    }
    return choice;
}

// Draws the outcome and puts the experiment on the cluster.
fn start_experiment() {
    let draw = my_draw(PURPOSE_EXPERIMENT);
    let row = my_kind();
    let log2 = kinds[row].experiment_base + kinds[row].work_slope * i32(idea_of(me.work));
    let units = duration_units(log2, draw.y);
    if chance(my_odds(), draw.x) {
        me.work |= OUTCOME;
    }
    me.due = ON_EXPERIMENT;
    let mul = populations[population].to_experiment_mul;
    me.began = mul_shift(me.offset, mul, populations[population].to_experiment_shift);
    me.offset = me.began + units;
    count_one(COUNT_EXPERIMENTS_STARTED);
    count(COUNT_EXPERIMENT_ASSIGNED, units);
}

// Reports what the experiment, and those of the others it stands for, found.
fn finish_experiment() {
    count_one(COUNT_EXPERIMENTS_FINISHED);
    let topic = topic_of(me.work);
    if populations[population].weight_log2 > 0u {
        let finds_of_others = others();
        count(COUNT_SUCCESSES, finds_of_others);
        spread(topic, finds_of_others);
    }
    if (me.work & OUTCOME) != 0u {
        count_one(COUNT_SUCCESSES);
        let idea = idea_of(me.work);
        find(topic, idea);
        for (var i = OWN_FINDS - 1u; i > 0u; i--) {
            own[i] = own[i - 1u];
        }
        own[0] = (idea << IDEA_SHIFT) | topic;
        own_count = min(own_count + 1u, OWN_FINDS);
    }
}

// Finds of the other researchers the agent stands for: one binomial draw.
fn others() -> u32 {
    let draw = my_draw(PURPOSE_OTHERS);
    let rarity = u32(max(-my_odds(), 0));
    let row = (rarity >> 13u) + u32((draw.y & 0xffffu) < ((rarity << 3u) & 0xffffu));
    if row >= BINOMIAL_ROWS {
        return 0u;
    }
    let table = populations[population].binomial_table * BINOMIAL_ROWS + row;
    return (binomial[table * BINOMIAL_COLUMNS + (draw.x >> 24u)] + (draw.x & 0xfffu)) >> 12u;
}

// Spreads `number` finds evenly over the open ideas of the topic.
fn spread(topic: u32, number: u32) {
    let seen = view(topic);
    var found = open_ideas(seen, populations[population].breadth, kinds[my_kind()].idea_end);
    let open_count = ones_in(found);
    if open_count == 0u || number == 0u {
        return;
    }
    if number <= SPREAD_FACTOR * open_count {
        let open = found;
        found = Window();
        var draw = vec2(0u);
        for (var i = 0u; i < number; i++) {
            if i % 4u == 0u {
                draw = my_draw(PURPOSE_SPREAD + i / 4u);
            }
            let word = select(draw.x, draw.y, (i & 2u) != 0u);
            let quarter = (word >> (16u * (i & 1u))) & 0xffffu;
            let at = nth_in(open, (quarter * open_count) >> 16u);
            found[at / 32u] |= 1u << (at % 32u);
        }
    }
    let base = current(topic).base;
    for (var w = 0u; w < WINDOW_WORDS; w++) {
        for (var rest = found[w]; rest != 0u; rest &= rest - 1u) {
            set_find(topic, seen.base + 32u * w + countTrailingZeros(rest) - base);
        }
    }
}

// Stops at the event bound: the phase keeps its end, the wait for it is lost.
fn stall() {
    let lost = len_of_phase() - me.offset;
    let experiments = (me.due & ON_EXPERIMENT) != 0u;
    gather(select(COUNT_STALL_THINK, COUNT_STALL_EXPERIMENT, experiments), lost, 0u);
    gather(COUNT_STALLED, 1u, 0u);
    count_time(me.offset - me.began);
    me.offset = len_of_phase();
    me.began = me.offset;
}
