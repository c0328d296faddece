//! Stage `research`: every agent runs all its events of the tick on its own.
//!
//! Twin of `shaders/research.wgsl`; the text of both is `docs/model.md`, "Research".

use std::sync::atomic::{AtomicU32, Ordering};

use crate::model::agent::{self, Phase};
use crate::model::board::{self, Known};
use crate::model::census::{Counter, PopulationCensus};
use crate::model::fixed;
use crate::model::layout::{self, AliasEntry, BoardTick, KindTick, PopulationTick};
use crate::model::rng::{self, Pair, purpose};
use crate::model::tables::{BINOMIAL_COLUMNS, BINOMIAL_ROWS, NORMAL_SHIFT, SPREAD_FACTOR};

/// Everything outside the agents that they read in a tick, and the finds they write.
pub struct World<'a> {
    /// Topics.
    pub topics: usize,
    /// Rows of `nodes` in a topic.
    pub node_rows: usize,
    /// Rows of `older` and `finds` in a topic.
    pub board_rows: usize,
    /// Current knowledge.
    pub nodes: &'a [u32],
    /// Knowledge at the last turn of news.
    pub older: &'a [u32],
    /// What is found in this tick, relative to the boards' bases.
    pub finds: &'a [AtomicU32],
    /// Kind of each topic.
    pub topic_kind: &'a [u32],
    /// Alias tables by board.
    pub alias: &'a [AliasEntry],
    /// Binomial tables.
    pub binomial: &'a [u32],
    /// Standard normal, Q12.
    pub normal: &'a [i32],
    /// By board.
    pub boards: &'a [BoardTick],
}

/// Research of the agents with ranks `from..from + due.len()`.
pub fn research<const W: usize>(
    world: &World<'_>,
    population: &PopulationTick,
    kinds: &[KindTick],
    from: u64,
    due: &mut [u32],
    work: &mut [u32],
) -> PopulationCensus {
    let mut census = PopulationCensus::ZERO;
    const GROUP: usize = 32;
    for (group, dues) in due.chunks_mut(GROUP).enumerate() {
        let mut busy = 0u32;
        for (i, &due) in dues.iter().enumerate() {
            busy |= u32::from(is_due(population, due)) << i;
        }
        while busy != 0 {
            let i = busy.trailing_zeros() as usize;
            busy &= busy - 1;
            let slot = group * GROUP + i;
            if work[slot] & agent::PRESENT == 0 {
                continue;
            }
            let rank = from + slot as u64;
            let (old_due, old_work) = (dues[i], work[slot]);
            let mut researcher =
                Researcher::<W>::load(world, population, kinds, rank, old_due, old_work);
            researcher.run(&mut census);
            (dues[i], work[slot]) = (researcher.due, researcher.work);
            let salt = population.traits_key.to_array();
            census.exchange_hash(
                agent::hash(salt, rank, old_due, old_work),
                agent::hash(salt, rank, dues[i], work[slot]),
            );
        }
    }
    census
}

/// Does the phase end inside the tick?
#[inline(always)]
fn is_due(population: &PopulationTick, due: u32) -> bool {
    let on_experiment = due & agent::ON_EXPERIMENT != 0;
    let start = if on_experiment {
        population.experiment_start
    } else {
        population.think_start
    };
    let len = if on_experiment {
        population.experiment_len
    } else {
        population.think_len
    };
    due.wrapping_sub(start) & agent::CLOCK_MASK < len
}

/// One agent between loading and storing.
struct Researcher<'a, const W: usize> {
    world: &'a World<'a>,
    population: &'a PopulationTick,
    kinds: &'a [KindTick],
    rank: u64,
    active: bool,
    due: u32,
    work: u32,
    /// Offset in the tick at which the phase ends, on the phase's clock.
    offset: u32,
    /// Offset at which it began, 0 if before the tick.
    began: u32,
    /// Events so far.
    events: u32,
    board: u32,
    taste: usize,
    skill: i32,
    /// Last finds of this tick as (idea, topic), newest first.
    own: [u32; agent::OWN_FINDS],
}

/// What a choice of topic came to.
struct Choice<const W: usize> {
    score: i32,
    tie: u32,
    topic: u32,
    kind: u32,
    base: u32,
    open: [u32; W],
}

