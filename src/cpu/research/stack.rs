//! Researchers on their way through the tick.

use crate::cpu::lanes::{LANES_MAX, Lanes, Mask};

/// Researchers, one a lane, with a phase that ends in the tick.
#[derive(Clone, Copy)]
pub struct Researchers<L> {
    /// Place in the chunk: rank, less that of its first agent.
    pub slot: L,
    /// Idea in hand, as stored.
    pub work: L,
    /// Offset in the tick at which the phase ends, on the phase's clock.
    pub offset: L,
    /// Offset at which it began, 0 if before the tick.
    pub began: L,
    /// Counts of this tick: events in the high half, finds in the low.
    pub counts: L,
    /// Board read and written.
    pub board: L,
    /// log2 of skill, Q16.
    pub skill: L,
}

/// One more event in [`Researchers::counts`].
pub const EVENT: u32 = 1 << 16;

/// Fields of [`Researchers`].
pub const FIELDS: usize = 7;

impl<L: Lanes> Researchers<L> {
    /// Events so far.
    #[inline(always)]
    pub fn events(&self) -> L {
        self.counts.shr(L::splat(EVENT.trailing_zeros()))
    }

    /// Finds so far.
    #[inline(always)]
    pub fn finds(&self) -> L {
        self.counts & L::splat(EVENT - 1)
    }

    /// As stored.
    #[inline(always)]
    pub fn fields(&self) -> [L; FIELDS] {
        [
            self.slot,
            self.work,
            self.offset,
            self.began,
            self.counts,
            self.board,
            self.skill,
        ]
    }

    /// From what was stored.
    #[inline(always)]
    pub fn from_fields([slot, work, offset, began, counts, board, skill]: [L; FIELDS]) -> Self {
        Self {
            slot,
            work,
            offset,
            began,
            counts,
            board,
            skill,
        }
    }
}

/// Researchers of `F` fields who wait for a full vector of their like.
pub struct Stack<const F: usize> {
    fields: [Vec<u32>; F],
    len: usize,
}

impl<const F: usize> Stack<F> {
    /// An empty one for so many researchers.
    pub fn new(most: usize) -> Self {
        let mut stack = Self {
            fields: [const { Vec::new() }; F],
            len: 0,
        };
        stack.fit(most);
        stack
    }

    /// Makes room for so many researchers, and for a whole vector written behind them.
    pub fn fit(&mut self, most: usize) {
        if self.fields[0].len() < most + LANES_MAX {
            for field in &mut self.fields {
                field.resize(most + LANES_MAX, 0);
            }
        }
    }

    /// Researchers on it.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Puts those in `mask` on top.
    #[inline(always)]
    pub fn push<L: Lanes>(&mut self, fields: &[L; F], mask: L::Mask) {
        for (stored, field) in self.fields.iter_mut().zip(fields) {
            field.compress(mask, &mut stored[self.len..]);
        }
        self.len += mask.count() as usize;
    }

    /// Takes a vector from the top, or what there is.
    #[inline(always)]
    pub fn pop<L: Lanes>(&mut self) -> ([L; F], L::Mask) {
        let count = self.len.min(L::COUNT);
        self.len -= count;
        let mut fields = [L::splat(0); F];
        for (field, stored) in fields.iter_mut().zip(&self.fields) {
            *field = L::load(&stored[self.len..]);
        }
        (fields, L::Mask::first(count))
    }
}

/// A sum of words, 64 bits wide, by lane.
#[derive(Clone, Copy)]
pub struct WideSum<L> {
    low: L,
    carries: L,
}

impl<L: Lanes> WideSum<L> {
    /// Zero.
    #[inline(always)]
    pub fn zero() -> Self {
        Self {
            low: L::splat(0),
            carries: L::splat(0),
        }
    }

    /// Adds the words in `mask`.
    #[inline(always)]
    pub fn add(&mut self, words: L, mask: L::Mask) {
        let words = L::select(mask, words, L::splat(0));
        self.low = self.low + words;
        let carry = self.low.lt(words);
        self.carries = self.carries + L::select(carry, L::splat(1), L::splat(0));
    }

    /// Over all lanes.
    #[inline(always)]
    pub fn total(self) -> u64 {
        let all = L::Mask::first(L::COUNT);
        self.low.sum(all) + (self.carries.sum(all) << 32)
    }
}
