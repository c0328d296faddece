//! Claim: screening and variance indices find what closed forms say, within the error that their
//! own number of runs leaves.

use std::f64::consts::PI;

use takeoff::statistics::bootstrap::Bootstrap;
use takeoff::statistics::design::{Design, DesignError, Layout, Points};
use takeoff::statistics::estimate::{Estimate, EstimateError};
use takeoff::statistics::morris::Morris;
use takeoff::statistics::saltelli::{Indices, Saltelli};

/// Ninety-nine percent: half an interval is 2.6 standard errors.
const BOOTSTRAP: Bootstrap = Bootstrap {
    replicates: 500,
    confidence: 0.99,
    seed: 1,
};

/// A function of a row in the unit cube.
type Function = fn(&[f64]) -> f64;

/// Ishigami and Homma (1990) with a = 7, b = 0.1, x in (-pi, pi).
fn ishigami(u: &[f64]) -> f64 {
    let x: Vec<f64> = u.iter().map(|u| PI * (2.0 * u - 1.0)).collect();
    x[0].sin() + 7.0 * x[1].sin().powi(2) + 0.1 * x[2].powi(4) * x[0].sin()
}

/// Coefficients of Sobol's g-function; the larger, the less the parameter matters.
const G: [f64; 6] = [0.0, 1.0, 4.5, 9.0, 99.0, 99.0];

/// Sobol's g-function: product of (|4u - 2| + a) / (1 + a).
fn g(u: &[f64]) -> f64 {
    u.iter()
        .zip(G)
        .map(|(u, a)| ((4.0 * u - 2.0).abs() + a) / (1.0 + a))
        .product()
}

fn outputs(points: &impl Points, of: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    points.points().iter().map(|row| of(row)).collect()
}

fn indices(design: Design, parameters: usize, of: Function) -> Vec<Indices> {
    let base = Layout::new(design, 2 * parameters, 2).expect("valid");
    let saltelli = Saltelli::new(base).expect("even");
    saltelli
        .indices(&outputs(&saltelli, of), &BOOTSTRAP)
        .expect("varies")
}

/// Whether the truth lies within two half-widths of the 99% interval: 5 standard errors.
fn within(found: Estimate, truth: f64) -> bool {
    let (below, above) = (found.value - found.low, found.high - found.value);
    found.value - 2.0 * below <= truth && truth <= found.value + 2.0 * above
}

/// First and total indices, from their closed forms: S 0.3139, 0.4424, 0; T 0.5576, 0.4424, 0.2437
/// for Ishigami's function; V_i = 1 / (3 (1 + a_i)^2), V = prod (1 + V_i) - 1 for g.
fn truths() -> [(Function, Vec<(f64, f64)>); 2] {
    let of_ishigami = vec![(0.3139, 0.5576), (0.4424, 0.4424), (0.0, 0.2437)];
    let parts = G.map(|a| 1.0 / (3.0 * (1.0 + a) * (1.0 + a)));
    let whole: f64 = parts.iter().map(|part| 1.0 + part).product();
    let of_g = parts.map(|part| {
        let total = part * whole / (1.0 + part);
        (part / (whole - 1.0), total / (whole - 1.0))
    });
    [(ishigami, of_ishigami), (g, of_g.to_vec())]
}

#[test]
fn variance_indices_are_those_of_the_closed_forms() {
    for (of, truths) in truths() {
        for design in [Design::Random { runs: 4096 }, Design::Sobol { runs: 4096 }] {
            let found = indices(design.clone(), truths.len(), of);
            for (at, (found, (first, total))) in found.iter().zip(&truths).enumerate() {
                assert!(within(found.first, *first), "{design:?} {at}: {found:?}");
                assert!(within(found.total, *total), "{design:?} {at}: {found:?}");
            }
        }
    }
}

/// Sixteen times the runs leave a quarter of the error. A 0.5% quantile of 500 resamples of a normal
/// has a standard error of sqrt(0.005 0.995 / 500) / 0.0145 = 0.22 of its 2.58, so a width 6%, the
/// ratio of two 8.5%, and 5 of those 43%.
#[test]
fn intervals_shrink_with_the_root_of_the_runs() {
    let width = |runs| {
        let found = indices(Design::Random { runs }, 3, ishigami);
        found[0].total.high - found[0].total.low
    };
    let ratio = width(512) / width(8192);
    assert!((ratio / 4.0 - 1.0).abs() < 0.43, "{ratio}");
}

/// Scrambled Sobol points give less than half of the random points' error: root mean square over all
/// six indices of Ishigami's function and 20 seeds (about 100 independent errors, so each root is
/// known to a fourteenth).
#[test]
fn even_points_give_sharper_indices() {
    let [(of, truths), _] = truths();
    let once = Bootstrap {
        replicates: 1,
        ..BOOTSTRAP
    };
    let error = |design| {
        let squares = (0..20).flat_map(|seed| {
            let base = Layout::new(Design::clone(&design), 6, seed).expect("valid");
            let saltelli = Saltelli::new(base).expect("even");
            let found = saltelli.indices(&outputs(&saltelli, of), &once);
            let apart = |(found, truth): (Indices, &(f64, f64))| {
                let first = found.first.value - truth.0;
                let total = found.total.value - truth.1;
                first * first + total * total
            };
            found
                .expect("varies")
                .into_iter()
                .zip(&truths)
                .map(apart)
                .collect::<Vec<_>>()
        });
        (squares.sum::<f64>() / 120.0).sqrt()
    };
    let (random, even) = (
        error(Design::Random { runs: 1024 }),
        error(Design::Sobol { runs: 1024 }),
    );
    assert!(even < 0.5 * random, "{even} {random}");
}

