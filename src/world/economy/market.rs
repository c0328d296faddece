//! How customers and people divide between labs.

use super::units::completed;
use crate::scenario::Market;

/// Shares that customers would choose: proportional to 10^(sharpness x log10 effective compute).
pub fn chosen_shares(market: &Market, effective_oom: &[f64]) -> Vec<f64> {
    let best = effective_oom
        .iter()
        .copied()
        .fold(f64::NEG_INFINITY, f64::max);
    let weight = |&oom: &f64| {
        if oom == f64::NEG_INFINITY {
            0.0
        } else {
            libm::exp10(market.sharpness * (oom - best))
        }
    };
    let weights: Vec<f64> = effective_oom.iter().map(weight).collect();
    let sum: f64 = weights.iter().sum();
    let even = 1.0 / effective_oom.len() as f64;
    weights
        .iter()
        .map(|weight| if sum > 0.0 { weight / sum } else { even })
        .collect()
}

/// Moves shares towards where customers want to be.
pub fn switch(market: &Market, shares: &mut [f64], chosen: &[f64], years: f64) {
    let moved = completed(market.switching_per_year, years);
    for (share, chosen) in shares.iter_mut().zip(chosen) {
        *share += (chosen - *share) * moved;
    }
}

/// Factor on the capex plan of a lab with `share` among `labs`.
pub fn capital_factor(market: &Market, share: f64, labs: usize) -> f64 {
    libm::pow(share * labs as f64, market.capital_exponent)
}

/// Where people who change jobs go: each lab's part of all draws, from the head-counts that the labs' own series state
/// and the shares of customers. `None` if there is nobody.
pub fn drawn_shares(market: &Market, headcounts: &[f64], shares: &[f64]) -> Option<Vec<f64>> {
    let labs = shares.len() as f64;
    let draw =
        |(heads, share): (&f64, &f64)| heads * libm::pow(share * labs, market.talent_exponent);
    let draws: Vec<f64> = headcounts.iter().zip(shares).map(draw).collect();
    let sum: f64 = draws.iter().sum();
    (sum > 0.0).then(|| draws.iter().map(|draw| draw / sum).collect())
}

/// Moves people: `talent` are shares of all human researchers, `drawn` where those go who change jobs.
pub fn hire(market: &Market, talent: &mut [f64], drawn: &[f64], years: f64) {
    let moved = completed(market.talent_mobility_per_year, years);
    for (talent, drawn) in talent.iter_mut().zip(drawn) {
        *talent += (drawn - *talent) * moved;
    }
}