impl<'a, const W: usize> Researcher<'a, W> {
    fn load(
        world: &'a World<'a>,
        population: &'a PopulationTick,
        kinds: &'a [KindTick],
        rank: u64,
        due: u32,
        work: u32,
    ) -> Self {
        let traits = rng::threefry(
            population.traits_key.to_array(),
            rng::counter(rank, 0, purpose::TRAITS),
        );
        let z = world.normal[(traits[0] >> NORMAL_SHIFT) as usize];
        let on_experiment = due & agent::ON_EXPERIMENT != 0;
        let start = if on_experiment {
            population.experiment_start
        } else {
            population.think_start
        };
        Self {
            world,
            population,
            kinds,
            rank,
            active: rank < layout::merge(population.active),
            due,
            work,
            offset: due.wrapping_sub(start) & agent::CLOCK_MASK,
            began: 0,
            events: 0,
            board: population.board_first
                + fixed::mul_hi(traits[0] << (32 - NORMAL_SHIFT), population.board_count),
            taste: population
                .taste_thresholds
                .iter()
                .filter(|&&t| traits[1] < t)
                .count(),
            skill: population.skill_base + fixed::scale_normal(population.skill_sigma, z),
            own: [u32::MAX; agent::OWN_FINDS],
        }
    }

    /// Events of the tick, until the phase in hand ends after it.
    fn run(&mut self, census: &mut PopulationCensus) {
        self.count_phase(census, self.phase(), -1);
        census.add(
            match self.phase() {
                Phase::Experiment => Counter::BusyExperiment,
                Phase::Thinking => Counter::BusyThinking,
                _ => Counter::BusyWaiting,
            },
            1,
        );
        while self.offset < self.len() {
            if self.events == self.population.events_max {
                self.stall(census);
                break;
            }
            self.event(census);
            if self.work == 0 {
                break;
            }
            self.events += 1;
        }
        if self.work != 0 {
            let spent = self.offset.min(self.len()) - self.began;
            self.count_time(census, spent);
            self.due = self.due & agent::ON_EXPERIMENT
                | self.start().wrapping_add(self.offset) & agent::CLOCK_MASK;
        }
        self.count_phase(census, self.phase(), 1);
    }

    /// The end of one phase and the start of the next.
    fn event(&mut self, census: &mut PopulationCensus) {
        self.count_time(census, self.offset - self.began);
        match self.phase() {
            Phase::Thinking => {
                census.add(Counter::Events, 1);
                let (topic, idea) = (agent::topic(self.work), agent::idea(self.work));
                if self.view(topic).knows(idea) {
                    census.add(Counter::Scooped, 1);
                } else if self.active {
                    self.start_experiment(census);
                    return;
                }
            }
            Phase::Experiment => {
                census.add(Counter::Events, 1);
                self.finish_experiment(census);
                self.offset = fixed::mul_shift(
                    self.offset,
                    self.population.to_think_mul,
                    self.population.to_think_shift,
                );
            }
            Phase::Waiting | Phase::Absent => {}
        }
        if self.active {
            self.choose(census);
        } else {
            census.add(Counter::Deactivated, 1);
            census.add(
                Counter::LeftTime,
                u64::from(self.population.think_len - self.offset),
            );
            (self.due, self.work) = (0, 0);
        }
    }

    /// Takes up an idea, or waits for the end of the tick if none is open.
    fn choose(&mut self, census: &mut PopulationCensus) {
        self.due = 0;
        self.began = self.offset;
        let mut best: Option<Choice<W>> = None;
        for candidate in 0..=self.taste as u32 {
            if let Some(choice) = self.candidate(candidate)
                && best
                    .as_ref()
                    .is_none_or(|b| (choice.score, choice.tie) < (b.score, b.tie))
            {
                best = Some(choice);
            }
        }
        let Some(best) = best else {
            self.work = agent::WAITING;
            self.offset = self.population.think_len;
            return;
        };
        let draw = self.draw(purpose::THINK);
        let pick = fixed::mul_hi(draw[0], board::ones(&best.open));
        let idea = best.base + board::nth_in(&best.open, pick);
        let kind = &self.kinds[best.kind as usize];
        let log2 = kind.think_base + kind.work_slope * idea as i32 - self.skill;
        let units = fixed::duration_units(log2, draw[1]);
        self.work = agent::pack(best.topic, idea);
        self.offset += units;
        census.add(Counter::Chosen, 1);
        census.add(Counter::ThinkAssigned, u64::from(units));
    }

