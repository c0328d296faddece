//! "Board" of `docs/model.md`: what a node knows of a topic, as a plain set of ideas.
//!
//! The base is kept beside the set because the text makes it visible: in stored words, in the reach
//! of `join_some` and of open ideas, and in "ended".

use std::collections::BTreeSet;

use super::draws::{Two, idea_address, threefry};

/// Ideas of one topic that a node knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Knowledge {
    /// Start of the window; every idea below is in `known`.
    pub base: u32,
    /// Every idea known, also those below the base.
    pub known: BTreeSet<u32>,
}

impl Knowledge {
    /// From stored words: the base, then the window.
    pub fn from_words(stored: &[u32]) -> Self {
        let base = stored[0];
        let mut known: BTreeSet<u32> = (0..base).collect();
        for bit in 0..32 * (stored.len() as u32 - 1) {
            if stored[1 + bit as usize / 32] & 1 << (bit % 32) != 0 {
                known.insert(base + bit);
            }
        }
        Self { base, known }
    }

    /// As stored words: the base, then `window_words` words.
    pub fn to_words(&self, window_words: usize) -> Vec<u32> {
        let mut stored = vec![0; 1 + window_words];
        stored[0] = self.base;
        for &idea in self.known.range(self.base..) {
            let bit = idea - self.base;
            stored[1 + bit as usize / 32] |= 1 << (bit % 32); // panics outside the window
        }
        stored
    }

    /// Set union; the larger base, then normalised.
    ///
    /// The text asks for `normalise` in step 1 of "Share" and in `join_some` only. But it calls a
    /// topic ended if its base is high enough, and finds must fit a window that starts at the
    /// board's base while views are normalised: both hold only if every join is normalised too.
    pub fn join(&mut self, other: &Self) {
        self.base = self.base.max(other.base);
        self.known.extend(&other.known);
        self.normalise();
    }

    /// Raises the base over known ideas.
    pub fn normalise(&mut self) {
        while self.known.contains(&self.base) {
            self.base += 1;
        }
    }

    /// Takes those ideas of `other` inside this window whose draw is below `threshold`.
    pub fn join_some(&mut self, other: &Self, topic: usize, reach: u32, threshold: u32, key: Two) {
        for &idea in &other.known {
            let inside = idea >= self.base && idea < self.base + reach;
            if inside && threefry(key, idea_address(topic, idea))[0] < threshold {
                self.known.insert(idea);
            }
        }
        self.normalise();
    }

    /// The lowest `breadth` unknown ideas inside a window of `reach` ideas and below `end`.
    pub fn open(&self, reach: u32, breadth: u32, end: u32) -> Vec<u32> {
        (self.base..(self.base + reach).min(end))
            .filter(|idea| !self.known.contains(idea))
            .take(breadth as usize)
            .collect()
    }
}
