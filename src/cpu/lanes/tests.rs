//! Every operation of every instruction set of this processor, against plain arithmetic.

use super::*;
use crate::cpu::arithmetic as vector;
use crate::cpu::known::{Known, Window};
use crate::model::{board, fixed, rng};

/// Words to compute with: the extremes, and pseudo-random ones of every magnitude.
fn words() -> Vec<u32> {
    let mut words = vec![0, 1, 2, 15, 16, 31, 32, 33, 63, 64, 1 << 31, (1 << 31) - 1];
    words.extend([u32::MAX, u32::MAX - 1, 0xffff, 0x10000, 0xffff_0000]);
    for i in 0..400 {
        let [a, b] = rng::threefry([7, 8], [i, 0]);
        words.push(a >> (b % 32));
        words.push((a as i32 >> (b >> 8 & 31)) as u32);
    }
    words
}

/// Calls `check` for vectors of pairs of words with their lanes as words.
#[inline(always)]
fn for_pairs<L: Lanes>(mut check: impl FnMut(L, L, &[u32], &[u32])) {
    let words = words();
    for apart in 0..words.len() / 16 {
        for a in words.chunks_exact(L::COUNT) {
            let b: Vec<u32> = (0..L::COUNT)
                .map(|lane| words[(lane * 7 + apart * 16 + a[0] as usize % 5) % words.len()])
                .collect();
            check(L::load(a), L::load(&b), a, &b);
        }
    }
}

fn stored<L: Lanes>(vector: L) -> Vec<u32> {
    let mut words = vec![0; L::COUNT];
    vector.store(&mut words);
    words
}

fn truths<M: Mask>(mask: M, count: usize) -> Vec<bool> {
    (0..count)
        .map(|lane| mask.bits() >> lane & 1 != 0)
        .collect()
}

/// Asserts that a vector holds what `expected` gives lane by lane.
#[track_caller]
fn expect<L: Lanes>(found: L, expected: impl Fn(usize) -> u32) {
    let expected: Vec<u32> = (0..L::COUNT).map(expected).collect();
    assert_eq!(stored(found), expected);
}

#[track_caller]
fn expect_mask<L: Lanes>(found: L::Mask, expected: impl Fn(usize) -> bool) {
    let expected: Vec<bool> = (0..L::COUNT).map(expected).collect();
    assert_eq!(truths(found, L::COUNT), expected);
}

/// Defines a test that runs a check with every instruction set.
macro_rules! with_all {
    ($name:ident, $lanes:ident, $body:block) => {
        #[test]
        fn $name() {
            struct Check;
            impl Kernel for Check {
                type Output = ();
                #[inline(always)]
                fn run<$lanes: Lanes>(self) $body
            }
            for instructions in Instructions::all() {
                instructions.run(Check);
            }
        }
    };
}

with_all!(operators_are_those_of_words, L, {
    for_pairs::<L>(|x, y, a, b| {
        expect(x + y, |i| a[i].wrapping_add(b[i]));
        expect(x - y, |i| a[i].wrapping_sub(b[i]));
        expect(x * y, |i| a[i].wrapping_mul(b[i]));
        expect(x & y, |i| a[i] & b[i]);
        expect(x | y, |i| a[i] | b[i]);
        expect(x ^ y, |i| a[i] ^ b[i]);
        expect(!x, |i| !a[i]);
        expect(x.shl(y), |i| a[i].checked_shl(b[i]).unwrap_or(0));
        expect(x.shr(y), |i| a[i].checked_shr(b[i]).unwrap_or(0));
        for by in [0, 1, 8, 16, 31] {
            expect(x.sar(by), |i| (a[i] as i32 >> by) as u32);
            expect(x.rotate_left(by), |i| a[i].rotate_left(by));
        }
        expect(x.mul_hi(y), |i| fixed::mul_hi(a[i], b[i]));
        for shift in [0, 1, 31, 32, 33, 63] {
            expect(x.mul_shift(b[0], shift), |i| {
                fixed::mul_shift(a[i], b[0], shift)
            });
        }
        expect(x.count_ones(), |i| a[i].count_ones());
        expect(x.min(y), |i| a[i].min(b[i]));
        expect(x.max(y), |i| a[i].max(b[i]));
        expect(x.max_signed(y), |i| (a[i] as i32).max(b[i] as i32) as u32);
    });
});

