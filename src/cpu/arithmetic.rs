//! The arithmetic of `model::fixed`, `model::rng` and `model::agent` on vectors, word for word.

use super::lanes::Lanes;
use crate::model::fixed::{EXP2_COEFFICIENTS, PHASE_UNITS_MAX};
use crate::model::rng::{
    PCG4D_INCREMENT, PCG4D_MULTIPLIER, Pair, THREEFRY_PARITY, THREEFRY_ROTATIONS, THREEFRY_ROUNDS,
};

/// Threefry2x32 with a key a lane.
#[inline(always)]
pub fn threefry<L: Lanes>(key: [L; 2], counter: [L; 2]) -> [L; 2] {
    let schedule = [key[0], key[1], L::splat(THREEFRY_PARITY) ^ key[0] ^ key[1]];
    let mut x = counter[0] + schedule[0];
    let mut y = counter[1] + schedule[1];
    let mut round = 0;
    while round < THREEFRY_ROUNDS {
        x = x + y;
        y = y.rotate_left(THREEFRY_ROTATIONS[round % 8]) ^ x;
        round += 1;
        if round.is_multiple_of(4) {
            let injection = round / 4;
            x = x + schedule[injection % 3];
            y = y + (schedule[(injection + 1) % 3] + L::splat(injection as u32));
        }
    }
    [x, y]
}

/// A key that is the same in every lane.
#[inline(always)]
pub fn splat<L: Lanes>(key: Pair) -> [L; 2] {
    [L::splat(key[0]), L::splat(key[1])]
}

/// Ranks of a chunk's agents.
#[derive(Clone, Copy)]
pub struct Ranks {
    first: [u32; 2],
    /// Some have another high word than the first.
    crosses: bool,
}

impl Ranks {
    /// Of a chunk of `len` agents from rank `from` on.
    pub fn new(from: u64, len: usize) -> Self {
        Self {
            first: [from as u32, (from >> 32) as u32],
            crosses: (from as u32).checked_add(len as u32).is_none(),
        }
    }

    /// Low and high words of the ranks in slots of the chunk.
    #[inline(always)]
    pub fn at<L: Lanes>(self, slot: L) -> [L; 2] {
        let [first, high] = splat::<L>(self.first);
        let low = first + slot;
        if self.crosses {
            let carry = L::select(low.lt(first), L::splat(1), L::splat(0));
            return [low, high + carry];
        }
        [low, high]
    }
}

/// Counters of draws: rank of 40 bits, event of 12, purpose of 12.
#[inline(always)]
pub fn counter<L: Lanes>([low, high]: [L; 2], events: L, purpose: u32) -> [L; 2] {
    let place = high.shl(L::splat(24)) | events.shl(L::splat(12)) | L::splat(purpose);
    [low, place]
}

/// PCG4D.
#[inline(always)]
pub fn pcg4d<L: Lanes>(v: [L; 4]) -> [L; 4] {
    let (multiplier, increment) = (L::splat(PCG4D_MULTIPLIER), L::splat(PCG4D_INCREMENT));
    let [mut x, mut y, mut z, mut w] = v;
    x = x * multiplier + increment;
    y = y * multiplier + increment;
    z = z * multiplier + increment;
    w = w * multiplier + increment;
    [x, y, z, w] = mix([x, y, z, w]);
    let half = L::splat(16);
    x = x ^ x.shr(half);
    y = y ^ y.shr(half);
    z = z ^ z.shr(half);
    w = w ^ w.shr(half);
    mix([x, y, z, w])
}

#[inline(always)]
fn mix<L: Lanes>([mut x, mut y, mut z, mut w]: [L; 4]) -> [L; 4] {
    x = x + y * w;
    y = y + z * x;
    z = z + x * y;
    w = w + y * z;
    [x, y, z, w]
}

/// 2^(frac / 65536) in Q16.
#[inline(always)]
pub fn exp2_mantissa<L: Lanes>(frac: L) -> L {
    let [c1, c2, c3, c4] = EXP2_COEFFICIENTS;
    let (half, by) = (L::splat(32768), L::splat(16));
    let mut sum = L::splat(c4);
    for coefficient in [c3, c2, c1, 65536] {
        sum = L::splat(coefficient) + (sum * frac + half).shr(by);
    }
    sum
}

/// 2^`log2` as an integer, rounded up with the probability of its fraction by `draw`; at least 1, at
/// most [`PHASE_UNITS_MAX`].
#[inline(always)]
pub fn duration_units<L: Lanes>(log2: L, draw: L) -> L {
    let exponent = log2.sar(16);
    let mantissa = exp2_mantissa(log2 & L::splat(0xffff));
    // Shifts by 32 and more give 0, those by less than 0 count as such: only overflow is left to see.
    let large = mantissa.shl(exponent - L::splat(16));
    let by = L::splat(16) - exponent;
    let small = (mantissa + draw.shr(L::splat(32) - by)).shr(by);
    let units = L::select(exponent.lt_signed(L::splat(16)), small, large);
    let longest = L::splat(PHASE_UNITS_MAX);
    let over = L::splat(29).lt_signed(exponent);
    L::select(over, longest, units.min(longest).max(L::splat(1)))
}

/// True with probability min(1, 2^`log2`).
#[inline(always)]
pub fn chance<L: Lanes>(log2: L, draw: L) -> L::Mask {
    let certain = !log2.lt_signed(L::splat(0));
    let shift = !log2.sar(16);
    let mantissa = exp2_mantissa(log2 & L::splat(0xffff));
    certain | draw.lt(mantissa.shl(L::splat(15)).shr(shift))
}

/// `sigma` (Q12) times a standard normal (Q12), in Q16.
#[inline(always)]
pub fn scale_normal<L: Lanes>(sigma_q12: L, z_q12: L) -> L {
    (sigma_q12 * z_q12).sar(8)
}

/// Position of set bit number `n` (from 0) of `word`, which has more than `n`.
#[inline(always)]
pub fn nth_bit<L: Lanes>(word: L, n: L) -> L {
    let (mut rest, mut n, mut position) = (word, n, L::splat(0));
    for half in [16, 8, 4, 2, 1] {
        let below = (rest & L::splat(!(u32::MAX << half))).count_ones();
        let beyond = !n.lt(below);
        n = L::select(beyond, n - below, n);
        rest = L::select(beyond, rest.shr(L::splat(half)), rest);
        position = L::select(beyond, position + L::splat(half), position);
    }
    position
}

/// The lowest `count` set bits of `word`.
#[inline(always)]
pub fn lowest_bits<L: Lanes>(word: L, count: L) -> L {
    let cut = word & !L::splat(u32::MAX).shl(nth_bit(word, count));
    L::select(count.lt(word.count_ones()), cut, word)
}

/// Set bits below the lowest unset one.
#[inline(always)]
pub fn trailing_ones<L: Lanes>(word: L) -> L {
    (word & !(word + L::splat(1))).count_ones()
}

/// Unset bits below the lowest set one.
#[inline(always)]
pub fn trailing_zeros<L: Lanes>(word: L) -> L {
    trailing_ones(!word)
}
