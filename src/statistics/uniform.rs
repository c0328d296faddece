//! Uniform draws of a study, addressed by (purpose, seed, row, column): nothing is stored, so any
//! shard of a study computes its own rows.

use crate::model::rng::{Pair, derive_key, threefry};

/// The smallest uniform there is, 2^-53; the largest is 1 less this.
pub const UNIT: f64 = f64::EPSILON / 2.0;

/// Uniform words by row and column: Threefry2x32 (Salmon et al. 2011), the model's generator, under
/// a key of the study's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uniforms {
    key: Pair,
}

impl Uniforms {
    /// Draws for a purpose under a seed; two purposes share no draw.
    pub fn new(purpose: &str, seed: u64) -> Self {
        Self {
            key: derive_key(&[b"study", purpose.as_bytes(), &seed.to_le_bytes()]),
        }
    }

    /// 64 uniform bits.
    pub fn word(&self, row: u32, column: u32) -> u64 {
        let [low, high] = threefry(self.key, [row, column]);
        u64::from(high) << 32 | u64::from(low)
    }

    /// A uniform in (0, 1), never 0 or 1.
    pub fn at(&self, row: u32, column: u32) -> f64 {
        open_unit(self.word(row, column) >> 12)
    }

    /// A uniform integer in 0..bound, which must not be 0; off uniform by less than 2^-32.
    pub fn below(&self, row: u32, column: u32, bound: u32) -> u32 {
        ((u128::from(self.word(row, column)) * u128::from(bound)) >> 64) as u32
    }
}

/// (2 bits + 1) / 2^53 of 52 bits: the odd multiples of 2^-53, all exact, neither 0 nor 1.
pub(super) fn open_unit(bits: u64) -> f64 {
    (2 * bits + 1) as f64 * UNIT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uniforms_stay_off_both_ends() {
        assert_eq!(open_unit(0), UNIT);
        assert_eq!(open_unit((1 << 52) - 1), 1.0 - UNIT);
        assert!(open_unit((1 << 52) - 1) < 1.0);
    }

    #[test]
    fn purposes_and_seeds_share_no_draw() {
        let words = [
            Uniforms::new("a", 1),
            Uniforms::new("a", 2),
            Uniforms::new("b", 1),
        ]
        .map(|uniforms| uniforms.word(3, 4));
        assert!(words[0] != words[1] && words[0] != words[2] && words[1] != words[2]);
    }
}
