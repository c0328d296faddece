//! Returns to research along a path.
//!
//! Law of motion: dA/dt / A = c R^lambda A^-beta (Jones 1995; Bloom, Jones, Van Reenen and Webb 2020), with A
//! the level of software, so that in OOMs a = log10 A the rate g = da/dt falls as 10^(-beta a) at equal inputs.
//! r = lambda / beta is the returns of Davidson and Houlden (2025) and of Erdil, Besiroglu and Ho (2024): more
//! than 1 and software feeding back on its inputs explodes.

/// Inputs, rate and exponents at one point of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// Progress so far, OOM.
    pub oom: f64,
    /// Rate of progress.
    pub rate: f64,
    /// Inputs: full-time researchers, experiment compute, serial speed.
    pub inputs: [f64; 3],
    /// Elasticities of the rate with respect to the inputs.
    pub elasticities: [f64; 3],
    /// Exponent of all inputs of research together.
    pub lambda: f64,
}

/// Returns between two points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// OOM by which an OOM of progress slows the next one at equal inputs.
    pub beta: f64,
    /// lambda / beta, lambda being the mean of both ends; `None` if beta is not positive.
    pub r: Option<f64>,
}

/// Returns between two points: how the rate changed, less what inputs did to it, per OOM. Elasticities in
/// between are the means of both ends. `None` without progress, or where a rate or an input whose elasticity
/// counts is not positive.
pub fn between(from: &Stage, to: &Stage) -> Option<Stretch> {
    let oom = to.oom - from.oom;
    if !(oom > 0.0 && from.rate > 0.0 && to.rate > 0.0) {
        return None;
    }
    let mut change = libm::log10(to.rate / from.rate);
    for input in 0..from.inputs.len() {
        let elasticity = 0.5 * (from.elasticities[input] + to.elasticities[input]);
        if elasticity != 0.0 {
            let ratio = to.inputs[input] / from.inputs[input];
            if !(ratio > 0.0 && ratio.is_finite()) {
                return None;
            }
            change -= elasticity * libm::log10(ratio);
        }
    }
    let beta = -change / oom;
    let lambda = 0.5 * (from.lambda + to.lambda);
    Some(Stretch {
        beta,
        r: (beta > 0.0).then(|| lambda / beta),
    })
}
