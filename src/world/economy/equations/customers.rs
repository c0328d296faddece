//! Claim: customers adopt, pay and choose as "Demand" and "Labs" say.

use super::super::{Arrivals, Gains, Moves, Resources, demand as of, hiring, market as choice};
use super::{close, demand, market};
use crate::scenario::{Demand, Market};

fn gains(training: f64, inference: f64, utilisation: f64) -> Gains {
    Gains {
        training,
        inference,
        utilisation,
        ..Gains::default()
    }
}

#[test]
fn adoption_is_the_integral_of_bass() {
    let rules = demand();
    let slope = |share: f64| (0.03 + 0.38 * share) * (1.0 - share);
    let (mut share, step) = (0.05, 1e-3);
    for _ in 0..10_000 {
        // Runge and Kutta, fourth order: error far under 1e-12.
        let a = slope(share);
        let b = slope(share + step / 2.0 * a);
        let c = slope(share + step / 2.0 * b);
        let d = slope(share + step * c);
        share += step / 6.0 * (a + 2.0 * b + 2.0 * c + d);
    }
    assert!((of::adopted(&rules, 0.05, 10.0) - share).abs() < 1e-11);
    let by_day = (0..3650).fold(0.05, |share, _| of::adopted(&rules, share, 1.0 / 365.0));
    assert!((by_day - share).abs() < 1e-10);
}

#[test]
fn adoption_at_its_ends() {
    let rules = |p, q| Demand {
        innovation_per_year: p,
        imitation_per_year: q,
        ..demand()
    };
    assert_eq!(of::adopted(&rules(0.03, 0.38), 1.0, 1.0), 1.0);
    assert_eq!(of::adopted(&rules(0.0, 0.0), 0.3, 1.0), 0.3);
    // By imitation alone nobody follows nobody.
    assert!(of::adopted(&rules(0.0, 1.0), 0.0, 10.0) < 1e-300);
    // By innovation alone the rest falls exponentially: 1 - exp(-0.5).
    close(of::adopted(&rules(0.5, 0.0), 0.0, 1.0), 0.3934693402873666);
}

#[test]
fn prices_pass_cost_on_and_follow_the_market() {
    let rules = Demand {
        price_pass_through: 0.5,
        price_growth_per_year: 1.3,
        tokens_per_use_growth_per_year: 2.0,
        ..demand()
    };
    // Half of 2 OOM: $30 becomes $3.
    close(of::price_usd(&rules, &gains(5.0, 1.0, 1.0), 0.0), 3.0);
    // A year on a use costs 1.3 times as much and takes twice the tokens: 3 x 1.3 / 2.
    close(of::price_usd(&rules, &gains(5.0, 1.0, 1.0), 365.0), 1.95);
}

#[test]
fn customers_want_more_of_what_is_cheap_and_able() {
    // 10^12 x 0.5 x 0.4 x 10^1.2 (a tenth of the price) x 10^0.3 (an OOM of training).
    let wanted = of::wanted_tokens_per_day(&demand(), &gains(1.0, 1.0, 0.0), 0.5, 0.4, 0.0);
    close(wanted, 6.324555320336759e12);
    // Twice the tokens a use at the same price of a use: twice the tokens, the same money.
    let rules = Demand {
        tokens_per_use_growth_per_year: 2.0,
        ..demand()
    };
    let none = gains(0.0, 0.0, 0.0);
    let spent = |day: f64| {
        of::wanted_tokens_per_day(&rules, &none, 0.5, 0.4, day) * of::price_usd(&rules, &none, day)
    };
    close(
        of::wanted_tokens_per_day(&rules, &none, 0.5, 0.4, 365.0),
        4e11,
    );
    close(spent(365.0), spent(0.0));
}

