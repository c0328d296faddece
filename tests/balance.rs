//! Claim: cash, debt, chips, orders, power, energy, people and compute balance after every tick, to the last whole
//! unit where they are counted in whole units, whatever the values of the blocks.

#[path = "common/economy.rs"]
mod text;

use proptest::prelude::*;
use takeoff::cpu::{CpuEngine, Options};
use takeoff::model::engine::{Engine, EngineError, Store};
use takeoff::scenario::Scenario;
use takeoff::sim::{EngineChoice, SimError, Simulation};
use takeoff::world::economy::{Economy, LabEconomy, Moves, Report};
use takeoff::world::{LabReport, World};

/// What a run saw happen, so that a test cannot balance by doing nothing.
#[derive(Debug, Default)]
struct Seen {
    delivered: i128,
    failed: i128,
    scrapped: i128,
    written_off: i128,
    impairment: i128,
    defaulted: i128,
    fines: i128,
    borrowed: i128,
    powered: i128,
    short_of_power: bool,
    served: f64,
    unserved: f64,
    talent_moved: f64,
    delegations: u64,
    runs: u64,
    paused: bool,
    phases: std::collections::BTreeSet<&'static str>,
}

/// Runs to the end and holds every account of every tick against the one before.
fn balance(scenario: Scenario) -> Seen {
    let mut world = World::new(scenario);
    let mut engine = CpuEngine::new(world.setup().clone(), Options::default()).expect("small");
    let mut seen = Seen::default();
    while !world.is_finished() {
        let plan = world
            .plan(|| -> Result<_, EngineError> { engine.read_store(Store::Nodes) })
            .expect("small");
        let census = engine.tick(&plan.tick.input()).expect("small");
        // Planning opens the accounts on day 0.
        let before = world.state().economy.clone();
        let debts: Vec<f64> = world
            .state()
            .labs
            .iter()
            .map(|lab| lab.ledger.debt_a100e_hours)
            .collect();
        let day = world.day();
        let reports = world.absorb(&plan, &census).expect("true counts");
        for (lab, report) in reports.iter().enumerate() {
            compute(report, debts[lab]);
            if day >= 0.0 {
                let after = &world.state().economy.labs[lab];
                chips(&before.labs[lab], after, &report.economy);
                power(&before.labs[lab], after, report, &world, lab);
                money(&before.labs[lab], after, &report.economy);
                seen.note(&report.economy, report);
            }
        }
        if day >= 0.0 {
            people(&world.state().economy, &reports, &world, day);
            hired(&before, &world, &reports);
        }
    }
    seen
}

/// Opening + in - out = closing, in thousandths of an A100e; books and prepayments in cents.
fn chips(before: &LabEconomy, after: &LabEconomy, report: &Report) {
    let (Some(old), Some(new)) = (&before.fleet, &after.fleet) else {
        return;
    };
    let (moved, ageing) = (report.chips, report.chips.ageing);
    let gone = ageing.failed + ageing.scrapped + ageing.written_off;
    assert_eq!(old.installed() + moved.delivered - gone, new.installed());
    let (was, is) = (&before.orders, &after.orders);
    assert_eq!(was.backlog + moved.ordered - moved.started, is.backlog);
    assert_eq!(
        was.in_production() + moved.started - moved.delivered,
        is.in_production()
    );
    assert!(0 <= is.withheld && is.withheld <= is.backlog && 0 <= is.detained);
    assert_eq!(
        was.prepaid + old.book() + moved.paid - ageing.depreciation - ageing.impairment,
        is.prepaid + new.book()
    );
    assert!(is.prepaid >= 0 && new.list.iter().all(|of| of.chips >= 0 && of.book >= 0));
    let births: Vec<f64> = new.list.iter().map(|vintage| vintage.born_day).collect();
    assert!(births.is_sorted());
}

/// Watts and watt-hours.
fn power(before: &LabEconomy, after: &LabEconomy, report: &LabReport, world: &World, lab: usize) {
    let (Some(old), Some(new)) = (&before.power, &after.power) else {
        return;
    };
    let resources = &report.economy.resources;
    assert!(resources.draw_w <= old.contracted);
    let signed = |of: &takeoff::world::economy::Power| {
        of.contracted + of.pending.iter().map(|contract| contract.1).sum::<i128>()
    };
    let energy = world.scenario().labs[lab].energy.as_ref().expect("power");
    let years = report.tick_hours / 8760.0;
    let more = (energy.build_mw_per_year * years * 1e6).round() as i128;
    assert!(signed(old) <= signed(new) && signed(new) <= signed(old) + more + 1);
    let energy = (resources.draw_w as f64 * report.tick_hours).round() as i128;
    assert_eq!((report.economy.energy_mwh * 1e6).round() as i128, energy);
    let training = (energy as f64 * resources.training_share).round() as i128;
    let closed = if after.finished_runs > before.finished_runs {
        after.finished_run_energy
    } else {
        after.run_energy
    };
    assert_eq!(before.run_energy + training, closed);
}