with_all!(masks_choose_lanes, L, {
    for count in 0..=L::COUNT {
        expect_mask::<L>(L::Mask::first(count), |i| i < count);
    }
    for_pairs::<L>(|x, y, a, b| {
        expect_mask::<L>(x.eq(y), |i| a[i] == b[i]);
        expect_mask::<L>(x.eq(x), |_| true);
        expect_mask::<L>(x.lt(y), |i| a[i] < b[i]);
        expect_mask::<L>(x.lt_signed(y), |i| (a[i] as i32) < b[i] as i32);
        let (less, odd) = (x.lt(y), (x & L::splat(1)).eq(L::splat(1)));
        expect_mask::<L>(less & odd, |i| a[i] < b[i] && a[i] % 2 == 1);
        expect_mask::<L>(less | odd, |i| a[i] < b[i] || a[i] % 2 == 1);
        expect_mask::<L>(less ^ odd, |i| (a[i] < b[i]) != (a[i] % 2 == 1));
        expect_mask::<L>(!less, |i| a[i] >= b[i]);
        let lower: Vec<usize> = (0..L::COUNT).filter(|&i| a[i] < b[i]).collect();
        assert_eq!(less.count() as usize, lower.len());
        assert_eq!(less.any(), !lower.is_empty());
        assert_eq!(lanes_in(less).collect::<Vec<_>>(), lower);
        expect(L::select(less, x, y), |i| a[i].min(b[i]));
        assert_eq!(
            x.sum(less),
            lower.iter().map(|&i| u64::from(a[i])).sum::<u64>()
        );
        let mut close = [0; LANES_MAX];
        x.compress(less, &mut close);
        let expected: Vec<u32> = lower.iter().map(|&i| a[i]).collect();
        assert_eq!(close[..lower.len()], expected);
    });
});

with_all!(tables_are_read_and_written_where_the_index_says, L, {
    let table = words();
    let small: [u32; 16] = std::array::from_fn(|i| table[20 + i]);
    expect(L::indices(), |i| i as u32);
    for_pairs::<L>(|x, y, a, b| {
        let len = table.len() as u32;
        let inside = x.lt(L::splat(len));
        let found = stored(L::gather(&table, x, inside));
        for lane in lanes_in(inside) {
            assert_eq!(found[lane], table[a[lane] as usize]);
        }
        let (at, in_half) = (x.min(L::splat(len - 1)), x.min(L::splat(len / 2 - 1)));
        // SAFETY: every lane was just made so small.
        unsafe {
            let places: Vec<usize> = stored(at).iter().map(|&place| place as usize).collect();
            expect(L::gathered(&table, at), |i| table[places[i]]);
            expect(L::loaded(&table, at), |i| table[places[i]]);
            let places: Vec<usize> = stored(in_half)
                .iter()
                .map(|&place| 2 * place as usize)
                .collect();
            for [first, second] in [
                L::gathered_pairs(&table, in_half),
                L::loaded_pairs(&table, in_half),
            ] {
                expect(first, |i| table[places[i]]);
                expect(second, |i| table[places[i] + 1]);
            }
        }
        let in_pairs = x.lt(L::splat(len / 2));
        let [first, second] = L::gather_pair(&table, x, in_pairs).map(stored);
        for lane in lanes_in(in_pairs) {
            assert_eq!(first[lane], table[2 * a[lane] as usize]);
            assert_eq!(second[lane], table[2 * a[lane] as usize + 1]);
        }
        expect(L::pick(&small, x & L::splat(15)), |i| {
            small[a[i] as usize & 15]
        });
        let mut row = vec![3; L::COUNT];
        let last = L::COUNT - 1;
        let places = L::splat(last as u32) - L::indices();
        y.scatter(&mut row, places, inside);
        for (lane, word) in row.iter().enumerate() {
            let from = last - lane;
            assert_eq!(*word, if a[from] < len { b[from] } else { 3 });
        }
    });
});

with_all!(arithmetic_is_that_of_the_model, L, {
    for_pairs::<L>(|x, y, a, b| {
        expect(vector::duration_units(x, y), |i| {
            fixed::duration_units(a[i] as i32, b[i])
        });
        expect_mask::<L>(vector::chance(x, y), |i| fixed::chance(a[i] as i32, b[i]));
        expect(vector::scale_normal(x, y), |i| {
            fixed::scale_normal(a[i] as i32, b[i] as i32) as u32
        });
        expect(vector::trailing_ones(x), |i| a[i].trailing_ones());
        expect(vector::trailing_zeros(x), |i| a[i].trailing_zeros());
        expect(vector::lowest_bits(x, y), |i| {
            board::lowest_bits(a[i], b[i])
        });
        let drawn = vector::threefry([x, y], [y, x + y]);
        for (word, drawn) in drawn.into_iter().enumerate() {
            let plain = |i: usize| rng::threefry([a[i], b[i]], [b[i], a[i].wrapping_add(b[i])]);
            expect(drawn, |i| plain(i)[word]);
        }
        let hash = vector::pcg4d([x, y, x ^ y, !x]);
        for (word, hash) in hash.into_iter().enumerate() {
            expect(hash, |i| rng::pcg4d([a[i], b[i], a[i] ^ b[i], !a[i]])[word]);
        }
    });
});

