//! From the due agents of a chunk, over the events of the tick, back into the chunk.

use std::mem::offset_of;

use super::stack::{FIELDS, Researchers, Stack, WideSum};
use super::{Research, World};
use crate::cpu::arithmetic::{Ranks, counter, pcg4d, scale_normal, splat, threefry};
use crate::cpu::known::Known;
use crate::cpu::lanes::{LANES_MAX, Lanes, Mask, lanes_in};
use crate::model::agent::{self, OWN_FINDS, Phase};
use crate::model::census::{Counter, PopulationCensus};
use crate::model::layout::{self, BoardTick, KindTick, PopulationTick, TASTE_MAX};
use crate::model::rng::purpose;
use crate::model::tables::NORMAL_SHIFT;

/// Vectors that are scanned at a time.
const SCAN: usize = 4;

/// Most researchers between the stacks of one taste: a vector less one in each of the three, and one that
/// arrives. Those who leave are as few.
const UNDER_WAY: usize = 4 * LANES_MAX;

/// Memory that a thread works in, kept from chunk to chunk.
pub struct Desk {
    /// Slots of due agents of whom no more is known yet.
    due: Stack<1>,
    /// By taste: slots of due agents, and first words of their traits.
    tastes: Vec<Stack<2>>,
    /// Those whose thinking ends in the tick.
    pub thinking: Stack<FIELDS>,
    /// Those whose experiment ends in the tick.
    pub experiment: Stack<FIELDS>,
    /// Those who look for an idea: slot, offset, counts, board, skill.
    pub free: Stack<5>,
    /// Those who have no more events: slot and words.
    pub done: Stack<3>,
    /// By slot: the last finds of the tick, `idea << IDEA_SHIFT | topic`.
    pub own: Vec<u32>,
}

impl Desk {
    /// An empty one.
    pub fn new() -> Self {
        Self {
            due: Stack::new((SCAN + 1) * LANES_MAX),
            tastes: (0..TASTE_MAX).map(|_| Stack::new(0)).collect(),
            thinking: Stack::new(UNDER_WAY),
            experiment: Stack::new(UNDER_WAY),
            free: Stack::new(UNDER_WAY),
            done: Stack::new(UNDER_WAY),
            own: Vec::new(),
        }
    }
}

/// What [`KindTick`] says, by kind: small enough to look up in a register.
pub struct Kinds {
    pub think_base: [u32; 16],
    pub experiment_base: [u32; 16],
    pub odds_base: [u32; 16],
    pub score_base: [u32; 16],
    pub work_slope: [u32; 16],
    pub odds_slope: [u32; 16],
    pub score_slope: [u32; 16],
    pub idea_end: [u32; 16],
}

impl Kinds {
    fn new(kinds: &[KindTick]) -> Self {
        let column = |field: fn(&KindTick) -> u32| {
            let mut column = [0; 16];
            for (entry, kind) in column.iter_mut().zip(kinds) {
                *entry = field(kind);
            }
            column
        };
        Self {
            think_base: column(|kind| kind.think_base as u32),
            experiment_base: column(|kind| kind.experiment_base as u32),
            odds_base: column(|kind| kind.odds_base as u32),
            score_base: column(|kind| kind.score_base as u32),
            work_slope: column(|kind| kind.work_slope as u32),
            odds_slope: column(|kind| kind.odds_slope as u32),
            score_slope: column(|kind| kind.score_slope as u32),
            idea_end: column(|kind| kind.idea_end),
        }
    }
}

/// A chunk of agents in the stage.
pub struct Flow<'a, L, const W: usize> {
    pub world: &'a World<'a>,
    pub population: &'a PopulationTick,
    pub kinds: Kinds,
    pub census: PopulationCensus,
    /// Tournament size - 1 of the researchers under way.
    pub taste: usize,
    /// Thinking and experiment units of the ideas taken up and the experiments started.
    pub assigned: [WideSum<L>; 2],
    /// Units spent thinking, in experiments, waiting.
    spent: [WideSum<L>; 3],
    ranks: Ranks,
    due: &'a mut [u32],
    work: &'a mut [u32],
    /// Slots below are active.
    active: u32,
    /// Tastes that there are.
    tastes: usize,
    /// Change of the digest, by lane of the digest and of the vector.
    hashes: [L; 4],
}

