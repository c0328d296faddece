//! Researchers on their way through the tick.

use crate::cpu::lanes::{LANES_MAX, Lanes, Mask};
use crate::model::layout::TASTE_MAX;

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
    /// Events so far.
    pub events: L,
    /// Finds of this tick so far.
    pub finds: L,
    /// Board read and written.
    pub board: L,
    /// Tournament size - 1.
    pub taste: L,
    /// log2 of skill, Q16.
    pub skill: L,
}

/// Fields of [`Researchers`].
pub const FIELDS: usize = 9;

impl<L: Lanes> Researchers<L> {
    /// As stored.
    #[inline(always)]
    pub fn fields(&self) -> [L; FIELDS] {
        [
            self.slot,
            self.work,
            self.offset,
            self.began,
            self.events,
            self.finds,
            self.board,
            self.taste,
            self.skill,
        ]
    }

    /// From what was stored.
    #[inline(always)]
    pub fn from_fields(fields: [L; FIELDS]) -> Self {
        let [
            slot,
            work,
            offset,
            began,
            events,
            finds,
            board,
            taste,
            skill,
        ] = fields;
        Self {
            slot,
            work,
            offset,
            began,
            events,
            finds,
            board,
            taste,
            skill,
        }
    }
}

/// Most researchers of a stack: one vector short of full in each of the stacks (two phases, each taste,
/// and those who leave), the vectors of a scan, and room to write a whole vector at the end.
const DEPTH: usize = (TASTE_MAX + 3 + 5) * LANES_MAX;

/// Researchers of `F` fields who wait for a full vector of their like.
pub struct Stack<const F: usize> {
    fields: [[u32; DEPTH]; F],
    len: usize,
}

impl<const F: usize> Stack<F> {
    /// An empty one.
    pub fn new() -> Self {
        Self {
            fields: [[0; DEPTH]; F],
            len: 0,
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
