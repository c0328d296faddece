// The model in plain C++ for the CPU and for CUDA: docs/model.md, part 3, one agent and one topic at a time.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __CUDACC__
#define HD __host__ __device__ __forceinline__
#else
#define HD inline __attribute__((always_inline))
#endif

using u32 = std::uint32_t;
using i32 = std::int32_t;
using u64 = std::uint64_t;
using i64 = std::int64_t;

// ---- what the file holds, word for word ------------------------------------------------------------------

struct Pair {
    u32 x, y;
};
struct Quad {
    u32 x, y, z, w;
};

struct PopulationTick {
    Pair key, traits_key, reading_key, active, keep, spawn_from;
    u32 think_start, think_len, experiment_start, experiment_len;
    u32 to_experiment_mul, to_experiment_shift, to_think_mul, to_think_shift;
    u32 stagger, events_max, board_first, board_count, weight_log2, reading;
    i32 think_rescale, experiment_rescale, skill_base, skill_sigma;
    u32 binomial_table, breadth;
    u32 taste_thresholds[16];
    i32 taste_noise[16];
};
struct KindTick {
    i32 think_base, experiment_base, odds_base, score_base, work_slope, odds_slope, score_slope;
    u32 idea_end;
};
struct KindGain {
    i32 gain_base, gain_sigma;
    u32 ideas, gain_slope;
};
struct AliasEntry {
    u32 threshold, other;
};
struct BoardTick {
    u32 read_threshold, turn;
};
struct Edge {
    u32 mail, threshold;
    Pair salt;
};
struct Mail {
    u32 node, cls;
};
struct NodeCensus {
    u32 fresh, known, news, ended;
};
static_assert(sizeof(PopulationTick) == 256 && sizeof(KindTick) == 32);

enum Counter {
    EVENTS, CHOSEN, THINK_ASSIGNED, SCOOPED, EXPERIMENTS_STARTED, EXPERIMENT_ASSIGNED, EXPERIMENTS_FINISHED,
    SUCCESSES, THINK_TIME, EXPERIMENT_TIME, WAIT_TIME, STALL_THINK, STALL_EXPERIMENT, LEFT_TIME, STALLED,
    BUSY_THINKING, BUSY_EXPERIMENT, BUSY_WAITING, DELTA_THINKING, DELTA_EXPERIMENT, DELTA_WAITING, SPAWNED,
    RETIRED_THINKING, RETIRED_EXPERIMENT, RETIRED_WAITING, DEACTIVATED, FORGONE_THINK, FORGONE_EXPERIMENT, COUNTERS
};

constexpr u32 CLOCK_MASK = 0x7fffffff, ON_EXPERIMENT = 0x80000000, PRESENT = 0x80000000, OUTCOME = 0x40000000;
constexpr u32 IDEA_SHIFT = 20, TOPIC_MASK = 0xfffff, WAITING = PRESENT | TOPIC_MASK;
constexpr u32 OWN_FINDS = 8, NORMAL_SHIFT = 22, BINOMIAL_ROWS = 193, BINOMIAL_COLUMNS = 256;
constexpr u32 PHASE_UNITS_MAX = (1u << 30) - 1;
enum Purpose : u32 { CANDIDATE = 0, THINK = 16, EXPERIMENT = 17, SPAWN = 18, OTHERS = 19, SPREAD = 64 };
constexpr u32 SPAWN_EVENT = 4095;
enum ClassState : u32 { RESTING = 0, DUE = 1, IMMEDIATE = 2 };

// ---- numbers ---------------------------------------------------------------------------------------------

