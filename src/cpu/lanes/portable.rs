//! One lane in plain Rust, for every processor. More lanes of it are hardly faster (8.3 and 8.5 million events a
//! second with four and with one on a Xeon), and the compiler takes ten times as long over them.

use std::num::Wrapping;

use super::{Lanes, Mask};

/// A vector of one word.
pub type Word = Wrapping<u32>;

impl Mask for bool {
    #[inline(always)]
    fn first(count: usize) -> Self {
        count > 0
    }

    #[inline(always)]
    fn bits(self) -> u32 {
        u32::from(self)
    }
}

impl Lanes for Word {
    type Mask = bool;

    const COUNT: usize = 1;

    #[inline(always)]
    fn splat(word: u32) -> Self {
        Wrapping(word)
    }

    #[inline(always)]
    fn indices() -> Self {
        Wrapping(0)
    }

    #[inline(always)]
    fn load(words: &[u32]) -> Self {
        Wrapping(words[0])
    }

    #[inline(always)]
    fn store(self, words: &mut [u32]) {
        words[0] = self.0;
    }

    #[inline(always)]
    fn compress(self, _mask: bool, words: &mut [u32]) {
        words[0] = self.0;
    }

    #[inline(always)]
    fn shl(self, by: Self) -> Self {
        Wrapping(self.0.checked_shl(by.0).unwrap_or(0))
    }

    #[inline(always)]
    fn shr(self, by: Self) -> Self {
        Wrapping(self.0.checked_shr(by.0).unwrap_or(0))
    }

    #[inline(always)]
    fn sar(self, by: u32) -> Self {
        Wrapping((self.0 as i32 >> by) as u32)
    }

    #[inline(always)]
    fn rotate_left(self, by: u32) -> Self {
        Wrapping(self.0.rotate_left(by))
    }

    #[inline(always)]
    fn mul_hi(self, other: Self) -> Self {
        Self::mul_shift(self, other.0, 32)
    }

    #[inline(always)]
    fn mul_shift(self, mul: u32, shift: u32) -> Self {
        Wrapping(((u64::from(self.0) * u64::from(mul)) >> shift) as u32)
    }

    #[inline(always)]
    fn count_ones(self) -> Self {
        Wrapping(self.0.count_ones())
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Wrapping(self.0.min(other.0))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Wrapping(self.0.max(other.0))
    }

    #[inline(always)]
    fn max_signed(self, other: Self) -> Self {
        Wrapping((self.0 as i32).max(other.0 as i32) as u32)
    }

    #[inline(always)]
    fn eq(self, other: Self) -> bool {
        self.0 == other.0
    }

    #[inline(always)]
    fn lt(self, other: Self) -> bool {
        self.0 < other.0
    }

    #[inline(always)]
    fn lt_signed(self, other: Self) -> bool {
        (self.0 as i32) < other.0 as i32
    }

    #[inline(always)]
    fn select(mask: bool, yes: Self, no: Self) -> Self {
        if mask { yes } else { no }
    }

    #[inline(always)]
    fn sum(self, mask: bool) -> u64 {
        if mask { u64::from(self.0) } else { 0 }
    }

    #[inline(always)]
    unsafe fn gathered(table: &[u32], index: Self) -> Self {
        Wrapping(table[index.0 as usize])
    }

    #[inline(always)]
    unsafe fn loaded(table: &[u32], index: Self) -> Self {
        Wrapping(table[index.0 as usize])
    }

    #[inline(always)]
    unsafe fn gathered_pairs(table: &[u32], index: Self) -> [Self; 2] {
        let at = 2 * index.0 as usize;
        [Wrapping(table[at]), Wrapping(table[at + 1])]
    }

    #[inline(always)]
    unsafe fn loaded_pairs(table: &[u32], index: Self) -> [Self; 2] {
        let at = 2 * index.0 as usize;
        [Wrapping(table[at]), Wrapping(table[at + 1])]
    }

    #[inline(always)]
    fn pick(table: &[u32; 16], index: Self) -> Self {
        Wrapping(table[index.0 as usize & 15])
    }
}
