//! "Plan" of `docs/model.md`, by lab: compute, admission, size of experiments, ledger.

use takeoff::scenario::PopulationKind;

use super::clock::Advance;
use super::plan::LabPlan;
use super::staff::{Force, Staff};
use super::{Host, over_kinds};

impl Host {
    /// Fleet and what it is used for.
    pub fn compute(&self, index: usize, day: f64) -> LabPlan {
        let (of, lab) = (&self.scenario.labs[index], &self.labs[index]);
        let oom = self.progress(index);
        let fleet = super::value(&of.fleet_a100e, day) * self.landscape.fraction;
        let usable = fleet * libm::exp10(oom.utilisation);
        let inference = usable * of.inference_share * libm::exp10(oom.inference);
        let surplus = if of.surplus_inference_to_experiments {
            lab.surplus
        } else {
            0.0
        };
        LabPlan {
            oom,
            fleet,
            inference,
            compute: usable * (of.experiment_share + of.inference_share * surplus),
            size: 0.0,
            clock: Advance::default(),
        }
    }

    /// What head-counts and speeds come from.
    pub fn mark_forces(&mut self, day: f64, forces: &[Force]) {
        for (index, force) in forces.iter().enumerate() {
            if let PopulationKind::Automated {
                start_day,
                ramp_days,
                native_speed,
                speed_max,
                ..
            } = self.staff[index].population.kind
            {
                let ramp = day > start_day && day < start_day + ramp_days;
                let bought = force.speed > native_speed;
                let most = force.speed == speed_max;
                self.mark_if(ramp, "number: ramp");
                self.mark_if(bought, "speed: bought with copies");
                self.mark_if(bought && most, "speed: as fast as can be bought");
            }
        }
    }

    /// Hours of the tick.
    pub fn tick_hours(&mut self, day: f64, forces: &[Force]) -> f64 {
        let run = &self.scenario.run;
        let mut changes = run.tick_schedule.iter().rev();
        let last = changes.find(|change| change.from_day <= day);
        let scheduled = last.map_or(run.tick_hours, |c| c.tick_hours);
        let mut hours = scheduled;
        if let Some(most) = run.speed_tick_hours_max {
            let present = forces.iter().filter(|force| force.headcount > 0.0);
            let fastest = present.map(|force| force.speed).fold(0.0, f64::max);
            while fastest * hours > most && hours > 1.0 / 64.0 {
                hours /= 2.0;
            }
        }
        let changed = scheduled != run.tick_hours;
        self.mark_if(changed, "tick: as scheduled");
        self.mark_if(hours < scheduled, "tick: halved");
        hours
    }

    /// "Admission and size" of a lab. The researchers whose experiments are in flight.
    pub fn size(&mut self, index: usize, plan: &mut LabPlan, forces: &[Force]) -> f64 {
        let of = &self.scenario.labs[index];
        let (w, x) = (of.waiting_target, of.size_correction_exponent);
        let floor = over_kinds(&self.scenario, |kind| kind.experiment_floor_a100e_hours);
        let full = over_kinds(&self.scenario, |kind| kind.experiment_a100e_hours);
        let smallest = floor / full;
        let most = self.scenario.run.agents_max;
        let (mut left, mut wanted, mut in_flight) = (plan.compute, 0.0, 0.0);
        for (p, force) in forces.iter().enumerate() {
            let staff = &mut self.staff[p];
            if staff.team.lab != index {
                continue;
            }
            let weight = staff.weight_log2;
            let tau = staff.effort.mean_hours() / force.rate;
            let each = (1.0 - w) / tau * staff.effort.mean_cost();
            let room = left / (each * smallest);
            staff.admit(force.headcount, room, most);
            let working = staff.active as f64 * staff.weight();
            left = (left - working * each * smallest).max(0.0);
            wanted += working * each;
            in_flight += staff.experiment as f64 * staff.weight();
            let (doubled, gone) = (staff.weight_log2 > weight, staff.keep < staff.occupied);
            self.mark_if(room < force.headcount, "number: compute is the limit");
            self.mark_if(doubled, "number: weight doubles");
            self.mark_if(gone && !doubled, "number: ranks are gone");
        }
        self.mark_if(wanted == 0.0, "number: nobody works");
        let planned = if wanted > 0.0 {
            plan.compute / wanted
        } else {
            1.0
        };
        let lab = &mut self.labs[index];
        let seen = lab.seen;
        if let Some((waiting, utilisation)) = seen {
            let ratio = if waiting > w {
                w / waiting
            } else {
                1.0 / utilisation.clamp(0.5, 1.0)
            };
            lab.correction *= libm::pow(ratio, x);
        }
        plan.size = (planned * lab.correction).clamp(smallest, 1.0);
        let least = smallest / planned;
        lab.correction = lab.correction.clamp(least, least.max(1.0 / planned));
        if let Some((waiting, _)) = seen {
            self.mark_if(waiting > w, "size: too much waiting");
            self.mark_if(waiting <= w, "size: compute was left");
        }
        self.mark_if(plan.size == smallest, "size: smallest");
        self.mark_if(plan.size == 1.0, "size: full");
        in_flight
    }

