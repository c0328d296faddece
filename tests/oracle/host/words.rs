//! "Plan" of `docs/model.md`, by population: the words that the device is told.

use std::f64::consts::{LOG2_10, LOG2_E};

use takeoff::model::layout::{KindTick, PopulationTick, split};

use super::clock::{self, Advance};
use super::plan::{LabPlan, StaffPlan};
use super::{Host, over_kinds, q12, q16, tables};
use crate::scalar::draws::Two;
use crate::scalar::numbers::scale;

impl Host {
    /// What the device is told of a population.
    pub fn population_words(
        &mut self,
        index: usize,
        lab: &LabPlan,
        plan: &StaffPlan,
        active_before: u64,
    ) -> PopulationTick {
        let staff = &self.staff[index];
        let (of, state) = (
            &self.scenario.labs[staff.team.lab],
            &self.labs[staff.team.lab],
        );
        let seed = self.scenario.run.seed.to_le_bytes();
        let name = |what: &[u8], number: u64| -> Two {
            let population = staff.population.name.as_bytes();
            let number = number.to_le_bytes();
            tables::key(&[what, &seed, of.name.as_bytes(), population, &number])
        };
        let (to_experiment_mul, to_experiment_shift) = clock::ratio(plan.clock.len, lab.clock.len);
        let (to_think_mul, to_think_shift) = clock::ratio(lab.clock.len, plan.clock.len);
        let ratio = |exponent: fn(&takeoff::scenario::Training) -> f64| {
            of.training
                .as_ref()
                .map_or(0.0, |t| exponent(t) * state.quality)
        };
        let (mut skill, mut factor, mut learned) = (0.0, 1.0, false);
        if staff.automated() {
            let experience = (state.experience / of.experience_reference_hours).max(1.0);
            skill = of.experience_skill_exponent * libm::log2(experience)
                + ratio(|t| t.quality_skill_exponent) * LOG2_10;
            factor = libm::exp10(ratio(|t| t.quality_taste_exponent));
            learned = experience > 1.0 && of.experience_skill_exponent > 0.0;
        }
        let words = PopulationTick {
            key: name(b"tick", self.tick).into(),
            traits_key: staff.traits_key.into(),
            reading_key: name(b"reading", staff.turns).into(),
            active: split(staff.active),
            keep: split(staff.keep),
            spawn_from: split(active_before),
            think_start: plan.clock.start,
            think_len: plan.clock.len,
            experiment_start: lab.clock.start,
            experiment_len: lab.clock.len,
            to_experiment_mul,
            to_experiment_shift,
            to_think_mul,
            to_think_shift,
            stagger: self.stagger(&plan.clock, active_before),
            events_max: self.scenario.run.events_max_per_tick,
            board_first: staff.team.first as u32,
            board_count: staff.team.boards as u32,
            weight_log2: staff.weight_log2,
            reading: u32::from(staff.population.reading_share > 0.0),
            think_rescale: plan.clock.rescale,
            experiment_rescale: lab.clock.rescale,
            skill_base: q16(skill),
            skill_sigma: q12(staff.population.skill_sigma_ln * LOG2_E),
            binomial_table: index as u32,
            breadth: self.scenario.ideas.breadth,
            taste_thresholds: staff.thresholds(factor),
            taste_noise: staff.noise(),
        };
        self.mark_if(learned, "skill: experience");
        self.mark_if(factor > 1.0, "skill: quality");
        words
    }

    /// Those who start first wait up to one phase of thought.
    fn stagger(&self, clock: &Advance, active_before: u64) -> u32 {
        let phase = over_kinds(&self.scenario, |kind| kind.think_hours);
        let units = if active_before == 0 {
            libm::floor(libm::ldexp(phase, clock.exponent)) as u32
        } else {
            0
        };
        units.clamp(clock.len, (1 << 30) - 1)
    }

    /// What it is told of a kind of topic.
    pub fn kind_words(
        &mut self,
        index: usize,
        kind: usize,
        lab: &LabPlan,
        plan: &StaffPlan,
        words: &PopulationTick,
    ) -> KindTick {
        let (ideas, of) = (&self.scenario.ideas, &self.scenario.ideas.kinds[kind]);
        let hours = of.think_hours * libm::exp10(-ideas.tools_effort_exponent * lab.oom.tools);
        let smallest = of.experiment_floor_a100e_hours / of.experiment_a100e_hours;
        let m = lab.size.max(smallest);
        let cost = of.experiment_a100e_hours
            * m
            * libm::exp10(-ideas.experiment_cost_exponent * lab.oom.training);
        let odds = libm::log2(of.success_probability)
            + of.success_size_exponent * libm::log2(m / of.success_reference_size);
        let level = of.level_oom_per_idea * LOG2_10;
        let units =
            |hours: f64, clock: &Advance| q16(libm::log2(libm::ldexp(hours, clock.exponent)));
        let mut words_of_kind = KindTick {
            think_base: units(hours, &plan.clock),
            experiment_base: units(cost, &lab.clock),
            odds_base: q16(odds),
            score_base: q16(libm::log2(hours) - odds),
            work_slope: q16(level * (1.0 - of.par)),
            odds_slope: q16(level * of.par),
            score_slope: q16(level),
            idea_end: 0,
        };
        words_of_kind.idea_end = self.idea_end(index, kind, &words_of_kind, words);
        words_of_kind
    }

    /// Indices from here on are closed to the population.
    fn idea_end(
        &mut self,
        index: usize,
        kind: usize,
        of: &KindTick,
        words: &PopulationTick,
    ) -> u32 {
        let staff = &self.staff[index];
        let least_skill = words.skill_base + scale(words.skill_sigma, self.least_normal);
        let longest = (of.think_base - least_skill).max(of.experiment_base);
        let room = q16(libm::log2(1_073_741_823.0)) - longest;
        let ideas = self.landscape.gains[kind].ideas;
        let fitting = match of.work_slope {
            _ if room < 0 => 0,
            0 => ideas,
            slope => (room / slope) as u32 + 1,
        };
        let mut end = ideas.min(fitting);
        let mut branch = if fitting < ideas {
            "end: too long for the clock"
        } else {
            "end: all ideas of the kind"
        };
        let training = self.scenario.labs[staff.team.lab].training;
        if let (true, Some(training)) = (staff.automated(), training)
            && let Some(reach) = training.idea_reach
        {
            let quality = self.labs[staff.team.lab].quality;
            let reach = reach + training.idea_reach_per_quality_oom * quality;
            let reached = libm::floor(reach) as u32 + 1;
            if reached < end {
                (end, branch) = (reached, "end: reach of the model");
            }
        }
        self.mark_if(true, branch);
        end
    }
}
