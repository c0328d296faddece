// Research sixteen agents at a time with AVX-512.
//
// Due agents of a block are sorted by taste, so that all lanes weigh as many candidates, and then go from queue to queue,
// event by event: those whose thinking ended, those whose experiment ended, those that choose. So
// lanes are full, all do the same, and share the number of the event. Queues live in the caches.
#pragma once

#include "model.hpp"

#if defined(__AVX512F__) && defined(__AVX512CD__) && defined(__AVX512VPOPCNTDQ__)
#include <immintrin.h>

#include <memory>

namespace vec {

using V = __m512i;
using M = __mmask16;

constexpr u32 LANES = 16;
// Agents of a block.
constexpr u32 BLOCK = 4096;

inline V all(u32 word) { return _mm512_set1_epi32(i32(word)); }
inline V load(M lanes, const u32 *from) { return _mm512_maskz_loadu_epi32(lanes, from); }
// The lanes of `m` packed to the front; what is written behind them is overwritten or never read.
inline void pack(u32 *to, M m, V v) { _mm512_storeu_si512(to, _mm512_maskz_compress_epi32(m, v)); }
inline M tail(u32 left) { return left >= LANES ? M(0xffff) : M((1u << left) - 1); }
inline u32 count(M m) { return std::popcount(u32(m)); }

inline V mul(V a, V b) { return _mm512_mullo_epi32(a, b); }

struct Wide {
    V high, low;
};
// 64-bit products with a uniform factor.
inline Wide mul_wide(V a, V factor) {
    V even = _mm512_mul_epu32(a, factor), odd = _mm512_mul_epu32(_mm512_srli_epi64(a, 32), factor);
    return {_mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 32), odd),
            _mm512_mask_blend_epi32(0xaaaa, even, _mm512_slli_epi64(odd, 32))};
}
// High words of products lane by lane.
inline V mul_hi(V a, V b) {
    V even = _mm512_mul_epu32(a, b), odd = _mm512_mul_epu32(_mm512_srli_epi64(a, 32), _mm512_srli_epi64(b, 32));
    return _mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 32), odd);
}
inline V mul_shift(V a, u32 factor, u32 shift) {
    __m128i by = _mm_cvtsi32_si128(i32(shift));
    V f = all(factor);
    V even = _mm512_srl_epi64(_mm512_mul_epu32(a, f), by);
    V odd = _mm512_srl_epi64(_mm512_mul_epu32(_mm512_srli_epi64(a, 32), f), by);
    return _mm512_mask_blend_epi32(0xaaaa, even, _mm512_slli_epi64(odd, 32));
}

inline V mantissa(V frac) {
    const V half = all(32768);
    auto step = [&](u32 c, V sum) {
        return _mm512_add_epi32(all(c), _mm512_srli_epi32(_mm512_add_epi32(mul(sum, frac), half), 16));
    };
    return step(65536, step(45414, step(15839, step(3382, all(901)))));
}
// Shifts by 32 or more, and by what is negative, give 0: so one of the two terms is 0 unless both are the same.
inline V duration_units(V log2, V draw) {
    V e = _mm512_srai_epi32(log2, 16), m = mantissa(_mm512_and_si512(log2, all(0xffff)));
    V large = _mm512_sllv_epi32(m, _mm512_sub_epi32(e, all(16)));
    V small = _mm512_srlv_epi32(_mm512_add_epi32(m, _mm512_srlv_epi32(draw, _mm512_add_epi32(e, all(16)))),
                                _mm512_sub_epi32(all(16), e));
    V units = _mm512_max_epu32(_mm512_or_si512(large, small), all(1));
    units = _mm512_mask_mov_epi32(units, _mm512_cmpge_epi32_mask(e, all(32)), all(~0u));
    return _mm512_min_epu32(units, all(PHASE_UNITS_MAX));
}
inline M chance(V log2, V draw) {
    V k = _mm512_sub_epi32(all(~0u), _mm512_srai_epi32(log2, 16));
    V threshold = _mm512_srlv_epi32(_mm512_slli_epi32(mantissa(_mm512_and_si512(log2, all(0xffff))), 15), k);
    return M(_mm512_cmpge_epi32_mask(log2, all(0)) | _mm512_cmplt_epu32_mask(draw, threshold));
}
inline V scale_normal(V sigma, V z) { return _mm512_srai_epi32(mul(sigma, z), 8); }