HD u32 ones(u32 word) {
#ifdef __CUDA_ARCH__
    return __popc(word);
#else
    return std::popcount(word);
#endif
}
// Number of zeros below the lowest one; 32 if there is none.
HD u32 trailing_zeros(u32 word) {
#ifdef __CUDA_ARCH__
    return word ? __ffs(word) - 1 : 32;
#else
    return std::countr_zero(word);
#endif
}
HD u64 merge(Pair words) { return u64(words.y) << 32 | words.x; }
HD u32 mul_hi(u32 a, u32 b) { return u64(a) * b >> 32; }
HD u32 mul_shift(u32 a, u32 mul, u32 shift) { return u64(a) * mul >> shift; }
HD u32 least(u32 a, u32 b) { return a < b ? a : b; }
HD i32 scale_normal(i32 sigma, i32 z) { return i32(u32(sigma) * u32(z)) >> 8; }

HD u32 mantissa(u32 frac) {
    u32 sum = 3382 + ((901 * frac + 32768) >> 16);
    sum = 15839 + ((sum * frac + 32768) >> 16);
    sum = 45414 + ((sum * frac + 32768) >> 16);
    return 65536 + ((sum * frac + 32768) >> 16);
}
HD u32 exp2_round(i32 log2, u32 draw) {
    i32 exponent = log2 >> 16;
    u32 m = mantissa(u32(log2) & 0xffff);
    if (exponent >= 32) return ~0u;
    if (exponent >= 16) return m << (exponent - 16);
    if (exponent <= -16) return 0;
    u32 shift = 16 - exponent;
    return (m + (draw >> (32 - shift))) >> shift;
}
HD u32 duration_units(i32 log2, u32 draw) {
    u32 units = exp2_round(log2, draw);
    return units < 1 ? 1 : least(units, PHASE_UNITS_MAX);
}
HD bool chance(i32 log2, u32 draw) {
    if (log2 >= 0) return true;
    u32 shift = u32(-1 - (log2 >> 16));
    return shift <= 31 && draw < (mantissa(u32(log2) & 0xffff) << 15) >> shift;
}

template <int BY> HD u32 rotate(u32 word) { return word << BY | word >> (32 - BY); }

HD Pair threefry(Pair key, Pair counter) {
    const u32 k[3] = {key.x, key.y, 0x1bd11bda ^ key.x ^ key.y};
    u32 x = counter.x + k[0], y = counter.y + k[1];
#define ROUND(R) x += y, y = rotate<R>(y) ^ x
    ROUND(13); ROUND(15); ROUND(26); ROUND(6);
    x += k[1], y += k[2] + 1;
    ROUND(17); ROUND(29); ROUND(16); ROUND(24);
    x += k[2], y += k[0] + 2;
    ROUND(13); ROUND(15); ROUND(26); ROUND(6);
    x += k[0], y += k[1] + 3;
    ROUND(17);
#undef ROUND
    return {x, y};
}
HD Pair counter(u64 rank, u32 event, u32 purpose) {
    return {u32(rank), u32(rank >> 32) << 24 | event << 12 | purpose};
}

HD Quad pcg4d(Quad v) {
    auto step = [](u32 word) { return word * 1664525 + 1013904223; };
    u32 x = step(v.x), y = step(v.y), z = step(v.z), w = step(v.w);
    x += y * w, y += z * x, z += x * y, w += y * z;
    x ^= x >> 16, y ^= y >> 16, z ^= z >> 16, w ^= w >> 16;
    x += y * w, y += z * x, z += x * y, w += y * z;
    return {x, y, z, w};
}
HD Quad agent_hash(Pair salt, u64 rank, u32 due, u32 work) {
    if (!(work & PRESENT)) return {0, 0, 0, 0};
    return pcg4d({u32(rank) ^ salt.x, u32(rank >> 32) ^ salt.y, due, work});
}

// ---- knowledge of one topic ------------------------------------------------------------------------------

// Position of set bit number n of a word that has more.
HD u32 nth_bit(u32 word, u32 n) {
    u32 position = 0;
    for (u32 half = 16; half; half >>= 1) {
        u32 below = ones(word & ((1u << half) - 1));
        if (n >= below) n -= below, word >>= half, position += half;
    }
    return position;
}
HD u32 lowest_bits(u32 word, u32 count) {
    return count >= ones(word) ? word : word & ~(~0u << nth_bit(word, count));
}

