//! Claim: chips age, are made and draw power as "Fleet", "Supply" and "Energy" say.

use super::super::fleet::{Ageing, Vintage, Vintages};
use super::super::power::Power;
use super::super::supply::{self, Orders};
use super::{close, energy, fleet, supply};
use crate::scenario::{Fleet, Supply};

/// `a100e` born on a day, worth `cents`.
fn vintage(born_day: f64, a100e: f64, cents: i128) -> Vintages {
    let mut list = Vintages::default();
    list.list.push(Vintage {
        born_day,
        chips: (a100e * 1000.0) as i128,
        book: cents,
        owed: (0.0, 0.0),
    });
    list
}

#[test]
fn a_steady_fleet_opens_with_as_many_chips_of_every_age() {
    let rules = Fleet {
        life_years: 1.0,
        ..fleet()
    };
    // 365 days are 12 whole vintages of 30.
    let opened = Vintages::opening(&rules, &supply(), 1200.0, 0.0);
    assert_eq!(opened.list.len(), 12);
    assert!(opened.list.iter().all(|of| of.chips == 100_000));
    let (oldest, newest) = (&opened.list[0], &opened.list[11]);
    assert_eq!((oldest.born_day, newest.born_day), (-360.0, -30.0));
    // $10 an A100e is 1 cent a thousandth: 100,000 x (1 - 30/365) = 91,780.8 and x (1 - 360/365) = 1,369.9.
    assert_eq!((newest.book, oldest.book), (91_781, 1370));
}

#[test]
fn a_fleet_that_grew_threefold_a_vintage_opens_three_to_one() {
    let rules = Fleet {
        life_years: 0.2,
        past_growth_per_year: libm::pow(3.0, 365.0 / 30.0),
        ..fleet()
    };
    let dearer = Supply {
        price_performance_growth_per_year: 2.0,
        ..supply()
    };
    let opened = Vintages::opening(&rules, &dearer, 4.0, 0.0);
    let chips: Vec<i128> = opened.list.iter().map(|of| of.chips).collect();
    assert_eq!(chips, [1000, 3000]);
    // Bought 30 days ago at 10 x 2^(30/365) = $10.5862, of 73 days of life 43 are left:
    // 3,000 x 1.05862 x 43/73 = 1870.7 cents.
    assert_eq!(opened.list[1].book, 1871);
}

#[test]
fn hazard_rises_with_age() {
    let rules = Fleet {
        failure_per_year: 0.01,
        failure_per_year_of_age: 0.0035,
        ..fleet()
    };
    // 10^9 thousandths x (1 - exp(-0.01 / 365)) = 27,396.9; at age 2 the hazard is 0.017: 46,574.3.
    for (born_day, failed) in [(0.0, 27_396), (-730.0, 46_574)] {
        let mut chips = vintage(born_day, 1e6, 0);
        let lost = chips.age(&rules, None, 0.0, 24.0);
        assert_eq!(
            (lost.failed, lost.scrapped, lost.written_off),
            (failed, 0, 0)
        );
        assert_eq!(chips.installed(), 1_000_000_000 - failed);
    }
}

#[test]
fn few_chips_fail_as_often_however_short_the_ticks() {
    let rules = Fleet {
        failure_per_year: 0.1,
        decay_per_year: 0.2,
        ..fleet()
    };
    for hours in [24.0, 1.0, 0.25] {
        let mut chips = vintage(0.0, 10.0, 0);
        let mut sum = (0, 0);
        for tick in 0..(8760.0 / hours) as usize {
            let lost = chips.age(&rules, None, tick as f64 * hours / 24.0, hours);
            sum = (sum.0 + lost.failed, sum.1 + lost.scrapped);
        }
        // 10,000 x (1 - exp(-0.3)) = 2591.8 go, a third of them by failure: 863.9 and 1727.9.
        assert!(
            (862..=866).contains(&sum.0) && (1725..=1730).contains(&sum.1),
            "{hours}: {sum:?}"
        );
    }
}

