//! What automation does to the work of people, by role.

use crate::scenario::{Labour, Role};

/// Human work after automation, shares of human work on day 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Work {
    /// Demand for people by role, in the order of [`Labour::roles`].
    pub demand: [f64; 4],
    /// Share of the work of day 0 that models do.
    pub substituted: f64,
}

/// Share of a role that models of `quality_oom` do: logistic, a quarter to three quarters over the width.
pub fn substituted(labour: &Labour, role: &Role, quality_oom: f64) -> f64 {
    let slope = 2.0 * libm::log(3.0) / labour.width_oom;
    1.0 / (1.0 + libm::exp(-slope * (quality_oom - role.half_substituted_oom)))
}

/// Work at a quality: what is left of a role is wanted more as the output of a person rises.
pub fn work(labour: &Labour, quality_oom: f64) -> Work {
    let roles = labour.roles();
    let done = roles.map(|role| substituted(labour, &role, quality_oom));
    let all: f64 = roles
        .iter()
        .zip(done)
        .map(|(role, done)| role.share * done)
        .sum();
    let productivity = 1.0 / (1.0 - all).max(f64::EPSILON);
    let mut demand = [0.0; 4];
    for ((demand, role), done) in demand.iter_mut().zip(roles).zip(done) {
        *demand = role.share * (1.0 - done) * libm::pow(productivity, role.complement_elasticity);
    }
    Work {
        demand,
        substituted: all,
    }
}
