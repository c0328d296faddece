//! Time that sandboxes and jobs take without doing research.

use crate::scenario::Overheads;

/// Hours that starting sandboxes adds to an hour of calendar thought at `speed`, which does not shorten them.
pub fn sandbox_hours(overheads: &Overheads, speed: f64) -> f64 {
    overheads.sandboxes_per_hour * overheads.sandbox_seconds / 3600.0 * speed
}

/// Wall hours for which the processors of an experiment stand idle.
pub fn job_hours(overheads: &Overheads) -> f64 {
    overheads.job_seconds / 3600.0
}