struct Key {
    u32 k[3];
    explicit Key(Pair key) : k{key.x, key.y, 0x1bd11bda ^ key.x ^ key.y} {}
};
struct V2 {
    V x, y;
};
// Draws of sixteen agents; the high word of the counter is the same for all.
inline __attribute__((always_inline)) V2 threefry(const Key &key, V low, u32 high) {
    V x = _mm512_add_epi32(low, all(key.k[0])), y = all(high + key.k[1]);
#define ROUND(R) x = _mm512_add_epi32(x, y), y = _mm512_xor_si512(_mm512_rol_epi32(y, R), x)
#define INJECT(A, B, I) x = _mm512_add_epi32(x, all(key.k[A])), y = _mm512_add_epi32(y, all(key.k[B] + I))
    ROUND(13); ROUND(15); ROUND(26); ROUND(6);
    INJECT(1, 2, 1);
    ROUND(17); ROUND(29); ROUND(16); ROUND(24);
    INJECT(2, 0, 2);
    ROUND(13); ROUND(15); ROUND(26); ROUND(6);
    INJECT(0, 1, 3);
    ROUND(17);
#undef INJECT
#undef ROUND
    return {x, y};
}

// Positions of set bits number n.
inline V nth_bit(V word, V n) {
    V position = all(0);
    auto step = [&]<u32 HALF>() {
        V below = _mm512_popcnt_epi32(_mm512_and_si512(word, all((1u << HALF) - 1)));
        M up = _mm512_cmpge_epu32_mask(n, below);
        n = _mm512_mask_sub_epi32(n, up, n, below);
        word = _mm512_mask_srli_epi32(word, up, word, HALF);
        position = _mm512_mask_add_epi32(position, up, position, all(HALF));
    };
    step.template operator()<16>();
    step.template operator()<8>();
    step.template operator()<4>();
    step.template operator()<2>();
    step.template operator()<1>();
    return position;
}
inline V lowest_bits(V word, u32 breadth) {
    V n = all(breadth);
    M cut = _mm512_cmplt_epu32_mask(n, _mm512_popcnt_epi32(word));
    V keep = _mm512_andnot_si512(_mm512_sllv_epi32(all(~0u), nth_bit(word, n)), all(~0u));
    return _mm512_mask_and_epi32(word, cut, word, keep);
}
inline V trailing_zeros(V word) {
    V lowest = _mm512_and_si512(word, _mm512_sub_epi32(all(0), word));
    return _mm512_sub_epi32(all(31), _mm512_lzcnt_epi32(lowest));
}

// Sums of 32-bit words in 64 bits.
struct Sum {
    V even = _mm512_setzero_si512(), odd = _mm512_setzero_si512();

    void add(M lanes, V amount) {
        even = _mm512_add_epi64(even, _mm512_maskz_mov_epi32(lanes & 0x5555, amount));
        odd = _mm512_add_epi64(odd, _mm512_srli_epi64(_mm512_maskz_mov_epi32(lanes, amount), 32));
    }
    u64 total() const { return u64(_mm512_reduce_add_epi64(_mm512_add_epi64(even, odd))); }
};

// Sums of hashes.
struct Lanes {
    V x = _mm512_setzero_si512(), y = x, z = x, w = x;

    template <bool ADD> void hash(M lanes, V low, u32 high, V due, V work) {
        auto start = [](V word) { return _mm512_add_epi32(mul(word, all(1664525)), all(1013904223)); };
        V a = start(low), b = all(high * 1664525 + 1013904223), c = start(due), d = start(work);
        auto mix = [&] {
            a = _mm512_add_epi32(a, mul(b, d)), b = _mm512_add_epi32(b, mul(c, a));
            c = _mm512_add_epi32(c, mul(a, b)), d = _mm512_add_epi32(d, mul(b, c));
        };
        auto fold = [](V word) { return _mm512_xor_si512(word, _mm512_srli_epi32(word, 16)); };
        mix();
        a = fold(a), b = fold(b), c = fold(c), d = fold(d);
        mix();
        auto into = [&](V &sum, V word) {
            sum = ADD ? _mm512_mask_add_epi32(sum, lanes, sum, word) : _mm512_mask_sub_epi32(sum, lanes, sum, word);
        };
        into(x, a), into(y, b), into(z, c), into(w, d);
    }
    void flush(Census &census) const {
        const V sums[4] = {x, y, z, w};
        for (int i = 0; i < 4; ++i) census.lanes[i] += u32(_mm512_reduce_add_epi32(sums[i]));
    }
};