impl<'a, L: Lanes, const W: usize> Flow<'a, L, W> {
    /// The chunk, and what its thread works in.
    #[inline(always)]
    pub fn new(research: Research<'a, W>) -> (Self, &'a mut Desk) {
        let active = layout::merge(research.population.active).saturating_sub(research.from);
        let thresholds = &research.population.taste_thresholds;
        debug_assert!(thresholds.is_sorted_by(|a, b| a >= b) && thresholds[TASTE_MAX - 1] == 0);
        let flow = Self {
            world: research.world,
            population: research.population,
            kinds: Kinds::new(research.kinds),
            census: PopulationCensus::ZERO,
            taste: 0,
            assigned: [WideSum::zero(); 2],
            spent: [WideSum::zero(); 3],
            ranks: Ranks::new(research.from, research.due.len()),
            active: active.min(research.due.len() as u64) as u32,
            tastes: 1 + thresholds
                .iter()
                .filter(|&&threshold| threshold > 0)
                .count(),
            due: research.due,
            work: research.work,
            hashes: [L::splat(0); 4],
        };
        (flow, research.desk)
    }

    /// Runs all events of the chunk.
    #[inline(always)]
    pub fn run(mut self, desk: &mut Desk) -> PopulationCensus {
        self.sort(desk);
        while self.taste < self.tastes {
            match self.next(desk) {
                Step::Arrive => self.arrive(desk),
                Step::EndThinking => self.end_thinking(desk),
                Step::EndExperiment => self.end_experiment(desk),
                Step::Choose => self.choose(desk),
                Step::Leave => self.write_back(desk),
                Step::NextTaste => self.taste += 1,
            }
        }
        for (sum, hash) in self.census.lanes.iter_mut().zip(self.hashes) {
            *sum = hash.sum(L::Mask::first(L::COUNT)) as u32;
        }
        for (counter, sum) in [
            (Counter::ThinkAssigned, self.assigned[0]),
            (Counter::ExperimentAssigned, self.assigned[1]),
            (Counter::ThinkTime, self.spent[0]),
            (Counter::ExperimentTime, self.spent[1]),
            (Counter::WaitTime, self.spent[2]),
        ] {
            self.census.add(counter, sum.total());
        }
        self.census
    }

    /// What to do next: whatever fills a vector, the nearest to its end first, so that no stack grows;
    /// then more agents; at last what is left.
    #[inline(always)]
    fn next(&self, desk: &Desk) -> Step {
        if desk.free.len() >= L::COUNT {
            Step::Choose
        } else if desk.done.len() >= L::COUNT {
            Step::Leave
        } else if desk.experiment.len() >= L::COUNT {
            Step::EndExperiment
        } else if desk.thinking.len() >= L::COUNT {
            Step::EndThinking
        } else if desk.tastes[self.taste].len() > 0 {
            Step::Arrive
        } else if desk.thinking.len() > 0 {
            Step::EndThinking
        } else if desk.experiment.len() > 0 {
            Step::EndExperiment
        } else if desk.free.len() > 0 {
            Step::Choose
        } else if desk.done.len() > 0 {
            Step::Leave
        } else {
            Step::NextTaste
        }
    }

    /// Finds the due agents and sorts them by taste, so that the tournaments of a vector are of one size.
    #[inline(always)]
    fn sort(&mut self, desk: &mut Desk) {
        let mut scanned = 0;
        loop {
            if desk.due.len() >= L::COUNT {
                self.sort_vector(desk);
            } else if scanned < self.due.len() {
                scanned = self.scan(scanned, desk);
            } else if desk.due.len() > 0 {
                self.sort_vector(desk);
            } else {
                return;
            }
        }
    }

    /// Draws the traits of a vector of due agents.
    #[inline(always)]
    fn sort_vector(&mut self, desk: &mut Desk) {
        let ([slot], mut left) = desk.due.pop::<L>();
        let traits = threefry(
            splat(self.population.traits_key.to_array()),
            counter(self.ranks.at(slot), L::splat(0), purpose::TRAITS),
        );
        // Thresholds descend: a draw is below the first ones.
        for (taste, sorted) in desk.tastes[..self.tastes].iter_mut().enumerate() {
            let below = traits[1].lt(L::splat(self.population.taste_thresholds[taste]));
            sorted.fit(self.due.len());
            sorted.push(&[slot, traits[0]], left & !below);
            left = left & below;
        }
    }

