//! The choice of an idea: a tournament among topics that look good.

use super::flow::{Desk, Flow, topic};
use super::stack::{EVENT, Researchers};
use crate::cpu::arithmetic::{duration_units, scale_normal};
use crate::cpu::known::Window;
use crate::cpu::lanes::{Lanes, Mask};
use crate::model::agent::{self, OWN_FINDS, Phase};
use crate::model::census::Counter;
use crate::model::rng::purpose;
use crate::model::tables::NORMAL_SHIFT;

/// What choices of a topic came to, one a lane.
#[derive(Clone, Copy)]
struct Choice<L, const W: usize> {
    score: L,
    tie: L,
    topic: L,
    kind: L,
    base: L,
    open: Window<L, W>,
}

impl<L: Lanes, const W: usize> Choice<L, W> {
    /// `yes` in the lanes of `mask`, `no` in the others.
    #[inline(always)]
    fn select(mask: L::Mask, yes: &Self, no: &Self) -> Self {
        Self {
            score: L::select(mask, yes.score, no.score),
            tie: L::select(mask, yes.tie, no.tie),
            topic: L::select(mask, yes.topic, no.topic),
            kind: L::select(mask, yes.kind, no.kind),
            base: L::select(mask, yes.base, no.base),
            open: Window::select(mask, yes.open, no.open),
        }
    }
}

impl<L: Lanes, const W: usize> Flow<'_, L, W> {
    /// A vector of researchers of one taste takes up ideas; who finds none open waits for the end of the
    /// tick.
    #[inline(always)]
    pub fn choose(&mut self, desk: &mut Desk, free: [L; 4], mask: L::Mask) {
        let [place, offset, tag, skill] = free;
        let mut who = Researchers {
            place,
            work: L::splat(agent::WAITING),
            offset,
            tag,
            skill,
        };
        let taste = self.taste;
        let noise = self.population.taste_noise[taste] as u32;
        let (mut best, mut found) = self.candidate(desk, &who, 0, noise, mask);
        for candidate in 1..=taste as u32 {
            let (choice, open) = self.candidate(desk, &who, candidate, noise, mask);
            let lower = choice.score.lt_signed(best.score);
            let tied = choice.score.eq(best.score) & choice.tie.lt(best.tie);
            let better = open & (!found | lower | tied);
            best = Choice::select(better, &choice, &best);
            found = found | open;
        }

        let idle = mask & !found;
        if idle.any() {
            let waiting = Researchers {
                offset: L::splat(self.population.think_len),
                ..who
            };
            self.spent(Phase::Waiting).subtract(offset, idle);
            self.leave(desk, &waiting, Phase::Waiting, idle);
        }

        let draw = self.draw(&who, purpose::THINK);
        let pick = draw[0].mul_hi(best.open.count());
        let idea = best.base + best.open.nth(pick);
        let log2 = L::pick(&self.kinds.think_base, best.kind)
            + L::pick(&self.kinds.work_slope, best.kind) * idea
            - who.skill;
        let units = duration_units(log2, draw[1]);
        who.work = L::splat(agent::PRESENT) | idea.shl(L::splat(agent::IDEA_SHIFT)) | best.topic;
        who.offset = offset + units;
        who.place = who.place + L::splat(EVENT);
        self.count(Counter::Chosen, found);
        self.spent(Phase::Thinking).subtract(offset, found);
        self.assigned[0].add(units, found);
        let again = found & who.offset.lt(L::splat(self.population.think_len));
        desk.thinking.push(&who.fields(), again);
        self.leave(desk, &who, Phase::Thinking, found & !again);
    }

    /// One entry of the tournament; the mask tells where anything is open in the topic.
    #[inline(always)]
    fn candidate(
        &self,
        desk: &Desk,
        who: &Researchers<L>,
        candidate: u32,
        noise: u32,
        mask: L::Mask,
    ) -> (Choice<L, W>, L::Mask) {
        let draw = self.draw(who, purpose::CANDIDATE + candidate);
        let topics = L::splat(self.world.topics as u32);
        let (column, fraction) = (draw[0].mul_hi(topics), draw[0] * topics);
        let entry = who.board() * topics + column;
        let [threshold, other] = L::gather_pair(self.world.alias, entry, mask);
        let own_topic = fraction.lt(threshold);
        let topic = L::select(own_topic, column, other & L::splat(agent::TOPIC_MASK));
        let kind_at = L::select(own_topic, L::splat(20), L::splat(24));
        let kind = other.shr(kind_at) & L::splat(15);

        let view = self.view(who, topic, mask);
        let end = L::pick(&self.kinds.idea_end, kind);
        let open = view.open(self.population.breadth, end);
        let open = self.without_own(desk, who, topic, view.base, open, mask);
        // Who has one candidate takes it, whatever it looks like.
        let mut score = L::splat(0);
        if self.taste > 0 {
            let first = view.base + open.first();
            let z = L::gather(self.world.normal, draw[1].shr(L::splat(NORMAL_SHIFT)), mask);
            score = L::pick(&self.kinds.score_base, kind)
                + L::pick(&self.kinds.score_slope, kind) * first
                + scale_normal(L::splat(noise), z);
        }
        let choice = Choice {
            score,
            tie: draw[1] & L::splat((1 << NORMAL_SHIFT) - 1),
            topic,
            kind,
            base: view.base,
            open,
        };
        (choice, mask & !open.is_empty())
    }

    /// The open ideas of the topic without those that the researchers found in this tick.
    #[inline(always)]
    fn without_own(
        &self,
        desk: &Desk,
        who: &Researchers<L>,
        topic_in_view: L,
        base: L,
        mut open: Window<L, W>,
        mask: L::Mask,
    ) -> Window<L, W> {
        for find in 0..OWN_FINDS as u32 {
            let has = mask & L::splat(find).lt(who.finds());
            if !has.any() {
                break;
            }
            let at = who.slot() * L::splat(OWN_FINDS as u32) + L::splat(find);
            let own = L::gather(&desk.own, at, has);
            let here = has & topic(own).eq(topic_in_view);
            let idea = own.shr(L::splat(agent::IDEA_SHIFT));
            open = open.without(Window::bit(idea - base).keep(here));
        }
        open
    }
}