// Agents on their way. `tag` holds the board and, below, the number of own finds.
struct Queue {
    u32 size = 0;
    alignas(64) u32 slot[BLOCK + LANES], work[BLOCK + LANES], offset[BLOCK + LANES], began[BLOCK + LANES],
        skill[BLOCK + LANES], tag[BLOCK + LANES];

    void push(M m, V slots, V works, V offsets, V begans, V skills, V tags) {
        pack(slot + size, m, slots), pack(work + size, m, works), pack(offset + size, m, offsets);
        pack(began + size, m, begans), pack(skill + size, m, skills), pack(tag + size, m, tags);
        size += count(m);
    }
};

// Agents whose tick is over.
struct Done {
    u32 size = 0;
    alignas(64) u32 slot[BLOCK + LANES], due[BLOCK + LANES], work[BLOCK + LANES];

    void push(M m, V slots, V dues, V works) {
        pack(slot + size, m, slots), pack(due + size, m, dues), pack(work + size, m, works);
        size += count(m);
    }
};

// Due agents of one taste.
struct Sorted {
    u32 size = 0;
    alignas(64) u32 slot[BLOCK + LANES], traits[BLOCK + LANES];
};

// One thread's room to work in.
struct Room {
    Sorted by_taste[17];
    Queue thinking, in_flight[2], choosing;
    Done done;
    // Own finds of the tick, newest over oldest: [place][slot].
    alignas(64) u32 own[OWN_FINDS][BLOCK];
};

class Block {
  public:
    Block(Room &room, const World &world, const PopulationTick &population, const KindTick *kinds, u64 from, u32 *due,
          u32 *works, Census &census)
        : room(room), world(world), population(population), key(population.key), from(from), due(due), works(works),
          census(census) {
        alignas(64) u32 table[8][16] = {};
        for (u32 k = 0; k < world.kinds; ++k) {
            u32 words[8];
            std::memcpy(words, &kinds[k], sizeof words);
            for (u32 i = 0; i < 8; ++i) table[i][k] = words[i];
        }
        V *fields[8] = {&think_base, &experiment_base, &odds_base,   &score_base,
                        &work_slope, &odds_slope,      &score_slope, &idea_end};
        for (u32 i = 0; i < 8; ++i) *fields[i] = _mm512_load_si512(table[i]);
    }

    void run(u32 size) {
        sort_due(size);
        for (u32 taste = 0; taste <= 16; ++taste)
            if (room.by_taste[taste].size) rounds(taste);
        flush_done();
        lanes.flush(census);
        census.add(THINK_TIME, think_time.total());
        census.add(EXPERIMENT_TIME, experiment_time.total());
        census.add(WAIT_TIME, wait_time.total());
        census.add(THINK_ASSIGNED, think_assigned.total());
        census.add(EXPERIMENT_ASSIGNED, experiment_assigned.total());
    }

  private:
    Room &room;
    const World &world;
    const PopulationTick &population;
    const Key key;
    const u64 from;
    u32 *due, *works;
    Census &census;
    V think_base, experiment_base, odds_base, score_base, work_slope, odds_slope, score_slope, idea_end;
    Sum think_time, experiment_time, wait_time, think_assigned, experiment_assigned;
    Lanes lanes;

    V ranks(V slot) const { return _mm512_add_epi32(all(u32(from)), slot); }
    V2 draw(V slot, u32 event, u32 purpose) const {
        return threefry(key, ranks(slot), u32(from >> 32) << 24 | event << 12 | purpose);
    }
    static V of(V table, V kind) { return _mm512_permutexvar_epi32(kind, table); }

