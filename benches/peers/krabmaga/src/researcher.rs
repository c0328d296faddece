//! A researcher as an agent of krABMaga: each step is a tick, with all events that fall into it.

use krabmaga::engine::agent::Agent;
use krabmaga::engine::state::State;

use crate::model::agent::{self, Phase};
use crate::model::board;
use crate::model::census::Counter;
use crate::model::fixed;
use crate::model::layout::KindTick;
use crate::model::rng::{self, Pair, purpose};
use crate::model::tables::NORMAL_SHIFT;
use crate::state::Industry;

/// A researcher. The second half is of the tick alone.
#[derive(Clone)]
pub struct Researcher {
    rank: u64,
    due: u32,
    work: u32,
    offset: u32,
    began: u32,
    events: u32,
    board: u32,
    taste: usize,
    skill: i32,
    own: Vec<(u32, u32)>,
}

impl Agent for Researcher {
    fn step(&mut self, state: &mut dyn State) {
        let industry = Industry::of(state);
        if industry.spawns {
            self.change_units(industry);
        }
        self.offset = self.due.wrapping_sub(self.start(industry)) & agent::CLOCK_MASK;
        if self.offset >= self.length(industry) {
            return;
        }
        self.meet(industry);
        self.hash(industry, false);
        self.count_phase(industry, u64::MAX);
        let busy = self.by_phase(
            Counter::BusyThinking,
            Counter::BusyExperiment,
            Counter::BusyWaiting,
        );
        industry.add(busy, 1);
        while self.offset < self.length(industry) {
            self.count_time(industry, self.offset - self.began);
            if self.events == industry.population.events_max {
                self.stall(industry);
                break;
            }
            self.event(industry);
            self.events += 1;
        }
        let spent = self.offset.min(self.length(industry)) - self.began;
        self.count_time(industry, spent);
        self.due = self.due & agent::ON_EXPERIMENT
            | self.start(industry).wrapping_add(self.offset) & agent::CLOCK_MASK;
        self.count_phase(industry, 1);
        self.hash(industry, true);
    }
}

impl Researcher {
    /// A researcher in the state of a slot.
    pub fn new(rank: u64, due: u32, work: u32) -> Self {
        Self {
            rank,
            due,
            work,
            offset: 0,
            began: 0,
            events: 0,
            board: 0,
            taste: 0,
            skill: 0,
            own: Vec::new(),
        }
    }

    /// Draws its fixed traits and begins the tick.
    fn meet(&mut self, industry: &Industry) {
        let population = &industry.population;
        let traits = rng::threefry(
            population.traits_key.to_array(),
            rng::counter(self.rank, 0, 0),
        );
        let z = industry.normal[(traits[0] >> NORMAL_SHIFT) as usize];
        self.skill = population.skill_base + fixed::scale_normal(population.skill_sigma, z);
        self.board = population.board_first
            + fixed::mul_hi(traits[0] << (32 - NORMAL_SHIFT), population.board_count);
        let above = |&&threshold: &&u32| traits[1] < threshold;
        self.taste = population.taste_thresholds.iter().filter(above).count();
        (self.began, self.events) = (0, 0);
        self.own.clear();
    }

    fn event(&mut self, industry: &mut Industry) {
        let (topic, idea) = (agent::topic(self.work), agent::idea(self.work));
        match self.phase() {
            Phase::Thinking => {
                industry.add(Counter::Events, 1);
                if !industry.known(topic, self.board as usize).knows(idea) {
                    self.start_experiment(industry, topic, idea);
                    return;
                }
                industry.add(Counter::Scooped, 1);
            }
            Phase::Experiment => {
                industry.add(Counter::Events, 1);
                industry.add(Counter::ExperimentsFinished, 1);
                if self.work & agent::OUTCOME != 0 {
                    industry.add(Counter::Successes, 1);
                    industry.find(topic, self.board, idea);
                    self.own.insert(0, (topic, idea));
                    self.own.truncate(agent::OWN_FINDS);
                }
                let population = &industry.population;
                self.offset = fixed::mul_shift(
                    self.offset,
                    population.to_think_mul,
                    population.to_think_shift,
                );
            }
            Phase::Waiting | Phase::Absent => {}
        }
        self.choose(industry);
    }

    fn start_experiment(&mut self, industry: &mut Industry, topic: u32, idea: u32) {
        let draw = self.draw(industry, purpose::EXPERIMENT);
        let kind = industry.kinds[industry.setup.topic_kind[topic as usize] as usize];
        let log2 = kind.experiment_base + kind.work_slope * idea as i32;
        let units = fixed::duration_units(log2, draw[1]);
        let odds = kind.odds_base + self.skill - kind.odds_slope * idea as i32;
        if fixed::chance(odds, draw[0]) {
            self.work |= agent::OUTCOME;
        }
        let population = &industry.population;
        self.began = fixed::mul_shift(
            self.offset,
            population.to_experiment_mul,
            population.to_experiment_shift,
        );
        self.due = agent::ON_EXPERIMENT;
        self.offset = self.began + units;
        industry.add(Counter::ExperimentsStarted, 1);
        industry.add(Counter::ExperimentAssigned, u64::from(units));
    }

