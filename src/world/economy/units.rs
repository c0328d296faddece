//! Whole units, so that every account balances exactly: cents, thousandths of an A100e, watts and
//! watt-hours, all `i128`.

/// Cents of a dollar.
pub type Cents = i128;
/// Thousandths of an A100e.
pub type Chips = i128;
/// Watts.
pub type Watts = i128;

/// `amount` in whole units of 1/`per`.
pub fn whole(amount: f64, per: f64) -> i128 {
    libm::round(amount * per) as i128
}

/// Dollars as cents.
pub fn cents(usd: f64) -> Cents {
    whole(usd, 100.0)
}

/// A100e as thousandths.
pub fn chips(a100e: f64) -> Chips {
    whole(a100e, 1000.0)
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

/// `amount` x `of` / `all`, rounded down: what belongs to `of` units out of `all`; nothing if there are none.
pub fn proportional(amount: i128, of: i128, all: i128) -> i128 {
    if all == 0 { 0 } else { amount * of / all }
}

/// Share that a process with a constant rate a year completes in `years`.
pub fn completed(rate_per_year: f64, years: f64) -> f64 {
    1.0 - libm::exp(-rate_per_year * years)
}