    // Pairs of words at 8-byte rows. Without GATHERS they are read one by one: gathers of pairs take three times as
    // long where the processor's leak through gathers is mended (Downfall). Gathers of single words do not, with g++.
    static V2 gather_pairs(const void *from, V row) {
        const V even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
#if GATHERS
        V low = _mm512_i32gather_epi64(_mm512_castsi512_si256(row), from, 8);
        V high = _mm512_i32gather_epi64(_mm512_extracti64x4_epi64(row, 1), from, 8);
#else
        alignas(64) u32 at[LANES];
        _mm512_store_si512(at, row);
        asm volatile("" : "+m"(at));
        auto pair = [&](u32 lane) { return static_cast<const i64 *>(from)[at[lane]]; };
        V low = _mm512_setr_epi64(pair(0), pair(1), pair(2), pair(3), pair(4), pair(5), pair(6), pair(7));
        V high = _mm512_setr_epi64(pair(8), pair(9), pair(10), pair(11), pair(12), pair(13), pair(14), pair(15));
#endif
        return {_mm512_permutex2var_epi32(low, even, high),
                _mm512_permutex2var_epi32(low, _mm512_or_si512(even, all(1)), high)};
    }
    // Base and window that boards know of topics.
    V2 known(V topic, V board) const {
        return gather_pairs(world.nodes, _mm512_add_epi32(mul(topic, all(world.node_rows)), board));
    }

    // Finds due agents, draws their traits and sorts them by taste.
    void sort_due(u32 size) {
        alignas(64) u32 slots[BLOCK + LANES];
        u32 found = 0;
        const V lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        for (u32 at = 0; at < size; at += LANES) {
            V d = load(tail(size - at), due + at);
            M experiment = _mm512_movepi32_mask(d);
            V start = _mm512_mask_blend_epi32(experiment, all(population.think_start), all(population.experiment_start));
            V len = _mm512_mask_blend_epi32(experiment, all(population.think_len), all(population.experiment_len));
            V offset = _mm512_and_si512(_mm512_sub_epi32(d, start), all(CLOCK_MASK));
            M is_due = _mm512_mask_cmplt_epu32_mask(tail(size - at), offset, len);
            if (!is_due) continue;
            is_due &= _mm512_movepi32_mask(load(is_due, works + at));
            pack(slots + found, is_due, _mm512_add_epi32(all(at), lane));
            found += count(is_due);
        }
        const Key traits_key(population.traits_key);
        const V thresholds = _mm512_loadu_si512(population.taste_thresholds);
        const u32 levels = count(_mm512_test_epi32_mask(thresholds, thresholds));
        for (Sorted &sorted : room.by_taste) sorted.size = 0;
        for (u32 at = 0; at < found; at += LANES) {
            M left = tail(found - at);
            V slot = load(left, slots + at);
            V2 traits = threefry(traits_key, ranks(slot), u32(from >> 32) << 24);
            // Thresholds descend: those that a draw is below are the first ones.
            for (u32 t = 0; t <= levels; ++t) {
                M below = t < levels ? _mm512_cmplt_epu32_mask(traits.y, all(population.taste_thresholds[t])) : M(0);
                M of_taste = M(left & ~below);
                left = M(left & below);
                Sorted &sorted = room.by_taste[t];
                pack(sorted.slot + sorted.size, of_taste, slot);
                pack(sorted.traits + sorted.size, of_taste, traits.x);
                sorted.size += count(of_taste);
            }
        }
    }

    // All events of the agents of one taste.
    void rounds(u32 taste) {
        Queue *experiment = &room.in_flight[0], *started = &room.in_flight[1];
        room.thinking.size = experiment->size = started->size = room.choosing.size = 0;
        split(room.by_taste[taste], *experiment);
        for (u32 event = 0; room.thinking.size | experiment->size | room.choosing.size; ++event) {
            if (event == population.events_max) {
                stall(room.thinking, false);
                stall(*experiment, true);
                return;
            }
            end_thinking(event, *started);
            end_experiments(*experiment);
            std::swap(experiment, started);
            choose(event, taste);
        }
    }