    /// One entry of the tournament; `None` if nothing is open in the topic.
    fn candidate(&self, candidate: u32) -> Option<Choice<W>> {
        let draw = self.draw(purpose::CANDIDATE + candidate);
        let wide = u64::from(draw[0]) * self.world.topics as u64;
        let (column, fraction) = ((wide >> 32) as u32, wide as u32);
        let entry = self.world.alias[self.board as usize * self.world.topics + column as usize];
        let (topic, kind) = if fraction < entry.threshold {
            (column, entry.other >> 20 & 15)
        } else {
            (entry.other & agent::TOPIC_MASK, entry.other >> 24 & 15)
        };
        let view = self.view(topic);
        let mut open = view.open(self.population.breadth, self.kinds[kind as usize].idea_end);
        for own in self.own {
            let at = (own >> agent::IDEA_SHIFT).wrapping_sub(view.base);
            if agent::topic(own) == topic && at < 32 * W as u32 {
                open[at as usize / 32] &= !(1 << (at % 32));
            }
        }
        if board::ones(&open) == 0 {
            return None;
        }
        let first = view.base + board::nth_in(&open, 0);
        let kind_tick = &self.kinds[kind as usize];
        let noise = fixed::scale_normal(
            self.population.taste_noise[self.taste],
            self.world.normal[(draw[1] >> NORMAL_SHIFT) as usize],
        );
        Some(Choice {
            score: kind_tick.score_base + kind_tick.score_slope * first as i32 + noise,
            tie: draw[1] & ((1 << NORMAL_SHIFT) - 1),
            topic,
            kind,
            base: view.base,
            open,
        })
    }

    /// Draws the outcome and puts the experiment on the cluster.
    fn start_experiment(&mut self, census: &mut PopulationCensus) {
        let draw = self.draw(purpose::EXPERIMENT);
        let idea = agent::idea(self.work);
        let kind = self.kind();
        let log2 = kind.experiment_base + kind.work_slope * idea as i32;
        let units = fixed::duration_units(log2, draw[1]);
        if fixed::chance(self.odds(), draw[0]) {
            self.work |= agent::OUTCOME;
        }
        self.due = agent::ON_EXPERIMENT;
        self.began = fixed::mul_shift(
            self.offset,
            self.population.to_experiment_mul,
            self.population.to_experiment_shift,
        );
        self.offset = self.began + units;
        census.add(Counter::ExperimentsStarted, 1);
        census.add(Counter::ExperimentAssigned, u64::from(units));
    }

    /// Reports what the experiment, and those of the others it stands for, found.
    fn finish_experiment(&mut self, census: &mut PopulationCensus) {
        census.add(Counter::ExperimentsFinished, 1);
        let topic = agent::topic(self.work);
        if self.population.weight_log2 > 0 {
            let others = self.others();
            census.add(Counter::Successes, u64::from(others));
            self.spread(topic, others);
        }
        if self.work & agent::OUTCOME != 0 {
            census.add(Counter::Successes, 1);
            let idea = agent::idea(self.work);
            self.find(topic, idea);
            self.own.copy_within(0..agent::OWN_FINDS - 1, 1);
            self.own[0] = idea << agent::IDEA_SHIFT | topic;
        }
    }

    /// Finds of the other researchers the agent stands for: one binomial draw.
    fn others(&self) -> u32 {
        let draw = self.draw(purpose::OTHERS);
        let rarity = (-self.odds()).max(0) as u32;
        let between = rarity << 3 & 0xffff;
        let row = (rarity >> 13) as usize + usize::from(draw[1] & 0xffff < between);
        if row >= BINOMIAL_ROWS {
            return 0;
        }
        let table = self.population.binomial_table as usize * BINOMIAL_ROWS + row;
        let mean = self.world.binomial[table * BINOMIAL_COLUMNS + (draw[0] >> 24) as usize];
        (mean + (draw[0] & 0xfff)) >> 12
    }