#[test]
fn rows_of_saltelli_mix_two_points() {
    let base = Layout::new(Design::Sobol { runs: 4 }, 6, 2).expect("valid");
    let saltelli = Saltelli::new(base.clone()).expect("even");
    assert_eq!((saltelli.rows(), saltelli.dimensions()), (20, 3));
    let (both, rows) = (base.point(2), saltelli.points());
    let (a, b) = both.split_at(3);
    assert_eq!(rows[10], a);
    assert_eq!(rows[11], [b[0], a[1], a[2]]);
    assert_eq!(rows[13], [a[0], a[1], b[2]]);
    assert_eq!(rows[14], b);
    let odd = Layout::new(Design::Sobol { runs: 4 }, 5, 2).expect("valid");
    let error = Saltelli::new(odd).expect_err("odd");
    assert_eq!(error, DesignError::OddBase { dimensions: 5 });
    let constant = saltelli.indices(&[0.1; 20], &BOOTSTRAP);
    assert_eq!(constant, Err(EstimateError::Constant));
    let short = saltelli.indices(&[0.1; 19], &BOOTSTRAP);
    assert_eq!(short, Err(EstimateError::Mismatch { have: 19, rows: 20 }));
}

#[test]
fn trajectories_move_every_parameter_once() {
    let morris = Morris::new(50, 5, 6, 3).expect("even");
    let rows = morris.points();
    assert_eq!(rows.len(), 300);
    let mut level_counts = [0; 6];
    let mut ups = 0;
    for trajectory in rows.chunks_exact(6) {
        let mut moved = vec![];
        for pair in trajectory.windows(2) {
            let changes: Vec<usize> = (0..5).filter(|&at| pair[0][at] != pair[1][at]).collect();
            assert_eq!(changes.len(), 1);
            let change = pair[1][changes[0]] - pair[0][changes[0]];
            assert!((change.abs() - 0.5).abs() < 1e-15);
            ups += usize::from(change > 0.0);
            moved.push(changes[0]);
        }
        moved.sort_unstable();
        assert_eq!(moved, [0, 1, 2, 3, 4]);
        for u in &trajectory[0] {
            level_counts[(u * 6.0) as usize] += 1;
        }
    }
    // Of 250 moves half go up, of 250 starts a sixth are at each level: within 5 standard errors.
    assert!((ups as f64 - 125.0).abs() < 5.0 * (250.0f64 / 4.0).sqrt());
    let error = 5.0 * (250.0f64 * 5.0 / 36.0).sqrt();
    assert!(
        level_counts
            .iter()
            .all(|&count| (count as f64 - 250.0 / 6.0).abs() < error)
    );
    assert_eq!(rows[..60], Morris::new(10, 5, 6, 3).expect("even").points());
    let error = Morris::new(10, 5, 5, 3).expect_err("odd");
    assert_eq!(error, DesignError::OddLevels { levels: 5 });
}

/// Of y = sum c x, with x from 0 at the lowest level to 1 at the highest, every effect is c.
#[test]
fn effects_of_a_linear_function_are_its_slopes() {
    let slopes = [3.0, -2.0, 0.5, 0.0];
    let morris = Morris::new(20, 4, 4, 9).expect("even");
    // Level l of 4 is u = (l + 0.5) / 4 and x = l / 3.
    let linear = |u: &[f64]| {
        u.iter()
            .zip(slopes)
            .map(|(u, c)| c * (4.0 * u - 0.5) / 3.0)
            .sum()
    };
    let effects = morris
        .effects(&outputs(&morris, linear), &BOOTSTRAP)
        .expect("outputs");
    for (effect, slope) in effects.iter().zip(slopes) {
        assert!((effect.mu - slope).abs() < 1e-14, "{effect:?}");
        assert!((effect.mu_star.value - slope.abs()).abs() < 1e-14);
        assert!(effect.mu_star.high - effect.mu_star.low < 1e-14);
        assert!(effect.sigma < 1e-14);
    }
}

/// Of y = x0 x1, the effect of x0 is x1 at that moment, uniform over the levels 0, 1/3, 2/3, 1: mean 1/2,
/// standard deviation sqrt(5)/6; of 400 trajectories within 5 standard errors.
#[test]
fn interactions_show_in_sigma() {
    let morris = Morris::new(400, 2, 4, 9).expect("even");
    let product = |u: &[f64]| u.iter().map(|u| (4.0 * u - 0.5) / 3.0).product();
    let effects = morris
        .effects(&outputs(&morris, product), &BOOTSTRAP)
        .expect("outputs");
    let sd = 5f64.sqrt() / 6.0;
    for effect in effects {
        assert!((effect.mu - 0.5).abs() < 5.0 * sd / 20.0);
        assert!((effect.mu_star.value - effect.mu).abs() < 1e-12);
        assert!(within(effect.mu_star, 0.5));
        assert!((effect.sigma / sd - 1.0).abs() < 5.0 / 800f64.sqrt());
    }
    assert!(morris.effects(&[1.0; 3], &BOOTSTRAP).is_err());
}