    /// Notes due agents from slot `from` on until they fill a vector; gives the slot after the last that
    /// was looked at.
    #[inline(always)]
    fn scan(&mut self, from: usize, desk: &mut Desk) -> usize {
        let mut slot = from;
        while self.due.len() - slot >= SCAN * L::COUNT {
            let mut masks = [L::Mask::first(0); SCAN];
            let mut any = L::Mask::first(0);
            for (i, mask) in masks.iter_mut().enumerate() {
                *mask = self.is_due(L::load(&self.due[slot + i * L::COUNT..]));
                any = any | *mask;
            }
            let first = slot;
            slot += SCAN * L::COUNT;
            if !any.any() {
                continue;
            }
            for (i, mask) in masks.into_iter().enumerate() {
                self.note(desk, first + i * L::COUNT, mask);
            }
            if desk.due.len() >= L::COUNT {
                return slot;
            }
        }
        while slot < self.due.len() {
            let count = (self.due.len() - slot).min(L::COUNT);
            let mut due = [0; LANES_MAX];
            due[..count].copy_from_slice(&self.due[slot..slot + count]);
            let mask = self.is_due(L::load(&due)) & L::Mask::first(count);
            self.note(desk, slot, mask);
            slot += count;
        }
        slot
    }

    /// Notes the agents in `mask` of the vector at `slot` as due.
    #[inline(always)]
    fn note(&self, desk: &mut Desk, slot: usize, mask: L::Mask) {
        let slots = L::splat(slot as u32) + L::indices();
        desk.due.push(&[slots], mask);
        if mask.count() as usize <= L::COUNT / 8 {
            // Few and far between: nothing else fetches their second words.
            for lane in lanes_in(mask) {
                L::prefetch(self.work, slot + lane);
            }
        }
    }

    /// Does the phase end inside the tick?
    #[inline(always)]
    fn is_due(&self, due: L) -> L::Mask {
        let on_experiment = due.lt_signed(L::splat(0));
        let population = self.population;
        let start = L::select(
            on_experiment,
            L::splat(population.experiment_start),
            L::splat(population.think_start),
        );
        let len = L::select(
            on_experiment,
            L::splat(population.experiment_len),
            L::splat(population.think_len),
        );
        ((due - start) & L::splat(agent::CLOCK_MASK)).lt(len)
    }

    /// Loads a vector of due agents of the taste.
    #[inline(always)]
    fn arrive(&mut self, desk: &mut Desk) {
        let ([slot, traits], mask) = desk.tastes[self.taste].pop::<L>();
        let due = L::gather(self.due, slot, mask);
        let work = L::gather(self.work, slot, mask);
        let present = mask & work.lt_signed(L::splat(0));
        let on_experiment = present & due.lt_signed(L::splat(0));
        let idle = topic(work).eq(L::splat(agent::TOPIC_MASK));
        let waiting = present & idle & !on_experiment;
        let thinking = present & !on_experiment & !waiting;
        let population = self.population;
        let start = L::select(
            on_experiment,
            L::splat(population.experiment_start),
            L::splat(population.think_start),
        );
        let z = L::gather(self.world.normal, traits.shr(L::splat(NORMAL_SHIFT)), mask);
        let board = traits
            .shl(L::splat(32 - NORMAL_SHIFT))
            .mul_hi(L::splat(population.board_count));
        let who = Researchers {
            slot,
            work,
            offset: (due - start) & L::splat(agent::CLOCK_MASK),
            began: L::splat(0),
            counts: L::splat(0),
            board: L::splat(population.board_first) + board,
            skill: L::splat(population.skill_base as u32)
                + scale_normal(L::splat(population.skill_sigma as u32), z),
        };
        let hash = self.hash(slot, due, work);
        for (sum, hash) in self.hashes.iter_mut().zip(hash) {
            *sum = *sum - L::select(present, hash, L::splat(0));
        }
        for (busy, change, mask) in [
            (Counter::BusyThinking, Counter::DeltaThinking, thinking),
            (
                Counter::BusyExperiment,
                Counter::DeltaExperiment,
                on_experiment,
            ),
            (Counter::BusyWaiting, Counter::DeltaWaiting, waiting),
        ] {
            self.count(busy, mask);
            self.census
                .add(change, u64::from(mask.count()).wrapping_neg());
        }
        desk.thinking.push(&who.fields(), thinking);
        desk.experiment.push(&who.fields(), on_experiment);
        if waiting.any() {
            let waiting = self.below_bound(desk, &who, Phase::Waiting, waiting);
            self.add_time(Phase::Waiting, who.offset, waiting);
            self.free(desk, &who, waiting);
        }
    }