    /// Spreads `finds` evenly over the open ideas of the topic.
    fn spread(&self, topic: u32, finds: u32) {
        let view = self.view(topic);
        let mut found = view.open(self.population.breadth, self.kind().idea_end);
        let count = board::ones(&found);
        if count == 0 || finds == 0 {
            return;
        }
        if finds <= SPREAD_FACTOR * count {
            let open = std::mem::replace(&mut found, [0; W]);
            let mut draw = [0; 2];
            for i in 0..finds {
                if i % 4 == 0 {
                    draw = self.draw(purpose::SPREAD + i / 4);
                }
                let quarter = (draw[(i as usize / 2) % 2] >> (16 * (i % 2))) & 0xffff;
                let at = board::nth_in(&open, (quarter * count) >> 16);
                found[at as usize / 32] |= 1 << (at % 32);
            }
        }
        for at in 0..32 * W as u32 {
            if found[at as usize / 32] >> (at % 32) & 1 != 0 {
                self.find(topic, view.base + at);
            }
        }
    }

    /// Sets the idea's bit in the board's finds; ideas below the base are known already.
    fn find(&self, topic: u32, idea: u32) {
        let at = idea.wrapping_sub(self.current(topic).base);
        if at < 32 * W as u32 {
            let row = topic as usize * self.world.board_rows + self.board as usize;
            self.world.finds[row * W + at as usize / 32]
                .fetch_or(1 << (at % 32), Ordering::Relaxed);
        }
    }

    /// What the agent's board knows of the topic.
    fn current(&self, topic: u32) -> Known<W> {
        let row = topic as usize * self.world.node_rows + self.board as usize;
        Known::read(&self.world.nodes[row * (1 + W)..])
    }

    /// What the agent sees of it: all, or the older part and the news that it read.
    fn view(&self, topic: u32) -> Known<W> {
        let current = self.current(topic);
        if self.population.reading == 0 {
            return current;
        }
        let row = topic as usize * self.world.board_rows + self.board as usize;
        let older = Known::<W>::read(&self.world.older[row * (1 + W)..]);
        let threshold = self.world.boards[self.board as usize].read_threshold;
        if threshold == u32::MAX {
            return current;
        }
        let reader = rng::threefry(
            self.population.reading_key.to_array(),
            rng::counter(self.rank, 0, 0),
        );
        older.join_some(&current, topic, threshold, reader)
    }

    /// Stops at the event bound: the rest of the tick is lost.
    fn stall(&mut self, census: &mut PopulationCensus) {
        let on_experiment = self.due & agent::ON_EXPERIMENT != 0;
        let lost = self.len() - self.offset;
        let counter = if on_experiment {
            Counter::StallExperiment
        } else {
            Counter::StallThink
        };
        census.add(counter, u64::from(lost));
        census.add(Counter::Stalled, 1);
        // The phase keeps its end; only the wait is lost, so its time stops here.
        self.count_time(census, self.offset - self.began);
        self.offset = self.len();
        self.began = self.offset;
    }

    /// Counts `units` as spent in the phase in hand.
    fn count_time(&self, census: &mut PopulationCensus, units: u32) {
        let counter = match self.phase() {
            Phase::Thinking => Counter::ThinkTime,
            Phase::Experiment => Counter::ExperimentTime,
            Phase::Waiting | Phase::Absent => Counter::WaitTime,
        };
        census.add(counter, u64::from(units));
    }

    /// Moves the count of agents in `phase` by `by`.
    fn count_phase(&self, census: &mut PopulationCensus, phase: Phase, by: i64) {
        let counter = match phase {
            Phase::Thinking => Counter::DeltaThinking,
            Phase::Experiment => Counter::DeltaExperiment,
            Phase::Waiting => Counter::DeltaWaiting,
            Phase::Absent => return,
        };
        census.add(counter, by as u64);
    }

    fn phase(&self) -> Phase {
        agent::phase(self.due, self.work)
    }

    fn start(&self) -> u32 {
        match self.phase() {
            Phase::Experiment => self.population.experiment_start,
            _ => self.population.think_start,
        }
    }

    fn len(&self) -> u32 {
        match self.phase() {
            Phase::Experiment => self.population.experiment_len,
            _ => self.population.think_len,
        }
    }

    fn kind(&self) -> &'a KindTick {
        &self.kinds[self.world.topic_kind[agent::topic(self.work) as usize] as usize]
    }

    /// log2 of the success probability of the idea in hand, Q16.
    fn odds(&self) -> i32 {
        let kind = self.kind();
        kind.odds_base + self.skill - kind.odds_slope * agent::idea(self.work) as i32
    }

    fn draw(&self, purpose: u32) -> Pair {
        rng::threefry(
            self.population.key.to_array(),
            rng::counter(self.rank, self.events, purpose),
        )
    }
}