    // Loads agents of one taste and sends them to the queue of the phase that ends first.
    void split(const Sorted &sorted, Queue &in_flight) {
        for (u32 at = 0; at < sorted.size; at += LANES) {
            M m = tail(sorted.size - at);
            V slot = load(m, sorted.slot + at), traits = load(m, sorted.traits + at);
            V d = _mm512_i32gather_epi32(slot, due, 4), work = _mm512_i32gather_epi32(slot, works, 4);
            lanes.hash<false>(m, _mm512_xor_si512(ranks(slot), all(population.traits_key.x)),
                              u32(from >> 32) ^ population.traits_key.y, d, work);
            V z = _mm512_i32gather_epi32(_mm512_srli_epi32(traits, NORMAL_SHIFT), world.normal, 4);
            V skill = _mm512_add_epi32(all(population.skill_base), scale_normal(all(population.skill_sigma), z));
            V board = mul_wide(_mm512_slli_epi32(traits, 32 - NORMAL_SHIFT), all(population.board_count)).high;
            V tag = _mm512_slli_epi32(_mm512_add_epi32(board, all(population.board_first)), 16);
            M experiment = M(_mm512_movepi32_mask(d) & m);
            V start = _mm512_mask_blend_epi32(experiment, all(population.think_start), all(population.experiment_start));
            V offset = _mm512_and_si512(_mm512_sub_epi32(d, start), all(CLOCK_MASK));
            V topic = _mm512_and_si512(work, all(TOPIC_MASK));
            M waiting = _mm512_mask_cmpeq_epi32_mask(M(m & ~experiment), topic, all(TOPIC_MASK));
            room.thinking.push(M(m & ~experiment & ~waiting), slot, work, offset, all(0), skill, tag);
            in_flight.push(experiment, slot, work, offset, all(0), skill, tag);
            if (waiting) room.choosing.push(waiting, slot, work, offset, all(0), skill, tag);
            wait_time.add(waiting, offset);
        }
        count_phases(room.thinking.size, in_flight.size, room.choosing.size, -1);
        census.add(BUSY_THINKING, room.thinking.size);
        census.add(BUSY_EXPERIMENT, in_flight.size);
        census.add(BUSY_WAITING, room.choosing.size);
    }

    // Thinking ends: if the idea is known by now, another is chosen, else its experiment starts.
    void end_thinking(u32 event, Queue &started) {
        Queue &queue = room.thinking;
        const u32 chose = room.choosing.size;
        for (u32 at = 0; at < queue.size; at += LANES) {
            M m = tail(queue.size - at);
            V slot = load(m, queue.slot + at), work = load(m, queue.work + at), offset = load(m, queue.offset + at);
            V skill = load(m, queue.skill + at), tag = load(m, queue.tag + at);
            think_time.add(m, _mm512_sub_epi32(offset, load(m, queue.began + at)));
            V topic = _mm512_and_si512(work, all(TOPIC_MASK));
            V idea = _mm512_and_si512(_mm512_srli_epi32(work, IDEA_SHIFT), all(0x3ff));
            V2 view = known(topic, _mm512_srli_epi32(tag, 16));
            V in_window = _mm512_srlv_epi32(view.y, _mm512_sub_epi32(idea, view.x));
            M scooped = M(m & (_mm512_cmplt_epu32_mask(idea, view.x) | _mm512_test_epi32_mask(in_window, all(1))));
            M starts = M(m & ~scooped);
            room.choosing.push(scooped, slot, work, offset, offset, skill, tag);

            V2 u = draw(slot, event, EXPERIMENT);
            V kind = _mm512_i32gather_epi32(topic, world.topic_kind, 4);
            V units = duration_units(_mm512_add_epi32(of(experiment_base, kind), mul(of(work_slope, kind), idea)), u.y);
            V odds = _mm512_sub_epi32(_mm512_add_epi32(of(odds_base, kind), skill), mul(of(odds_slope, kind), idea));
            work = _mm512_mask_or_epi32(work, chance(odds, u.x), work, all(OUTCOME));
            V began = mul_shift(offset, population.to_experiment_mul, population.to_experiment_shift);
            V end = _mm512_add_epi32(began, units);
            experiment_assigned.add(starts, units);
            M inside = _mm512_mask_cmplt_epu32_mask(starts, end, all(population.experiment_len));
            started.push(inside, slot, work, end, began, skill, tag);
            M after = M(starts & ~inside);
            experiment_time.add(after, _mm512_sub_epi32(all(population.experiment_len), began));
            V d = _mm512_and_si512(_mm512_add_epi32(all(population.experiment_start), end), all(CLOCK_MASK));
            finish(after, slot, _mm512_or_si512(d, all(ON_EXPERIMENT)), work);
        }
        const u32 known_by_now = room.choosing.size - chose;
        census.add(EVENTS, queue.size);
        census.add(SCOOPED, known_by_now);
        census.add(EXPERIMENTS_STARTED, queue.size - known_by_now);
        queue.size = 0;
    }

