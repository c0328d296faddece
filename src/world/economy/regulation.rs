//! Pauses, compute caps and fines. Licences delay training runs: `world/training.rs`.

use crate::scenario::Regulation;

/// Whether experiments and training runs are forbidden on a day.
pub fn is_paused(regulation: &Regulation, day: f64) -> bool {
    let paused = |&(from, days): &(f64, f64)| from <= day && day < from + days;
    regulation.pauses.iter().any(paused)
}

/// Factor on the shares of experiments and training that keeps `compute_a100e` of them under the cap.
pub fn cap_factor(regulation: &Regulation, compute_a100e: f64) -> f64 {
    match regulation.compute_cap_a100e {
        Some(cap) if compute_a100e > cap => cap / compute_a100e,
        _ => 1.0,
    }
}

/// Compute under the cap that `compute_a100e` leaves, A100e.
pub fn cap_room(regulation: &Regulation, compute_a100e: f64) -> f64 {
    regulation
        .compute_cap_a100e
        .map_or(f64::INFINITY, |cap| (cap - compute_a100e).max(0.0))
}

/// Share of revenue that is due as a fine with so much compute in training runs.
pub fn fine_share(regulation: &Regulation, training_a100e: f64) -> f64 {
    if training_a100e > 0.0 && training_a100e >= regulation.fine_above_a100e {
        regulation.fine_revenue_share
    } else {
        0.0
    }
}
