//! Eight lanes in plain Rust, for every processor: the compiler makes of them what it can.

use std::array::from_fn;
use std::ops::{Add, BitAnd, BitOr, BitXor, Mul, Not, Sub};

use super::{Lanes, Mask};

const COUNT: usize = 8;

/// Eight words.
#[derive(Clone, Copy)]
pub struct Words([u32; COUNT]);

/// Eight truths: words of all or no bits.
#[derive(Clone, Copy)]
pub struct Truths([u32; COUNT]);

macro_rules! operators {
    ($type:ty: $($trait:ident $method:ident $function:expr),* $(,)?) => {
        $(impl $trait for $type {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(from_fn(|lane| $function(self.0[lane], other.0[lane])))
            }
        })*
    };
}

operators!(Words:
    Add add u32::wrapping_add,
    Sub sub u32::wrapping_sub,
    Mul mul u32::wrapping_mul,
    BitAnd bitand u32::bitand,
    BitOr bitor u32::bitor,
    BitXor bitxor u32::bitxor,
);

operators!(Truths:
    BitAnd bitand u32::bitand,
    BitOr bitor u32::bitor,
    BitXor bitxor u32::bitxor,
);

impl Not for Words {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Self(self.0.map(|word| !word))
    }
}

impl Not for Truths {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Self(self.0.map(|word| !word))
    }
}

impl Truths {
    #[inline(always)]
    fn of(truth: impl Fn(usize) -> bool) -> Self {
        Self(from_fn(|lane| if truth(lane) { u32::MAX } else { 0 }))
    }
}

impl Mask for Truths {
    #[inline(always)]
    fn first(count: usize) -> Self {
        Self::of(|lane| lane < count)
    }

    #[inline(always)]
    fn bits(self) -> u32 {
        let mut bits = 0;
        for (lane, word) in self.0.into_iter().enumerate() {
            bits |= word & 1 << lane;
        }
        bits
    }

    #[inline(always)]
    fn any(self) -> bool {
        self.0.into_iter().fold(0, |any, word| any | word) != 0
    }
}

impl Lanes for Words {
    type Mask = Truths;

    const COUNT: usize = COUNT;

    #[inline(always)]
    fn splat(word: u32) -> Self {
        Self([word; COUNT])
    }

    #[inline(always)]
    fn indices() -> Self {
        Self(from_fn(|lane| lane as u32))
    }

    #[inline(always)]
    fn load(words: &[u32]) -> Self {
        let words = &words[..COUNT];
        Self(from_fn(|lane| words[lane]))
    }

    #[inline(always)]
    fn store(self, words: &mut [u32]) {
        words[..COUNT].copy_from_slice(&self.0);
    }

    #[inline(always)]
    fn compress(self, mask: Truths, words: &mut [u32]) {
        let words = &mut words[..COUNT];
        let mut at = 0;
        for (word, here) in self.0.into_iter().zip(mask.0) {
            words[at] = word;
            at = (at + (here & 1) as usize) & (COUNT - 1);
        }
    }

    #[inline(always)]
    fn shl(self, by: Self) -> Self {
        Self(from_fn(|lane| {
            self.0[lane].checked_shl(by.0[lane]).unwrap_or(0)
        }))
    }

    #[inline(always)]
    fn shr(self, by: Self) -> Self {
        Self(from_fn(|lane| {
            self.0[lane].checked_shr(by.0[lane]).unwrap_or(0)
        }))
    }

    #[inline(always)]
    fn sar(self, by: u32) -> Self {
        Self(self.0.map(|word| (word as i32 >> by) as u32))
    }

    #[inline(always)]
    fn rotate_left(self, by: u32) -> Self {
        Self(self.0.map(|word| word.rotate_left(by)))
    }

    #[inline(always)]
    fn mul_hi(self, other: Self) -> Self {
        self.wide(other, 32)
    }

    #[inline(always)]
    fn mul_shift(self, mul: u32, shift: u32) -> Self {
        self.wide(Self::splat(mul), shift)
    }

    #[inline(always)]
    fn count_ones(self) -> Self {
        Self(self.0.map(u32::count_ones))
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane].min(other.0[lane])))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane].max(other.0[lane])))
    }

    #[inline(always)]
    fn max_signed(self, other: Self) -> Self {
        Self(from_fn(|lane| {
            (self.0[lane] as i32).max(other.0[lane] as i32) as u32
        }))
    }

    #[inline(always)]
    fn eq(self, other: Self) -> Truths {
        Truths::of(|lane| self.0[lane] == other.0[lane])
    }

    #[inline(always)]
    fn lt(self, other: Self) -> Truths {
        Truths::of(|lane| self.0[lane] < other.0[lane])
    }

    #[inline(always)]
    fn lt_signed(self, other: Self) -> Truths {
        Truths::of(|lane| (self.0[lane] as i32) < other.0[lane] as i32)
    }

    #[inline(always)]
    fn select(mask: Truths, yes: Self, no: Self) -> Self {
        Self(from_fn(|lane| {
            yes.0[lane] & mask.0[lane] | no.0[lane] & !mask.0[lane]
        }))
    }

    #[inline(always)]
    fn sum(self, mask: Truths) -> u64 {
        let mut sum = 0;
        for (word, here) in self.0.into_iter().zip(mask.0) {
            sum += u64::from(word & here);
        }
        sum
    }

    #[inline(always)]
    fn gather(table: &[u32], index: Self, mask: Truths) -> Self {
        super::check_gather(table, index, mask);
        let last = table.len() - 1;
        Self(index.0.map(|index| table[(index as usize).min(last)]))
    }

    #[inline(always)]
    fn pick(table: &[u32; 16], index: Self) -> Self {
        Self(index.0.map(|index| table[index as usize & 15]))
    }
}

impl Words {
    /// `floor(self * other / 2^shift)`, low words.
    #[inline(always)]
    fn wide(self, other: Self, shift: u32) -> Self {
        Self(from_fn(|lane| {
            ((u64::from(self.0[lane]) * u64::from(other.0[lane])) >> shift) as u32
        }))
    }
}
