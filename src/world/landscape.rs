//! The landscape of ideas as the device sees it: log2 costs, odds and gains of every kind.

use crate::model::fixed::PHASE_UNITS_MAX;
use crate::model::layout::{KindGain, KindTick};
use crate::model::{agent, fixed};
use crate::scenario::{IdeaKind, Ideas};

/// log2(10).
const LOG2_10: f64 = std::f64::consts::LOG2_10;

/// OOM of one gain unit: 2^-32.
pub const GAIN_UNIT_OOM: f64 = 1.0 / 4_294_967_296.0;

/// A log2 value as the device's signed Q15.16, kept within 2^12 so that the device's sums do not wrap.
pub fn q16(log2: f64) -> i32 {
    libm::round(log2.clamp(-4096.0, 4096.0) * 65536.0) as i32
}

/// A sigma of natural logarithms as log2 in Q12.
pub fn sigma_q12(sigma_ln: f64) -> i32 {
    libm::round(sigma_ln * std::f64::consts::LOG2_E * 4096.0) as i32
}

/// Mean over median of gains with this sigma (log2, Q12).
fn mean_factor(gain_sigma: i32, normal: &[i32]) -> f64 {
    let factor = |&z: &i32| libm::exp2(f64::from(fixed::scale_normal(gain_sigma, z)) / 65536.0);
    normal.iter().map(factor).sum::<f64>() / normal.len() as f64
}

/// Gains of all kinds when a fraction `sample` of the world carries all of them.
pub fn gains(ideas: &Ideas, sample: f64, normal: &[i32]) -> Vec<KindGain> {
    // Kinds mostly share a sigma, and a mean takes a thousand exponentials.
    let mut last: Option<(i32, f64)> = None;
    let mut gains = Vec::new();
    for kind in &ideas.kinds {
        let gain_sigma = sigma_q12(kind.gain_sigma_ln);
        let mean_factor = match last {
            Some((sigma, mean)) if sigma == gain_sigma => mean,
            _ => mean_factor(gain_sigma, normal),
        };
        last = Some((gain_sigma, mean_factor));
        gains.push(gain(
            kind,
            f64::from(ideas.topics),
            sample,
            (gain_sigma, mean_factor),
        ));
    }
    gains
}

/// Gains of a kind from their sigma (log2, Q12) and their mean over median.
fn gain(
    kind: &IdeaKind,
    topics: f64,
    sample: f64,
    (gain_sigma, mean_factor): (i32, f64),
) -> KindGain {
    let mean_units = kind.gain_mean_oom / sample / GAIN_UNIT_OOM;
    let most = f64::from(agent::IDEAS_MAX);
    let index_oom = kind.gain_mean_oom * topics * kind.topic_share;
    let ideas = kind.ceiling_oom.map_or(most, |ceiling| {
        libm::ceil(ceiling / index_oom).clamp(1.0, most)
    });
    let kept = kind.limit_oom.map_or(1.0, |limit| 1.0 - index_oom / limit);
    KindGain {
        gain_base: q16(libm::log2(mean_units / mean_factor)),
        gain_sigma,
        ideas: ideas as u32,
        gain_slope: libm::round(-libm::log2(kept) * f64::from(1 << 20)) as u32,
    }
}

/// What costs a kind's ideas for one population in one tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Costs {
    /// Research-tools OOM of the lab.
    pub tools_oom: f64,
    /// Training OOM of the lab.
    pub training_oom: f64,
    /// Size of experiments, fraction of full.
    pub size: f64,
    /// Units of the thinking clock in an hour of thought.
    pub think_units_per_hour: f64,
    /// Units of the experiment clock in an A100e-hour.
    pub experiment_units_per_a100e_hour: f64,
    /// log2 of the least skill, Q16.
    pub least_skill: i32,
    /// Highest index the population can take.
    pub reach: f64,
    /// Wall hours for which an experiment holds its processors without using them.
    pub job_hours: f64,
}

/// Smallest useful size over the whole mix of kinds.
pub fn smallest_size(ideas: &Ideas) -> f64 {
    let (floor, full) = ideas.kinds.iter().fold((0.0, 0.0), |(floor, full), kind| {
        (
            floor + kind.topic_share * kind.experiment_floor_a100e_hours,
            full + kind.topic_share * kind.experiment_a100e_hours,
        )
    });
    floor / full
}

/// Full-size A100e-hours at index 0 over the mix of kinds, before progress made them cheaper.
pub fn full_experiment_a100e_hours(ideas: &Ideas) -> f64 {
    ideas
        .kinds
        .iter()
        .map(|kind| kind.topic_share * kind.experiment_a100e_hours)
        .sum()
}

/// Hours of thought at index 0 over the mix of kinds, before progress made them fewer.
pub fn think_hours(ideas: &Ideas) -> f64 {
    ideas
        .kinds
        .iter()
        .map(|kind| kind.topic_share * kind.think_hours)
        .sum()
}

