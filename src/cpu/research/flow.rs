//! From the due agents of a chunk, over the events of the tick, back into the chunk.

use std::mem::offset_of;

use super::World;
use super::kinds::Kinds;
use super::stack::{FIELDS, Researchers, SLOT_BITS, Stack, WideSum};
use crate::cpu::agents::{Agents, Hashes};
use crate::cpu::arithmetic::{Ranks, counter, splat, threefry};
use crate::cpu::known::Known;
use crate::cpu::lanes::{LANES_MAX, Lanes, Mask};
use crate::model::agent::{self, OWN_FINDS, Phase};
use crate::model::census::{Counter, PopulationCensus};
use crate::model::layout::{self, BoardTick, KindTick, PopulationTick, TASTE_MAX};

/// Researchers of a taste who are on their way together. A step takes many vectors one after the other, of
/// words stored long before: what was just stored in parts cannot be loaded whole without a stall. All
/// stacks fit in the first cache.
pub const BATCH: usize = 1024;

/// Most on a stack: a batch, and less than a vector left of the one before on each.
const UNDER_WAY: usize = BATCH + 4 * LANES_MAX;

/// Memory that a thread works in, kept from chunk to chunk.
pub struct Desk {
    /// Slots of the due agents.
    pub due: Stack<1>,
    /// By taste: slots of due agents, and first words of their traits.
    pub tastes: Vec<Stack<2>>,
    /// Those whose thinking ends in the tick.
    pub thinking: Stack<FIELDS>,
    /// Those whose experiment ends in the tick.
    pub experiment: Stack<FIELDS>,
    /// Those who look for an idea, as [`free_fields`] has them.
    pub free: Stack<4>,
    /// Those who have no more events: slot and words.
    done: Stack<3>,
    /// By slot: the last finds of the tick, `idea << IDEA_SHIFT | topic`.
    pub own: Vec<u32>,
    /// By topic, board and word of the window: what is found in this tick, relative to the board's base.
    pub finds: Vec<u32>,
}

impl Desk {
    /// Most bytes of one with so many words of finds, for chunks of so many agents.
    pub fn bytes(finds: usize, chunk: usize) -> usize {
        let by_slot = Stack::<1>::words(chunk) + TASTE_MAX * Stack::<2>::words(chunk);
        let under_way = 2 * Stack::<FIELDS>::words(UNDER_WAY)
            + Stack::<4>::words(UNDER_WAY)
            + Stack::<3>::words(UNDER_WAY);
        size_of::<u32>() * (by_slot + under_way + chunk * OWN_FINDS + finds)
    }

    /// An empty one, with room for so many words of finds.
    pub fn new(finds: usize) -> Self {
        Self {
            due: Stack::new(0),
            tastes: (0..TASTE_MAX).map(|_| Stack::new(0)).collect(),
            thinking: Stack::new(UNDER_WAY),
            experiment: Stack::new(UNDER_WAY),
            free: Stack::new(UNDER_WAY),
            done: Stack::new(UNDER_WAY),
            own: Vec::new(),
            finds: vec![0; finds],
        }
    }
}

/// The stage as one thread runs it.
pub struct Flow<'a, L, const W: usize> {
    pub world: &'a World<'a>,
    pub population: &'a PopulationTick,
    pub kinds: Kinds,
    pub census: PopulationCensus,
    /// Thinking and experiment units of the ideas taken up and the experiments started.
    pub assigned: [WideSum<L>; 2],
    /// Units spent thinking, in experiments, waiting: offsets at which that ended in the tick, less those
    /// at which it began.
    spent: [WideSum<L>; 3],
    /// Change of the digest.
    pub hashes: Hashes<L>,
    /// Tastes that there are.
    pub tastes: usize,
    /// Tournament size - 1 of the researchers under way.
    pub taste: usize,
    /// Of the chunk at hand.
    pub ranks: Ranks,
    pub due: &'a mut [u32],
    pub work: &'a mut [u32],
    /// Slots below are active.
    active: u32,
}