template <int W> struct Window {
    u32 words[W];

    HD u32 count() const {
        u32 sum = 0;
        for (u32 word : words) sum += ones(word);
        return sum;
    }
    HD u32 nth(u32 n) const {
        for (u32 w = 0; w < W - 1; ++w) {
            u32 here = ones(words[w]);
            if (n < here) return 32 * w + nth_bit(words[w], n);
            n -= here;
        }
        return 32 * (W - 1) + nth_bit(words[W - 1], n);
    }
};

template <int W> struct Known {
    u32 base;
    Window<W> window;

    HD static Known read(const u32 *stored) {
        Known known;
        known.base = stored[0];
        for (int w = 0; w < W; ++w) known.window.words[w] = stored[1 + w];
        return known;
    }
    HD void write(u32 *stored) const {
        stored[0] = base;
        for (int w = 0; w < W; ++w) stored[1 + w] = window.words[w];
    }
    HD u32 bits_from(u32 from) const {
        if (from >= base) {
            u32 offset = from - base, word = offset / 32, shift = offset % 32;
            u32 low = word < W ? window.words[word] >> shift : 0;
            u32 high = shift > 0 && word + 1 < W ? window.words[word + 1] << (32 - shift) : 0;
            return low | high;
        }
        u32 below = base - from;
        return below >= 32 ? ~0u : ~(~0u << below) | window.words[0] << below;
    }
    HD bool knows(u32 idea) const { return bits_from(idea) & 1; }
    HD u32 count() const { return base + window.count(); }
    HD bool operator==(const Known &other) const {
        bool same = base == other.base;
        for (int w = 0; w < W; ++w) same &= window.words[w] == other.window.words[w];
        return same;
    }
    HD Known normalise() const {
        Known known = *this;
        for (int i = 0; i <= W; ++i) {
            u32 leading = trailing_zeros(~known.window.words[0]);
            if (leading == 0) break;
            Known moved;
            moved.base = known.base + leading;
            for (u32 w = 0; w < W; ++w) moved.window.words[w] = known.bits_from(moved.base + 32 * w);
            known = moved;
        }
        return known;
    }
    HD Known join(const Known &other) const {
        Known joined;
        joined.base = base > other.base ? base : other.base;
        for (u32 w = 0; w < W; ++w) {
            u32 from = joined.base + 32 * w;
            joined.window.words[w] = bits_from(from) | other.bits_from(from);
        }
        return joined.normalise();
    }
    HD Known join_some(const Known &other, u32 topic, u32 threshold, Pair salt) const {
        Known joined = *this;
        for (u32 w = 0; w < W; ++w) {
            u32 from = base + 32 * w, left = other.bits_from(from) & ~window.words[w];
            for (; left; left &= left - 1) {
                u32 bit = trailing_zeros(left);
                if (threefry(salt, {topic << 10 | (from + bit), 0}).x < threshold)
                    joined.window.words[w] |= 1u << bit;
            }
        }
        return joined.normalise();
    }
    HD Window<W> open(u32 breadth, u32 end) const {
        Window<W> open;
        for (u32 w = 0; w < W; ++w) {
            u32 from = base + 32 * w, room = end > from ? end - from : 0;
            u32 inside = room >= 32 ? ~0u : ~(~0u << room);
            open.words[w] = lowest_bits(~window.words[w] & inside, breadth);
            breadth -= ones(open.words[w]);
        }
        return open;
    }
};

// ---- what is counted -------------------------------------------------------------------------------------

struct Census {
    u64 counters[COUNTERS];
    u32 lanes[4];

