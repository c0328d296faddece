//! From the state of the world to what the device is told for one tick.

use super::economy::{self, Resources};
use super::landscape::{self, Costs, q16, sigma_q12};
use super::researchers::{Staff, staff};
use super::wiring::Class;
use super::{HOURS_PER_DAY, Oom, PopulationState, World, policy, popularity};
use crate::model::engine::Tick;
use crate::model::layout::{self, BoardTick, PopulationTick, TASTE_MAX, class};
use crate::model::rng::derive_key;
use crate::model::tables::{self, WEIGHT_LOG2_MAX};
use crate::scenario::{Lab, Population, PopulationKind};
use glam::UVec2;

/// Halving stops here, so that sums of ticks stay exact and a run comes to its end.
const SHORTEST_TICK_HOURS: f64 = 1.0 / 64.0;

/// One tick as the device is told of it, and what the host needs to read its census.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Hours of the tick.
    pub tick_hours: f64,
    /// What the device is told.
    pub tick: Tick,
    /// By lab.
    pub(super) labs: Vec<LabPlan>,
    /// By population.
    pub(super) staff: Vec<StaffPlan>,
}

/// A lab in a tick.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LabPlan {
    pub oom: Oom,
    /// What it has, of the whole world.
    pub resources: Resources,
    /// Physical fleet, sampled.
    pub fleet_a100e: f64,
    /// Compute for experiments, with utilisation gains, sampled.
    pub experiment_a100e: f64,
    /// Size of experiments.
    pub size: f64,
    pub experiment_units_per_a100e_hour: f64,
    /// Delegations of hired people that join it.
    pub delegations: u64,
}

/// A population in a tick.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StaffPlan {
    pub lab: usize,
    pub staff: Staff,
    /// Researchers an agent stands for.
    pub weight: f64,
    /// Agents there is a head for.
    pub keep: u64,
    /// Agents at work.
    pub active: u64,
    /// Researchers in experiments as the tick begins.
    pub in_flight: f64,
    pub think_units_per_hour: f64,
    /// Hours of thought in an hour of the calendar.
    pub think_rate: f64,
    /// Share of thinking time that goes into starting sandboxes.
    pub sandbox_share: f64,
    /// log2 of the median skill.
    pub skill_log2: f64,
}

impl World {
    /// Plans the next tick. `nodes` reads the nodes' knowledge; it is called only when the popularity
    /// tables are due.
    ///
    /// # Errors
    /// Whatever `nodes` returns.
    pub fn plan<E>(&mut self, nodes: impl FnOnce() -> Result<Vec<u32>, E>) -> Result<Plan, E> {
        let mut plan = Plan::default();
        self.open_economy();
        self.hold();
        let day = self.day_at(self.source().hours);
        for lab in 0..self.scenario.labs.len() {
            self.plan_compute(&mut plan, lab, day);
        }
        plan.tick_hours = self.tick_hours(&plan, day);
        self.plan_desks(&mut plan);
        for lab in 0..self.scenario.labs.len() {
            self.plan_policy(&mut plan, lab);
            self.plan_cluster(&mut plan, lab);
        }
        self.plan_classes(&mut plan, day);
        self.plan_boards(&mut plan);
        self.plan_binomial(&mut plan);
        if self.needs_tables() {
            let nodes = nodes()?;
            let (populations, kinds) = (&plan.tick.populations, &plan.tick.kinds);
            plan.tick.alias = Some(popularity::alias_tables(
                &self.setup,
                &self.popularity,
                populations,
                kinds,
                &nodes,
            ));
            let every = self.scenario.run.popularity_rebuild_days * HOURS_PER_DAY;
            self.state.tables_due_hours = self.state.hours + every;
        }
        Ok(plan)
    }

    /// Does the plan of the next tick read the nodes' knowledge?
    pub fn needs_tables(&self) -> bool {
        self.state.hours >= self.state.tables_due_hours
    }

