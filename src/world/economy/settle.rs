//! The end of a tick: what was served, earned, spent, ordered, delivered and lost.

use serde::{Deserialize, Serialize};

use super::fleet::Ageing;
use super::money::{Dues, Flows, ModelCosts};
use super::units::{Cents, a100e, cents, chips, part, usd, whole};
use super::{
    DAYS_PER_YEAR, Economy, Gains, Resources, demand, headcount, labour, market, regulation, supply,
};
use crate::scenario::Scenario;
use crate::world::Oom;

/// What a lab did in a tick, as far as the economy looks at it.
#[derive(Clone, Copy, Debug, Default)]
pub struct LabTick {
    /// What it had.
    pub resources: Resources,
    /// Progress before the tick.
    pub before: Oom,
    /// Progress after it.
    pub after: Oom,
    /// Human researchers, whole world.
    pub humans: f64,
    /// Experiment compute used over owned.
    pub experiments_used: f64,
    /// Share of automated researchers without compute for experiments.
    pub surplus: f64,
    /// Finished training runs.
    pub runs: u32,
    /// Quality of the model in use, OOM over the first.
    pub quality_oom: f64,
}

/// Movements of chips. Opening + delivered - failed - scrapped - written off = closing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chips {
    /// Ordered.
    pub ordered: i128,
    /// Price of what was ordered, cents.
    pub paid: i128,
    /// Put into production.
    pub started: i128,
    /// Delivered.
    pub delivered: i128,
    /// What time took.
    pub ageing: Ageing,
}

/// A lab's economy over a tick and after it. Whole world; zero where there is no such block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Report {
    /// Chips moved.
    pub chips: Chips,
    /// Money moved.
    pub flows: Flows,
    /// Cost of models.
    pub costs: ModelCosts,
    /// What it had.
    pub resources: Resources,
    /// Chips at the end, A100e.
    pub installed_a100e: f64,
    /// Ordered and not in production, A100e.
    pub backlog_a100e: f64,
    /// In production, A100e.
    pub in_production_a100e: f64,
    /// Price of a chip, $ an A100e.
    pub chip_price_usd: f64,
    /// Power in contract, MW.
    pub contracted_mw: f64,
    /// Energy of the tick, MWh.
    pub energy_mwh: f64,
    /// Energy of the last finished training run, GWh.
    pub training_run_gwh: f64,
    /// Cash, $.
    pub cash_usd: f64,
    /// Debt, $.
    pub debt_usd: f64,
    /// Book value of chips, $.
    pub book_usd: f64,
    /// Cost of running the model in use over that of making it.
    pub generation_over_training: f64,
    /// Revenue less cost of serving, over revenue.
    pub gross_margin: f64,
    /// Cost of a run that reaches the reference capability, $.
    pub reference_run_usd: f64,
    /// Days that it takes.
    pub reference_run_days: f64,
    /// Share of customers that adopted.
    pub adopted_share: f64,
    /// Price, $ a million tokens.
    pub price_usd_per_million_tokens: f64,
    /// Tokens served to customers.
    pub served_tokens: f64,
    /// Tokens that customers wanted beyond.
    pub unserved_tokens: f64,
    /// Share of customers.
    pub market_share: f64,
    /// Share of all human researchers.
    pub talent_share: f64,
    /// People hired away from other labs.
    pub hired_people: f64,
    /// Delegations of them that brought along what they know.
    pub delegations: u64,
    /// Where the long wave is; empty without `[wave]`.
    pub wave_phase: &'static str,
    /// Revenue short of what chips need, all labs, $ a year.
    pub revenue_gap_usd_per_year: f64,
    /// Demand for people by role, share of all human work on day 0.
    pub role_demand: [f64; 4],
    /// Share of human work of day 0 that models do.
    pub substituted_share: f64,
}