    HD void add(Counter counter, u64 amount) { counters[counter] += amount; }
    HD void exchange(Quad before, Quad after) {
        lanes[0] += after.x - before.x, lanes[1] += after.y - before.y;
        lanes[2] += after.z - before.z, lanes[3] += after.w - before.w;
    }
    HD void merge(const Census &other) {
        for (int i = 0; i < COUNTERS; ++i) counters[i] += other.counters[i];
        for (int i = 0; i < 4; ++i) lanes[i] += other.lanes[i];
    }
};

enum class Phase { Absent, Waiting, Thinking, Experiment };

HD Phase phase_of(u32 due, u32 work) {
    if (!(work & PRESENT)) return Phase::Absent;
    if (due & ON_EXPERIMENT) return Phase::Experiment;
    return (work & TOPIC_MASK) == TOPIC_MASK ? Phase::Waiting : Phase::Thinking;
}
HD void count_phase(Census &census, Phase phase, i64 by) {
    if (phase == Phase::Absent) return;
    census.add(phase == Phase::Thinking     ? DELTA_THINKING
               : phase == Phase::Experiment ? DELTA_EXPERIMENT
                                            : DELTA_WAITING,
               u64(by));
}

// ---- spawn -----------------------------------------------------------------------------------------------

HD u32 rescale(u32 left, i32 by) {
    if (by >= 0) {
        u32 shift = by < 31 ? by : 31;
        return (left >> shift) + ((left & ~(~0u << shift)) != 0);
    }
    u32 up = least(-by, 31);
    return left > PHASE_UNITS_MAX >> up ? PHASE_UNITS_MAX : left << up;
}

HD void spawn(const PopulationTick &population, u64 rank, u32 &due, u32 &work, Census &census) {
    u32 old_due = due, old_work = work;
    Phase phase = phase_of(due, work);
    if (phase == Phase::Absent) {
        if (rank < merge(population.spawn_from) || rank >= merge(population.active)) return;
        Pair draw = threefry(population.key, counter(rank, SPAWN_EVENT, SPAWN));
        due = (population.think_start + mul_hi(draw.x, population.stagger)) & CLOCK_MASK;
        work = WAITING;
        census.add(SPAWNED, 1);
        count_phase(census, Phase::Waiting, 1);
    } else {
        bool experiment = phase == Phase::Experiment;
        u32 clock = experiment ? population.experiment_start : population.think_start;
        i32 by = experiment ? population.experiment_rescale : population.think_rescale;
        u32 left = rescale((due - clock) & CLOCK_MASK, by);
        if (rank >= merge(population.keep)) {
            due = work = 0;
            count_phase(census, phase, -1);
            if (phase == Phase::Waiting) {
                census.add(RETIRED_WAITING, 1);
            } else {
                census.add(experiment ? RETIRED_EXPERIMENT : RETIRED_THINKING, 1);
                census.add(experiment ? FORGONE_EXPERIMENT : FORGONE_THINK, left);
            }
        } else {
            due = (due & ON_EXPERIMENT) | ((clock + left) & CLOCK_MASK);
        }
    }
    if (due != old_due || work != old_work)
        census.exchange(agent_hash(population.traits_key, rank, old_due, old_work),
                        agent_hash(population.traits_key, rank, due, work));
}

// ---- research --------------------------------------------------------------------------------------------

// Everything outside the agents that they read in a tick, and the finds they write.
struct World {
    u32 topics, kinds, node_rows, board_rows;
    const u32 *nodes, *older, *topic_kind;
    const AliasEntry *alias;
    const u32 *binomial;
    const i32 *normal;
    const BoardTick *boards;
    u32 *finds;
};

HD bool is_due(const PopulationTick &population, u32 due) {
    bool experiment = due & ON_EXPERIMENT;
    u32 start = experiment ? population.experiment_start : population.think_start;
    u32 len = experiment ? population.experiment_len : population.think_len;
    return ((due - start) & CLOCK_MASK) < len;
}

