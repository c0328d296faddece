//! `model::board` on vectors: what each lane's board knows of each lane's topic.

use super::arithmetic::{lowest_bits, nth_bit, threefry, trailing_ones, trailing_zeros};
use super::lanes::{Lanes, Mask};
use crate::model::board;

/// Knowledge of one topic a lane through windows of `W` words.
#[derive(Clone, Copy)]
pub struct Known<L, const W: usize> {
    /// All ideas below are known.
    pub base: L,
    /// Bit i of word w: idea base + 32 w + i is known.
    pub words: [L; W],
}

impl<L: Lanes, const W: usize> Known<L, W> {
    /// The stored topics number `cell` of a store.
    #[inline(always)]
    pub fn gather(store: &[u32], cell: L, mask: L::Mask) -> Self {
        if W == 1 {
            let [base, word] = L::gather_pair(store, cell, mask);
            return Self {
                base,
                words: [word; W],
            };
        }
        let at = cell * L::splat(1 + W as u32);
        let mut words = [L::splat(0); W];
        for (w, word) in words.iter_mut().enumerate() {
            *word = L::gather(store, at + L::splat(1 + w as u32), mask);
        }
        Self {
            base: L::gather(store, at, mask),
            words,
        }
    }

    /// 32 ideas from `from` on: bit i set if idea `from + i` is known.
    #[inline(always)]
    pub fn bits_from(&self, from: L) -> L {
        let (offset, below) = (from - self.base, self.base - from);
        let mut above = L::splat(0);
        for (w, &word) in self.words.iter().enumerate() {
            above = above | slide(word, offset - L::splat(32 * w as u32));
        }
        let under = !L::splat(u32::MAX).shl(below) | self.words[0].shl(below);
        L::select(from.lt(self.base), under, above)
    }

    /// Is the idea known?
    #[inline(always)]
    pub fn knows(&self, idea: L) -> L::Mask {
        let offset = idea - self.base;
        let mut known = L::splat(0);
        for (w, &word) in self.words.iter().enumerate() {
            known = known | word.shr(offset - L::splat(32 * w as u32));
        }
        idea.lt(self.base) | L::splat(1).eq(known & L::splat(1))
    }

    /// The union with those ideas of `other` inside this window that each lane's `reader` has read:
    /// those of which the first word drawn at (topic, idea) is below `threshold`. Lanes not in `mask`
    /// read nothing.
    #[inline(always)]
    pub fn join_some(
        &self,
        other: &Self,
        topic: L,
        threshold: L,
        reader: [L; 2],
        mask: L::Mask,
    ) -> Self {
        let mut joined = *self;
        for (w, word) in joined.words.iter_mut().enumerate() {
            let from = self.base + L::splat(32 * w as u32);
            let news = other.bits_from(from) & !*word;
            let mut candidates = L::select(mask, news, L::splat(0));
            while (!candidates.eq(L::splat(0))).any() {
                let rest = candidates & (candidates - L::splat(1));
                let bit = candidates ^ rest;
                let idea = from + trailing_zeros(candidates);
                let read = threefry(reader, [idea_address(topic, idea), L::splat(0)])[0];
                *word = *word | L::select(read.lt(threshold), bit, L::splat(0));
                candidates = rest;
            }
        }
        joined.normalise()
    }

    /// `yes` in the lanes of `mask`, `no` in the others.
    #[inline(always)]
    pub fn select(mask: L::Mask, yes: Self, no: Self) -> Self {
        Self {
            base: L::select(mask, yes.base, no.base),
            words: Window::select(mask, Window(yes.words), Window(no.words)).0,
        }
    }

    /// Raises the base over leading known ideas.
    #[inline(always)]
    pub fn normalise(mut self) -> Self {
        for _ in 0..=W {
            let ones = trailing_ones(self.words[0]);
            if !(!ones.eq(L::splat(0))).any() {
                break;
            }
            let from = self.base + ones;
            let mut words = [L::splat(0); W];
            for (w, word) in words.iter_mut().enumerate() {
                *word = self.bits_from(from + L::splat(32 * w as u32));
            }
            self = Self { base: from, words };
        }
        self
    }

    /// The open ideas as a window mask: the lowest `breadth` unknown ones below `end`.
    #[inline(always)]
    pub fn open(&self, breadth: u32, end: L) -> Window<L, W> {
        let mut left = L::splat(breadth);
        let mut open = [L::splat(0); W];
        for (w, word) in open.iter_mut().enumerate() {
            let from = self.base + L::splat(32 * w as u32);
            let room = end.max(from) - from;
            let unknown = !self.words[w] & !L::splat(u32::MAX).shl(room);
            *word = if breadth >= 32 * W as u32 {
                unknown
            } else {
                lowest_bits(unknown, left)
            };
            left = left - word.count_ones();
        }
        Window(open)
    }
}