    fn choose(&mut self, industry: &mut Industry) {
        self.due = 0;
        self.began = self.offset;
        let candidates = (0..=self.taste as u32).filter_map(|c| self.candidate(industry, c));
        // The first of equals, as `min_by_key` gives it.
        let Some((_, topic, kind, base, open)) = candidates.min_by_key(|candidate| candidate.0)
        else {
            self.work = agent::WAITING;
            self.offset = industry.population.think_len;
            return;
        };
        let draw = self.draw(industry, purpose::THINK);
        let idea = base + board::nth_in(&open, fixed::mul_hi(draw[0], board::ones(&open)));
        let log2 = kind.think_base + kind.work_slope * idea as i32 - self.skill;
        let units = fixed::duration_units(log2, draw[1]);
        self.work = agent::pack(topic, idea);
        self.offset += units;
        industry.add(Counter::Chosen, 1);
        industry.add(Counter::ThinkAssigned, u64::from(units));
    }

    /// Score and tie, topic, kind, base and open ideas of an entry of the tournament.
    #[allow(clippy::type_complexity)]
    fn candidate(
        &self,
        industry: &Industry,
        c: u32,
    ) -> Option<((i32, u32), u32, KindTick, u32, [u32; 1])> {
        let draw = self.draw(industry, purpose::CANDIDATE + c);
        let topics = industry.setup.topics;
        let wide = u64::from(draw[0]) * topics as u64;
        let (column, fraction) = ((wide >> 32) as u32, wide as u32);
        let entry = industry.alias[self.board as usize * topics + column as usize];
        let (topic, kind) = if fraction < entry.threshold {
            (column, entry.other >> 20 & 15)
        } else {
            (entry.other & agent::TOPIC_MASK, entry.other >> 24 & 15)
        };
        let kind = industry.kinds[kind as usize];
        let known = industry.known(topic, self.board as usize);
        let mut open = known.open(industry.population.breadth, kind.idea_end);
        for &(own_topic, idea) in &self.own {
            let at = idea.wrapping_sub(known.base);
            if own_topic == topic && at < 32 {
                open[0] &= !(1 << at);
            }
        }
        if open == [0] {
            return None;
        }
        let first = known.base + open[0].trailing_zeros();
        let z = industry.normal[(draw[1] >> NORMAL_SHIFT) as usize];
        let noise = fixed::scale_normal(industry.population.taste_noise[self.taste], z);
        let score = kind.score_base + kind.score_slope * first as i32 + noise;
        let tie = draw[1] & ((1 << NORMAL_SHIFT) - 1);
        Some(((score, tie), topic, kind, known.base, open))
    }

    fn stall(&mut self, industry: &mut Industry) {
        let length = self.length(industry);
        let counter = self.by_phase(
            Counter::StallThink,
            Counter::StallExperiment,
            Counter::StallThink,
        );
        industry.add(counter, u64::from(length - self.offset));
        industry.add(Counter::Stalled, 1);
        (self.offset, self.began) = (length, length);
    }

    /// The clock's unit changes; what is left is rounded up.
    fn change_units(&mut self, industry: &mut Industry) {
        let population = &industry.population;
        let by = match self.phase() {
            Phase::Experiment => population.experiment_rescale,
            _ => population.think_rescale,
        };
        let start = self.start(industry);
        let left = self.due.wrapping_sub(start) & agent::CLOCK_MASK;
        let left = if by >= 0 {
            u64::from(left).div_ceil(1 << by.min(31))
        } else {
            (u64::from(left) << by.unsigned_abs().min(31)).min(u64::from(fixed::PHASE_UNITS_MAX))
        };
        self.hash(industry, false);
        self.due =
            self.due & agent::ON_EXPERIMENT | start.wrapping_add(left as u32) & agent::CLOCK_MASK;
        self.hash(industry, true);
    }

    fn hash(&self, industry: &mut Industry, add: bool) {
        let salt = industry.population.traits_key.to_array();
        let hash = agent::hash(salt, self.rank, self.due, self.work);
        if add {
            industry.counts.exchange_hash([0; 4], hash);
        } else {
            industry.counts.exchange_hash(hash, [0; 4]);
        }
    }

    fn count_time(&self, industry: &mut Industry, units: u32) {
        let counter = self.by_phase(
            Counter::ThinkTime,
            Counter::ExperimentTime,
            Counter::WaitTime,
        );
        industry.add(counter, u64::from(units));
    }

    fn count_phase(&self, industry: &mut Industry, by: u64) {
        let counter = self.by_phase(
            Counter::DeltaThinking,
            Counter::DeltaExperiment,
            Counter::DeltaWaiting,
        );
        industry.add(counter, by);
    }

    fn phase(&self) -> Phase {
        agent::phase(self.due, self.work)
    }

    fn by_phase<T>(&self, thinking: T, experiment: T, waiting: T) -> T {
        match self.phase() {
            Phase::Experiment => experiment,
            Phase::Thinking => thinking,
            Phase::Waiting | Phase::Absent => waiting,
        }
    }

    fn start(&self, industry: &Industry) -> u32 {
        let population = &industry.population;
        self.by_phase(
            population.think_start,
            population.experiment_start,
            population.think_start,
        )
    }

    fn length(&self, industry: &Industry) -> u32 {
        let population = &industry.population;
        self.by_phase(
            population.think_len,
            population.experiment_len,
            population.think_len,
        )
    }

    fn draw(&self, industry: &Industry, purpose: u32) -> Pair {
        rng::threefry(
            industry.population.key.to_array(),
            rng::counter(self.rank, self.events, purpose),
        )
    }
}