    /// Researchers without an idea look for one, or leave if their rank is inactive. The offset is on the
    /// thinking clock.
    #[inline(always)]
    pub fn free(&mut self, desk: &mut Desk, who: &Researchers<L>, mask: L::Mask) {
        let active = mask & self.active(who);
        let fields = [who.slot, who.offset, who.counts, who.board, who.skill];
        desk.free.push(&fields, active);
        let leaving = mask & !active;
        if leaving.any() {
            let left = L::splat(self.population.think_len) - who.offset;
            self.count(Counter::Deactivated, leaving);
            self.census.add(Counter::LeftTime, left.sum(leaving));
            self.write(who.slot, L::splat(0), L::splat(0), leaving);
        }
    }

    /// Of researchers whose phase ends, those that may still have an event. The others stop here: they
    /// keep the end of their phase and lose the wait until the tick ends.
    #[inline(always)]
    pub fn below_bound(
        &mut self,
        desk: &mut Desk,
        who: &Researchers<L>,
        phase: Phase,
        mask: L::Mask,
    ) -> L::Mask {
        let below = mask & who.events().lt(L::splat(self.population.events_max));
        let stalled = mask & !below;
        if stalled.any() {
            let (counter, len) = match phase {
                Phase::Experiment => (Counter::StallExperiment, self.population.experiment_len),
                _ => (Counter::StallThink, self.population.think_len),
            };
            let lost = L::splat(len) - who.offset;
            self.census.add(counter, lost.sum(stalled));
            self.count(Counter::Stalled, stalled);
            self.add_time(phase, who.offset - who.began, stalled);
            let stopped = Researchers {
                offset: L::splat(len),
                began: L::splat(len),
                ..*who
            };
            self.leave(desk, &stopped, phase, stalled);
        }
        below
    }

    /// Researchers end the tick in `phase`.
    #[inline(always)]
    pub fn leave(&mut self, desk: &mut Desk, who: &Researchers<L>, phase: Phase, mask: L::Mask) {
        let population = self.population;
        let (clock, start, len, change) = match phase {
            Phase::Experiment => (
                agent::ON_EXPERIMENT,
                population.experiment_start,
                population.experiment_len,
                Counter::DeltaExperiment,
            ),
            Phase::Thinking => (
                0,
                population.think_start,
                population.think_len,
                Counter::DeltaThinking,
            ),
            Phase::Waiting | Phase::Absent => (
                0,
                population.think_start,
                population.think_len,
                Counter::DeltaWaiting,
            ),
        };
        self.count(change, mask);
        self.add_time(phase, who.offset.min(L::splat(len)) - who.began, mask);
        let ends = (L::splat(start) + who.offset) & L::splat(agent::CLOCK_MASK);
        let due = L::splat(clock) | ends;
        desk.done.push(&[who.slot, due, who.work], mask);
    }

    /// Stores a vector of researchers who are through with the tick.
    #[inline(always)]
    fn write_back(&mut self, desk: &mut Desk) {
        let ([slot, due, work], mask) = desk.done.pop::<L>();
        let hash = self.hash(slot, due, work);
        for (sum, hash) in self.hashes.iter_mut().zip(hash) {
            *sum = *sum + L::select(mask, hash, L::splat(0));
        }
        self.write(slot, due, work, mask);
    }

    /// Contribution of present agents to the digest.
    #[inline(always)]
    fn hash(&self, slot: L, due: L, work: L) -> [L; 4] {
        let [low, high] = self.ranks.at(slot);
        let salt = self.population.traits_key;
        pcg4d([low ^ L::splat(salt.x), high ^ L::splat(salt.y), due, work])
    }

