//! Claim: approximate Bayesian computation gives the posterior of a conjugate case, tells what it
//! cannot know, and its adjustment takes away what a wide tolerance puts in.

use takeoff::statistics::abc::{AbcError, Posterior, posterior, rank};
use takeoff::statistics::normal;
use takeoff::statistics::uniform::Uniforms;

const DRAWS: usize = 20_000;
const NOISE: f64 = 0.5;
const OBSERVED: f64 = 0.8;

/// theta ~ N(0, 1), one observation theta + N(0, 0.25), and nothing else.
fn conjugate() -> (Vec<f64>, Vec<f64>) {
    let uniforms = Uniforms::new("test of abc", 7);
    let draw = |run: usize, column: u32| normal::quantile(uniforms.at(run as u32, column));
    let theta: Vec<f64> = (0..DRAWS).map(|run| draw(run, 0)).collect();
    let noisy = theta.iter().enumerate();
    let seen = noisy
        .map(|(run, theta)| theta + NOISE * draw(run, 1))
        .collect();
    (theta, seen)
}

fn moments(found: &Posterior) -> (f64, f64) {
    let total: f64 = found.weights.iter().sum();
    let weighted = |of: &dyn Fn(f64) -> f64| {
        let pairs = found.values[0].iter().zip(&found.weights);
        pairs
            .map(|(&value, weight)| weight * of(value))
            .sum::<f64>()
            / total
    };
    let mean = weighted(&|value| value);
    (
        mean,
        weighted(&|value| (value - mean) * (value - mean)).sqrt(),
    )
}

/// The posterior is N(y / (1 + s^2), s^2 / (1 + s^2)). (theta, y) is normal, so its regression is a
/// line with even spread and the adjusted draws follow the posterior at any tolerance: the only error
/// is that of `effective_draws` draws, sd/sqrt(n) of the mean and sd/sqrt(2n) of the sd.
#[test]
fn a_conjugate_normal_has_its_posterior() {
    let (theta, seen) = conjugate();
    let variance = NOISE * NOISE / (1.0 + NOISE * NOISE);
    let (mean, sd) = (OBSERVED / (1.0 + NOISE * NOISE), variance.sqrt());
    for part in [0.02, 0.1, 0.5] {
        let found = posterior(
            std::slice::from_ref(&theta),
            std::slice::from_ref(&seen),
            &[OBSERVED],
            part,
        );
        let found = found.expect("enough draws");
        let draws = found.effective_draws();
        // Weights between 1 and 0 of a parabola: 5/6 of the draws where these are even.
        assert!(draws > 0.7 * part * DRAWS as f64 && draws < part * DRAWS as f64);
        let (found_mean, found_sd) = moments(&found);
        assert!(
            (found_mean - mean).abs() < 4.0 * sd / draws.sqrt(),
            "{part}: {found_mean} {mean}"
        );
        assert!(
            (found_sd - sd).abs() < 4.0 * sd / (2.0 * draws).sqrt(),
            "{part}: {found_sd} {sd}"
        );
        // A quantile's error: sqrt(p (1 - p) / n) over the density there.
        for p in [0.1, 0.5, 0.9] {
            let z = normal::quantile(p);
            let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt() / sd;
            let error = (p * (1.0 - p) / draws).sqrt() / density;
            let value = found.quantile(0, p);
            assert!(
                (value - (mean + sd * z)).abs() < 4.0 * error,
                "{part} {p}: {value}"
            );
        }
    }
}

/// What does not depend on the parameter leaves the prior.
#[test]
fn a_measure_without_news_leaves_the_prior() {
    let (theta, _) = conjugate();
    let noise = Uniforms::new("nothing", 1);
    let other: Vec<f64> = (0..DRAWS).map(|run| noise.at(run as u32, 0)).collect();
    let found = posterior(&[theta], &[other], &[0.5], 0.5).expect("enough draws");
    let draws = found.effective_draws();
    let (mean, sd) = moments(&found);
    assert!(mean.abs() < 4.0 / draws.sqrt() && (sd - 1.0).abs() < 4.0 / (2.0 * draws).sqrt());
}

#[test]
fn what_says_nothing_is_refused() {
    let (theta, seen) = conjugate();
    let constant = vec![1.0; DRAWS];
    let refused = posterior(std::slice::from_ref(&theta), &[constant], &[1.0], 0.1);
    assert_eq!(refused, Err(AbcError::Constant { measure: 0 }));
    let few = posterior(&[theta[..20].to_vec()], &[seen[..20].to_vec()], &[0.0], 0.2);
    assert!(
        matches!(
            few,
            Err(AbcError::TooFew {
                accepted: 4,
                need: 11,
                ..
            })
        ),
        "{few:?}"
    );
    assert_eq!(rank(&[1.0, 2.0, 3.0, 4.0], 2.5), 0.5);
    assert_eq!(rank(&[1.0, 2.0], 0.0), 0.0);
}