#[test]
fn cheaper_use_takes_more_compute_only_over_an_elasticity_of_1() {
    let compute = |price_elasticity, inference| {
        let rules = Demand {
            price_elasticity,
            ..demand()
        };
        let gains = gains(0.0, inference, 0.0);
        of::wanted_tokens_per_day(&rules, &gains, 1.0, 1.0, 0.0)
            / of::tokens_per_day_per_a100e(&rules, &gains)
    };
    // 10 tokens a second for 86,400 seconds.
    close(compute(1.2, 0.0), 1e12 / 864_000.0);
    // Ten times the tokens an A100e; 10^1.2 or 10^0.8 times the tokens.
    close(compute(1.2, 1.0) / compute(1.2, 0.0), 1.5848931924611136);
    close(compute(0.8, 1.0) / compute(0.8, 0.0), 0.6309573444801932);
    close(compute(1.0, 1.0) / compute(1.0, 0.0), 1.0);
}

#[test]
fn revenue_is_tokens_times_price() {
    // 2 million tokens at $3.
    assert_eq!(of::revenue(&demand(), &gains(0.0, 1.0, 0.0), 0.0, 2e6), 600);
}

#[test]
fn the_leader_takes_most_if_customers_are_sharp() {
    // A lead of 0.3 OOM: 1 / (1 + 10^-0.3), and 1 / (1 + 10^-0.9) with sharpness 3.
    let share = |sharpness| {
        let rules = Market {
            sharpness,
            ..market()
        };
        choice::chosen_shares(&rules, &[7.0, 6.7])
    };
    close(share(1.0)[0], 0.6661394245831221);
    close(share(3.0)[0], 0.8881842302218831);
    assert!(share(3.0)[0] >= 0.7);
    assert_eq!(share(0.0), [0.5, 0.5]);
    let gone = f64::NEG_INFINITY;
    assert_eq!(choice::chosen_shares(&market(), &[7.0, gone]), [1.0, 0.0]);
    assert_eq!(choice::chosen_shares(&market(), &[gone, gone]), [0.5, 0.5]);
}

#[test]
fn customers_and_capital_follow() {
    let mut shares = [0.5, 0.5];
    // Half a year at a rate of 2: 1 - 1/e of the way.
    choice::switch(&market(), &mut shares, &[1.0, 0.0], 0.5);
    close(shares[0], 0.5 + 0.5 * 0.6321205588285577);
    close(shares[0] + shares[1], 1.0);
    // (0.8 x 2)^0.5.
    close(
        choice::capital_factor(&market(), 0.8, 2),
        1.2649110640673518,
    );
    close(choice::capital_factor(&market(), 0.5, 2), 1.0);
}

#[test]
fn people_follow_and_none_is_lost() {
    // Draws: 300 x 1.6 = 480 and 100 x 0.4 = 40, so 12/13 and 1/13; 1 - 1/e of the way.
    let drawn = |shares: &[f64]| choice::drawn_shares(&market(), &[300.0, 100.0], shares);
    let mut talent = [0.75, 0.25];
    choice::hire(
        &market(),
        &mut talent,
        &drawn(&[0.8, 0.2]).expect("people"),
        0.5,
    );
    close(talent[0], 0.75 + (12.0 / 13.0 - 0.75) * 0.6321205588285577);
    let mut sum_off: f64 = 0.0;
    for tick in 0..10_000 {
        let share = 0.5 + 0.4 * libm::sin(f64::from(tick));
        let drawn = drawn(&[share, 1.0 - share]).expect("people");
        choice::hire(&market(), &mut talent, &drawn, 0.01);
        sum_off = sum_off.max((talent[0] + talent[1] - 1.0).abs());
    }
    assert!(sum_off < 1e-12, "{sum_off}");
    assert_eq!(
        choice::drawn_shares(&market(), &[0.0, 0.0], &[0.8, 0.2]),
        None
    );
}

#[test]
fn those_who_change_jobs_go_where_they_are_drawn() {
    // Of 400 people a quarter is in the second lab; half a year at a rate of 2: 1 - 1/e of them leave, 12/13 of
    // these for the first.
    let (talent, drawn) = ([0.75, 0.25], [12.0 / 13.0, 1.0 / 13.0]);
    let between = |from, to| hiring::moved(&market(), 400.0, &talent, &drawn, (from, to), 0.5);
    close(
        between(1, 0),
        400.0 * 0.25 * 0.6321205588285577 * 12.0 / 13.0,
    );
    close(between(0, 1), 400.0 * 0.75 * 0.6321205588285577 / 13.0);
    // What a lab gains is what it has more of afterwards.
    let mut after = talent;
    choice::hire(&market(), &mut after, &drawn, 0.5);
    close(
        between(1, 0) - between(0, 1),
        400.0 * (after[0] - talent[0]),
    );
}

