//! "Research" of `docs/model.md`: all events of one agent in one tick, one after another.

use std::collections::VecDeque;

use takeoff::model::census::{Counter, PopulationCensus};
use takeoff::model::engine::TickInput;
use takeoff::model::layout::{KindTick, PopulationTick};

use super::agent::{Agent, Phase, Traits};
use super::draws::{Two, address, threefry};
use super::knowledge::Knowledge;
use super::numbers::{chance, convert, duration, hi, line, scale};
use super::{Oracle, Ranks, pair, shift_phase};

/// Topic and idea.
type Idea = (usize, u32);

/// A topic to choose.
struct Candidate {
    /// Score, then tie; the lowest wins.
    rating: (i32, u32),
    topic: usize,
    kind: u32,
    open: Vec<u32>,
}

/// An agent on its way through a tick.
struct Busy<'a> {
    world: &'a mut Oracle,
    input: &'a TickInput<'a>,
    index: usize,
    p: &'a PopulationTick,
    count: &'a mut PopulationCensus,
    rank: u64,
    active: u64,
    traits: Traits,
    phase: Phase,
    hand: Option<Idea>,
    outcome: bool,
    /// End of the phase, and its beginning in this tick, on the clock of the phase.
    offset: u32,
    began: u32,
    events: u32,
    /// Newest last.
    own_finds: VecDeque<Idea>,
}

/// Whether the agent is still there and the tick goes on.
#[derive(PartialEq, Eq)]
enum Then {
    Continue,
    Stop,
    Gone,
}

impl Oracle {
    /// One agent's tick.
    pub(super) fn research(
        &mut self,
        index: usize,
        slot: u64,
        input: &TickInput<'_>,
        count: &mut PopulationCensus,
    ) {
        let p = &input.populations[index];
        let rank = self.setup.populations[index].rank_first + slot;
        let agent = self.agents[index][slot as usize];
        let phase = agent.phase();
        let (start, len, busy) = match phase {
            Phase::Absent => return,
            Phase::Thinking => (p.think_start, p.think_len, Counter::BusyThinking),
            Phase::Waiting => (p.think_start, p.think_len, Counter::BusyWaiting),
            Phase::Experiment => (
                p.experiment_start,
                p.experiment_len,
                Counter::BusyExperiment,
            ),
        };
        let offset = agent.offset(start);
        if offset >= len {
            self.mark("research: quiet");
            return;
        }
        count.add(busy, 1);
        shift_phase(count, phase, -1);
        let hand = (phase != Phase::Waiting).then(|| (agent.topic() as usize, agent.idea()));
        let mut run = Busy {
            traits: Traits::of(rank, p, &self.normal),
            world: self,
            input,
            index,
            p,
            count,
            rank,
            active: Ranks::of(p).active,
            phase,
            hand,
            outcome: agent.outcome(),
            offset,
            began: 0,
            events: 0,
            own_finds: VecDeque::new(),
        };
        let after = run.all_events();
        if after != Agent::ABSENT {
            shift_phase(count, after.phase(), 1);
        }
        self.agents[index][slot as usize] = after;
    }
}

