//! What the view knows of a run.

use std::collections::VecDeque;

use super::course::{Course, Point};
use super::news::{Line, News, Topic};
use crate::record::bound::Bound;
use crate::record::{Accumulator, TickRow};

/// Lines of the log that are kept.
const LINES_MAX: usize = 100;

/// What does not change while a run goes.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Name of the scenario.
    pub name: String,
    /// Seed.
    pub seed: u64,
    /// Engine, and the adapter it runs on.
    pub engine: String,
    /// Ticks in all, burn-in included; an estimate.
    pub planned: u64,
}

/// Where a run is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Ticks go on, or are held.
    Running,
    /// It was asked to end and writes what is left.
    Ending,
    /// It was recorded to its end.
    Completed,
    /// Nothing is shown any more.
    Closed,
}

/// What the keys have asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// To go on.
    No,
    /// To wait after so many more ticks.
    After(u64),
    /// To end.
    Quit,
}

/// One lab at the end of the last tick.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lab {
    /// Its name.
    pub name: String,
    /// Training efficiency found since day 0, OOM.
    pub oom_training: f64,
    /// What was found before that, OOM.
    oom_burn_in: f64,
    /// Effective compute over that at the end of burn-in, OOM.
    pub oom_effective: f64,
    /// Head-count.
    pub researchers: u64,
    /// Of them admitted to work.
    pub active: u64,
    /// Fastest serial speed, humans.
    pub speed: f64,
    /// Used over owned experiment compute.
    pub utilisation: f64,
    /// What binds it.
    pub bound: Option<Bound>,
}

impl Lab {
    /// Takes a row over; the name is kept as it is where it can be, since a tick costs no memory then.
    fn update(&mut self, row: &TickRow) {
        if self.name != row.lab {
            self.name.clone_from(&row.lab);
        }
        if row.day <= 0.0 {
            self.oom_burn_in = row.oom_training;
        }
        self.oom_training = row.oom_training - self.oom_burn_in;
        self.oom_effective = row.oom_effective_compute;
        self.researchers = row.researchers;
        self.active = row.active;
        self.speed = row.speed;
        self.utilisation = row.utilisation;
        self.bound = Some(Bound::of(row));
    }
}

/// What is shown.
#[derive(Clone, Debug)]
pub struct State {
    pub facts: Facts,
    pub phase: Phase,
    pub hold: Hold,
    /// True while the simulation waits for a key.
    pub is_waiting: bool,
    /// Ticks recorded, burn-in included.
    pub ticks: u64,
    /// Ticks of this session.
    pub ticks_here: u64,
    /// Ends of phases in them.
    pub events_here: u64,
    /// Agent slots in use.
    pub agents: u64,
    pub date: String,
    pub course: Course,
    pub labs: Vec<Lab>,
    /// Index of the lab that is furthest ahead; `None` in burn-in.
    pub leader: Option<usize>,
    /// The newest line first.
    pub log: VecDeque<Line>,
    news: News,
}

impl State {
    /// Before the first tick.
    pub fn new(facts: Facts) -> Self {
        Self {
            facts,
            phase: Phase::Running,
            hold: Hold::No,
            is_waiting: false,
            ticks: 0,
            ticks_here: 0,
            events_here: 0,
            agents: 0,
            date: String::new(),
            course: Course::default(),
            labs: Vec::new(),
            leader: None,
            log: VecDeque::new(),
            news: News::default(),
        }
    }

    /// Takes in a tick.
    pub fn tick(&mut self, rows: &[TickRow], so_far: &Accumulator) {
        self.ticks = so_far.ticks_total();
        self.agents = so_far.agents();
        so_far.date().clone_into(&mut self.date);
        self.labs.resize_with(rows.len(), Lab::default);
        for (lab, row) in self.labs.iter_mut().zip(rows) {
            lab.update(row);
        }
        let leader = so_far.leader();
        self.leader = leader.and_then(|leader| self.labs.iter().position(|lab| lab.name == leader));
        if let Some(first) = rows.first() {
            self.course.add(Point {
                day: first.day,
                oom: so_far.oom(),
                researchers: rows.iter().map(|row| row.researchers as f64).sum(),
                active: rows.iter().map(|row| row.active as f64).sum(),
            });
        }
        for line in self.news.of_tick(rows, so_far) {
            self.add(line);
        }
    }

    /// Adds a message of the program to the log.
    pub fn say(&mut self, message: &str) {
        let date = self.date.clone();
        self.add(Line {
            date,
            topic: Topic::Message,
            text: message.to_owned(),
        });
    }

    fn add(&mut self, line: Line) {
        self.log.push_front(line);
        self.log.truncate(LINES_MAX);
    }

    /// Asked before every tick: may it begin? A held run uses up one of the ticks it was given.
    pub fn may_begin_tick(&mut self) -> bool {
        self.is_waiting = self.hold == Hold::After(0);
        if let Hold::After(ticks @ 1..) = self.hold {
            self.hold = Hold::After(ticks - 1);
        }
        !self.is_waiting
    }

    /// The day at the end of the last tick, from the end of burn-in.
    pub fn day(&self) -> Option<f64> {
        self.course.last().map(|point| point.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_run_takes_the_ticks_it_was_given() {
        let mut state = State::new(Facts::default());
        assert!(state.may_begin_tick() && state.may_begin_tick());
        state.hold = Hold::After(2);
        assert!(state.may_begin_tick() && state.may_begin_tick());
        assert!(!state.may_begin_tick() && state.is_waiting);
        state.hold = Hold::No;
        assert!(state.may_begin_tick() && !state.is_waiting);
    }

    #[test]
    fn the_log_keeps_the_newest() {
        let mut state = State::new(Facts::default());
        for number in 0..150 {
            state.say(&number.to_string());
        }
        assert_eq!(state.log.len(), LINES_MAX);
        assert_eq!(state.log[0].text, "149");
    }
}
