//! Claim: the wave turns, governments bind, work moves and overheads cost as "Long wave", "Policy", "Labour" and
//! "Overheads" say.

use std::path::Path;

use super::super::wave::{Boom, Phase};
use super::super::{labour as work, overheads, regulation as rule};
use super::{YEAR_HOURS, close, labour, regulation, wave};
use crate::scenario::{Overheads, Overrides, Regulation, Scenario};
use crate::world::landscape::{self, Costs};

/// Daily ticks at constant rates until the boom leaves its phase: how many, and whether chips were impaired.
fn ticks_until_turn(boom: &mut Boom, capex: f64, revenue: f64, oom: f64) -> (u32, bool) {
    let (hours, years) = (24.0, 24.0 / YEAR_HOURS);
    let cents = |rate: f64| libm::round(rate * 100.0 * years) as i128;
    let from = boom.phase;
    for tick in 1..10_000 {
        let flows = (cents(capex), cents(revenue));
        let impaired = boom.observe(&wave(), hours, years, flows, oom * years);
        if boom.phase != from {
            return (tick, impaired);
        }
        assert!(!impaired);
    }
    panic!("it stays in {from:?}");
}

#[test]
fn doubt_for_a_year_turns_a_frenzy_and_idle_capability_impairs_chips() {
    let mut boom = Boom::default();
    // The mean of $300B passes $200B when exp(-t) = 1/3: t = 1.0986 quarters of 2190 h, 100.2 days.
    assert_eq!(ticks_until_turn(&mut boom, 3e11, 0.0, 0.0), (101, false));
    assert_eq!(
        (boom.phase, boom.capex_factor(&wave())),
        (Phase::Frenzy, 1.0)
    );
    // The gap of 4 x 300 x (1 - exp(-t)) passes $600B at t = ln 2, so in tick 64; 365 ticks are four quarters:
    // it turns in tick 63 + 365 = 428, 327 after the frenzy began. No gain is under 20% a year.
    assert_eq!(ticks_until_turn(&mut boom, 3e11, 0.0, 0.0), (327, true));
    assert_eq!(boom.phase, Phase::TurningPoint);
    assert_eq!(boom.capex_factor(&wave()), 0.4);
    // Revenue of $500B against 4 x $100B: deployment a quarter after the gap closed.
    let (ticks, impaired) = ticks_until_turn(&mut boom, 1e11, 5e11, 0.0);
    // Gap 4 x (100 + 197 e) - 500 (1 - e), e = exp(-t) and $297B what the mean had come to: none from tick 234 on,
    // and 2190 h take 92 ticks with it.
    assert_eq!((ticks, impaired), (233 + 92, false));
    assert_eq!(
        (boom.phase, boom.capex_factor(&wave())),
        (Phase::Deployment, 1.0)
    );
}

#[test]
fn chips_of_able_models_are_not_impaired() {
    let mut boom = Boom::default();
    ticks_until_turn(&mut boom, 3e11, 0.0, 0.5);
    // Half an OOM a year is 216% a year.
    assert_eq!(ticks_until_turn(&mut boom, 3e11, 0.0, 0.5), (327, false));
    assert_eq!(boom.phase, Phase::TurningPoint);
    assert!((boom.capability_oom_per_year - 0.5).abs() < 0.01);
}

#[test]
fn revenue_that_keeps_up_leads_to_deployment_without_a_reset() {
    let mut boom = Boom::default();
    assert_eq!(ticks_until_turn(&mut boom, 3e11, 2e12, 0.0).0, 101);
    // There was no gap from the first tick on: four quarters after it.
    assert_eq!(ticks_until_turn(&mut boom, 3e11, 2e12, 0.0), (264, false));
    assert_eq!(
        (boom.phase, boom.capex_factor(&wave())),
        (Phase::Deployment, 1.0)
    );
    assert!(boom.gap_usd_per_year(&wave()) < 0.0);
}

#[test]
fn pauses_caps_and_fines() {
    let rules = regulation();
    let paused = [9.99, 10.0, 14.99, 15.0].map(|day| rule::is_paused(&rules, day));
    assert_eq!(paused, [false, true, true, false]);
    close(rule::cap_factor(&rules, 4e6), 0.25);
    assert_eq!(rule::cap_factor(&rules, 1e6), 1.0);
    assert_eq!(rule::cap_room(&rules, 4e5), 6e5);
    assert_eq!(rule::cap_room(&rules, 4e6), 0.0);
    let shares = [0.0, 999.0, 1000.0].map(|a100e| rule::fine_share(&rules, a100e));
    assert_eq!(shares, [0.0, 0.0, 0.07]);
    let free = Regulation {
        compute_cap_a100e: None,
        fine_above_a100e: 0.0,
        ..rules
    };
    assert_eq!(rule::cap_factor(&free, 1e15), 1.0);
    assert_eq!(rule::cap_room(&free, 1e15), f64::INFINITY);
    assert_eq!(rule::fine_share(&free, 0.0), 0.0);
}

#[test]
fn a_role_goes_from_a_quarter_to_three_quarters_over_the_width() {
    let rules = labour();
    let done = |quality| work::substituted(&rules, &rules.pattern, quality);
    close(done(0.5), 0.25);
    close(done(1.0), 0.5);
    close(done(1.5), 0.75);
    // Half of all work done: who is left makes twice as much; demand 0.25 x 0.5 x 2^e.
    let work = work::work(&rules, 1.0);
    close(work.substituted, 0.5);
    for (demand, expected) in work.demand.into_iter().zip([0.125, 0.125, 0.25, 0.5]) {
        close(demand, expected);
    }
    // Far beyond: nothing is left, nothing is infinite.
    let work = work::work(&rules, 1e6);
    assert_eq!((work.demand, work.substituted), ([0.0; 4], 1.0));
}

#[test]
fn sandboxes_and_jobs_take_time() {
    let rules = Overheads {
        job_seconds: 36.0,
        sandbox_seconds: 6.0,
        sandboxes_per_hour: 60.0,
    };
    // 60 x 6 s are a tenth of an hour for an hour of human thought, five times that at speed 5.
    close(overheads::sandbox_hours(&rules, 5.0), 0.5);
    close(overheads::job_hours(&rules), 0.01);
}

#[test]
fn a_job_that_idles_as_long_as_it_computes_costs_twice_as_much() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/smoke.toml");
    let scenario = Scenario::load(&path, &Overrides::default()).expect("it is shipped");
    let (ideas, kind) = (&scenario.ideas, &scenario.ideas.kinds[0]);
    let cost = |size: f64, job_hours: f64| {
        let costs = Costs {
            tools_oom: 0.0,
            training_oom: 0.0,
            size,
            think_units_per_hour: 1.0,
            experiment_units_per_a100e_hour: 1.0,
            least_skill: 0,
            reach: f64::INFINITY,
            job_hours,
        };
        landscape::kind_tick(ideas, kind, 1023, &costs).experiment_base
    };
    // A full experiment takes 24 h, one of a tenth 2.4 h; twice the compute is one in log2, 65,536 in Q16.
    assert_eq!(cost(1.0, 24.0) - cost(1.0, 0.0), 65_536);
    assert_eq!(cost(0.1, 2.4) - cost(0.1, 0.0), 65_536);
}