impl Busy<'_> {
    /// The loop, and what is stored after it.
    fn all_events(&mut self) -> Agent {
        while self.offset < self.len() {
            match self.event() {
                Then::Continue => self.events += 1, // step 7
                Then::Stop => break,
                Then::Gone => return Agent::ABSENT,
            }
        }
        self.spend(self.offset.min(self.len()));
        let at = u64::from(self.offset);
        match (self.phase, self.hand) {
            (Phase::Experiment, Some((topic, idea))) => {
                let at = at + u64::from(self.p.experiment_start);
                Agent::new(true, at, topic as u32, idea, self.outcome)
            }
            (Phase::Thinking, Some((topic, idea))) => {
                let at = at + u64::from(self.p.think_start);
                Agent::new(false, at, topic as u32, idea, false)
            }
            _ => Agent::waiting(at + u64::from(self.p.think_start)),
        }
    }

    /// Steps 1 to 6 of the loop.
    fn event(&mut self) -> Then {
        if self.events == self.p.events_max {
            return self.stall();
        }
        self.spend(self.offset);
        match self.phase {
            Phase::Thinking => {
                self.count.add(Counter::Events, 1);
                if self.idea_is_known() {
                    self.count.add(Counter::Scooped, 1);
                    self.mark_if(self.rank >= self.active, "check: scooped and inactive");
                } else if self.rank < self.active {
                    self.start_experiment();
                    return Then::Continue;
                } else {
                    self.mark_if(true, "check: new but inactive");
                }
            }
            Phase::Experiment => self.end_experiment(),
            Phase::Waiting | Phase::Absent => {}
        }
        if self.rank >= self.active {
            self.count.add(Counter::Deactivated, 1);
            self.count
                .add(Counter::LeftTime, u64::from(self.p.think_len - self.offset));
            return Then::Gone;
        }
        self.choose();
        Then::Continue
    }

    /// Step 1: the bound on events.
    fn stall(&mut self) -> Then {
        let (len, on_experiment) = (self.len(), self.phase == Phase::Experiment);
        let branch = match self.phase {
            Phase::Thinking => "stall: thinking",
            Phase::Waiting => "stall: waiting",
            _ => "stall: experiment",
        };
        self.mark_if(true, branch);
        let lost = if on_experiment {
            Counter::StallExperiment
        } else {
            Counter::StallThink
        };
        self.count.add(Counter::Stalled, 1);
        self.count.add(lost, u64::from(len - self.offset));
        self.spend(self.offset);
        self.offset = len;
        self.began = len;
        Then::Stop
    }

    /// Step 3, second half: the idea is new and the agent may go on.
    fn start_experiment(&mut self) {
        let (topic, idea) = self.hand.expect("thinking is about an idea");
        let kind = *self.kind(self.world.setup.topic_kind[topic]);
        let u = self.draw(17);
        let units = duration(line(kind.experiment_base, kind.work_slope, idea), u[1]);
        let odds = self.odds(&kind, idea);
        self.outcome = chance(odds, u[0]);
        self.mark_if(odds >= 0, "experiment: certain");
        self.mark_if(odds < -(32 << 16), "experiment: hopeless");
        self.mark_if(units == 1, "duration: shortest");
        self.mark_if(units == (1 << 30) - 1, "duration: longest");
        self.phase = Phase::Experiment;
        self.began = convert(
            self.offset,
            (self.p.to_experiment_mul, self.p.to_experiment_shift),
        );
        self.offset = self.began + units;
        self.mark_if(self.p.experiment_len == 0, "experiment: clock stands still");
        self.mark_if(
            self.offset < self.p.experiment_len,
            "experiment: ends in its tick",
        );
        self.count.add(Counter::ExperimentsStarted, 1);
        self.count
            .add(Counter::ExperimentAssigned, u64::from(units));
    }

    /// Step 4.
    fn end_experiment(&mut self) {
        let (topic, idea) = self.hand.expect("experiments are about an idea");
        self.count.add(Counter::Events, 1);
        self.count.add(Counter::ExperimentsFinished, 1);
        if self.p.weight_log2 > 0 {
            self.others(topic, idea);
        }
        if self.outcome {
            self.count.add(Counter::Successes, 1);
            self.find(topic, idea);
            self.own_finds.push_back((topic, idea));
            if self.own_finds.len() > 8 {
                self.own_finds.pop_front();
                self.mark_if(true, "finds: a ninth");
            }
        }
        self.offset = convert(self.offset, (self.p.to_think_mul, self.p.to_think_shift));
        self.mark_if(
            self.p.think_len == 0,
            "experiment: ends while thinking stands still",
        );
    }

    /// The other researchers that a weighted agent stands for.
    fn others(&mut self, topic: usize, idea: u32) {
        let kind_index = self.world.setup.topic_kind[topic];
        let kind = *self.kind(kind_index);
        let l = u64::from(self.odds(&kind, idea).wrapping_neg().max(0) as u32);
        let u = self.draw(19);
        let next = u64::from(u[1] % (1 << 16)) < l * 8 % (1 << 16);
        let row = (l / (1 << 13)) as usize + usize::from(next);
        let mut n = 0;
        if row < 193 {
            let table = self.p.binomial_table as usize;
            let column = (u[0] / (1 << 24)) as usize;
            let mean = u64::from(self.world.binomial[(table * 193 + row) * 256 + column]);
            n = (mean + u64::from(u[0] % (1 << 12))) / (1 << 12);
        }
        self.count.add(Counter::Successes, n);
        let open = self.open(topic, kind_index);
        self.mark_if(row >= 193, "others: too rare");
        self.mark_if(l == 0, "others: certain");
        if open.is_empty() {
            self.mark_if(n > 0, "others: nothing open");
            return;
        }
        if n > 8 * open.len() as u64 {
            self.mark_if(true, "others: all open ideas");
            for &idea in &open {
                self.find(topic, idea);
            }
            return;
        }
        self.mark_if(n > 4, "others: a second block of places");
        for i in 0..n {
            let words = self.draw(64 + (i / 4) as u32);
            let quarters = [
                words[0] % 65536,
                words[0] / 65536,
                words[1] % 65536,
                words[1] / 65536,
            ];
            let q = quarters[(i % 4) as usize] as usize;
            self.find(topic, open[q * open.len() / 65536]);
        }
    }

    /// Step 6.
    fn choose(&mut self) {
        self.phase = Phase::Thinking;
        self.outcome = false;
        self.began = self.offset;
        let mut best: Option<Candidate> = None;
        for c in 0..=self.traits.taste {
            let u = self.draw(c as u32);
            let (topic, kind_index) = self.candidate(u[0]);
            let mut open = self.open(topic, kind_index);
            let all = open.len();
            open.retain(|&idea| !self.own_finds.contains(&(topic, idea)));
            self.mark_if(open.len() < all, "choose: own finds taken out");
            self.mark_if(all > 0 && open.is_empty(), "choose: only own finds open");
            let Some(&lowest) = open.first() else {
                continue;
            };
            self.mark_if(c == 15, "choose: largest tournament");
            let kind = *self.kind(kind_index);
            let noise = self.p.taste_noise[self.traits.taste];
            let deviate = self.world.normal[(u[1] / (1 << 22)) as usize];
            let score =
                line(kind.score_base, kind.score_slope, lowest).wrapping_add(scale(noise, deviate));
            let rating = (score, u[1] % (1 << 22));
            let equal = best.as_ref().is_some_and(|best| best.rating.0 == score);
            self.mark_if(equal, "choose: equal scores");
            if best.as_ref().is_none_or(|best| rating < best.rating) {
                best = Some(Candidate {
                    rating,
                    topic,
                    kind: kind_index,
                    open,
                });
            }
        }
        let Some(Candidate {
            topic, kind, open, ..
        }) = best
        else {
            self.mark_if(true, "choose: nothing open");
            self.phase = Phase::Waiting;
            self.hand = None;
            self.offset = self.p.think_len;
            return;
        };
        let u = self.draw(16);
        let idea = open[hi(u[0], open.len() as u32) as usize];
        let kind = self.kind(kind);
        let effort = line(kind.think_base, kind.work_slope, idea).wrapping_sub(self.traits.skill);
        let units = duration(effort, u[1]);
        self.hand = Some((topic, idea));
        self.offset += units;
        self.count.add(Counter::Chosen, 1);
        self.count.add(Counter::ThinkAssigned, u64::from(units));
    }

    /// Topic of a candidate and its kind, from the board's alias table.
    fn candidate(&mut self, u: u32) -> (usize, u32) {
        let topics = self.world.setup.topics as u64;
        let v = u64::from(u) * topics;
        let (column, fraction) = (v / (1 << 32), (v % (1 << 32)) as u32);
        let entry = self.world.alias[self.traits.board * topics as usize + column as usize];
        if fraction < entry.threshold {
            (column as usize, entry.other / (1 << 20) % 16)
        } else {
            self.mark_if(true, "choose: the column's other topic");
            (
                (entry.other % (1 << 20)) as usize,
                entry.other / (1 << 24) % 16,
            )
        }
    }

    /// What the agent sees of a topic.
    fn view(&mut self, topic: usize) -> Knowledge {
        let board = self.traits.board;
        let current = &self.world.nodes[board][topic];
        let threshold = self.input.boards[board].read_threshold;
        if self.p.reading != 1 || threshold == u32::MAX {
            return current.clone();
        }
        let key = threefry(pair(self.p.reading_key), address(self.rank, 0, 0));
        let mut view = self.world.older[board][topic].clone();
        view.join_some(current, topic, self.world.reach(), threshold, key);
        let (older, all) = (
            self.world.older[board][topic].known.len(),
            current.known.len(),
        );
        self.mark_if(view.known.len() < all, "view: news missed");
        self.mark_if(view.known.len() > older, "view: news read");
        view
    }

    fn idea_is_known(&mut self) -> bool {
        let (topic, idea) = self.hand.expect("thinking is about an idea");
        self.view(topic).known.contains(&idea)
    }

    /// Open ideas of the view, ascending.
    fn open(&mut self, topic: usize, kind: u32) -> Vec<u32> {
        let end = self.kind(kind).idea_end;
        self.view(topic)
            .open(self.world.reach(), self.p.breadth, end)
    }

    /// Puts an idea among the board's finds.
    fn find(&mut self, topic: usize, idea: u32) {
        let board = self.traits.board;
        let base = self.world.nodes[board][topic].base;
        self.mark_if(idea < base, "finds: below the base");
        if idea >= base {
            self.world.finds[board][topic].insert(idea);
        }
    }

    fn odds(&self, kind: &KindTick, idea: u32) -> i32 {
        let base = kind.odds_base.wrapping_add(self.traits.skill);
        line(base, kind.odds_slope.wrapping_neg(), idea)
    }

    fn kind(&self, kind: u32) -> &KindTick {
        &self.input.kinds[self.index * self.world.setup.kinds.len() + kind as usize]
    }

    fn mark_if(&mut self, taken: bool, branch: &'static str) {
        self.world.mark_if(taken, branch);
    }

    fn draw(&self, purpose: u32) -> Two {
        threefry(pair(self.p.key), address(self.rank, self.events, purpose))
    }

    /// Length of the tick on the clock of the phase.
    fn len(&self) -> u32 {
        if self.phase == Phase::Experiment {
            self.p.experiment_len
        } else {
            self.p.think_len
        }
    }

    /// Counts the time of the phase up to `until`.
    fn spend(&mut self, until: u32) {
        let counter = match self.phase {
            Phase::Thinking => Counter::ThinkTime,
            Phase::Experiment => Counter::ExperimentTime,
            Phase::Waiting => Counter::WaitTime,
            Phase::Absent => return,
        };
        self.count.add(counter, u64::from(until - self.began));
    }
}