    // Experiments end: what they found goes to the board, and the agents choose.
    void end_experiments(Queue &queue) {
        u32 successes = 0;
        for (u32 at = 0; at < queue.size; at += LANES) {
            M m = tail(queue.size - at);
            V slot = load(m, queue.slot + at), work = load(m, queue.work + at), offset = load(m, queue.offset + at);
            V skill = load(m, queue.skill + at), tag = load(m, queue.tag + at);
            experiment_time.add(m, _mm512_sub_epi32(offset, load(m, queue.began + at)));
            M success = _mm512_mask_test_epi32_mask(m, work, all(OUTCOME));
            successes += count(success);
            find(success, work, _mm512_srli_epi32(tag, 16));
            V place = _mm512_and_si512(tag, all(OWN_FINDS - 1));
            V address = _mm512_add_epi32(mul(place, all(BLOCK)), slot);
            _mm512_mask_i32scatter_epi32(room.own, success, address, _mm512_and_si512(work, all(~(PRESENT | OUTCOME))), 4);
            // Eight places are written in turn: beyond them the count only has to stay a multiple more.
            V more = _mm512_add_epi32(tag, all(1));
            tag = _mm512_mask_mov_epi32(tag, success, more);
            offset = mul_shift(offset, population.to_think_mul, population.to_think_shift);
            room.choosing.push(m, slot, work, offset, offset, skill, tag);
        }
        census.add(EVENTS, queue.size);
        census.add(EXPERIMENTS_FINISHED, queue.size);
        census.add(SUCCESSES, successes);
        queue.size = 0;
    }

    // Sets bits in the boards' finds; most are set already.
    void find(M success, V work, V board) {
        V topic = _mm512_and_si512(work, all(TOPIC_MASK));
        V idea = _mm512_and_si512(_mm512_srli_epi32(work, IDEA_SHIFT), all(0x3ff));
        V row = _mm512_add_epi32(mul(topic, all(world.node_rows)), board);
        V base = _mm512_i32gather_epi32(row, world.nodes, 8);
        V bit = _mm512_sllv_epi32(all(1), _mm512_sub_epi32(idea, base));
        V at = _mm512_add_epi32(mul(topic, all(world.board_rows)), board);
        V found = _mm512_i32gather_epi32(at, world.finds, 4);
        M fresh = _mm512_mask_test_epi32_mask(success, _mm512_andnot_si512(found, bit), all(~0u));
        if (!fresh) return;
        alignas(64) u32 rows[LANES], bits[LANES];
        _mm512_store_si512(rows, at), _mm512_store_si512(bits, bit);
        for (u32 left = fresh; left; left &= left - 1) {
            u32 lane = std::countr_zero(left);
            world.finds[rows[lane]] |= bits[lane];
        }
    }

