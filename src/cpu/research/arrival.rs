//! Who has an event in the tick: found in a chunk, sorted by taste, loaded.

use super::flow::{BATCH, Desk, Flow, free_fields};
use super::stack::Researchers;
use crate::cpu::agents::{Phases, phases, tick_start};
use crate::cpu::arithmetic::{counter, scale_normal, splat, threefry};
use crate::cpu::lanes::{LANES_MAX, Lanes, Mask, lanes_in};
use crate::model::agent::{self, Phase};
use crate::model::census::Counter;
use crate::model::rng::purpose;
use crate::model::tables::NORMAL_SHIFT;

/// Vectors that are scanned at a time.
const SCAN: usize = 4;

/// How far ahead first words are fetched: a page, where the processor's own fetching stops.
const AHEAD: usize = 1024;

impl<L: Lanes, const W: usize> Flow<'_, L, W> {
    /// Sorts the due agents by taste, so that the tournaments of a vector are of one size.
    #[inline(always)]
    pub fn sort(&mut self, desk: &mut Desk) {
        if desk.due.len() == 0 {
            return;
        }
        for sorted in &mut desk.tastes[..self.tastes] {
            sorted.fit(desk.due.len());
        }
        while desk.due.len() > 0 {
            self.sort_vector(desk);
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
            sorted.push(&[slot, traits[0]], left & !below);
            left = left & below;
        }
    }

    /// Finds the due agents.
    #[inline(always)]
    pub fn scan(&mut self, desk: &mut Desk) {
        desk.due.fit(self.due.len());
        let mut slot = 0;
        while self.due.len() - slot >= SCAN * L::COUNT {
            let mut masks = [L::Mask::first(0); SCAN];
            let mut any = L::Mask::first(0);
            for (i, mask) in masks.iter_mut().enumerate() {
                L::prefetch(self.due, slot + i * L::COUNT + AHEAD);
                *mask = self.is_due(L::load(&self.due[slot + i * L::COUNT..]));
                any = any | *mask;
            }
            if any.any() {
                for (i, mask) in masks.into_iter().enumerate() {
                    self.note(desk, slot + i * L::COUNT, mask);
                }
            }
            slot += SCAN * L::COUNT;
        }
        while slot < self.due.len() {
            let count = (self.due.len() - slot).min(L::COUNT);
            let mut due = [0; LANES_MAX];
            due[..count].copy_from_slice(&self.due[slot..slot + count]);
            let mask = self.is_due(L::load(&due)) & L::Mask::first(count);
            self.note(desk, slot, mask);
            slot += count;
        }
    }

    /// Notes the agents in `mask` of the vector at `slot` as due.
    #[inline(always)]
    fn note(&self, desk: &mut Desk, slot: usize, mask: L::Mask) {
        let slots = L::splat(slot as u32) + L::indices();
        desk.due.push(&[slots], mask);
        // Nothing else fetches their second words in time.
        if mask.count() as usize <= L::COUNT / 8 {
            for lane in lanes_in(mask) {
                L::prefetch(self.work, slot + lane);
            }
        } else {
            L::prefetch(self.work, slot);
        }
    }

    /// Does the phase end inside the tick?
    #[inline(always)]
    fn is_due(&self, due: L) -> L::Mask {
        let on_experiment = due.lt_signed(L::splat(0));
        let population = self.population;
        let start = tick_start::<L>(population, on_experiment);
        let len = L::select(
            on_experiment,
            L::splat(population.experiment_len),
            L::splat(population.think_len),
        );
        ((due - start) & L::splat(agent::CLOCK_MASK)).lt(len)
    }

    /// Loads a batch of due agents of the taste.
    #[inline(always)]
    pub fn arrive(&mut self, desk: &mut Desk) {
        for _ in 0..BATCH / L::COUNT {
            if desk.tastes[self.taste].len() == 0 {
                return;
            }
            self.arrive_vector(desk);
        }
    }

    #[inline(always)]
    fn arrive_vector(&mut self, desk: &mut Desk) {
        let ([slot, traits], mask) = desk.tastes[self.taste].pop::<L>();
        let due = L::gather(self.due, slot, mask);
        let work = L::gather(self.work, slot, mask);
        let Phases {
            thinking,
            experiment,
            waiting,
        } = phases(due, work, mask);
        let population = self.population;
        let start = tick_start::<L>(population, experiment);
        let z = L::gather(self.world.normal, traits.shr(L::splat(NORMAL_SHIFT)), mask);
        let board = traits
            .shl(L::splat(32 - NORMAL_SHIFT))
            .mul_hi(L::splat(population.board_count));
        let who = Researchers {
            place: slot,
            work,
            offset: (due - start) & L::splat(agent::CLOCK_MASK),
            tag: Researchers::tag_of(L::splat(population.board_first) + board),
            skill: L::splat(population.skill_base as u32)
                + scale_normal(L::splat(population.skill_sigma as u32), z),
        };
        let present = thinking | experiment | waiting;
        self.hashes
            .subtract(self.ranks.at(slot), due, work, present);
        for (busy, change, mask) in [
            (Counter::BusyThinking, Counter::DeltaThinking, thinking),
            (
                Counter::BusyExperiment,
                Counter::DeltaExperiment,
                experiment,
            ),
            (Counter::BusyWaiting, Counter::DeltaWaiting, waiting),
        ] {
            self.count(busy, mask);
            self.census
                .add(change, u64::from(mask.count()).wrapping_neg());
        }
        desk.thinking.push(&who.fields(), thinking);
        desk.experiment.push(&who.fields(), experiment);
        if waiting.any() {
            let waiting = self.below_bound(desk, &who, Phase::Waiting, waiting);
            self.spent(Phase::Waiting).add(who.offset, waiting);
            let active = self.keep_active(&who, waiting);
            desk.free.push(&free_fields(&who), active);
        }
    }
}