    /// Opens what the economy has and is not open yet.
    fn open_economy(&mut self) {
        if self.is_held() {
            return;
        }
        let labs = &self.state.labs;
        let ooms: Vec<Oom> = labs
            .iter()
            .map(|lab| lab.oom(&self.scenario.ideas))
            .collect();
        let runs: Vec<u32> = labs.iter().map(|lab| lab.generations.finished).collect();
        let day = self.day();
        self.state.economy.open(&self.scenario, &ooms, &runs, day);
    }

    /// Indices of a lab's populations.
    pub(super) fn of_lab(&self, lab: usize) -> std::ops::Range<usize> {
        let before: usize = self.scenario.labs[..lab]
            .iter()
            .map(|l| l.populations.len())
            .sum();
        before..before + self.scenario.labs[lab].populations.len()
    }

    /// Compute, and the researchers that it and the calendar allow.
    fn plan_compute(&self, plan: &mut Plan, lab: usize, day: f64) {
        let config = &self.scenario.labs[lab];
        let source = self.source();
        let state = &source.labs[lab];
        let oom = state.oom(&self.scenario.ideas);
        let mut resources = source.economy.resources(&self.scenario, lab, &oom, day);
        let fleet_a100e = resources.fleet_a100e * self.sample;
        let usable = fleet_a100e * libm::exp10(oom.utilisation);
        let inference = usable * resources.inference_share * libm::exp10(oom.inference);
        let surplus = if config.surplus_inference_to_experiments {
            state.surplus
        } else {
            0.0
        };
        resources.lent_share = (resources.inference_share * surplus).min(resources.experiment_room);
        plan.labs.push(LabPlan {
            oom,
            fleet_a100e,
            experiment_a100e: usable * (resources.experiment_share + resources.lent_share),
            resources,
            ..LabPlan::default()
        });
        for index in self.of_lab(lab) {
            let population = &config.populations[index - self.of_lab(lab).start];
            let speed_oom = oom.serial;
            let mut staff = staff(population, day, self.sample, inference, speed_oom);
            if matches!(population.kind, PopulationKind::Human { .. }) {
                staff.researchers *= resources.talent;
            }
            plan.staff.push(StaffPlan {
                lab,
                staff,
                in_flight: {
                    let state = &self.state.populations[index];
                    state.experiment as f64 * libm::exp2(f64::from(state.weight_log2))
                },
                skill_log2: skill_log2(config, population, state),
                ..StaffPlan::default()
            });
        }
    }

    /// What a branch changes, and how fast researchers then think.
    fn plan_desks(&self, plan: &mut Plan) {
        let change = self.counterfactual;
        for lab in &mut plan.labs {
            lab.experiment_a100e *= change.compute;
        }
        let populations = super::populations(&self.scenario);
        for (plan, (lab, population)) in plan.staff.iter_mut().zip(populations) {
            plan.staff.researchers *= change.researchers;
            plan.staff.speed *= change.speed;
            let overheads = self.scenario.labs[lab].overheads.as_ref();
            let started = overheads.map_or(0.0, |overheads| {
                economy::sandbox_hours(overheads, plan.staff.speed)
            });
            plan.think_rate = plan.staff.speed * plan.staff.duty * (1.0 - population.reading_share)
                / (1.0 + started);
            plan.sandbox_share = started / (1.0 + started);
        }
    }

    /// The tick: as scheduled, halved while the fastest researchers would think too long alone.
    fn tick_hours(&self, plan: &Plan, day: f64) -> f64 {
        let run = &self.scenario.run;
        let scheduled = run
            .tick_schedule
            .iter()
            .rev()
            .find(|change| change.from_day <= day);
        let mut hours = scheduled.map_or(run.tick_hours, |change| change.tick_hours);
        let present = plan
            .staff
            .iter()
            .filter(|plan| plan.staff.researchers > 0.0);
        let speed = present.map(|plan| plan.staff.speed).fold(0.0, f64::max);
        if let Some(most) = run.speed_tick_hours_max {
            while speed * hours > most && hours > SHORTEST_TICK_HOURS {
                hours /= 2.0;
            }
        }
        hours
    }