    /// "Ledger" of a lab: how far its experiment clock goes.
    pub fn advance(
        &mut self,
        index: usize,
        plan: &mut LabPlan,
        tick: f64,
        forces: &[Force],
        in_flight: f64,
    ) {
        let (mut researchers, mut speed, mut largest) = (0.0, 0.0f64, 0.0f64);
        for (staff, force) in self.staff.iter().zip(forces) {
            if staff.team.lab == index {
                researchers += staff.active as f64 * staff.weight();
                speed = speed.max(force.speed);
                largest = largest.max(staff.effort.mean_cost());
            }
        }
        let lab = &mut self.labs[index];
        let drive = researchers * speed;
        let mut demand = lab.experiment_hours.max(in_flight * tick);
        demand = demand.max(lab.demand / 2.0);
        let measured = [lab.experiment_hours, in_flight * tick, lab.demand / 2.0];
        let jumped = drive > 1.5 * lab.drive || 1.5 * drive < lab.drive;
        if jumped {
            demand = demand.max(researchers * tick);
            lab.drive = drive;
        }
        lab.demand = demand;
        let owned = plan.compute * tick;
        let spent = (owned - lab.debt / 8.0).max(owned / 2.0);
        let cap = largest / over_kinds(&self.scenario, |kind| kind.experiment_fastest_hours);
        let rate = (spent / demand.max(tick)).min(cap);
        plan.clock = lab.clock.advance(rate * tick);
        let debt = lab.debt;
        self.mark_if(jumped && demand > measured[0], "ledger: the drive jumped");
        self.mark_if(demand == measured[1], "ledger: in flight");
        self.mark_if(demand == measured[2], "ledger: last demand");
        self.mark_if(debt > 0.0 && spent > owned / 2.0, "ledger: debt paid back");
        self.mark_if(
            debt > 0.0 && spent == owned / 2.0,
            "ledger: half of the fleet",
        );
        self.mark_if(rate == cap, "ledger: as one experiment can use");
        let up = plan.clock.rescale;
        self.mark_if(up > 0, "clock: experiments in a larger unit");
        self.mark_if(up < 0, "clock: experiments in a smaller unit");
        self.mark_if(
            plan.clock.len == 0 && in_flight > 0.0,
            "clock: experiments stand still",
        );
    }
}

impl Staff {
    /// Gives researchers agents: so many there are, so many have room to work.
    fn admit(&mut self, headcount: f64, room: f64, most: u64) {
        let agents =
            |researchers: f64, log2: u32| libm::floor(researchers / (1u64 << log2) as f64) as u64;
        let working = headcount.min(room);
        let before = self.weight_log2;
        while agents(working, self.weight_log2) > most && self.weight_log2 < 19 {
            self.weight_log2 += 1;
        }
        self.active = agents(working, self.weight_log2).min(most);
        self.keep = if self.weight_log2 > before {
            self.active
        } else {
            agents(headcount, self.weight_log2).min(most)
        };
    }

    /// Ranks that may hold agents in this tick.
    pub fn slots(&mut self) -> u64 {
        let slots = self.occupied.max(self.active);
        self.occupied = slots.min(self.keep);
        slots
    }
}
