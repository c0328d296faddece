//! "Plan" of `docs/model.md`: from the state of the world to the parameters of a tick.

use takeoff::model::engine::TickInput;
use takeoff::model::layout::{AliasEntry, BoardTick, KindTick, PopulationTick, class};

use super::clock::Advance;
use super::staff::{Force, Staff};
use super::wiring::Class;
use super::{Device, Host, Progress, tables};
use crate::scalar::knowledge::Knowledge;

/// The parameters of a tick, for the device and for what the host does afterwards.
pub struct Plan {
    /// Hours of the tick.
    pub tick: f64,
    pub labs: Vec<LabPlan>,
    pub staff: Vec<StaffPlan>,
    pub populations: Vec<PopulationTick>,
    pub kinds: Vec<KindTick>,
    pub boards: Vec<BoardTick>,
    pub classes: Vec<u32>,
    slots: Vec<u64>,
    spawn: Vec<bool>,
    pub alias: Option<Vec<AliasEntry>>,
    pub binomial: Option<Vec<u32>>,
}

/// A lab's tick.
#[derive(Clone, Copy, Debug)]
pub struct LabPlan {
    /// Progress at its start.
    pub oom: Progress,
    pub fleet: f64,
    pub inference: f64,
    /// C: A100e of experiments.
    pub compute: f64,
    pub size: f64,
    pub clock: Advance,
}

/// A population's tick.
#[derive(Clone, Copy, Debug)]
pub struct StaffPlan {
    pub force: Force,
    pub clock: Advance,
}

impl Plan {
    /// What the device is told.
    pub fn input(&self) -> TickInput<'_> {
        TickInput {
            populations: &self.populations,
            kinds: &self.kinds,
            boards: &self.boards,
            classes: &self.classes,
            slots: &self.slots,
            spawn: &self.spawn,
            alias: self.alias.as_deref(),
            binomial: self.binomial.as_deref(),
        }
    }
}

impl Host {
    /// Plans the next tick.
    pub fn plan(&mut self, device: &mut dyn Device) -> Plan {
        let (day, fraction) = (self.day(), self.landscape.fraction);
        self.open(day);
        let mut labs: Vec<LabPlan> = (0..self.labs.len())
            .map(|lab| self.compute(lab, day))
            .collect();
        for (of, lab) in self.scenario.labs.clone().iter().zip(self.labs.clone()) {
            let spent = of.surplus_inference_to_experiments && lab.surplus > 0.0;
            self.mark_if(spent, "compute: surplus inference");
        }
        let force = |staff: &Staff| {
            let lab = staff.team.lab;
            let serial = labs[lab].oom.serial;
            let force = staff.force(day, labs[lab].inference, fraction, serial);
            let talent = if staff.automated() {
                1.0
            } else {
                self.talent(lab, day)
            };
            Force {
                headcount: force.headcount * talent,
                ..force
            }
        };
        let forces: Vec<Force> = self.staff.iter().map(force).collect();
        self.mark_forces(day, &forces);
        let tick = self.tick_hours(day, &forces);
        let active_before: Vec<u64> = self.staff.iter().map(|staff| staff.active).collect();
        for (lab, plan) in labs.iter_mut().enumerate() {
            let in_flight = self.size(lab, plan, &forces);
            self.advance(lab, plan, tick, &forces, in_flight);
        }
        let mut plan = Plan {
            tick,
            labs,
            staff: Vec::new(),
            populations: Vec::new(),
            kinds: Vec::new(),
            boards: Vec::new(),
            classes: self.classes(day, tick),
            slots: Vec::new(),
            spawn: vec![true; forces.len()],
            alias: None,
            binomial: self.binomial_if_new(),
        };
        for (index, &force) in forces.iter().enumerate() {
            let of = StaffPlan {
                force,
                clock: self.staff[index].clock.advance(force.rate * tick),
            };
            let lab = plan.labs[self.staff[index].team.lab];
            let up = of.clock.rescale;
            self.mark_if(up > 0, "clock: thinking in a larger unit");
            self.mark_if(up < 0, "clock: thinking in a smaller unit");
            let words = self.population_words(index, &lab, &of, active_before[index]);
            for kind in 0..self.scenario.ideas.kinds.len() {
                let words = self.kind_words(index, kind, &lab, &of, &words);
                plan.kinds.push(words);
            }
            plan.boards.extend(self.news_words(index, &force, tick));
            plan.populations.push(words);
            plan.slots.push(self.staff[index].slots());
            plan.staff.push(of);
        }
        plan.alias = self.alias_if_due(&plan, device);
        plan
    }