    /// Admission and size: who may work, on how large experiments.
    fn plan_policy(&mut self, plan: &mut Plan, lab: usize) {
        let config = &self.scenario.labs[lab];
        let smallest = landscape::smallest_size(&self.scenario.ideas);
        let mut compute = plan.labs[lab].experiment_a100e;
        let mut per_size = 0.0;
        for index in self.of_lab(lab) {
            let StaffPlan {
                staff, think_rate, ..
            } = plan.staff[index];
            let effort = &self.state.populations[index].effort;
            let think_hours = effort.think_hours_mean() / think_rate;
            let full = effort.full_a100e_hours_mean();
            let waiting = config.waiting_target;
            let room = policy::admitted(compute, think_hours, full, smallest, waiting);
            let slots = self.setup.populations[index].slots as f64;
            let state = &mut self.state.populations[index];
            let weight = libm::exp2(f64::from(state.weight_log2));
            // A lab that no longer admits by ideas forgets what it knew of them.
            if !config.admit_by_ideas {
                state.openings = policy::Openings::default();
            }
            let openings = state.openings.limit(weight);
            let working = staff.researchers.min(room).min(openings);
            seat(&mut plan.staff[index], state, slots, working);
            // Who has no idea needs no compute.
            let busy = 1.0 - state.openings.idle_share;
            let working = plan.staff[index].active as f64 * plan.staff[index].weight * busy;
            let each = policy::compute_per_researcher(think_hours, full, 1.0, waiting);
            compute = (compute - working * each * smallest).max(0.0);
            per_size += working * each;
        }
        let planned = if per_size > 0.0 {
            plan.labs[lab].experiment_a100e / per_size
        } else {
            1.0
        };
        let state = &mut self.state.labs[lab];
        plan.labs[lab].size = state.size.update(
            planned.max(f64::MIN_POSITIVE),
            smallest,
            state.seen,
            config.size_correction_exponent,
        );
    }

    /// Clocks and parameters of a lab's populations.
    fn plan_cluster(&mut self, plan: &mut Plan, lab: usize) {
        let indices = self.of_lab(lab);
        let agents = |f: &dyn Fn(usize) -> f64| indices.clone().map(f).sum::<f64>();
        let researchers = agents(&|i| plan.staff[i].active as f64 * plan.staff[i].weight);
        let in_flight = agents(&|i| plan.staff[i].in_flight);
        let speed = indices
            .clone()
            .map(|i| plan.staff[i].staff.speed)
            .fold(0.0, f64::max);
        let full = |i: usize| self.state.populations[i].effort.full_a100e_hours_mean();
        let cap_a100e = indices.clone().map(full).fold(0.0, f64::max)
            / landscape::fastest_hours(&self.scenario.ideas);
        let state = &mut self.state.labs[lab];
        let rate = state.ledger.rate_a100e(
            plan.tick_hours,
            plan.labs[lab].experiment_a100e,
            (researchers, speed),
            (in_flight, state.experiment_hours),
            cap_a100e,
        );
        let cluster = state.clock.advance(rate * plan.tick_hours);
        plan.labs[lab].experiment_units_per_a100e_hour = state.clock.units_per_hour();
        for index in indices {
            self.plan_population(plan, index, cluster);
        }
    }