/// Cents.
fn money(before: &LabEconomy, after: &LabEconomy, report: &Report) {
    let (Some(old), Some(new)) = (&before.books, &after.books) else {
        return;
    };
    let flows = &report.flows;
    assert_eq!(old.cash + flows.cash(), new.cash);
    assert_eq!(
        old.debt + flows.borrowed - flows.repaid - flows.defaulted,
        new.debt
    );
    assert!(new.cash >= 0 && new.debt >= 0);
    assert_eq!(flows.capex, report.chips.paid);
    let costs = &report.costs;
    let closed = new.runs > old.runs;
    let made = if closed { new.model } else { new.run };
    assert_eq!(old.run + costs.training + costs.tuning, made);
    if !closed {
        assert_eq!(old.generation + costs.generation, new.generation);
    }
}

/// People and customers are divided, not made.
fn people(economy: &Economy, reports: &[LabReport], world: &World, day: f64) {
    if world.scenario().market.is_none() {
        return;
    }
    let talent: f64 = economy.labs.iter().filter_map(|lab| lab.talent).sum();
    let customers: f64 = economy.labs.iter().map(|lab| lab.market_share).sum();
    assert!((talent - 1.0).abs() < 1e-12 && (customers - 1.0).abs() < 1e-12);
    // 4000 that double every year, and 500.
    let stated = (4000.0 * (2.0_f64).powf(day / 365.0) + 500.0) * world.sample();
    let working: f64 = reports.iter().map(|lab| lab.researchers_human).sum();
    assert!((working / stated - 1.0).abs() < 1e-9, "{working} {stated}");
}

/// Who was hired waits for others or went in a delegation.
fn hired(before: &Economy, world: &World, reports: &[LabReport]) {
    let Some(market) = &world.scenario().market else {
        return;
    };
    let size = market.hires_per_delegation;
    let after = &world.state().economy;
    let moved = |of: &Economy| -> f64 {
        let counted = |moves: &Moves| moves.people + moves.delegations as f64 * size;
        of.moves.iter().map(counted).sum()
    };
    let hired: f64 = reports.iter().map(|lab| lab.economy.hired_people).sum();
    assert!((moved(after) - moved(before) - hired).abs() < 1e-9 * (1.0 + moved(after)));
}

/// A100e-hours: what experiments use beyond what they own is owed; no hour has two uses.
fn compute(report: &LabReport, debt: f64) {
    let shares = &report.economy.resources;
    let sum = shares.experiment_share
        + shares.training_share
        + shares.inference_share
        + shares.serving_share;
    assert!(sum <= 1.0 + 1e-9, "{shares:?}");
    assert!(shares.lent_share <= shares.inference_share);
    let spare = (report.owned_a100e_hours - debt - report.used_a100e_hours).max(0.0);
    let owed = report.used_a100e_hours + debt + spare - report.owned_a100e_hours;
    assert!((owed - report.debt_a100e_hours).abs() <= 1e-9 * (1.0 + report.owned_a100e_hours));
    let tokens = report.economy.served_tokens + report.economy.unserved_tokens;
    let wanted = shares.wanted_tokens_per_day * report.tick_hours / 24.0;
    assert!((tokens - wanted).abs() <= 1e-12 * wanted);
}

impl Seen {
    fn note(&mut self, economy: &Report, report: &LabReport) {
        self.delivered += economy.chips.delivered;
        self.failed += economy.chips.ageing.failed;
        self.scrapped += economy.chips.ageing.scrapped;
        self.written_off += economy.chips.ageing.written_off;
        self.impairment += economy.chips.ageing.impairment;
        self.defaulted += economy.flows.defaulted;
        self.fines += economy.flows.fines;
        self.borrowed += economy.flows.borrowed;
        self.powered += economy.resources.draw_w;
        self.short_of_power |= economy.resources.fleet_a100e < economy.installed_a100e - 1000.0;
        self.served += economy.served_tokens;
        self.unserved += economy.unserved_tokens;
        self.talent_moved += (economy.resources.talent - 1.0).abs();
        self.delegations += economy.delegations;
        self.runs = self.runs.max(report.training_runs);
        self.paused |= economy.resources.paused;
        self.phases.insert(economy.wave_phase);
    }
}

#[test]
fn every_account_balances_while_everything_happens() {
    let around = format!("{}{}", text::SUPPLY, text::AROUND);
    let scenario = text::parse(&text::text(text::LAB, text::LAB, &around)).expect("it is right");
    let seen = balance(scenario);
    println!("{seen:?}");
    for happened in [
        seen.delivered,
        seen.failed,
        seen.scrapped,
        seen.written_off,
        seen.impairment,
        seen.defaulted,
        seen.fines,
        seen.borrowed,
        seen.powered,
    ] {
        assert!(happened > 0, "{seen:?}");
    }
    assert!(seen.served > 0.0 && seen.unserved > 0.0 && seen.talent_moved > 0.0);
    assert!(seen.delegations > 0, "{seen:?}");
    assert!(seen.short_of_power && seen.paused && seen.runs > 1);
    assert!(seen.phases.len() >= 3, "{seen:?}");
}