template <int W> struct Researcher {
    const World &world;
    const PopulationTick &population;
    const KindTick *kinds;
    u64 rank;
    u32 due, work, offset, began = 0, events = 0, board, taste = 0;
    i32 skill;
    bool active;
    u32 own[OWN_FINDS];

    HD Researcher(const World &world, const PopulationTick &population, const KindTick *kinds, u64 rank, u32 due,
                  u32 work)
        : world(world), population(population), kinds(kinds), rank(rank), due(due), work(work),
          active(rank < merge(population.active)) {
        Pair traits = threefry(population.traits_key, counter(rank, 0, 0));
        offset = (due - start()) & CLOCK_MASK;
        board = population.board_first + mul_hi(traits.x << (32 - NORMAL_SHIFT), population.board_count);
        for (u32 threshold : population.taste_thresholds) taste += traits.y < threshold;
        skill = population.skill_base + scale_normal(population.skill_sigma, world.normal[traits.x >> NORMAL_SHIFT]);
        for (u32 &find : own) find = ~0u;
    }

    HD void run(Census &census) {
        Phase before = phase();
        count_phase(census, before, -1);
        census.add(before == Phase::Experiment ? BUSY_EXPERIMENT
                   : before == Phase::Thinking ? BUSY_THINKING
                                               : BUSY_WAITING,
                   1);
        while (offset < len()) {
            if (events == population.events_max) {
                stall(census);
                break;
            }
            event(census);
            if (work == 0) return;
            ++events;
        }
        count_time(census, least(offset, len()) - began);
        due = (due & ON_EXPERIMENT) | ((start() + offset) & CLOCK_MASK);
        count_phase(census, phase(), 1);
    }

    HD void event(Census &census) {
        count_time(census, offset - began);
        Phase before = phase();
        if (before == Phase::Thinking) {
            census.add(EVENTS, 1);
            if (view(topic()).knows(idea())) {
                census.add(SCOOPED, 1);
            } else if (active) {
                start_experiment(census);
                return;
            }
        } else if (before == Phase::Experiment) {
            census.add(EVENTS, 1);
            finish_experiment(census);
            offset = mul_shift(offset, population.to_think_mul, population.to_think_shift);
        }
        if (active) {
            choose(census);
        } else {
            census.add(DEACTIVATED, 1);
            census.add(LEFT_TIME, population.think_len - offset);
            due = work = 0;
        }
    }

    HD void choose(Census &census) {
        due = 0;
        began = offset;
        bool any = false;
        i32 best_score = 0;
        u32 best_tie = 0, best_topic = 0, best_kind = 0, best_base = 0;
        Window<W> best_open;
        for (u32 candidate = 0; candidate <= taste; ++candidate) {
            Pair u = draw(CANDIDATE + candidate);
            u64 wide = u64(u.x) * world.topics;
            u32 column = wide >> 32;
            AliasEntry entry = world.alias[u64(board) * world.topics + column];
            bool keeps = u32(wide) < entry.threshold;
            u32 topic = keeps ? column : entry.other & TOPIC_MASK;
            u32 kind = entry.other >> (keeps ? 20 : 24) & 15;
            Known<W> known = view(topic);
            Window<W> open = known.open(population.breadth, kinds[kind].idea_end);
            for (u32 find : own) {
                u32 at = (find >> IDEA_SHIFT) - known.base;
                if ((find & TOPIC_MASK) == topic && at < 32 * W) open.words[at / 32] &= ~(1u << at % 32);
            }
            if (open.count() == 0) continue;
            i32 noise = scale_normal(population.taste_noise[taste], world.normal[u.y >> NORMAL_SHIFT]);
            i32 score = kinds[kind].score_base + kinds[kind].score_slope * i32(known.base + open.nth(0)) + noise;
            u32 tie = u.y & ((1u << NORMAL_SHIFT) - 1);
            if (!any || score < best_score || (score == best_score && tie < best_tie)) {
                any = true;
                best_score = score, best_tie = tie, best_topic = topic, best_kind = kind;
                best_base = known.base, best_open = open;
            }
        }
        if (!any) {
            work = WAITING;
            offset = population.think_len;
            return;
        }
        Pair u = draw(THINK);
        u32 idea = best_base + best_open.nth(mul_hi(u.x, best_open.count()));
        const KindTick &kind = kinds[best_kind];
        u32 units = duration_units(kind.think_base + kind.work_slope * i32(idea) - skill, u.y);
        work = PRESENT | idea << IDEA_SHIFT | best_topic;
        offset += units;
        census.add(CHOSEN, 1);
        census.add(THINK_ASSIGNED, units);
    }

    HD void start_experiment(Census &census) {
        Pair u = draw(EXPERIMENT);
        u32 units = duration_units(kind().experiment_base + kind().work_slope * i32(idea()), u.y);
        if (chance(odds(), u.x)) work |= OUTCOME;
        due = ON_EXPERIMENT;
        began = mul_shift(offset, population.to_experiment_mul, population.to_experiment_shift);
        offset = began + units;
        census.add(EXPERIMENTS_STARTED, 1);
        census.add(EXPERIMENT_ASSIGNED, units);
    }

    HD void finish_experiment(Census &census) {
        census.add(EXPERIMENTS_FINISHED, 1);
        if (population.weight_log2 > 0) {
            u32 finds = others();
            census.add(SUCCESSES, finds);
            spread(finds);
        }
        if (work & OUTCOME) {
            census.add(SUCCESSES, 1);
            find(topic(), idea());
            for (u32 i = OWN_FINDS - 1; i > 0; --i) own[i] = own[i - 1];
            own[0] = idea() << IDEA_SHIFT | topic();
        }
    }

    // Finds of the other researchers the agent stands for.
    HD u32 others() const {
        Pair u = draw(OTHERS);
        i32 log2 = odds();
        u32 rarity = log2 < 0 ? u32(-log2) : 0;
        u32 row = (rarity >> 13) + ((u.y & 0xffff) < (rarity << 3 & 0xffff));
        if (row >= BINOMIAL_ROWS) return 0;
        u64 table = u64(population.binomial_table) * BINOMIAL_ROWS + row;
        return (world.binomial[table * BINOMIAL_COLUMNS + (u.x >> 24)] + (u.x & 0xfff)) >> 12;
    }

    HD void spread(u32 finds) {
        Known<W> known = view(topic());
        Window<W> open = known.open(population.breadth, kind().idea_end), found = open;
        u32 count = open.count();
        if (count == 0 || finds == 0) return;
        if (finds <= 8 * count) {
            for (u32 &word : found.words) word = 0;
            Pair u = {0, 0};
            for (u32 i = 0; i < finds; ++i) {
                if (i % 4 == 0) u = draw(SPREAD + i / 4);
                u32 quarter = (i / 2 % 2 ? u.y : u.x) >> (16 * (i % 2)) & 0xffff;
                u32 at = open.nth(quarter * count >> 16);
                found.words[at / 32] |= 1u << at % 32;
            }
        }
        for (u32 at = 0; at < 32 * W; ++at)
            if (found.words[at / 32] >> at % 32 & 1) find(topic(), known.base + at);
    }

    HD void find(u32 topic, u32 idea) {
        u32 at = idea - current(topic).base;
        if (at >= 32 * W) return;
        u32 *word = &world.finds[(u64(topic) * world.board_rows + board) * W + at / 32];
#ifdef __CUDA_ARCH__
        // Most finds are repeats: looking first spares the atomic.
        if (!(__ldcg(word) >> at % 32 & 1)) atomicOr(word, 1u << at % 32);
#else
        *word |= 1u << at % 32;
#endif
    }

    HD Known<W> current(u32 topic) const {
        return Known<W>::read(world.nodes + (u64(topic) * world.node_rows + board) * (1 + W));
    }
    HD Known<W> view(u32 topic) const {
        Known<W> known = current(topic);
        if (!population.reading) return known;
        u32 threshold = world.boards[board].read_threshold;
        if (threshold == ~0u) return known;
        Known<W> older = Known<W>::read(world.older + (u64(topic) * world.board_rows + board) * (1 + W));
        return older.join_some(known, topic, threshold, threefry(population.reading_key, counter(rank, 0, 0)));
    }

    HD void stall(Census &census) {
        census.add(due & ON_EXPERIMENT ? STALL_EXPERIMENT : STALL_THINK, len() - offset);
        census.add(STALLED, 1);
        count_time(census, offset - began);
        offset = began = len();
    }
    HD void count_time(Census &census, u32 units) const {
        Phase now = phase();
        census.add(now == Phase::Thinking     ? THINK_TIME
                   : now == Phase::Experiment ? EXPERIMENT_TIME
                                              : WAIT_TIME,
                   units);
    }

    HD Phase phase() const { return phase_of(due, work); }
    HD u32 start() const { return due & ON_EXPERIMENT ? population.experiment_start : population.think_start; }
    HD u32 len() const { return due & ON_EXPERIMENT ? population.experiment_len : population.think_len; }
    HD u32 topic() const { return work & TOPIC_MASK; }
    HD u32 idea() const { return work >> IDEA_SHIFT & 0x3ff; }
    HD const KindTick &kind() const { return kinds[world.topic_kind[topic()]]; }
    HD i32 odds() const { return kind().odds_base + skill - kind().odds_slope * i32(idea()); }
    HD Pair draw(u32 purpose) const { return threefry(population.key, counter(rank, events, purpose)); }
};

