//! Claim: money moves as "Money" says, to the cent.

use super::super::money::{Books, Dues, Flows};
use super::money;
use crate::scenario::Money;

const DAY: f64 = 1.0 / 365.0;

#[test]
fn a_day_of_a_solvent_lab() {
    let mut books = Books::opening(&money(), 0);
    let flows = books.settle(
        &money(),
        &Dues {
            years: DAY,
            planned_capex: 10_000,
            revenue: 20_000,
            energy: 700,
            hosting: 300,
            salaries: 2000,
            fines: 1400,
            serving: 8000,
            saved: 1000,
        },
    );
    let expected = Flows {
        // 60% of the plan from owners, 40% borrowed.
        funding: 6000,
        borrowed: 4000,
        revenue: 20_000,
        // The plan, half of 20,000 - 8,000, and all of the savings.
        capex: 10_000 + 6000 + 1000,
        energy: 700,
        hosting: 300,
        salaries: 2000,
        // 3,650,000 cents x 0.1 / 365, and / (2 x 365).
        interest: 1000,
        repaid: 5000,
        fines: 1400,
        defaulted: 0,
    };
    assert_eq!(flows, expected);
    // 30,000 in; 17,000 + 700 + 300 + 2,000 + 1,000 + 5,000 + 1,400 = 27,400 out.
    assert_eq!(books.cash, 100_000 + 2600);
    assert_eq!(books.debt, 3_650_000 + 4000 - 5000);
}

#[test]
fn what_is_short_is_borrowed_and_nothing_beyond_the_plan_is_bought() {
    let poor = Money {
        cash_usd: 0.0,
        debt_usd: 0.0,
        ..money()
    };
    let mut books = Books::opening(&poor, 0);
    let tick = Dues {
        years: DAY,
        planned_capex: 1000,
        revenue: 500,
        salaries: 2000,
        saved: 700,
        ..Dues::default()
    };
    let flows = books.settle(&poor, &tick);
    assert_eq!((flows.capex, flows.funding), (1000, 600));
    // 400 of the plan, and the 1,500 by which pay passes revenue.
    assert_eq!((flows.borrowed, books.cash, books.debt), (1900, 0, 1900));
}

#[test]
fn debt_that_idle_chips_cannot_serve_is_lost_with_the_chips_it_bought() {
    let mut books = Books::opening(&money(), 0);
    let mut flows = Flows::default();
    let mut tick = |books: &mut Books, busy, book| {
        books.default_on_debt(&money(), 24.0, busy, book, &mut flows)
    };
    assert_eq!(tick(&mut books, 0.4, 7_300_000), 0.0);
    // A day over break-even starts the count anew.
    assert_eq!(tick(&mut books, 0.5, 7_300_000), 0.0);
    assert_eq!(tick(&mut books, 0.4, 7_300_000), 0.0);
    assert_eq!(tick(&mut books, 0.4, 7_300_000), 0.5);
    assert_eq!((books.debt, flows.defaulted), (0, 3_650_000));
    // Chips worth less than the debt go all.
    let mut books = Books::opening(&money(), 0);
    let mut flows = Flows::default();
    let share = books.default_on_debt(&money(), 48.0, 0.0, 3_650_000, &mut flows);
    assert_eq!(share, 1.0);
    // Without debt nothing is lost.
    assert_eq!(
        books.default_on_debt(&money(), 480.0, 0.0, 10, &mut flows),
        0.0
    );
}

#[test]
fn training_is_a_fixed_cost_and_generation_grows_past_it() {
    let mut books = Books::opening(&money(), 3);
    let shares = (0.1, 0.4, 0.3);
    let costs = books.cost_models(&money(), 10_000, shares, 3);
    assert_eq!(
        (costs.training, costs.serving, costs.tuning),
        (1000, 3000, 0)
    );
    // 0.4 for research and 0.3 for customers.
    assert_eq!(costs.generation, 7000);
    let costs = books.cost_models(&money(), 10_000, shares, 4);
    // Two ticks of 1,000; a twentieth for tuning; the new model has run for nobody yet.
    assert_eq!((costs.tuning, books.model), (100, 2100));
    assert_eq!((books.run, books.generation, books.runs), (0, 0, 4));
    books.cost_models(&money(), 10_000, shares, 4);
    assert_eq!((books.run, books.generation), (1000, 7000));
}
