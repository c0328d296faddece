//! Researchers on their way through the tick.

use crate::cpu::lanes::{LANES_MAX, Lanes, Mask};
use crate::model::agent::OWN_FINDS;

/// Researchers, one a lane, with a phase that ends in the tick. Every field costs an instruction that
/// packs it whenever they move: hence two that hold two numbers each.
#[derive(Clone, Copy)]
pub struct Researchers<L> {
    /// `events << SLOT_BITS | slot`: events of this tick; place in the chunk.
    pub place: L,
    /// Idea in hand, as stored.
    pub work: L,
    /// Offset in the tick at which the phase ends, on the phase's clock.
    pub offset: L,
    /// `board << FIND_BITS | finds`: board read and written; finds of this tick, from [`OWN_FINDS`] on
    /// modulo it.
    pub tag: L,
    /// log2 of skill, Q16.
    pub skill: L,
}

/// Bits of a slot: [`crate::cpu::CHUNK_MAX`] agents.
pub const SLOT_BITS: u32 = 20;
/// One more event in [`Researchers::place`].
pub const EVENT: u32 = 1 << SLOT_BITS;
/// Bits of the finds: twice [`OWN_FINDS`], and one to carry into.
const FIND_BITS: u32 = (2 * OWN_FINDS as u32).trailing_zeros() + 1;

const _: () = assert!(OWN_FINDS.is_power_of_two());

/// Fields of [`Researchers`].
pub const FIELDS: usize = 5;

impl<L: Lanes> Researchers<L> {
    /// Places in the chunk.
    #[inline(always)]
    pub fn slot(&self) -> L {
        self.place & L::splat(EVENT - 1)
    }

    /// Events so far.
    #[inline(always)]
    pub fn events(&self) -> L {
        self.place.shr(L::splat(SLOT_BITS))
    }

    /// The tag of a board, without finds.
    #[inline(always)]
    pub fn tag_of(board: L) -> L {
        board.shl(L::splat(FIND_BITS))
    }

    /// Board read and written.
    #[inline(always)]
    pub fn board(&self) -> L {
        self.tag.shr(L::splat(FIND_BITS))
    }

    /// Finds so far, or a number of [`OWN_FINDS`] and more that is the same modulo it.
    #[inline(always)]
    pub fn finds(&self) -> L {
        self.tag & L::splat((1 << FIND_BITS) - 1)
    }

    /// Those in `mask` have found one more.
    #[inline(always)]
    pub fn add_find(&mut self, mask: L::Mask) {
        let more = self.tag + L::splat(1);
        let carry = more & L::splat(2 * OWN_FINDS as u32);
        let wrapped = more - carry.shr(L::splat(1));
        self.tag = L::select(mask, wrapped, self.tag);
    }

    /// As stored.
    #[inline(always)]
    pub fn fields(&self) -> [L; FIELDS] {
        [self.place, self.work, self.offset, self.tag, self.skill]
    }

    /// From what was stored.
    #[inline(always)]
    pub fn from_fields([place, work, offset, tag, skill]: [L; FIELDS]) -> Self {
        Self {
            place,
            work,
            offset,
            tag,
            skill,
        }
    }
}

/// Researchers of `F` fields who wait for a full vector of their like.
pub struct Stack<const F: usize> {
    /// By field, `room` words each.
    words: Vec<u32>,
    room: usize,
    len: usize,
}

impl<const F: usize> Stack<F> {
    /// An empty one for so many researchers.
    pub fn new(most: usize) -> Self {
        let mut stack = Self {
            words: Vec::new(),
            room: 0,
            len: 0,
        };
        stack.fit(most);
        stack
    }

    /// Words of one for so many researchers.
    pub const fn words(most: usize) -> usize {
        F * (most + LANES_MAX)
    }

    /// Makes room for so many researchers on an empty stack, and for a whole vector written behind them.
    pub fn fit(&mut self, most: usize) {
        if self.room < most + LANES_MAX {
            assert_eq!(self.len, 0, "fields would have to move");
            self.room = most + LANES_MAX;
            self.words.resize(Self::words(most), 0);
        }
    }

    /// Researchers on it.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Words of a vector in each field, from number `at` on.
    #[inline(always)]
    fn vectors(&mut self, at: usize) -> impl Iterator<Item = &mut [u32; LANES_MAX]> {
        assert!(at + LANES_MAX <= self.room && F * self.room <= self.words.len());
        let first = self.words.as_mut_ptr();
        // SAFETY: `at + LANES_MAX` is inside the room of a field, and fields do not overlap. One check for
        // all of them: this is done four times an event.
        (0..F).map(move |field| unsafe { &mut *first.add(field * self.room + at).cast() })
    }