impl<'a, L: Lanes, const W: usize> Flow<'a, L, W> {
    /// Nothing done yet.
    #[inline(always)]
    pub fn new(world: &'a World<'a>, population: &'a PopulationTick, kinds: &[KindTick]) -> Self {
        let thresholds = &population.taste_thresholds;
        debug_assert!(thresholds.is_sorted_by(|a, b| a >= b) && thresholds[TASTE_MAX - 1] == 0);
        let above_none = thresholds.iter().filter(|&&threshold| threshold > 0);
        Self {
            world,
            population,
            kinds: Kinds::new(kinds),
            census: PopulationCensus::ZERO,
            assigned: [WideSum::zero(); 2],
            spent: [WideSum::zero(); 3],
            hashes: Hashes::new(population),
            tastes: 1 + above_none.count(),
            taste: 0,
            ranks: Ranks::new(0, 0),
            due: &mut [],
            work: &mut [],
            active: 0,
        }
    }

    /// Runs all events of a chunk of at most [`crate::cpu::CHUNK_MAX`] agents.
    #[inline(always)]
    pub fn run(&mut self, chunk: Agents<'a>, desk: &mut Desk) {
        let active = layout::merge(self.population.active).saturating_sub(chunk.from);
        self.active = active.min(chunk.due.len() as u64) as u32;
        self.ranks = Ranks::new(chunk.from, chunk.due.len());
        (self.due, self.work) = (chunk.due, chunk.work);
        self.scan(desk);
        self.sort(desk);
        for taste in 0..self.tastes {
            self.taste = taste;
            while desk.tastes[taste].len() > 0 {
                self.arrive(desk);
                // Vectors that are not full wait for the next batch, if there is one.
                let least = if desk.tastes[taste].len() > 0 {
                    L::COUNT
                } else {
                    1
                };
                self.run_batch(desk, least);
            }
        }
    }

    /// Runs events until fewer than `least` researchers are on every stack.
    #[inline(always)]
    fn run_batch(&mut self, desk: &mut Desk, least: usize) {
        loop {
            while desk.thinking.len() >= least {
                self.end_thinking(desk);
            }
            if desk.experiment.len().max(desk.free.len()) < least {
                break;
            }
            while desk.experiment.len().max(desk.free.len()) >= least {
                let free = if desk.experiment.len() >= least {
                    self.end_experiment(desk)
                } else {
                    Some(desk.free.pop())
                };
                if let Some((free, mask)) = free {
                    self.choose(desk, free, mask);
                }
            }
        }
        while desk.done.len() >= least {
            self.write_back(desk);
        }
    }

    /// What was counted, with the change of the digest.
    #[inline(always)]
    pub fn census(mut self) -> PopulationCensus {
        for (counter, sum) in [
            (Counter::ThinkAssigned, self.assigned[0]),
            (Counter::ExperimentAssigned, self.assigned[1]),
            (Counter::ThinkTime, self.spent[0]),
            (Counter::ExperimentTime, self.spent[1]),
            (Counter::WaitTime, self.spent[2]),
        ] {
            self.census.add(counter, sum.total());
        }
        self.census.lanes = self.hashes.lanes();
        self.census
    }

    /// Of researchers without an idea those who look for one; those of inactive ranks leave. The offset is
    /// on the thinking clock.
    #[inline(always)]
    pub fn keep_active(&mut self, who: &Researchers<L>, mask: L::Mask) -> L::Mask {
        let active = mask & self.active(who);
        let leaving = mask & !active;
        if leaving.any() {
            let left = L::splat(self.population.think_len) - who.offset;
            self.count(Counter::Deactivated, leaving);
            self.census.add(Counter::LeftTime, left.sum(leaving));
            self.write(who.slot(), L::splat(0), L::splat(0), leaving);
        }
        active
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
        let bound = L::splat(self.population.events_max << SLOT_BITS);
        let below = mask & who.place.lt(bound);
        let stalled = mask & !below;
        if stalled.any() {
            let counter = match phase {
                Phase::Experiment => Counter::StallExperiment,
                _ => Counter::StallThink,
            };
            let len = L::splat(self.len(phase));
            self.census.add(counter, (len - who.offset).sum(stalled));
            self.count(Counter::Stalled, stalled);
            self.spent(phase).add(who.offset, stalled);
            self.settle(desk, who, len, phase, stalled);
        }
        below
    }