template <int W>
HD void research(const World &world, const PopulationTick &population, const KindTick *kinds, u64 rank, u32 &due,
                 u32 &work, Census &census) {
    Researcher<W> researcher(world, population, kinds, rank, due, work);
    researcher.run(census);
    census.exchange(agent_hash(population.traits_key, rank, due, work),
                    agent_hash(population.traits_key, rank, researcher.due, researcher.work));
    due = researcher.due, work = researcher.work;
}

// ---- share -----------------------------------------------------------------------------------------------

// What holds for every topic of a tick.
struct Rules {
    u32 topics, kinds, labs, boards, mails;
    const KindGain *gains;
    const u32 *topic_kind, *lab_boards, *edge_start;
    const Edge *edges;
    const Mail *mail;
    const BoardTick *board_ticks;
    const u32 *classes;
    const i32 *normal;
    Pair ideas_key;
    u32 *nodes, *older, *mail_store, *finds;
};

// Where a topic is counted; plain sums on the CPU, atomic ones on a GPU.
struct ShareCensus {
    NodeCensus *nodes;
    u64 *gains;
    u32 *lanes;
};

template <class T> HD void add_to(T &sum, T amount) {
#ifdef __CUDA_ARCH__
    if (amount) {
        if constexpr (sizeof(T) == 8)
            atomicAdd(reinterpret_cast<unsigned long long *>(&sum), amount);
        else
            atomicAdd(&sum, amount);
    }
#else
    sum += amount;
#endif
}