#[test]
fn life_and_books_end_together() {
    let rules = Fleet {
        life_years: 1.0,
        ..fleet()
    };
    let mut chips = vintage(0.0, 1.0, 36_500);
    // A tick on day 265: 100 days of life are left, so a hundredth goes.
    let lost = chips.age(&rules, None, 265.0, 24.0);
    assert_eq!((lost.depreciation, lost.scrapped), (365, 0));
    let mut chips = vintage(0.0, 1.0, 36_500);
    for day in 0..365 {
        let lost = chips.age(&rules, None, f64::from(day), 24.0);
        assert_eq!((lost.depreciation, lost.impairment), (100, 0));
        assert_eq!(lost.scrapped, if day == 364 { 1000 } else { 0 });
    }
    assert!(chips.list.is_empty());
}

#[test]
fn chips_that_draw_four_times_the_newest_ones_power_go() {
    let rules = Fleet {
        obsolete_power_ratio: Some(4.0),
        ..fleet()
    };
    let better = crate::scenario::Energy {
        efficiency_growth_per_year: 2.0,
        ..energy()
    };
    // Two years at a factor of two a year.
    let scrapped = |day: f64| {
        vintage(0.0, 1.0, 0)
            .age(&rules, Some(&better), day, 24.0)
            .scrapped
    };
    assert_eq!((scrapped(729.0), scrapped(730.0)), (0, 1000));
    assert_eq!(
        vintage(0.0, 1.0, 0).age(&rules, None, 730.0, 24.0).scrapped,
        0
    );
}

#[test]
fn catastrophes_take_chips_and_their_worth_on_their_day() {
    let rules = Fleet {
        life_years: 100.0,
        write_offs: vec![(10.5, 0.3)],
        ..fleet()
    };
    for (day, lost_chips) in [(9.0, 0), (10.0, 300), (11.0, 0)] {
        let mut chips = vintage(0.0, 1.0, 10_000);
        let lost = chips.age(&rules, None, day, 24.0);
        assert_eq!(lost.written_off, lost_chips, "{day}");
        // 10,000 - depreciation, of which 300 in 1000, rounded down.
        let left = 10_000 - lost.depreciation;
        assert_eq!(lost.impairment, left * lost_chips / 1000);
        assert_eq!(chips.book(), left - lost.impairment);
    }
}

#[test]
fn creditors_and_doubt_take_their_share() {
    let mut chips = vintage(0.0, 1.0, 1001);
    let mut sum = Ageing::default();
    chips.seize(0.4, &mut sum);
    assert_eq!((sum.written_off, sum.impairment), (400, 400));
    assert_eq!((chips.installed(), chips.book()), (600, 601));
    chips.impair(0.35, &mut sum);
    // 601 x 0.35 = 210.35.
    assert_eq!((chips.installed(), chips.book()), (600, 391));
    assert_eq!(sum.impairment, 610);
}

#[test]
fn the_scarcer_of_wafers_and_packages_sets_capacity() {
    let outage = Supply {
        outage_share: 0.5,
        ..supply()
    };
    // 3650 a year is 10 a day; half of 85% out leaves 0.575.
    assert_eq!(supply::capacity(&supply(), 0.0, 1.0 / 365.0), 10_000);
    assert_eq!(supply::capacity(&outage, 0.0, 1.0 / 365.0), 5750);
}

#[test]
fn capacity_is_allotted_in_proportion() {
    assert_eq!(supply::allot(100, &[100, 50, 50]), [50, 25, 25]);
    assert_eq!(supply::allot(10, &[7, 7, 7]), [3, 3, 3]);
    assert_eq!(supply::allot(10, &[3, 3, 4]), [3, 3, 4]);
    assert_eq!(supply::allot(0, &[0, 0]), [0, 0]);
}

#[test]
fn chips_get_cheaper() {
    let cheaper = Supply {
        price_performance_growth_per_year: 2.0,
        ..supply()
    };
    close(supply::price_usd(&cheaper, 0.0), 10.0);
    close(supply::price_usd(&cheaper, 730.0), 2.5);
    close(supply::price_usd(&cheaper, -365.0), 20.0);
}