    fn plan_population(&mut self, plan: &mut Plan, index: usize, cluster: super::clock::ClockTick) {
        let StaffPlan {
            lab,
            keep,
            active,
            think_rate,
            skill_log2,
            ..
        } = plan.staff[index];
        let config = &self.scenario.labs[lab];
        let population = &config.populations[index - self.of_lab(lab).start];
        let seed = self.scenario.run.seed.to_le_bytes();
        let key = |label: &str, number: Option<u64>| {
            let number = number.map(u64::to_le_bytes);
            let named = [
                label.as_bytes(),
                &seed,
                config.name.as_bytes(),
                population.name.as_bytes(),
            ];
            let parts = named
                .into_iter()
                .chain(number.as_ref().map(|n| n.as_slice()));
            UVec2::from_array(derive_key(&parts.collect::<Vec<_>>()))
        };
        let quality = self.source().labs[lab].generations.quality_oom;
        let state = &mut self.state.populations[index];
        let thinking = state.clock.advance(think_rate * plan.tick_hours);
        plan.staff[index].think_units_per_hour = state.clock.units_per_hour();
        let (to_experiment_mul, to_experiment_shift) =
            layout::clock_ratio(thinking.len, cluster.len);
        let (to_think_mul, to_think_shift) = layout::clock_ratio(cluster.len, thinking.len);
        let first_phase =
            landscape::think_hours(&self.scenario.ideas) * state.clock.units_per_hour();
        let stagger = if state.active == 0 {
            first_phase as u32
        } else {
            0
        };
        let ideas = &self.scenario.ideas;
        let taste_factor = match (&population.kind, &config.training) {
            (PopulationKind::Automated { .. }, Some(training)) => {
                libm::exp10(training.quality_taste_exponent * quality)
            }
            _ => 1.0,
        };
        let tick = PopulationTick {
            key: key("tick", Some(self.state.tick)),
            traits_key: key("traits", None),
            reading_key: key("reading", Some(state.turns)),
            active: layout::split(active),
            keep: layout::split(keep),
            spawn_from: layout::split(state.active),
            think_start: thinking.start,
            think_len: thinking.len,
            experiment_start: cluster.start,
            experiment_len: cluster.len,
            to_experiment_mul,
            to_experiment_shift,
            to_think_mul,
            to_think_shift,
            stagger: stagger.clamp(thinking.len, crate::model::fixed::PHASE_UNITS_MAX),
            events_max: self.scenario.run.events_max_per_tick,
            board_first: self.wiring.population_boards[index],
            board_count: population.boards,
            weight_log2: state.weight_log2,
            reading: u32::from(population.reading_share > 0.0),
            think_rescale: thinking.rescale,
            experiment_rescale: cluster.rescale,
            skill_base: q16(skill_log2),
            skill_sigma: sigma_q12(population.skill_sigma_ln),
            binomial_table: index as u32,
            breadth: ideas.breadth,
            taste_thresholds: tables::taste_thresholds(
                population.taste_max,
                population.taste_tail_exponent,
                taste_factor,
            ),
            taste_noise: taste_noise(population.taste_noise),
        };
        let visited = state.high_water.max(active);
        plan.tick.slots.push(visited);
        plan.tick.spawn.push(
            active > state.active
                || keep < state.high_water
                || thinking.rescale != 0
                || cluster.rescale != 0,
        );
        self.plan_kinds(plan, index, &tick, quality);
        plan.tick.populations.push(tick);
    }

    fn plan_kinds(&self, plan: &mut Plan, index: usize, tick: &PopulationTick, quality: f64) {
        let StaffPlan {
            lab,
            think_units_per_hour,
            ..
        } = plan.staff[index];
        let config = &self.scenario.labs[lab];
        let population = &config.populations[index - self.of_lab(lab).start];
        let reach = match (&population.kind, &config.training) {
            (PopulationKind::Automated { .. }, Some(training)) => {
                training.idea_reach.map_or(f64::INFINITY, |reach| {
                    reach + training.idea_reach_per_quality_oom * quality
                })
            }
            _ => f64::INFINITY,
        };
        let costs = Costs {
            tools_oom: plan.labs[lab].oom.tools,
            training_oom: plan.labs[lab].oom.training,
            size: plan.labs[lab].size,
            think_units_per_hour,
            experiment_units_per_a100e_hour: plan.labs[lab].experiment_units_per_a100e_hour,
            least_skill: tick.skill_base
                + crate::model::fixed::scale_normal(tick.skill_sigma, self.least_normal),
            reach,
            job_hours: config.overheads.as_ref().map_or(0.0, economy::job_hours),
        };
        let ideas = &self.scenario.ideas;
        for (kind, gain) in ideas.kinds.iter().zip(&self.setup.kinds) {
            plan.tick
                .kinds
                .push(landscape::kind_tick(ideas, kind, gain.ideas, &costs));
        }
    }