    // A tournament of taste + 1 candidates; all lanes have the same taste.
    void choose(u32 event, u32 taste) {
        Queue &queue = room.choosing;
        u32 chosen = 0;
        for (u32 at = 0; at < queue.size; at += LANES) {
            M m = tail(queue.size - at);
            V slot = load(m, queue.slot + at), offset = load(m, queue.offset + at);
            V skill = load(m, queue.skill + at), tag = load(m, queue.tag + at);
            V finds = _mm512_and_si512(tag, all(0xffff));
            u32 most = least(_mm512_reduce_max_epu32(finds), OWN_FINDS);
            V own[OWN_FINDS];
            for (u32 j = 0; j < most; ++j) {
                M has = _mm512_cmpgt_epu32_mask(finds, all(j));
                own[j] = _mm512_mask_i32gather_epi32(all(~0u), has, slot, room.own[j], 4);
            }
            V board = _mm512_srli_epi32(tag, 16), alias_row = mul(board, all(world.topics));
            M any = 0;
            V score = all(0), tie = all(0), topic = all(0), kind = all(0), base = all(0), open = all(0);
            for (u32 c = 0; c <= taste; ++c) {
                V2 u = draw(slot, event, CANDIDATE + c);
                Wide wide = mul_wide(u.x, all(world.topics));
                V2 entry = gather_pairs(world.alias, _mm512_add_epi32(alias_row, wide.high));
                M keeps = _mm512_cmplt_epu32_mask(wide.low, entry.x);
                V t = _mm512_mask_mov_epi32(_mm512_and_si512(entry.y, all(TOPIC_MASK)), keeps, wide.high);
                V k = _mm512_mask_srli_epi32(_mm512_srli_epi32(entry.y, 24), keeps, entry.y, 20);
                V2 view = known(t, board);
                V free = lowest_open(view, of(idea_end, k));
                for (u32 j = 0; j < most; ++j) {
                    V bit = _mm512_sllv_epi32(all(1), _mm512_sub_epi32(_mm512_srli_epi32(own[j], IDEA_SHIFT), view.x));
                    M same = _mm512_cmpeq_epi32_mask(_mm512_and_si512(own[j], all(TOPIC_MASK)), t);
                    free = _mm512_mask_andnot_epi32(free, same, bit, free);
                }
                M better = _mm512_test_epi32_mask(free, free);
                if (taste > 0) {
                    V z = _mm512_i32gather_epi32(_mm512_srli_epi32(u.y, NORMAL_SHIFT), world.normal, 4);
                    V noise = scale_normal(all(population.taste_noise[taste]), z);
                    V first = _mm512_add_epi32(view.x, trailing_zeros(free));
                    V s = _mm512_add_epi32(_mm512_add_epi32(of(score_base, k), mul(of(score_slope, k), first)), noise);
                    V ties = _mm512_and_si512(u.y, all((1u << NORMAL_SHIFT) - 1));
                    M wins = M(_mm512_cmplt_epi32_mask(s, score) |
                               (_mm512_cmpeq_epi32_mask(s, score) & _mm512_cmplt_epu32_mask(ties, tie)));
                    better = M(better & (~any | wins));
                    score = _mm512_mask_mov_epi32(score, better, s);
                    tie = _mm512_mask_mov_epi32(tie, better, ties);
                }
                any |= better;
                topic = _mm512_mask_mov_epi32(topic, better, t);
                kind = _mm512_mask_mov_epi32(kind, better, k);
                base = _mm512_mask_mov_epi32(base, better, view.x);
                open = _mm512_mask_mov_epi32(open, better, free);
            }
            any &= m;
            V2 u = draw(slot, event, THINK);
            V idea = _mm512_add_epi32(base, nth_bit(open, mul_hi(u.x, _mm512_popcnt_epi32(open))));
            V log2 = _mm512_add_epi32(of(think_base, kind), mul(of(work_slope, kind), idea));
            V units = duration_units(_mm512_sub_epi32(log2, skill), u.y);
            V end = _mm512_add_epi32(offset, units);
            V work = _mm512_or_si512(_mm512_or_si512(all(PRESENT), topic), _mm512_slli_epi32(idea, IDEA_SHIFT));
            chosen += count(any);
            think_assigned.add(any, units);
            M inside = _mm512_mask_cmplt_epu32_mask(any, end, all(population.think_len));
            room.thinking.push(inside, slot, work, end, offset, skill, tag);
            // The rest think, or wait, until after the tick.
            M after = M(any & ~inside), idle = M(m & ~any);
            V rest = _mm512_sub_epi32(all(population.think_len), offset);
            think_time.add(after, rest);
            wait_time.add(idle, rest);
            end = _mm512_mask_mov_epi32(end, idle, all(population.think_len));
            work = _mm512_mask_mov_epi32(work, idle, all(WAITING));
            V d = _mm512_and_si512(_mm512_add_epi32(all(population.think_start), end), all(CLOCK_MASK));
            finish(M(after | idle), slot, d, work);
        }
        census.add(CHOSEN, chosen);
        queue.size = 0;
    }