/// Knowledge as stored, from words: bases up to 100, windows of every density.
fn stores<const W: usize>() -> Vec<u32> {
    let words = words();
    let mut store = Vec::new();
    for (cell, window) in words.windows(W).enumerate() {
        store.push(words[(cell * 13) % words.len()] % 100);
        store.extend_from_slice(window);
    }
    store
}

#[inline(always)]
fn knowledge_is_that_of_the_model<L: Lanes, const W: usize>() {
    let store = stores::<W>();
    let cells = store.len() / (1 + W);
    let all = L::Mask::first(L::COUNT);
    let plain = |cell: usize| board::Known::<W>::read(&store[cell * (1 + W)..]);
    for first in (0..cells - L::COUNT).step_by(3) {
        let cell = |i: usize| first + i;
        let other = |i: usize| (cell(i) * 5 + 1) % cells;
        let at = L::splat(first as u32) + L::indices();
        let known = Known::<L, W>::gather(&store, at, all);
        let others: Vec<u32> = (0..L::COUNT).map(|i| other(i) as u32).collect();
        let news = Known::<L, W>::gather(&store, L::load(&others), all);
        for idea in [0, 1, 50, 99, 100, 130, 250, 1023] {
            expect(known.bits_from(L::splat(idea)), |i| {
                plain(cell(i)).bits_from(idea)
            });
            expect_mask::<L>(known.knows(L::splat(idea)), |i| plain(cell(i)).knows(idea));
        }
        let normal = known.normalise();
        expect(normal.base, |i| plain(cell(i)).normalise().base);
        let half = (L::indices() & L::splat(1)).eq(L::splat(0));
        let reader = [L::indices(), L::splat(9)];
        let threshold = L::indices().shl(L::splat(28));
        let joined = known.join_some(&news, at, threshold, reader, half);
        let read = |i: usize| match i % 2 {
            0 => plain(cell(i)).join_some(
                &plain(other(i)),
                cell(i) as u32,
                (i as u32) << 28,
                [i as u32, 9],
            ),
            _ => plain(cell(i)).normalise(),
        };
        expect(joined.base, |i| read(i).base);
        for w in 0..W {
            expect(normal.words[w], |i| plain(cell(i)).normalise().words[w]);
            expect(joined.words[w], |i| read(i).words[w]);
        }
        for (breadth, end) in [(32 * W as u32, 1023), (1, 1023), (5, 60), (40, 90), (3, 0)] {
            let open = known.open(breadth, L::splat(end));
            let plain = |i: usize| plain(cell(i)).open(breadth, end);
            for w in 0..W {
                expect(open.0[w], |i| plain(i)[w]);
            }
            expect(open.count(), |i| board::ones(&plain(i)));
            expect_mask::<L>(open.is_empty(), |i| board::ones(&plain(i)) == 0);
            let (firsts, lasts) = (
                stored(open.first()),
                stored(open.nth(open.count() - L::splat(1))),
            );
            for i in (0..L::COUNT).filter(|&i| board::ones(&plain(i)) > 0) {
                assert_eq!(firsts[i], board::nth_in(&plain(i), 0));
                assert_eq!(
                    lasts[i],
                    board::nth_in(&plain(i), board::ones(&plain(i)) - 1)
                );
            }
            let by = at & L::splat(127);
            let moved = open.down(by);
            for w in 0..W {
                expect(moved.0[w], |i| {
                    let by = (cell(i) & 127) as u32;
                    (0..32).fold(0, |bits, bit| {
                        let from = 32 * w as u32 + bit + by;
                        let there = from < 32 * W as u32
                            && plain(i)[from as usize / 32] >> (from % 32) & 1 != 0;
                        bits | u32::from(there) << bit
                    })
                });
            }
        }
        for at in [0, 31, 32, 63, 64, 127, 128, u32::MAX] {
            let bit = Window::<L, W>::bit(L::splat(at));
            for w in 0..W {
                let here = at as usize / 32 == w;
                expect(bit.0[w], |_| u32::from(here) << (at % 32));
            }
        }
    }
}

with_all!(knowledge_of_one_word, L, {
    knowledge_is_that_of_the_model::<L, 1>()
});
with_all!(knowledge_of_two_words, L, {
    knowledge_is_that_of_the_model::<L, 2>()
});
with_all!(knowledge_of_four_words, L, {
    knowledge_is_that_of_the_model::<L, 4>()
});
