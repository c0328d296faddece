//! "Absorb" of `docs/model.md`: from what the device counted to the state of the world.

use takeoff::model::census::{Census, Counter, PopulationCensus};

use super::clock::Advance;
use super::plan::Plan;
use super::staff::Staff;
use super::{Host, Run};

/// What a population did in a tick, quiet agents included; agents, not researchers.
#[derive(Clone, Copy, Debug, Default)]
struct Work {
    /// Thinking units.
    thinking: u64,
    /// Experiment units.
    experiment: u64,
    /// Units without an idea.
    waiting: u64,
}

impl Host {
    /// Takes in the census of a tick.
    pub fn absorb(&mut self, plan: &Plan, census: &Census) {
        for (news, node) in self.news.iter_mut().zip(&census.nodes) {
            *news = node.news;
        }
        for (index, count) in census.populations.iter().enumerate() {
            let lab = &plan.labs[self.staff[index].team.lab];
            let thinking = &plan.staff[index].clock;
            let assigned = |counter, clock: &Advance| clock.hours(count.get(counter) as f64);
            self.staff[index].effort.add(
                count.get(Counter::Chosen) as f64,
                assigned(Counter::ThinkAssigned, thinking),
                count.get(Counter::ExperimentsStarted) as f64,
                assigned(Counter::ExperimentAssigned, &lab.clock) / lab.size,
            );
        }
        let work: Vec<Work> = (self.staff.iter_mut().zip(&census.populations))
            .zip(&plan.staff)
            .map(|((staff, count), of)| {
                let cluster = &plan.labs[staff.team.lab].clock;
                staff.work(count, &of.clock, cluster)
            })
            .collect();
        let kinds = self.scenario.ideas.kinds.len();
        for (index, gains) in census.gains.chunks(kinds).enumerate() {
            self.absorb_lab(index, plan, &work);
            for (sum, gain) in self.labs[index].gains.iter_mut().zip(gains) {
                *sum = sum.wrapping_add(*gain);
            }
        }
        if self.day() >= 0.0 {
            self.settle_market(self.day(), plan);
        }
        self.hours += plan.tick;
    }

    fn absorb_lab(&mut self, index: usize, plan: &Plan, work: &[Work]) {
        let (tick, lab_plan) = (plan.tick, &plan.labs[index]);
        let (mut used, mut waited, mut thought) = (0.0, 0.0, 0.0);
        let (mut active, mut human, mut automated, mut idle) = (0.0, 0.0, 0.0, 0.0);
        let by_ideas = self.scenario.labs[index].admit_by_ideas;
        for (p, staff) in self.staff.iter_mut().enumerate() {
            if staff.team.lab != index {
                continue;
            }
            let (of, weight) = (&plan.staff[p], staff.weight());
            if by_ideas {
                let units = work[p].waiting as f64;
                let all = staff.active as f64 * f64::from(of.clock.len);
                staff.idle = if all > 0.0 {
                    (units / all).min(1.0)
                } else {
                    0.0
                };
                staff.openings = if staff.idle > 0.1 {
                    staff.active as f64 * weight * (1.0 - staff.idle / 2.0)
                } else {
                    staff.openings * 1.1
                };
                if of.clock.len > 0 {
                    idle += weight * units / f64::from(of.clock.len) * tick;
                }
            }
            let units = weight * work[p].experiment as f64;
            used += lab_plan.clock.hours(units);
            waited += if lab_plan.clock.len == 0 {
                weight * staff.experiment as f64 * tick
            } else {
                units / f64::from(lab_plan.clock.len) * tick
            };
            active += staff.active as f64 * weight;
            if staff.automated() {
                automated += of.force.headcount;
                thought += of.clock.hours(weight * work[p].thinking as f64);
            } else {
                human += of.force.headcount;
            }
        }
        let lab = &mut self.labs[index];
        let owned = lab_plan.compute * tick;
        lab.debt = (lab.debt + used - owned).max(0.0);
        lab.experiment_hours = waited;
        lab.experience += thought / self.landscape.fraction;
        if automated > 0.0 {
            lab.surplus = ((automated + human - active) / automated).clamp(0.0, 1.0);
        }
        let busy = active * tick - idle;
        lab.seen = (used > 0.0 && busy > 0.0).then(|| (waited / busy, used / owned));
        self.train(index, plan);
    }

    /// On with the training run.
    fn train(&mut self, index: usize, plan: &Plan) {
        let (of, oom) = (&self.scenario.labs[index], plan.labs[index].oom);
        let fleet = plan.labs[index].fleet / self.landscape.fraction;
        let lab = &mut self.labs[index];
        let Some(run) = &mut lab.run else { return };
        run.a100e_hours += fleet * libm::exp10(oom.utilisation) * of.training_share * plan.tick;
        run.hours += plan.tick;
        if run.hours < run.days * 24.0 {
            return;
        }
        let before = lab.quality;
        let (compute, successor) = (run.a100e_hours, run.first.is_some());
        if compute > 0.0 {
            let effective = libm::log10(compute) + run.algorithms;
            let first = *run.first.get_or_insert(effective);
            lab.quality = lab.quality.max(effective - first);
        }
        *run = Run {
            hours: 0.0,
            a100e_hours: 0.0,
            algorithms: oom.training,
            ..*run
        };
        let better = lab.quality > before;
        self.mark_if(better, "training: better");
        self.mark_if(successor && !better, "training: no better");
    }
}

impl Staff {
    /// Time of all agents in a tick; their numbers after it.
    fn work(&mut self, count: &PopulationCensus, thinking: &Advance, cluster: &Advance) -> Work {
        use Counter as C;
        let get = |counter| count.get(counter);
        let quiet = |before: u64, retired, busy, clock: &Advance| {
            (before - get(retired) - get(busy)) * u64::from(clock.len)
        };
        let think = quiet(self.thinking, C::RetiredThinking, C::BusyThinking, thinking);
        let experiment = quiet(
            self.experiment,
            C::RetiredExperiment,
            C::BusyExperiment,
            cluster,
        );
        let waiting =
            (self.waiting + get(C::Spawned)) - get(C::RetiredWaiting) - get(C::BusyWaiting);
        self.waiting = self.waiting.wrapping_add(get(C::DeltaWaiting));
        self.thinking = self.thinking.wrapping_add(get(C::DeltaThinking));
        self.experiment = self.experiment.wrapping_add(get(C::DeltaExperiment));
        Work {
            thinking: think + get(C::ThinkTime),
            experiment: experiment + get(C::ExperimentTime),
            waiting: waiting * u64::from(thinking.len) + get(C::WaitTime),
        }
    }
}
