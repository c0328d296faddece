//! What there is to find, in the sampled world: "The host" and "Tables" of `docs/model.md`.

use std::f64::consts::LOG2_E;

use takeoff::model::layout::KindGain;
use takeoff::scenario::{IdeaKind, Ideas};

use super::tables;
use crate::scalar::numbers::scale;

/// The sampled landscape.
pub struct Landscape {
    pub topics: usize,
    /// Share of the world that is simulated.
    pub fraction: f64,
    pub popularity: Vec<f64>,
    pub topic_kind: Vec<u32>,
    pub gains: Vec<KindGain>,
}

impl Landscape {
    pub fn of(ideas: &Ideas, sample: f64) -> Self {
        let all = f64::from(ideas.topics);
        let topics = libm::round(all * sample).max(1.0);
        let fraction = topics / all;
        let topics = topics as usize;
        let shares: Vec<f64> = ideas.kinds.iter().map(|kind| kind.topic_share).collect();
        let topic_kind = tables::kinds(topics, &shares);
        let normal = tables::normal();
        let gain = |kind| gain(kind, fraction, all, &normal);
        Self {
            topics,
            fraction,
            popularity: tables::popularity(
                topics,
                ideas.popularity_offset,
                ideas.popularity_exponent,
            ),
            gains: ideas.kinds.iter().map(gain).collect(),
            topic_kind,
        }
    }
}

/// The median of the gain in 2^-32 OOM from its mean, and the number of ideas of one of `topics` in
/// the whole world.
fn gain(kind: &IdeaKind, fraction: f64, topics: f64, normal: &[i32]) -> KindGain {
    let gain_sigma = super::q12(kind.gain_sigma_ln * LOG2_E);
    let factor = |&z: &i32| libm::exp2(f64::from(scale(gain_sigma, z)) / 65536.0);
    let factors = normal.iter().map(factor).sum::<f64>() / normal.len() as f64;
    let median = kind.gain_mean_oom / fraction * 4_294_967_296.0 / factors;
    let ideas = kind.ceiling_oom.map_or(1023.0, |ceiling| {
        libm::ceil(ceiling / (kind.gain_mean_oom * topics * kind.topic_share)).clamp(1.0, 1023.0)
    });
    let kept = kind.limit_oom.map_or(1.0, |limit| {
        1.0 - kind.gain_mean_oom * topics * kind.topic_share / limit
    });
    KindGain {
        gain_base: super::q16(libm::log2(median)),
        gain_sigma,
        ideas: ideas as u32,
        gain_slope: libm::round(-libm::log2(kept) * f64::from(1 << 20)) as u32,
    }
}