impl Economy {
    /// Settles the tick of `hours` from `day` on, which is not in burn-in; reports by lab.
    pub(in crate::world) fn settle(
        &mut self,
        scenario: &Scenario,
        labs: &[LabTick],
        day: f64,
        hours: f64,
    ) -> Vec<Report> {
        let years = hours / 24.0 / DAYS_PER_YEAR;
        let mut reports = vec![Report::default(); labs.len()];
        for (index, tick) in labs.iter().enumerate() {
            reports[index] = self.operate(scenario, index, tick, day, hours);
        }
        self.produce(scenario, &mut reports, day, hours);
        self.turn(scenario, labs, &mut reports, years, hours);
        self.choose(scenario, labs, &mut reports, day, years);
        for (lab, report) in reports.iter_mut().enumerate() {
            self.describe(scenario, lab, &labs[lab], report, day);
        }
        reports
    }

    /// One lab on its own: energy, customers, books, orders.
    fn operate(
        &mut self,
        scenario: &Scenario,
        lab: usize,
        tick: &LabTick,
        day: f64,
        hours: f64,
    ) -> Report {
        let (config, state) = (&scenario.labs[lab], &mut self.labs[lab]);
        let years = hours / 24.0 / DAYS_PER_YEAR;
        let resources = tick.resources;
        let mut report = Report {
            resources,
            ..Report::default()
        };
        let gains = state
            .start
            .map_or_else(Gains::default, |start| tick.before.since(&start));
        if let Some(fleet) = &mut state.fleet
            && let Some(rules) = &config.fleet
        {
            report.chips.ageing = fleet.age(rules, config.energy.as_ref(), day, hours);
        }
        let energy = whole(resources.draw_w as f64 * hours, 1.0);
        report.energy_mwh = energy as f64 * 1e-6;
        state.run_energy += part(energy, resources.training_share);
        if tick.runs > state.finished_runs {
            state.finished_run_energy = state.run_energy;
            state.run_energy = 0;
            state.finished_runs = tick.runs;
        }
        report.training_run_gwh = state.finished_run_energy as f64 * 1e-9;
        let mut revenue = 0;
        let mut served_share = 0.0;
        if let Some(rules) = &scenario.demand {
            let each = demand::tokens_per_day_per_a100e(rules, &gains);
            let served = resources.serving_share * resources.fleet_a100e * each * hours / 24.0;
            let wanted = resources.wanted_tokens_per_day * hours / 24.0;
            report.served_tokens = served.min(wanted);
            report.unserved_tokens = wanted - report.served_tokens;
            report.price_usd_per_million_tokens = demand::price_usd(rules, &gains, day);
            revenue += demand::revenue(rules, &gains, day, report.served_tokens);
            served_share = resources.serving_share;
        }
        let (Some(money), Some(books)) = (&config.money, &mut state.books) else {
            report.flows.revenue = revenue;
            order(
                scenario,
                config.fleet.as_ref(),
                state,
                None,
                &mut report.chips,
                day,
                years,
            );
            return report;
        };
        if let Some(other) = &money.other_revenue_usd_per_year {
            revenue += cents(other.at(day) * years);
        }
        let kwh = energy as f64 * 1e-3;
        let energy_cost = config
            .energy
            .as_ref()
            .map_or(0, |rules| cents(kwh * rules.usd_per_kwh));
        let hosting = cents(resources.fleet_a100e * money.hosting_usd_per_a100e_year * years);
        // What a tick of the whole fleet costs: the base for costs of models and for savings.
        let unit: Cents = report.chips.ageing.depreciation + energy_cost + hosting;
        let shares = (
            resources.training_share,
            resources.inference_share,
            served_share,
        );
        report.costs = books.cost_models(money, unit, shares, tick.runs);
        let fined = scenario.regulation.as_ref().map_or(0.0, |rules| {
            regulation::fine_share(rules, resources.training_share * resources.fleet_a100e)
        });
        let market = scenario.market.as_ref().map_or(1.0, |rules| {
            market::capital_factor(rules, state.market_share, scenario.labs.len())
        });
        let wave = scenario
            .wave
            .as_ref()
            .map_or(1.0, |rules| self.boom.capex_factor(rules));
        report.flows = books.settle(
            money,
            &Dues {
                years,
                planned_capex: cents(money.capex_usd_per_year.at(day) * years * market * wave),
                revenue,
                energy: energy_cost,
                hosting,
                salaries: cents(tick.humans * money.salary_usd_per_year * years),
                fines: part(revenue, fined),
                serving: report.costs.serving,
                saved: cents(usd(unit) * (libm::exp10(gains.utilisation) - 1.0).max(0.0)),
            },
        );
        let capex = report.flows.capex;
        let busy = tick.experiments_used.min(1.0)
            * (resources.experiment_share + resources.lent_share)
            + resources.training_share
            + resources.inference_share * (1.0 - tick.surplus)
            + resources.serving_share;
        if let Some(fleet) = &mut state.fleet {
            let seized = books.default_on_debt(money, hours, busy, fleet.book(), &mut report.flows);
            if seized > 0.0 {
                fleet.seize(seized, &mut report.chips.ageing);
            }
        }
        let revenue = usd(revenue);
        if revenue > 0.0 {
            report.gross_margin = 1.0 - usd(report.costs.serving) / revenue;
        }
        let a100e_hours = resources.fleet_a100e * hours;
        let unit_cost = if a100e_hours > 0.0 {
            usd(unit) / a100e_hours
        } else {
            0.0
        };
        let first = *state.first_unit_cost_usd.get_or_insert(unit_cost);
        let dearer = if first > 0.0 { unit_cost / first } else { 1.0 };
        let efficiency = gains.training + gains.utilisation;
        report.reference_run_usd = money.reference_run_usd * dearer * libm::exp10(-efficiency);
        report.reference_run_days = money.reference_run_days * libm::exp10(-efficiency);
        order(
            scenario,
            config.fleet.as_ref(),
            state,
            Some(capex),
            &mut report.chips,
            day,
            years,
        );
        report
    }