HD u32 gain(const Rules &rules, u32 topic, const KindGain &kind, u32 idea) {
    Pair u = threefry(rules.ideas_key, {topic << 10 | idea, 0});
    i32 z = rules.normal[u.x >> NORMAL_SHIFT];
    i32 fallen = i32((kind.gain_slope * idea) >> 4);
    return exp2_round(kind.gain_base - fallen + scale_normal(kind.gain_sigma, z), u.y);
}

template <int W> HD void share(const Rules &rules, u32 topic, ShareCensus &census) {
    const u32 cell = 1 + W, boards = rules.boards, labs = rules.labs;
    u32 *nodes = rules.nodes + u64(topic) * (boards + labs + 1) * cell;
    u32 *older = rules.older + u64(topic) * boards * cell;
    u32 *mails = rules.mail_store + u64(topic) * rules.mails * cell;
    u32 *finds = rules.finds + u64(topic) * boards * W;
    auto node = [&](u32 row) { return Known<W>::read(nodes + row * cell); };

    for (u32 board = 0; board < boards; ++board) {
        Known<W> known = node(board);
        if (rules.board_ticks[board].turn) known.write(older + board * cell);
        u32 fresh = 0;
        for (int w = 0; w < W; ++w) {
            u32 &found = finds[board * W + w];
            fresh += ones(found & ~known.window.words[w]);
            known.window.words[w] |= found;
            found = 0;
        }
        add_to(census.nodes[board].fresh, fresh);
        known.normalise().write(nodes + board * cell);
    }

    const u32 kind = rules.topic_kind[topic];
    Known<W> world = node(boards + labs);
    for (u32 lab = 0; lab < labs; ++lab) {
        Known<W> before = node(boards + lab), after = before;
        for (u32 board = rules.lab_boards[lab]; board < rules.lab_boards[lab + 1]; ++board)
            after = after.join(node(board));
        u64 gains = 0;
        if (!(before == after)) {
            for (u32 from = before.base; from < after.base + 32 * W; from += 32)
                for (u32 left = after.bits_from(from) & ~before.bits_from(from); left; left &= left - 1)
                    gains += gain(rules, topic, rules.gains[kind], from + trailing_zeros(left));
        }
        add_to(census.nodes[boards + lab].fresh, after.count() - before.count());
        add_to(census.gains[lab * rules.kinds + kind], gains);
        after.write(nodes + (boards + lab) * cell);
        Known<W> with_lab = world.join(after);
        add_to(census.nodes[boards + lab].news, with_lab.count() - world.count());
        add_to(census.nodes[boards + labs].fresh, with_lab.count() - world.count());
        world = with_lab;
    }
    world.write(nodes + (boards + labs) * cell);

    auto post = [&](u32 state) {
        for (u32 row = 0; row < rules.mails; ++row)
            if (rules.classes[rules.mail[row].cls] == state) node(rules.mail[row].node).write(mails + row * cell);
    };
    post(IMMEDIATE);
    for (u32 board = 0; board < boards; ++board) {
        Known<W> known = node(board);
        for (u32 e = rules.edge_start[board]; e < rules.edge_start[board + 1]; ++e) {
            const Edge &edge = rules.edges[e];
            if (rules.classes[rules.mail[edge.mail].cls] == RESTING) continue;
            Known<W> news = Known<W>::read(mails + edge.mail * cell);
            known = edge.threshold == ~0u ? known.join(news) : known.join_some(news, topic, edge.threshold, edge.salt);
        }
        known.write(nodes + board * cell);
    }
    post(DUE);

    Quad lanes = {0, 0, 0, 0};
    for (u32 row = 0; row < boards + labs + 1; ++row) {
        Known<W> known = node(row);
        add_to(census.nodes[row].known, known.count());
        add_to(census.nodes[row].ended, u32(known.base >= rules.gains[kind].ideas));
        if (row < boards) add_to(census.nodes[row].news, known.count() - Known<W>::read(older + row * cell).count());
        Quad hash = pcg4d({row, topic, known.base, known.window.words[0]});
        for (u32 w = 1; w < W; ++w)
            hash = pcg4d({hash.x ^ known.window.words[w], hash.y ^ w, hash.z, hash.w});
        lanes.x += hash.x, lanes.y += hash.y, lanes.z += hash.z, lanes.w += hash.w;
    }
    add_to(census.lanes[0], lanes.x);
    add_to(census.lanes[1], lanes.y);
    add_to(census.lanes[2], lanes.z);
    add_to(census.lanes[3], lanes.w);
}
