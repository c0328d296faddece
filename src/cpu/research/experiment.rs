//! Experiments: what thinking leads to, and what comes of it.

use super::flow::{Desk, Flow, free_fields, idea, topic};
use super::stack::{EVENT, Researchers};
use crate::cpu::arithmetic::{chance, duration_units};
use crate::cpu::known::Window;
use crate::cpu::lanes::{LANES_MAX, Lanes, Mask, lanes_in};
use crate::model::agent::{self, OWN_FINDS, Phase};
use crate::model::census::Counter;
use crate::model::rng::purpose;
use crate::model::tables::{BINOMIAL_COLUMNS, BINOMIAL_ROWS, SPREAD_FACTOR};

impl<L: Lanes, const W: usize> Flow<'_, L, W> {
    /// A vector of researchers is done with thinking: who finds the idea known by now looks for another,
    /// the others put their experiments on the cluster.
    #[inline(always)]
    pub fn end_thinking(&mut self, desk: &mut Desk) {
        let (fields, mask) = desk.thinking.pop::<L>();
        let who = Researchers::from_fields(fields);
        let mask = self.below_bound(desk, &who, Phase::Thinking, mask);
        self.spent(Phase::Thinking).add(who.offset, mask);
        self.count(Counter::Events, mask);
        let known = self.view(&who, topic(who.work), mask).knows(idea(who.work));
        self.count(Counter::Scooped, mask & known);
        let starts = mask & !known & self.active(&who);
        let free = self.keep_active(&who, mask & !starts);
        desk.free.push(&free_fields(&who), free);
        self.start_experiment(desk, who, starts);
    }

    /// Draws the outcome and the length of experiments.
    #[inline(always)]
    fn start_experiment(&mut self, desk: &mut Desk, mut who: Researchers<L>, mask: L::Mask) {
        let draw = self.draw(&who, purpose::EXPERIMENT);
        let kind = self.kind(&who, mask);
        let log2 = L::pick(&self.kinds.experiment_base, kind)
            + L::pick(&self.kinds.work_slope, kind) * idea(who.work);
        let units = duration_units(log2, draw[1]);
        let success = chance(self.odds(&who, kind), draw[0]);
        let outcome = L::select(success, L::splat(agent::OUTCOME), L::splat(0));
        let population = self.population;
        who.work = who.work | outcome;
        let began = who
            .offset
            .mul_shift(population.to_experiment_mul, population.to_experiment_shift);
        self.spent(Phase::Experiment).subtract(began, mask);
        who.offset = began + units;
        who.place = who.place + L::splat(EVENT);
        self.count(Counter::ExperimentsStarted, mask);
        self.assigned[1].add(units, mask);
        let again = mask & who.offset.lt(L::splat(population.experiment_len));
        desk.experiment.push(&who.fields(), again);
        self.leave(desk, &who, Phase::Experiment, mask & !again);
    }

    /// A vector of experiments ends: they report what they found, and who ran them looks for another
    /// idea: at once if they fill a vector, else on their stack.
    #[inline(always)]
    pub fn end_experiment(&mut self, desk: &mut Desk) -> Option<([L; 4], L::Mask)> {
        let (fields, mask) = desk.experiment.pop::<L>();
        let mut who = Researchers::from_fields(fields);
        let mask = self.below_bound(desk, &who, Phase::Experiment, mask);
        self.spent(Phase::Experiment).add(who.offset, mask);
        self.count(Counter::Events, mask);
        self.count(Counter::ExperimentsFinished, mask);
        if self.population.weight_log2 > 0 {
            self.report_others(desk, &who, mask);
        }
        let success = mask & !(who.work & L::splat(agent::OUTCOME)).eq(L::splat(0));
        if success.any() {
            self.count(Counter::Successes, success);
            let (topic, idea) = (topic(who.work), idea(who.work));
            let base = self.current(who.board(), topic, success).base;
            self.report(desk, &who, Window::bit(idea - base), success);
            let own = idea.shl(L::splat(agent::IDEA_SHIFT)) | topic;
            let place = who.finds() & L::splat(OWN_FINDS as u32 - 1);
            let at = who.slot() * L::splat(OWN_FINDS as u32) + place;
            if desk.own.len() < self.own_len() {
                desk.own.resize(self.own_len(), 0);
            }
            own.scatter(&mut desk.own, at, success);
            who.add_find(success);
        }
        who.offset = who
            .offset
            .mul_shift(self.population.to_think_mul, self.population.to_think_shift);
        let free = self.keep_active(&who, mask);
        if free.count() as usize == L::COUNT {
            return Some((free_fields(&who), free));
        }
        desk.free.push(&free_fields(&who), free);
        None
    }

    /// Reports what the other researchers found for whom a researcher stands.
    #[inline(always)]
    fn report_others(&mut self, desk: &mut Desk, who: &Researchers<L>, mask: L::Mask) {
        let kind = self.kind(who, mask);
        let others = self.others(who, kind, mask);
        let finding = mask & !others.eq(L::splat(0));
        self.census.add(Counter::Successes, others.sum(finding));
        if finding.any() {
            let topic = topic(who.work);
            let view = self.view(who, topic, finding);
            let end = L::pick(&self.kinds.idea_end, kind);
            let open = view.open(self.population.breadth, end);
            let found = self.spread(who, open, others, finding);
            let base = self.current(who.board(), topic, finding).base;
            // Ideas below the base of the board are known already.
            self.report(desk, who, found.down(base - view.base), finding);
        }
    }

    /// Finds of the other researchers: one binomial draw.
    #[inline(always)]
    fn others(&self, who: &Researchers<L>, kind: L, mask: L::Mask) -> L {
        let draw = self.draw(who, purpose::OTHERS);
        let rarity = (L::splat(0) - self.odds(who, kind)).max_signed(L::splat(0));
        let between = rarity.shl(L::splat(3)) & L::splat(0xffff);
        let next = (draw[1] & L::splat(0xffff)).lt(between);
        let row = rarity.shr(L::splat(13)) + L::select(next, L::splat(1), L::splat(0));
        let mask = mask & row.lt(L::splat(BINOMIAL_ROWS as u32));
        if !mask.any() {
            return L::splat(0);
        }
        let first = self.population.binomial_table * BINOMIAL_ROWS as u32;
        let at = (L::splat(first) + row) * L::splat(BINOMIAL_COLUMNS as u32);
        let mean = L::gather(self.world.binomial, at + draw[0].shr(L::splat(24)), mask);
        let finds = (mean + (draw[0] & L::splat(0xfff))).shr(L::splat(12));
        L::select(mask, finds, L::splat(0))
    }

    /// Spreads finds evenly over open ideas.
    #[inline(always)]
    fn spread(
        &self,
        who: &Researchers<L>,
        open: Window<L, W>,
        finds: L,
        mask: L::Mask,
    ) -> Window<L, W> {
        let count = open.count();
        let few = mask & !(L::splat(SPREAD_FACTOR) * count).lt(finds);
        let mut found = open.keep(mask & !few);
        let mut draw = [L::splat(0); 2];
        let mut find = 0;
        loop {
            let more = few & L::splat(find).lt(finds);
            if !more.any() {
                return found;
            }
            if find % 4 == 0 {
                draw = self.draw(who, purpose::SPREAD + find / 4);
            }
            let half = draw[find as usize / 2 % 2].shr(L::splat(find % 2 * 16));
            let pick = ((half & L::splat(0xffff)) * count).shr(L::splat(16));
            found = found.or(Window::bit(open.nth(pick)).keep(more));
            find += 1;
        }
    }

    /// Sets finds, relative to the base of the researchers' boards.
    #[inline(always)]
    fn report(&self, desk: &mut Desk, who: &Researchers<L>, found: Window<L, W>, mask: L::Mask) {
        let row = topic(who.work) * L::splat(self.world.board_rows as u32) + who.board();
        for (w, bits) in found.0.into_iter().enumerate() {
            let at = row * L::splat(W as u32) + L::splat(w as u32);
            // Most of a busy tick's finds are made more than once.
            let new = bits & !L::gather(&desk.finds, at, mask);
            let fresh = mask & !new.eq(L::splat(0));
            if fresh.any() {
                let (mut places, mut words) = ([0; LANES_MAX], [0; LANES_MAX]);
                at.store(&mut places);
                bits.store(&mut words);
                for lane in lanes_in(fresh) {
                    desk.finds[places[lane] as usize] |= words[lane];
                }
            }
        }
    }
}
