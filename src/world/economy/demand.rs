//! Customers: how many have adopted, what they pay, what they use.

use super::units::{Cents, cents};
use super::{DAYS_PER_YEAR, Gains};
use crate::scenario::Demand;

/// Adoption after `years` of Bass diffusion: dF/dt = (p + q F)(1 - F), solved exactly.
pub fn adopted(demand: &Demand, share: f64, years: f64) -> f64 {
    let (p, q) = (demand.innovation_per_year, demand.imitation_per_year);
    let left = 1.0 - share;
    if p + q == 0.0 {
        return share;
    }
    // With u = (1 - F) / (p + q F): u falls as exp(-(p + q) t).
    let u = left / (p + q * share).max(f64::MIN_POSITIVE) * libm::exp(-(p + q) * years);
    (1.0 - u * p) / (1.0 + u * q)
}

/// Price on a day, $ a million tokens.
pub fn price_usd(demand: &Demand, gains: &Gains, day: f64) -> f64 {
    let cheaper = demand.price_pass_through * (gains.inference + gains.utilisation);
    let growth = demand.price_growth_per_year / demand.tokens_per_use_growth_per_year;
    demand.price_usd_per_million_tokens
        * libm::exp10(-cheaper)
        * libm::pow(growth, day / DAYS_PER_YEAR)
}

/// Tokens that the customers of a lab with `market_share` want, a day.
pub fn wanted_tokens_per_day(
    demand: &Demand,
    gains: &Gains,
    adopted_share: f64,
    market_share: f64,
    day: f64,
) -> f64 {
    let use_growth = libm::pow(demand.tokens_per_use_growth_per_year, day / DAYS_PER_YEAR);
    // Customers look at the price of a use, which takes ever more tokens at ever lower prices.
    let dearer = price_usd(demand, gains, day) * use_growth / demand.price_usd_per_million_tokens;
    demand.tokens_per_day
        * adopted_share
        * market_share
        * use_growth
        * libm::pow(dearer, -demand.price_elasticity)
        * libm::exp10(demand.capability_elasticity * gains.training)
}

/// Tokens a day that one physical A100e serves.
pub fn tokens_per_day_per_a100e(demand: &Demand, gains: &Gains) -> f64 {
    let rate = demand.tokens_per_second_per_a100e * 86_400.0;
    rate * libm::exp10(gains.inference + gains.utilisation)
}

/// What customers pay for `tokens`.
pub fn revenue(demand: &Demand, gains: &Gains, day: f64, tokens: f64) -> Cents {
    cents(tokens * 1e-6 * price_usd(demand, gains, day))
}