    // Open ideas of views.
    V lowest_open(V2 view, V end) const {
        V room_left = _mm512_sub_epi32(_mm512_max_epu32(end, view.x), view.x);
        V inside = _mm512_andnot_si512(_mm512_sllv_epi32(all(~0u), room_left), all(~0u));
        V open = _mm512_andnot_si512(view.y, inside);
        return population.breadth >= 32 ? open : lowest_bits(open, population.breadth);
    }

    // The bound on events is reached: the rest of the tick is lost.
    void stall(Queue &queue, bool on_experiment) {
        u32 start = on_experiment ? population.experiment_start : population.think_start;
        u32 len = on_experiment ? population.experiment_len : population.think_len;
        for (u32 at = 0; at < queue.size; at += LANES) {
            M m = tail(queue.size - at);
            V offset = load(m, queue.offset + at);
            census.add(STALLED, count(m));
            Sum lost, spent;
            lost.add(m, _mm512_sub_epi32(all(len), offset));
            spent.add(m, _mm512_sub_epi32(offset, load(m, queue.began + at)));
            census.add(on_experiment ? STALL_EXPERIMENT : STALL_THINK, lost.total());
            census.add(on_experiment ? EXPERIMENT_TIME : THINK_TIME, spent.total());
            V d = all(((start + len) & CLOCK_MASK) | (on_experiment ? ON_EXPERIMENT : 0));
            finish(m, load(m, queue.slot + at), d, load(m, queue.work + at));
        }
        queue.size = 0;
    }

    void finish(M m, V slot, V d, V work) {
        if (room.done.size + LANES > BLOCK) flush_done();
        room.done.push(m, slot, d, work);
    }

    // Stores, counts and hashes agents whose tick is over.
    void flush_done() {
        Done &done = room.done;
        u32 experiments = 0, waits = 0;
        for (u32 at = 0; at < done.size; at += LANES) {
            M m = tail(done.size - at);
            V slot = load(m, done.slot + at), d = load(m, done.due + at), work = load(m, done.work + at);
            _mm512_mask_i32scatter_epi32(due, m, slot, d, 4);
            _mm512_mask_i32scatter_epi32(works, m, slot, work, 4);
            lanes.hash<true>(m, _mm512_xor_si512(ranks(slot), all(population.traits_key.x)),
                             u32(from >> 32) ^ population.traits_key.y, d, work);
            M experiment = M(_mm512_movepi32_mask(d) & m);
            M waiting = _mm512_mask_cmpeq_epi32_mask(m, work, all(WAITING));
            experiments += count(experiment), waits += count(M(waiting & ~experiment));
        }
        count_phases(done.size - experiments - waits, experiments, waits, 1);
        done.size = 0;
    }

    void count_phases(u32 thinking, u32 experiment, u32 waiting, i64 by) {
        census.add(DELTA_THINKING, u64(by * thinking));
        census.add(DELTA_EXPERIMENT, u64(by * experiment));
        census.add(DELTA_WAITING, u64(by * waiting));
    }
};

}  // namespace vec

// Research of ranks from..to, if these are agents of the plain kind: of weight 1, active, knowing all that their board does.
inline bool vector_research(const World &world, const PopulationTick &population, const KindTick *kinds, u64 from,
                            u64 to, u32 *due, u32 *works, Census &census) {
    static thread_local auto room = std::make_unique<vec::Room>();
    bool plain = population.weight_log2 == 0 && !population.reading && population.events_max > 0 &&
                 to <= merge(population.active) && world.kinds <= 16;
    if (!plain) return false;
    for (; from < to; from += vec::BLOCK) {
        u32 size = u32(std::min<u64>(to - from, vec::BLOCK));
        vec::Block(*room, world, population, kinds, from, due + from, works + from, census).run(size);
    }
    return true;
}
#else
#warning "no AVX-512 here: the peer runs one agent at a time"
inline bool vector_research(const World &, const PopulationTick &, const KindTick *, u64, u64, u32 *, u32 *, Census &) {
    return false;
}
#endif