    /// Puts those in `mask` on top.
    #[inline(always)]
    pub fn push<L: Lanes>(&mut self, fields: &[L; F], mask: L::Mask) {
        for (stored, field) in self.vectors(self.len).zip(fields) {
            field.compress(mask, stored);
        }
        self.len += mask.count() as usize;
    }

    /// Takes a vector from the top, or what there is.
    #[inline(always)]
    pub fn pop<L: Lanes>(&mut self) -> ([L; F], L::Mask) {
        let count = self.len.min(L::COUNT);
        self.len -= count;
        let mut fields = [L::splat(0); F];
        for (field, stored) in fields.iter_mut().zip(self.vectors(self.len)) {
            *field = L::load(stored);
        }
        (fields, L::Mask::first(count))
    }
}

/// A sum of words, 64 bits wide and wrapping, by lane.
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

    /// Takes the words in `mask` away.
    #[inline(always)]
    pub fn subtract(&mut self, words: L, mask: L::Mask) {
        let words = L::select(mask, words, L::splat(0));
        let borrow = self.low.lt(words);
        self.low = self.low - words;
        self.carries = self.carries - L::select(borrow, L::splat(1), L::splat(0));
    }

    /// Over all lanes, wrapping.
    #[inline(always)]
    pub fn total(self) -> u64 {
        let all = L::Mask::first(L::COUNT);
        let carries = self.carries.sum(all) << 32;
        self.low.sum(all).wrapping_add(carries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::lanes::{Instructions, Kernel};
    use crate::model::rng;

    fn draws(i: u32) -> [u32; 2] {
        rng::threefry([3, 5], [i, 0])
    }

    fn some<L: Lanes>(i: u32) -> (L, L::Mask, Vec<u32>) {
        let words: Vec<u32> = (0..L::COUNT as u32).map(|k| draws(99 * i + k)[0]).collect();
        let bound = L::splat(draws(i)[1]);
        let mask = L::load(&words).lt(bound);
        let chosen = words.iter().copied().filter(|&word| word < draws(i)[1]);
        (L::load(&words), mask, chosen.collect())
    }

    /// Sums wander below zero and beyond 32 bits and stay what 64-bit arithmetic makes of them.
    struct Sums;

    impl Kernel for Sums {
        type Output = ();
        #[inline(always)]
        fn run<L: Lanes>(self) {
            let (mut sum, mut expected) = (WideSum::<L>::zero(), 0u64);
            for i in 0..2000 {
                let (words, mask, chosen) = some::<L>(i);
                let total: u64 = chosen.into_iter().map(u64::from).sum();
                if i % 512 < 256 {
                    sum.subtract(words, mask);
                    expected = expected.wrapping_sub(total);
                } else {
                    sum.add(words, mask);
                    expected = expected.wrapping_add(total);
                }
                assert_eq!(sum.total(), expected, "after {i}");
            }
        }
    }

    /// What is taken is what was put there last, field by field, up to the last place there is room for.
    struct Pushes;

    impl Kernel for Pushes {
        type Output = ();
        #[inline(always)]
        fn run<L: Lanes>(self) {
            const MOST: usize = 100;
            let (mut stack, mut expected) = (Stack::<2>::new(MOST), Vec::new());
            for i in 0..3000 {
                let (words, mask, chosen) = some::<L>(i);
                if expected.len() + chosen.len() <= MOST {
                    stack.push(&[words, !words], mask);
                    expected.extend(chosen);
                } else {
                    let ([low, high], mask) = stack.pop::<L>();
                    let count = expected.len().min(L::COUNT);
                    let taken = expected.split_off(expected.len() - count);
                    let (mut lows, mut highs) = ([0; LANES_MAX], [0; LANES_MAX]);
                    low.store(&mut lows);
                    high.store(&mut highs);
                    assert_eq!(mask.count() as usize, count);
                    assert_eq!(lows[..count], taken);
                    assert!(taken.iter().zip(highs).all(|(&a, b)| !a == b));
                }
                assert_eq!(stack.len(), expected.len());
            }
        }
    }

    #[test]
    fn wide_sums_carry_and_borrow() {
        for instructions in Instructions::all() {
            instructions.run(Sums);
        }
    }

    #[test]
    fn a_stack_gives_back_what_was_put_there_last() {
        for instructions in Instructions::all() {
            instructions.run(Pushes);
        }
    }
}