    /// States of the lag classes.
    fn classes(&mut self, day: f64, tick: f64) -> Vec<u32> {
        let end = self.hours + tick;
        let delegations = self.delegations();
        let state = |(class, delivered): (&Class, &mut f64)| match *class {
            Class::Until(start_day) if day < start_day => class::IMMEDIATE,
            Class::Until(_) => class::RESTING,
            Class::Lag(0.0) => class::IMMEDIATE,
            Class::Lag(lag) if end - *delivered >= lag => {
                *delivered = end;
                class::DUE
            }
            Class::Lag(_) => class::RESTING,
            Class::Hired(from, to, team, teams) => {
                let coming = delegations.get(from).map_or((0, 0), |of| of[to]);
                let mut numbers = coming.0..coming.0 + coming.1;
                if numbers.any(|number| number % teams == team) {
                    class::IMMEDIATE
                } else {
                    class::RESTING
                }
            }
        };
        let classes = self.wiring.classes.iter();
        let states: Vec<u32> = classes.zip(&mut self.delivered).map(state).collect();
        for (class, state) in self.wiring.classes.clone().iter().zip(&states) {
            let branch = match (class, *state) {
                (Class::Until(_), class::IMMEDIATE) => "news: before the start",
                (Class::Hired(..), class::IMMEDIATE) => "news: who was hired joins a team",
                (_, class::IMMEDIATE) => "news: at once",
                (_, class::DUE) => "news: due",
                _ => "news: resting",
            };
            self.mark_if(true, branch);
        }
        states
    }

    /// Boards of a population.
    fn news_words(&mut self, index: usize, force: &Force, tick: f64) -> Vec<BoardTick> {
        let staff = &mut self.staff[index];
        let end = self.hours + tick;
        let lag = staff.population.lag_hours;
        let turn = end - self.turned[index] >= lag;
        if turn {
            self.turned[index] = end;
            staff.turns += 1;
        }
        let (first, population) = (staff.team.first, &staff.population);
        let board = |board: usize| {
            let hours = population.reading_share * lag.max(tick) * force.duty;
            let p = population.reading_rate_per_hour * hours / f64::from(self.news[board]);
            let all = population.reading_share == 0.0 || p >= 1.0 || p.is_nan();
            BoardTick {
                read_threshold: if all {
                    u32::MAX
                } else {
                    libm::floor(p * 4_294_967_296.0) as u32
                },
                turn: u32::from(turn),
            }
        };
        let boards: Vec<BoardTick> = (first..first + staff.team.boards).map(board).collect();
        let reads = population.reading_share > 0.0;
        for board in &boards {
            let all = board.read_threshold == u32::MAX;
            self.mark_if(reads && all, "news: all is read");
            self.mark_if(reads && !all, "news: some is read");
        }
        boards
    }

    /// New popularity tables, if it is time.
    fn alias_if_due(&mut self, plan: &Plan, device: &mut dyn Device) -> Option<Vec<AliasEntry>> {
        if self.hours < self.rebuild {
            return None;
        }
        self.rebuild = self.hours + self.scenario.run.popularity_rebuild_days * 24.0;
        let setup = self.setup();
        let (cell, nodes) = (setup.cell(), setup.nodes());
        let words = device.nodes();
        let reach = 32 * setup.window_words as u32;
        let breadth = self.scenario.ideas.breadth;
        let mut table = Vec::new();
        for (kinds, staff) in plan.kinds.chunks(setup.kinds.len()).zip(&self.staff) {
            for board in staff.team.first..staff.team.first + staff.team.boards {
                let weight = |topic: usize| {
                    let at = (topic * nodes + board) * cell;
                    let known = Knowledge::from_words(&words[at..at + cell]);
                    let end = kinds[setup.topic_kind[topic] as usize].idea_end;
                    let open = known.open(reach, breadth, end).len();
                    self.landscape.popularity[topic] * open as f64 / f64::from(breadth)
                };
                let weights: Vec<f64> = (0..setup.topics).map(weight).collect();
                table.extend(tables::alias(&weights, &setup.topic_kind));
            }
        }
        Some(table)
    }

    /// Binomial tables of all populations, if a weight changed.
    fn binomial_if_new(&mut self) -> Option<Vec<u32>> {
        let weights: Vec<u32> = self.staff.iter().map(|staff| staff.weight_log2).collect();
        if self.tabulated == weights {
            return None;
        }
        let table = weights.iter().flat_map(|&weight| tables::binomial(weight));
        let table = table.collect();
        self.tabulated = weights;
        Some(table)
    }
}