    /// Makers of chips: production starts, deliveries arrive; then power is signed for them.
    fn produce(&mut self, scenario: &Scenario, reports: &mut [Report], day: f64, hours: f64) {
        let Some(supply) = &scenario.supply else {
            return;
        };
        let years = hours / 24.0 / DAYS_PER_YEAR;
        let cut = |lab: usize| {
            scenario.labs[lab]
                .fleet
                .as_ref()
                .map_or(0.0, |fleet| fleet.export_cut_share)
        };
        for (lab, state) in self.labs.iter_mut().enumerate() {
            state.orders.control(cut(lab));
        }
        let startable: Vec<i128> = self
            .labs
            .iter()
            .map(|state| state.orders.startable())
            .collect();
        let started = supply::allot(supply::capacity(supply, day, years), &startable);
        let (end, lead_days) = (day + hours / 24.0, supply.lead_days.at(day));
        for (lab, (state, report)) in self.labs.iter_mut().zip(reports).enumerate() {
            state.orders.start(started[lab], end + lead_days);
            let (delivered, cost) = state.orders.deliver(end);
            report.chips.started = started[lab];
            report.chips.delivered = delivered;
            if let Some(fleet) = &mut state.fleet {
                fleet.add(day, delivered, cost);
                if let (Some(energy), Some(power)) = (&scenario.labs[lab].energy, &mut state.power)
                {
                    power.contract(energy, fleet, state.orders.outstanding(), end, years);
                }
            }
        }
    }

    /// The long wave.
    fn turn(
        &mut self,
        scenario: &Scenario,
        labs: &[LabTick],
        reports: &mut [Report],
        years: f64,
        hours: f64,
    ) {
        let Some(wave) = &scenario.wave else {
            return;
        };
        let capex = reports.iter().map(|report| report.flows.capex).sum();
        let revenue = reports.iter().map(|report| report.flows.revenue).sum();
        let best =
            |oom: fn(&LabTick) -> f64| labs.iter().map(oom).fold(f64::NEG_INFINITY, f64::max);
        let gained = best(|tick| tick.after.training) - best(|tick| tick.before.training);
        if self
            .boom
            .observe(wave, hours, years, (capex, revenue), gained)
        {
            for (state, report) in self.labs.iter_mut().zip(&mut *reports) {
                if let Some(fleet) = &mut state.fleet {
                    fleet.impair(wave.impairment_share, &mut report.chips.ageing);
                }
            }
        }
        for report in reports {
            report.wave_phase = self.boom.phase.name();
            report.revenue_gap_usd_per_year = self.boom.gap_usd_per_year(wave);
        }
    }

