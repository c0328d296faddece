//! Whole units, so that every account balances exactly: cents, thousandths of an A100e, watts and
//! watt-hours, all `i128`.

/// Cents of a dollar.
pub type Cents = i128;
/// Thousandths of an A100e.
pub type Chips = i128;
/// Watts.
pub type Watts = i128;

/// No amount is larger, so that sums stay within `i128`. What is no number counts as this; an account that holds
/// so much ends the run.
const MOST: i128 = 1 << 100;

/// The same for chips, so that products of two amounts of chips stay within it as well.
const MOST_CHIPS: i128 = 1 << 62;

/// `amount` in whole units of 1/`per`.
pub fn whole(amount: f64, per: f64) -> i128 {
    let units = libm::round(amount * per);
    if units.is_nan() {
        MOST
    } else {
        (units as i128).clamp(-MOST, MOST)
    }
}

/// An account as it goes into the digest: not finite once it left its range, which ends the run.
pub fn audited(units: i128) -> f64 {
    within(units, MOST)
}

/// The same for an account of chips.
pub fn audited_chips(chips: Chips) -> f64 {
    within(chips, MOST_CHIPS)
}

fn within(units: i128, most: i128) -> f64 {
    if units.abs() < most {
        units as f64
    } else {
        f64::INFINITY
    }
}

/// Dollars as cents.
pub fn cents(usd: f64) -> Cents {
    whole(usd, 100.0)
}

/// A100e as thousandths.
pub fn chips(a100e: f64) -> Chips {
    whole(a100e, 1000.0).min(MOST_CHIPS)
}

/// Cents as dollars.
pub fn usd(cents: Cents) -> f64 {
    cents as f64 / 100.0
}

/// Thousandths as A100e.
pub fn a100e(chips: Chips) -> f64 {
    chips as f64 / 1000.0
}

/// A share of `amount`, rounded, at least nothing and at most all of it. `amount` is not negative.
pub fn part(amount: i128, share: f64) -> i128 {
    whole(amount as f64 * share, 1.0).clamp(0, amount)
}

/// A share of `amount`, rounded down, with the `rest` that rounding left over before: small shares of small
/// amounts add up, however short the ticks.
pub fn carried(amount: i128, share: f64, rest: &mut f64) -> i128 {
    let exact = amount as f64 * share + *rest;
    let taken = whole(libm::floor(exact), 1.0).clamp(0, amount);
    *rest = (exact - taken as f64).clamp(0.0, 1.0);
    taken
}

/// `amount` x `of` / `all`, rounded down: what belongs to `of` units out of `all`; nothing if there are none.
pub fn proportional(amount: i128, of: i128, all: i128) -> i128 {
    if all == 0 {
        return 0;
    }
    // The product itself could leave the range.
    amount / all * of + amount % all * of / all
}

/// Share that a process with a constant rate a year completes in `years`.
pub fn completed(rate_per_year: f64, years: f64) -> f64 {
    -libm::expm1(-rate_per_year * years)
}