    /// Which lag classes deliver at the end of the tick.
    fn plan_classes(&mut self, plan: &mut Plan, day: f64) {
        let arrivals = self.state.economy.arrivals(&self.scenario);
        for (lab, plan) in plan.labs.iter_mut().enumerate() {
            plan.delegations = arrivals.to(lab);
        }
        for (class, hours) in self.wiring.classes.iter().zip(&mut self.state.class_hours) {
            plan.tick.classes.push(match *class {
                Class::Lag(0.0) => class::IMMEDIATE,
                Class::Lag(lag) => {
                    *hours += plan.tick_hours;
                    if *hours < lag {
                        class::RESTING
                    } else {
                        *hours = 0.0;
                        class::DUE
                    }
                }
                Class::BeforeDay(start_day) if day < start_day => class::IMMEDIATE,
                Class::BeforeDay(_) => class::RESTING,
                // They bring what their old lab knows now.
                Class::Hired(way) if arrivals.join((way.from, way.to), way.team, way.teams) => {
                    class::IMMEDIATE
                }
                Class::Hired(_) => class::RESTING,
            });
        }
    }

    /// What news each board's readers see, and whether the news grows old after the tick.
    fn plan_boards(&mut self, plan: &mut Plan) {
        for (index, staff) in plan.staff.iter().enumerate() {
            let first = self.of_lab(staff.lab).start;
            let population = &self.scenario.labs[staff.lab].populations[index - first];
            let state = &mut self.state.populations[index];
            let interval_hours = population.lag_hours.max(plan.tick_hours);
            let reading_hours = population.reading_share * interval_hours * staff.staff.duty;
            state.turn_hours += plan.tick_hours;
            let turns = state.turn_hours >= population.lag_hours;
            for _ in 0..population.boards {
                let news = f64::from(self.state.news[plan.tick.boards.len()]);
                let read = population.reading_rate_per_hour * reading_hours;
                let read_threshold = if population.reading_share == 0.0 || read >= news {
                    u32::MAX
                } else {
                    (read / news * 4_294_967_296.0) as u32
                };
                plan.tick.boards.push(BoardTick {
                    read_threshold,
                    turn: u32::from(turns),
                });
            }
            if turns {
                state.turn_hours = 0.0;
                state.turns += 1;
            }
        }
    }

    /// Tables for the finds of the researchers whom weighted agents stand for.
    fn plan_binomial(&mut self, plan: &mut Plan) {
        let states = &mut self.state.populations;
        if states
            .iter()
            .all(|state| state.weight_log2 == state.binomial_log2)
        {
            return;
        }
        for state in states.iter_mut() {
            state.binomial_log2 = state.weight_log2;
        }
        let others = states.iter().map(|state| (1u32 << state.weight_log2) - 1);
        plan.tick.binomial = Some(others.flat_map(tables::binomial).collect());
    }
}

/// Gives `working` researchers agents, doubling the weight while there are too few slots; what the
/// doubling leaves over retires.
fn seat(plan: &mut StaffPlan, state: &mut PopulationState, slots: f64, working: f64) {
    let before = state.weight_log2;
    let agents =
        |researchers: f64, log2: u32| libm::floor(libm::ldexp(researchers, -(log2 as i32)));
    while agents(working, state.weight_log2) > slots && state.weight_log2 < WEIGHT_LOG2_MAX {
        state.weight_log2 += 1;
    }
    plan.weight = libm::ldexp(1.0, state.weight_log2 as i32);
    plan.active = agents(working, state.weight_log2).min(slots) as u64;
    plan.keep = if state.weight_log2 > before {
        plan.active
    } else {
        agents(plan.staff.researchers, state.weight_log2).min(slots) as u64
    };
}

/// log2 of the median skill: pooled experience and model quality, for automated researchers.
fn skill_log2(lab: &Lab, population: &Population, state: &super::LabState) -> f64 {
    if matches!(population.kind, PopulationKind::Human { .. }) {
        return 0.0;
    }
    let experience = (state.experience_hours / lab.experience_reference_hours).max(1.0);
    let quality = lab.training.as_ref().map_or(0.0, |training| {
        training.quality_skill_exponent * state.generations.quality_oom
    });
    lab.experience_skill_exponent * libm::log2(experience) + quality * std::f64::consts::LOG2_10
}

/// Noise of judging a topic by tournament size - 1, Q12.
fn taste_noise(noise: f64) -> [i32; TASTE_MAX] {
    std::array::from_fn(|i| libm::round(noise / (i + 1) as f64 * 4096.0) as i32)
}