    /// Customers adopt and move, people move.
    fn choose(
        &mut self,
        scenario: &Scenario,
        labs: &[LabTick],
        reports: &mut [Report],
        day: f64,
        years: f64,
    ) {
        if let (Some(rules), Some(share)) = (&scenario.demand, &mut self.adopted_share) {
            *share = demand::adopted(rules, *share, years);
        }
        let Some(rules) = &scenario.market else {
            return;
        };
        let effective = |tick: &LabTick| {
            let fleet = libm::log10(tick.resources.fleet_a100e);
            fleet + tick.after.utilisation + tick.after.training
        };
        let chosen = market::chosen_shares(rules, &labs.iter().map(effective).collect::<Vec<_>>());
        let mut shares: Vec<f64> = self.labs.iter().map(|lab| lab.market_share).collect();
        market::switch(rules, &mut shares, &chosen, years);
        let heads: Vec<f64> = (0..labs.len())
            .map(|lab| headcount(scenario, lab, day))
            .collect();
        let mut talent: Vec<f64> = self
            .labs
            .iter()
            .map(|lab| lab.talent.unwrap_or(0.0))
            .collect();
        if let Some(drawn) = market::drawn_shares(rules, &heads, &shares) {
            let hired = self.count_moves(scenario, rules, &talent, &drawn, (day, years));
            for (report, hired) in reports.iter_mut().zip(hired) {
                report.hired_people = hired;
            }
            market::hire(rules, &mut talent, &drawn, years);
        }
        for (lab, state) in self.labs.iter_mut().enumerate() {
            state.market_share = shares[lab];
            state.talent = state.talent.map(|_| talent[lab]);
        }
    }

    /// How things stand after the tick.
    fn describe(
        &self,
        scenario: &Scenario,
        lab: usize,
        tick: &LabTick,
        report: &mut Report,
        day: f64,
    ) {
        let state = &self.labs[lab];
        if let Some(fleet) = &state.fleet {
            report.installed_a100e = a100e(fleet.installed());
            report.book_usd = usd(fleet.book());
            report.backlog_a100e = a100e(state.orders.backlog);
            report.in_production_a100e = a100e(state.orders.in_production());
        }
        report.chip_price_usd = scenario
            .supply
            .as_ref()
            .map_or(0.0, |supply| supply::price_usd(supply, day));
        report.contracted_mw = state
            .power
            .as_ref()
            .map_or(0.0, |power| power.contracted as f64 * 1e-6);
        if let Some(books) = &state.books {
            report.cash_usd = usd(books.cash);
            report.debt_usd = usd(books.debt);
            if books.model > 0 {
                report.generation_over_training = books.generation as f64 / books.model as f64;
            }
        }
        report.adopted_share = self.adopted_share.unwrap_or(0.0);
        if scenario.market.is_some() {
            report.market_share = state.market_share;
            report.talent_share = state.talent.unwrap_or(0.0);
        }
        if let Some(rules) = &scenario.labour {
            let work = labour::work(rules, tick.quality_oom);
            (report.role_demand, report.substituted_share) = (work.demand, work.substituted);
        }
    }
}

/// Orders chips for `capex`, or what the scenario states for a lab without money.
fn order(
    scenario: &Scenario,
    rules: Option<&crate::scenario::Fleet>,
    state: &mut super::LabEconomy,
    capex: Option<Cents>,
    moved: &mut Chips,
    day: f64,
    years: f64,
) {
    let (Some(rules), Some(supply), Some(_)) = (rules, &scenario.supply, &state.fleet) else {
        return;
    };
    let price = supply::price_usd(supply, day);
    let (count, cost) = match (capex, &rules.orders_a100e_per_year) {
        (Some(capex), _) => (chips(usd(capex) / price), capex),
        (None, Some(orders)) => {
            let ordered = orders.at(day) * years;
            (chips(ordered), cents(ordered * price))
        }
        (None, None) => return,
    };
    moved.ordered = count;
    moved.paid = cost;
    state.orders.order(count, cost);
}