#[test]
fn orders_arrive_after_the_lead_time_and_take_their_price_along() {
    let mut orders = Orders::default();
    orders.order(1000, 1001);
    orders.start(400, 180.2);
    orders.start(500, 190.0);
    orders.start(100, 190.0);
    assert_eq!((orders.backlog, orders.in_production()), (0, 1000));
    assert_eq!(orders.deliver(180.9), (0, 0));
    // Whole days, rounded up: 181. 1001 x 400 / 1000 = 400.4.
    assert_eq!(orders.deliver(181.0), (400, 400));
    assert_eq!(orders.deliver(190.0), (600, 601));
    assert_eq!((orders.prepaid, orders.outstanding()), (0, 0));
}

#[test]
fn export_controls_withhold_their_share_until_they_are_lifted() {
    let mut orders = Orders::default();
    orders.order(1000, 1000);
    for _ in 0..3 {
        orders.control(0.25);
        assert_eq!(orders.startable(), 750);
    }
    orders.order(400, 400);
    assert_eq!(orders.startable(), 1050);
    orders.start(1050, 10.0);
    assert_eq!((orders.startable(), orders.backlog), (0, 350));
    // A quarter of 1050 is 262.5, rounded to 263.
    assert_eq!(orders.deliver(10.0).0, 787);
    assert_eq!(orders.deliver(11.0).0, 0);
    assert_eq!(orders.in_production(), 263);
    // Halved controls let go of half of both (175 and 132, rounded), none of the rest.
    orders.control(0.125);
    assert_eq!(orders.startable(), 175);
    assert_eq!(orders.deliver(12.0).0, 131);
    orders.control(0.0);
    assert_eq!(orders.startable(), 350);
    assert_eq!(orders.deliver(13.0).0, 132);
    // Tighter ones take a share of what was free: 1 - (1 - 0.5) = 0.5.
    orders.control(0.5);
    assert_eq!(orders.startable(), 175);
}

#[test]
fn without_power_the_oldest_chips_stand_idle() {
    let mut chips = vintage(-30.0, 1500.0, 0);
    chips.add(0.0, 1_000_000, 0);
    // 1.2 MW of 2.4 for the newest; 1.2 of the 1.8 that the others would draw.
    let run = Power::opening(&energy()).run(&energy(), &chips);
    assert_eq!((run.chips, run.draw), (2_000_000, 2_400_000));
    let ample = crate::scenario::Energy {
        contracted_mw: 3.0,
        ..energy()
    };
    let run = Power::opening(&ample).run(&ample, &chips);
    assert_eq!((run.chips, run.draw), (2_500_000, 3_000_000));
}

#[test]
fn later_chips_draw_less() {
    let better = crate::scenario::Energy {
        efficiency_growth_per_year: 4.0,
        contracted_mw: 3.0,
        ..energy()
    };
    // Born after half a year: 4^-0.5, so 0.6 kW with the site.
    let run = Power::opening(&better).run(&better, &vintage(182.5, 1000.0, 0));
    assert_eq!(run.draw, 600_000);
}

#[test]
fn power_comes_as_late_and_as_little_as_it_is_to_be_had() {
    let mut chips = vintage(-30.0, 1500.0, 0);
    chips.add(0.0, 1_000_000, 0);
    let mut power = Power::opening(&energy());
    let day = 1.0 / 365.0;
    // 3000 A100e with those ordered: 3.6 MW x 1.1 - 2.4 = 1.56 MW wanted; 1 MW a day is to be had.
    power.contract(&energy(), &chips, 500_000, 10.0, day);
    assert_eq!(power.pending, [(40.0, 1_000_000)]);
    power.contract(&energy(), &chips, 500_000, 11.0, day);
    power.contract(&energy(), &chips, 500_000, 12.0, day);
    assert_eq!(power.pending, [(40.0, 1_000_000), (41.0, 560_000)]);
    power.contract(&energy(), &chips, 500_000, 39.5, day);
    assert_eq!(power.contracted, 2_400_000);
    power.contract(&energy(), &chips, 500_000, 40.0, day);
    assert_eq!(power.contracted, 3_400_000);
}
