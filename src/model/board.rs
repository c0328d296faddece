//! What a community knows of one topic: a base and a window of bits (`docs/model.md`, "Board").
//!
//! Every idea below `base` is known; bit i of the window tells whether idea `base + i` is. Joins are
//! set unions: commutative, associative, idempotent. After [`Known::normalise`] idea `base` is unknown.

use super::rng::{Pair, threefry};

/// Knowledge of one topic through a window of `W` words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known<const W: usize> {
    /// All ideas below are known.
    pub base: u32,
    /// Bit i of word w: idea base + 32 w + i is known.
    pub words: [u32; W],
}

impl<const W: usize> Known<W> {
    /// Nothing known.
    pub const NOTHING: Self = Self {
        base: 0,
        words: [0; W],
    };

    /// Reads the `1 + W` words of a stored topic.
    #[inline(always)]
    pub fn read(stored: &[u32]) -> Self {
        let mut words = [0; W];
        words.copy_from_slice(&stored[1..=W]);
        Self {
            base: stored[0],
            words,
        }
    }

    /// Writes the `1 + W` words of a stored topic.
    #[inline(always)]
    pub fn write(&self, stored: &mut [u32]) {
        stored[0] = self.base;
        stored[1..=W].copy_from_slice(&self.words);
    }

    /// 32 ideas from `from` on: bit i set if idea `from + i` is known.
    #[inline(always)]
    pub fn bits_from(&self, from: u32) -> u32 {
        if from >= self.base {
            let offset = from - self.base;
            let (word, shift) = ((offset / 32) as usize, offset % 32);
            let low = if word < W {
                self.words[word] >> shift
            } else {
                0
            };
            let high = if shift > 0 && word + 1 < W {
                self.words[word + 1] << (32 - shift)
            } else {
                0
            };
            low | high
        } else {
            let below = self.base - from;
            if below >= 32 {
                u32::MAX
            } else {
                !(u32::MAX << below) | self.words[0] << below
            }
        }
    }

    /// Is `idea` known?
    #[inline(always)]
    pub fn knows(&self, idea: u32) -> bool {
        self.bits_from(idea) & 1 != 0
    }

    /// The union with what `other` knows.
    #[inline(always)]
    pub fn join(&self, other: &Self) -> Self {
        let base = self.base.max(other.base);
        let mut joined = Self {
            base,
            words: [0; W],
        };
        for (w, word) in joined.words.iter_mut().enumerate() {
            let from = base + 32 * w as u32;
            *word = self.bits_from(from) | other.bits_from(from);
        }
        joined.normalise()
    }

    /// The union with those ideas of `other` inside this window that ever cross: idea j crosses if
    /// the first word drawn at (topic, j) under `salt` is below `threshold`.
    #[inline]
    pub fn join_some(&self, other: &Self, topic: u32, threshold: u32, salt: Pair) -> Self {
        let mut joined = *self;
        for (w, word) in joined.words.iter_mut().enumerate() {
            let from = self.base + 32 * w as u32;
            let mut candidates = other.bits_from(from) & !*word;
            while candidates != 0 {
                let bit = candidates.trailing_zeros();
                candidates &= candidates - 1;
                if threefry(salt, [idea_address(topic, from + bit), 0])[0] < threshold {
                    *word |= 1 << bit;
                }
            }
        }
        joined.normalise()
    }

    /// Raises the base over leading known ideas.
    #[inline(always)]
    pub fn normalise(mut self) -> Self {
        for _ in 0..=W {
            let ones = self.words[0].trailing_ones();
            if ones == 0 {
                break;
            }
            let from = self.base + ones;
            let mut words = [0; W];
            for (w, word) in words.iter_mut().enumerate() {
                *word = self.bits_from(from + 32 * w as u32);
            }
            self = Self { base: from, words };
        }
        self
    }

    /// Ideas known in all.
    #[inline(always)]
    pub fn count(&self) -> u32 {
        self.base + self.words.iter().map(|word| word.count_ones()).sum::<u32>()
    }

    /// The open ideas as a window mask: the lowest `breadth` unknown ones below `end`.
    #[inline(always)]
    pub fn open(&self, breadth: u32, end: u32) -> [u32; W] {
        let mut left = breadth;
        let mut open = [0; W];
        for (w, word) in open.iter_mut().enumerate() {
            let from = self.base + 32 * w as u32;
            let room = end.saturating_sub(from);
            let inside = if room >= 32 {
                u32::MAX
            } else {
                !(u32::MAX << room)
            };
            *word = lowest_bits(!self.words[w] & inside, left);
            left -= word.count_ones();
        }
        open
    }
}

/// Bits of the index in an idea's address.
pub const IDEA_BITS: u32 = 10;

/// Where an idea stands in the draws addressed by idea: topic in the high 22 bits, index below.
#[inline(always)]
pub fn idea_address(topic: u32, idea: u32) -> u32 {
    topic << IDEA_BITS | idea
}

/// The lowest `count` set bits of `word`.
#[inline(always)]
pub fn lowest_bits(word: u32, count: u32) -> u32 {
    if count >= word.count_ones() {
        return word;
    }
    !(u32::MAX << nth_bit(word, count)) & word
}

/// Position of set bit number `n` (from 0) of `word`, which has more than `n`.
#[inline(always)]
pub fn nth_bit(word: u32, n: u32) -> u32 {
    let mut rest = word;
    let mut n = n;
    let mut position = 0;
    for half in [16, 8, 4, 2, 1] {
        let below = (rest & !(u32::MAX << half)).count_ones();
        if n >= below {
            n -= below;
            rest >>= half;
            position += half;
        }
    }
    position
}

/// Position of set bit number `n` (from 0) in a window mask that has more than `n`.
#[inline(always)]
pub fn nth_in<const W: usize>(mask: &[u32; W], n: u32) -> u32 {
    let mut n = n;
    for (w, &word) in mask.iter().enumerate() {
        let ones = word.count_ones();
        if n < ones {
            return 32 * w as u32 + nth_bit(word, n);
        }
        n -= ones;
    }
    unreachable!("fewer open ideas than counted")
}

/// Set bits of a window mask.
#[inline(always)]
pub fn ones<const W: usize>(mask: &[u32; W]) -> u32 {
    mask.iter().map(|word| word.count_ones()).sum()
}