#[test]
fn amounts_beyond_all_numbers_end_the_run_with_a_reason() {
    for (from, to) in [
        (
            "capex_usd_per_year = 2e9",
            "capex_usd_per_year = { points = [[-36500.0, 1e15]], growth_per_year = 1e4 }",
        ),
        (
            "other_revenue_usd_per_year = 1e8",
            "other_revenue_usd_per_year = { points = [[-3650.0, 1e15]], growth_per_year = 1e4 }",
        ),
        (
            "lead_days = 10.0",
            "lead_days = 10.0\nprice_performance_growth_per_year = 1e4\nprice_usd_per_a100e = 1e9",
        ),
    ] {
        let around = format!("{}{}", text::SUPPLY, text::AROUND);
        let full = text::text(text::LAB, text::LAB, &around);
        assert!(full.contains(from), "{from}");
        let scenario = text::parse(&full.replace(from, to)).expect("every value is in its range");
        let mut run = Simulation::new(scenario, EngineChoice::Cpu).expect("small");
        let ended = loop {
            match run.step() {
                Ok(_) if run.is_finished() => break None,
                Ok(_) => {}
                Err(error) => break Some(error),
            }
        };
        match ended {
            Some(error) => assert!(matches!(error, SimError::NotFinite { .. }), "{error}"),
            None => assert!(from.starts_with("lead_days"), "{to}: it ran to its end"),
        }
    }
}

/// A lab's blocks and those around, with random values.
fn random() -> impl Strategy<Value = (String, String, f64)> {
    let lab = (
        (0.05..6.0, 0.0..2.0, 0.0..1.0, 0.0..1.0, 1.0..10.0),
        (0.1..60.0, 0.0..200.0, 0.0..40.0, 0.5..3.0),
        (0.0..1e9, 1e-3..1e10, 0.0..1e9, 0.0..1.0, 0.0..1.0),
        (1.0..30.0, 0.1..5.0),
    );
    let around = (
        (1e3..1e6, 0.01..40.0, 0.0..1.0),
        (1e8..1e13, 0.0..3.0, 0.01..1.0),
        (0.0..10.0, 0.0..3.0, 0.0..3.0, 0.0..100.0, 1.0..50.0),
        (1e3..1e6, 0.0..20.0),
    );
    let tick = prop_oneof![Just(24.0), Just(12.0), Just(8.0)];
    (lab, around, tick).prop_map(|(lab, around, tick)| {
        let ((life, decay, loss, cut, growth), (mw, build, delay, headroom), of, (days, repay)) =
            lab;
        let (cash, capex, debt, share, even) = of;
        let lab = format!(
            "[labs.training]\nrun_days = {days:?}\n[labs.fleet]\nlife_years = {life:?}\n\
             decay_per_year = {decay:?}\nwrite_offs = [[3.0, {loss:?}]]\n\
             export_cut_share = {cut:?}\npast_growth_per_year = {growth:?}\n[labs.energy]\n\
             contracted_mw = {mw:?}\nbuild_mw_per_year = {build:?}\n\
             contract_delay_days = {delay:?}\nheadroom = {headroom:?}\n[labs.money]\n\
             cash_usd = {cash:?}\ncapex_usd_per_year = {capex:?}\ndebt_usd = {debt:?}\n\
             debt_share = {share:?}\nbreak_even_utilisation = {even:?}\ndefault_days = {days:?}\n\
             repayment_years = {repay:?}\nrevenue_reinvested_share = {share:?}\n\
             savings_reinvested_share = {even:?}\n"
        );
        let ((wafers, lead, outage), (tokens, elasticity, most), of, (cap, licence)) = around;
        let (sharpness, capital, talent, mobility, hires) = of;
        let around = format!(
            "[supply]\nwafer_capacity_a100e_per_year = {wafers:?}\n\
             packaging_capacity_a100e_per_year = 1e6\nlead_days = {lead:?}\n\
             outage_share = {outage:?}\n[demand]\ntokens_per_day = {tokens:?}\n\
             price_elasticity = {elasticity:?}\nserving_share_max = {most:?}\n[market]\n\
             sharpness = {sharpness:?}\ncapital_exponent = {capital:?}\n\
             talent_exponent = {talent:?}\ntalent_mobility_per_year = {mobility:?}\n\
             hired_knowledge_share = {most:?}\nhires_per_delegation = {hires:?}\n[wave]\n\
             frenzy_capex_usd_per_year = {capex:?}\n[regulation]\ncompute_cap_a100e = {cap:?}\n\
             licence_days = {licence:?}\nfine_revenue_share = {outage:?}\n[labour]\n"
        );
        (lab, around, tick)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_account_balances_for_any_values((lab, around, tick) in random()) {
        let text = text::text(&lab, &lab, &around)
            .replace("tick_hours = 24.0", &format!("tick_hours = {tick:?}"))
            .replace("days = 60.0", "days = 48.0");
        match text::parse(&text) {
            Ok(scenario) => drop(balance(scenario)),
            Err(errors) => panic!("{errors}"),
        }
    }
}