/// The word moved down by `right` bits, or up by `-right`: out of sight beyond 31 either way.
#[inline(always)]
fn slide<L: Lanes>(word: L, right: L) -> L {
    word.shr(right) | word.shl(L::splat(0) - right)
}

/// Where an idea stands in the draws addressed by idea.
#[inline(always)]
fn idea_address<L: Lanes>(topic: L, idea: L) -> L {
    topic.shl(L::splat(board::IDEA_BITS)) | idea
}

/// A set of ideas of one topic a lane: bit i of word w is idea base + 32 w + i.
#[derive(Clone, Copy)]
pub struct Window<L, const W: usize>(pub [L; W]);

impl<L: Lanes, const W: usize> Window<L, W> {
    /// Nothing.
    #[inline(always)]
    pub fn empty() -> Self {
        Self([L::splat(0); W])
    }

    /// Is nothing in it?
    #[inline(always)]
    pub fn is_empty(&self) -> L::Mask {
        let mut any = L::splat(0);
        for word in self.0 {
            any = any | word;
        }
        any.eq(L::splat(0))
    }

    /// Ideas in the set.
    #[inline(always)]
    pub fn count(&self) -> L {
        let mut sum = L::splat(0);
        for word in self.0 {
            sum = sum + word.count_ones();
        }
        sum
    }

    /// Bit `at`; nothing if the window ends before.
    #[inline(always)]
    pub fn bit(at: L) -> Self {
        let mut bit = [L::splat(0); W];
        for (w, word) in bit.iter_mut().enumerate() {
            *word = L::splat(1).shl(at - L::splat(32 * w as u32));
        }
        Self(bit)
    }

    /// Either set.
    #[inline(always)]
    pub fn or(self, other: Self) -> Self {
        let mut both = self;
        for (word, other) in both.0.iter_mut().zip(other.0) {
            *word = *word | other;
        }
        both
    }

    /// Without the ideas of the other.
    #[inline(always)]
    pub fn without(self, other: Self) -> Self {
        let mut rest = self;
        for (word, other) in rest.0.iter_mut().zip(other.0) {
            *word = *word & !other;
        }
        rest
    }

    /// The set in the lanes of `mask`, nothing in the others.
    #[inline(always)]
    pub fn keep(self, mask: L::Mask) -> Self {
        Self::select(mask, self, Self::empty())
    }

    /// `yes` in the lanes of `mask`, `no` in the others.
    #[inline(always)]
    pub fn select(mask: L::Mask, yes: Self, no: Self) -> Self {
        let mut selected = no;
        for (word, yes) in selected.0.iter_mut().zip(yes.0) {
            *word = L::select(mask, yes, *word);
        }
        selected
    }

    /// Moves every idea down by `by`; those below 0 fall out.
    #[inline(always)]
    pub fn down(self, by: L) -> Self {
        let mut moved = Self::empty();
        for (to, word) in moved.0.iter_mut().enumerate() {
            for (from, &bits) in self.0.iter().enumerate() {
                let apart = 32 * (from as i32 - to as i32);
                *word = *word | slide(bits, by - L::splat(apart as u32));
            }
        }
        moved
    }

    /// Position of member number `n` (from 0), of which there are more than `n`.
    #[inline(always)]
    pub fn nth(&self, n: L) -> L {
        let (mut word, mut n, mut from) = (self.0[0], n, L::splat(0));
        for (w, &next) in self.0.iter().enumerate().skip(1) {
            let before = word.count_ones();
            let beyond = !n.lt(before);
            n = L::select(beyond, n - before, n);
            word = L::select(beyond, next, word);
            from = L::select(beyond, L::splat(32 * w as u32), from);
        }
        from + nth_bit(word, n)
    }

    /// Position of the first member, if there is one.
    #[inline(always)]
    pub fn first(&self) -> L {
        let (mut word, mut from) = (self.0[0], L::splat(0));
        for (w, &next) in self.0.iter().enumerate().skip(1) {
            let beyond = word.eq(L::splat(0));
            word = L::select(beyond, next, word);
            from = L::select(beyond, L::splat(32 * w as u32), from);
        }
        from + trailing_zeros(word)
    }
}