    /// Researchers in `phase` as the tick ends.
    #[inline(always)]
    pub fn leave(&mut self, desk: &mut Desk, who: &Researchers<L>, phase: Phase, mask: L::Mask) {
        let whole = u64::from(mask.count()) * u64::from(self.len(phase));
        let counter = match phase {
            Phase::Experiment => Counter::ExperimentTime,
            Phase::Thinking => Counter::ThinkTime,
            Phase::Waiting | Phase::Absent => Counter::WaitTime,
        };
        self.census.add(counter, whole);
        self.settle(desk, who, who.offset, phase, mask);
    }

    /// Researchers are through with the tick; their phase ends at `offset`.
    #[inline(always)]
    fn settle(
        &mut self,
        desk: &mut Desk,
        who: &Researchers<L>,
        offset: L,
        phase: Phase,
        mask: L::Mask,
    ) {
        let (clock, start, change) = match phase {
            Phase::Experiment => (
                agent::ON_EXPERIMENT,
                self.population.experiment_start,
                Counter::DeltaExperiment,
            ),
            Phase::Thinking => (0, self.population.think_start, Counter::DeltaThinking),
            Phase::Waiting | Phase::Absent => {
                (0, self.population.think_start, Counter::DeltaWaiting)
            }
        };
        self.count(change, mask);
        let ends = (L::splat(start) + offset) & L::splat(agent::CLOCK_MASK);
        let due = L::splat(clock) | ends;
        desk.done.push(&[who.slot(), due, who.work], mask);
    }

    /// Stores a vector of researchers who are through with the tick.
    #[inline(always)]
    fn write_back(&mut self, desk: &mut Desk) {
        let ([slot, due, work], mask) = desk.done.pop::<L>();
        self.hashes.add(self.ranks.at(slot), due, work, mask);
        self.write(slot, due, work, mask);
    }

    #[inline(always)]
    fn write(&mut self, slot: L, due: L, work: L, mask: L::Mask) {
        due.scatter(self.due, slot, mask);
        work.scatter(self.work, slot, mask);
    }

    /// Whose ranks are active.
    #[inline(always)]
    pub fn active(&self, who: &Researchers<L>) -> L::Mask {
        who.slot().lt(L::splat(self.active))
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
            counter(self.ranks.at(who.slot()), who.events(), purpose),
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
        let current = self.current(who.board(), topic, mask);
        if self.population.reading == 0 {
            return current;
        }
        let boards: &[u32] = bytemuck::cast_slice(self.world.boards);
        let fields = (size_of::<BoardTick>() / size_of::<u32>()) as u32;
        let field = (offset_of!(BoardTick, read_threshold) / size_of::<u32>()) as u32;
        let at = who.board() * L::splat(fields) + L::splat(field);
        let threshold = L::gather(boards, at, mask);
        let reads_some = mask & !threshold.eq(L::splat(u32::MAX));
        if !reads_some.any() {
            return current;
        }
        let row = topic * L::splat(self.world.board_rows as u32) + who.board();
        let older = Known::gather(self.world.older, row, reads_some);
        let reader = threefry(
            splat(self.population.reading_key.to_array()),
            counter(self.ranks.at(who.slot()), L::splat(0), 0),
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

    /// Time spent in a phase.
    #[inline(always)]
    pub fn spent(&mut self, phase: Phase) -> &mut WideSum<L> {
        match phase {
            Phase::Thinking => &mut self.spent[0],
            Phase::Experiment => &mut self.spent[1],
            Phase::Waiting | Phase::Absent => &mut self.spent[2],
        }
    }

    /// Length of the tick on a phase's clock.
    #[inline(always)]
    pub fn len(&self, phase: Phase) -> u32 {
        match phase {
            Phase::Experiment => self.population.experiment_len,
            _ => self.population.think_len,
        }
    }
}

/// What is kept of those who look for an idea: all but the idea.
#[inline(always)]
pub fn free_fields<L: Lanes>(who: &Researchers<L>) -> [L; 4] {
    [who.place, who.offset, who.tag, who.skill]
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