/// Factor on experiment cost from training OOM.
pub fn experiment_cost(ideas: &Ideas, training_oom: f64) -> f64 {
    libm::exp10(-ideas.experiment_cost_exponent * training_oom)
}

/// Factor on thinking effort from tools OOM.
pub fn effort_factor(ideas: &Ideas, tools_oom: f64) -> f64 {
    libm::exp10(-ideas.tools_effort_exponent * tools_oom)
}

/// Wall hours of a full-size experiment when compute is no limit, over the mix of kinds.
pub fn fastest_hours(ideas: &Ideas) -> f64 {
    ideas
        .kinds
        .iter()
        .map(|kind| kind.topic_share * kind.experiment_fastest_hours)
        .sum()
}

/// The device's view of a kind for one population and tick.
pub fn kind_tick(ideas: &Ideas, kind: &IdeaKind, ideas_of_kind: u32, costs: &Costs) -> KindTick {
    let hours = kind.think_hours * effort_factor(ideas, costs.tools_oom);
    let smallest = kind.experiment_floor_a100e_hours / kind.experiment_a100e_hours;
    let size = costs.size.max(smallest);
    // A full-size experiment takes the fastest hours, a smaller one as much less.
    let idle = costs.job_hours / (kind.experiment_fastest_hours * size);
    let a100e_hours = kind.experiment_a100e_hours
        * size
        * experiment_cost(ideas, costs.training_oom)
        * (1.0 + idle);
    let odds = libm::log2(kind.success_probability)
        + kind.success_size_exponent * libm::log2(size / kind.success_reference_size);
    let level = LOG2_10 * kind.level_oom_per_idea;
    let mut tick = KindTick {
        think_base: q16(libm::log2(hours * costs.think_units_per_hour)),
        experiment_base: q16(libm::log2(
            a100e_hours * costs.experiment_units_per_a100e_hour,
        )),
        odds_base: q16(odds),
        score_base: q16(libm::log2(hours) - odds),
        work_slope: q16(level * (1.0 - kind.par)),
        odds_slope: q16(level * kind.par),
        score_slope: q16(level),
        idea_end: 0,
    };
    tick.idea_end = idea_end(&tick, ideas_of_kind, costs);
    tick
}

/// Ideas from here on are closed: too hard for the population, or too long for the clock.
fn idea_end(tick: &KindTick, ideas_of_kind: u32, costs: &Costs) -> u32 {
    let longest = q16(libm::log2(f64::from(PHASE_UNITS_MAX)));
    let slowest = tick
        .think_base
        .saturating_sub(costs.least_skill)
        .max(tick.experiment_base);
    let fitting = match (longest.saturating_sub(slowest), tick.work_slope) {
        (..0, _) => 0,
        (_, ..=0) => ideas_of_kind,
        (room, slope) => (room / slope) as u32 + 1,
    };
    let reachable = (libm::floor(costs.reach) + 1.0).clamp(0.0, f64::from(agent::IDEAS_MAX)) as u32;
    ideas_of_kind.min(fitting).min(reachable)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A kind with nothing to do with luck: 40 topics whose first ideas gain 0.02 OOM together.
    fn with_limit(limit_oom: Option<f64>) -> KindGain {
        let mut kind: IdeaKind = serde_json::from_value(serde_json::json!({
            "name": "ideas", "topic_share": 1.0,
            "gain_to": { "training": 1.0, "inference": 0.0, "utilisation": 0.0, "tools": 0.0 },
            "think_hours": 1.0, "experiment_a100e_hours": 1.0, "experiment_floor_a100e_hours": 1.0,
            "experiment_fastest_hours": 1.0, "success_probability": 1.0, "success_reference_size": 1.0,
            "success_size_exponent": 0.0, "level_oom_per_idea": 0.0, "par": 0.0,
            "gain_mean_oom": 5e-4, "gain_sigma_ln": 0.0, "ceiling_oom": null,
        }))
        .expect("a kind");
        kind.limit_oom = limit_oom;
        gain(&kind, 40.0, 1.0, (0, 1.0))
    }

    #[test]
    fn gains_fall_in_proportion_to_what_is_left_of_the_limit() {
        assert_eq!(with_limit(None).gain_slope, 0);
        for limit in [0.04, 0.5, 8.0, 100.0] {
            let kind = with_limit(Some(limit));
            let mut sum = 0.0;
            for idea in 0..agent::IDEAS_MAX {
                let log2 = kind.gain_base - ((kind.gain_slope * idea) >> 4) as i32;
                let gain = 40.0 * libm::exp2(f64::from(log2) / 65536.0) * GAIN_UNIT_OOM;
                // r = (what is left) / limit of the first, since a level adds the same difficulty.
                let left = 1.0 - sum / limit;
                // Q16 of the base, Q20 of a slope that adds up over the indices.
                let bound = (2.0 + f64::from(idea) / 32.0) / 65536.0;
                assert!(
                    (gain / 0.02 - left).abs() < bound,
                    "{limit} {idea}: {gain} {left}"
                );
                sum += gain;
            }
            assert!(sum < limit * 1.001, "{limit}: {sum}");
        }
    }
}