    #[inline(always)]
    fn write(&mut self, slot: L, due: L, work: L, mask: L::Mask) {
        due.scatter(self.due, slot, mask);
        work.scatter(self.work, slot, mask);
    }

    /// Whose ranks are active.
    #[inline(always)]
    pub fn active(&self, who: &Researchers<L>) -> L::Mask {
        who.slot.lt(L::splat(self.active))
    }

    /// Words of the chunk's own finds.
    #[inline(always)]
    pub fn own_len(&self) -> usize {
        self.due.len() * OWN_FINDS
    }

    /// A draw of the tick.
    #[inline(always)]
    pub fn draw(&self, who: &Researchers<L>, purpose: u32) -> [L; 2] {
        threefry(
            splat(self.population.key.to_array()),
            counter(self.ranks.at(who.slot), who.events(), purpose),
        )
    }

    /// What the researchers' boards know of the topics.
    #[inline(always)]
    pub fn current(&self, board: L, topic: L, mask: L::Mask) -> Known<L, W> {
        let row = topic * L::splat(self.world.node_rows as u32) + board;
        Known::gather(self.world.nodes, row, mask)
    }

    /// What the researchers know: what their boards do, or the older part and the news that they read.
    #[inline(always)]
    pub fn view(&self, who: &Researchers<L>, topic: L, mask: L::Mask) -> Known<L, W> {
        let current = self.current(who.board, topic, mask);
        if self.population.reading == 0 {
            return current;
        }
        let boards: &[u32] = bytemuck::cast_slice(self.world.boards);
        let fields = (size_of::<BoardTick>() / size_of::<u32>()) as u32;
        let field = (offset_of!(BoardTick, read_threshold) / size_of::<u32>()) as u32;
        let at = who.board * L::splat(fields) + L::splat(field);
        let threshold = L::gather(boards, at, mask);
        let reads_some = mask & !threshold.eq(L::splat(u32::MAX));
        if !reads_some.any() {
            return current;
        }
        let row = topic * L::splat(self.world.board_rows as u32) + who.board;
        let older = Known::gather(self.world.older, row, reads_some);
        let reader = threefry(
            splat(self.population.reading_key.to_array()),
            counter(self.ranks.at(who.slot), L::splat(0), 0),
        );
        let read = older.join_some(&current, topic, threshold, reader, reads_some);
        Known::select(reads_some, read, current)
    }

    /// Kinds of the topics of the ideas in hand.
    #[inline(always)]
    pub fn kind(&self, who: &Researchers<L>, mask: L::Mask) -> L {
        L::gather(self.world.topic_kind, topic(who.work), mask)
    }

    /// log2 of the success probability of the ideas in hand, Q16.
    #[inline(always)]
    pub fn odds(&self, who: &Researchers<L>, kind: L) -> L {
        let base = L::pick(&self.kinds.odds_base, kind);
        base + who.skill - L::pick(&self.kinds.odds_slope, kind) * idea(who.work)
    }

    /// Counts `mask`.
    #[inline(always)]
    pub fn count(&mut self, counter: Counter, mask: L::Mask) {
        self.census.add(counter, u64::from(mask.count()));
    }

    /// Counts `units` as spent in a phase.
    #[inline(always)]
    pub fn add_time(&mut self, phase: Phase, units: L, mask: L::Mask) {
        let spent = match phase {
            Phase::Thinking => &mut self.spent[0],
            Phase::Experiment => &mut self.spent[1],
            Phase::Waiting | Phase::Absent => &mut self.spent[2],
        };
        spent.add(units, mask);
    }
}

/// What can be done with the researchers under way.
enum Step {
    Arrive,
    EndThinking,
    EndExperiment,
    Choose,
    Leave,
    NextTaste,
}

/// Topics of ideas in hand.
#[inline(always)]
pub fn topic<L: Lanes>(work: L) -> L {
    work & L::splat(agent::TOPIC_MASK)
}

/// Indices of ideas in hand.
#[inline(always)]
pub fn idea<L: Lanes>(work: L) -> L {
    work.shr(L::splat(agent::IDEA_SHIFT)) & L::splat(agent::IDEA_MASK)
}