#[test]
fn ten_people_are_a_delegation_and_teams_take_turns() {
    let mut moves = Moves {
        people: 9.5,
        delegations: 6,
    };
    assert_eq!(moves.send(&market()), (6, 0));
    moves.people += 26.0;
    // 35.5 people: three delegations, and 5.5 who wait for others.
    assert_eq!(moves.send(&market()), (6, 3));
    assert_eq!((moves.people, moves.delegations), (5.5, 9));
    // Numbers 6, 7 and 8 of four teams' turns join teams 2, 3 and 0; of two teams' turns all; of one lab's none.
    let arrivals = Arrivals::of(2, vec![(0, 0), (6, 3), (0, 0), (0, 0)]);
    let joined = |teams: u32| -> Vec<bool> {
        let join = |team| arrivals.join((0, 1), team, teams);
        (0..teams).map(join).collect()
    };
    assert_eq!(joined(4), [true, false, true, true]);
    assert_eq!(joined(2), [true, true]);
    assert!(!arrivals.join((1, 0), 0, 4));
    assert_eq!((arrivals.to(0), arrivals.to(1)), (0, 3));
    // Without a market nobody comes.
    assert!(!Arrivals::default().join((0, 1), 0, 4));
    assert_eq!(Arrivals::default().to(1), 0);
}

/// A fleet of 1000 A100e with shares of 0.4, 0.1 and 0.4.
fn resources() -> Resources {
    Resources {
        fleet_a100e: 1000.0,
        experiment_share: 0.4,
        training_share: 0.1,
        inference_share: 0.4,
        serving_share: 0.05,
        experiment_room: f64::INFINITY,
        ..Resources::default()
    }
}

#[test]
fn customers_take_what_is_spare_and_then_from_everybody() {
    let shares = |wanted: f64, most: f64| {
        let mut of = resources();
        of.serve(wanted, most);
        [
            of.serving_share,
            of.experiment_share,
            of.training_share,
            of.inference_share,
        ]
    };
    assert_eq!(shares(80.0, 0.5), [0.08, 0.4, 0.1, 0.4]);
    // 0.55 of 0.9 is left for the others: 11/18 of each.
    for (share, expected) in shares(450.0, 0.5).into_iter().zip([
        0.45,
        0.244_444_444_444_444_44,
        0.061_111_111_111_111_11,
        0.244_444_444_444_444_44,
    ]) {
        close(share, expected);
    }
    assert_eq!(shares(1e9, 0.1), [0.1, 0.4, 0.1, 0.4]);
    // Where [demand] may serve nobody, the lab's own share stands.
    assert_eq!(shares(1e9, 0.0), [0.05, 0.4, 0.1, 0.4]);
}

#[test]
fn a_cap_binds_lent_compute_as_well() {
    let under = |cap: f64, day: f64| {
        let mut of = resources();
        let rules = crate::scenario::Regulation {
            compute_cap_a100e: Some(cap),
            ..super::regulation()
        };
        of.regulate(&rules, day);
        of
    };
    // 500 A100e are in experiments and training.
    let free = under(700.0, 0.0);
    assert_eq!((free.experiment_share, free.training_share), (0.4, 0.1));
    close(free.experiment_room, 0.2);
    let bound = under(250.0, 0.0);
    assert_eq!((bound.experiment_share, bound.training_share), (0.2, 0.05));
    assert_eq!(bound.experiment_room, 0.0);
    // In a pause thought and service go on.
    let paused = under(700.0, 12.0);
    assert!(paused.paused && paused.experiment_room == 0.0);
    assert_eq!((paused.experiment_share, paused.training_share), (0.0, 0.0));
    assert_eq!((paused.inference_share, paused.serving_share), (0.4, 0.05));
}
