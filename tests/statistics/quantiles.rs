//! Claim: quantiles, proportions and bootstrap intervals have their published values, and cover
//! what they say they cover.

use proptest::prelude::*;
use takeoff::statistics::bands::{
    Band, bands, clustered_quantile, quantile, quantile_estimate, sorted,
};
use takeoff::statistics::beta;
use takeoff::statistics::bootstrap::Bootstrap;
use takeoff::statistics::convergence::doublings;
use takeoff::statistics::estimate::{Estimate, EstimateError};
use takeoff::statistics::proportion::{clopper_pearson, clustered_wilson, wilson};
use takeoff::statistics::uniform::Uniforms;

/// I_0.4(2, 3) is a polynomial and I_x(1/2, 1/2) an arc sine; the others from SciPy 1.17.1.
#[test]
fn the_incomplete_beta_function_has_its_known_values() {
    let cases = [
        (2.0, 3.0, 0.4, 0.5248),
        (
            0.5,
            0.5,
            0.2,
            2.0 / std::f64::consts::PI * 0.2f64.sqrt().asin(),
        ),
        (500.0, 700.0, 0.41, 0.320_673_272_661_400_55),
        (5.0, 0.5, 0.99, 0.757_158_109_101_562_3),
        (100_001.0, 99_999.0, 0.5, 0.498_215_878_114_001_64),
    ];
    for (a, b, x, wanted) in cases {
        // The logarithm of a factorial is about n ln n, and its last bit is lost from the front factor.
        let relative = 4e-16 * f64::max((a + b) * f64::ln(a + b), 10.0);
        let found = beta::incomplete(a, b, x);
        assert!(
            (found - wanted).abs() < relative * wanted,
            "{a} {b} {x}: {found}"
        );
    }
    // Student's t of the tables: 97.5% at 1, 10 and 30 degrees of freedom.
    for (freedom, wanted) in [
        (1.0, 12.706_204_74),
        (10.0, 2.228_138_85),
        (30.0, 2.042_272_46),
    ] {
        assert!((beta::student_limit(freedom, 0.95) - wanted).abs() < 5e-9 * wanted);
    }
}

/// Newcombe (1998, Statistics in Medicine 17, 857), table I, methods 3 and 5.
#[test]
fn proportions_have_the_published_intervals() {
    let published = [
        (81, 263, [0.2553, 0.3662], [0.2527, 0.3676]),
        (15, 148, [0.0624, 0.1605], [0.0578, 0.1617]),
        (0, 20, [0.0, 0.1611], [0.0, 0.1684]),
        (1, 29, [0.0061, 0.1718], [0.0009, 0.1776]),
    ];
    let fits = |found: Estimate, wanted: [f64; 2]| {
        (found.low - wanted[0]).abs() < 5.1e-5 && (found.high - wanted[1]).abs() < 5.1e-5
    };
    for (successes, trials, score, exact) in published {
        let found = wilson(successes, trials, 0.95).expect("counts");
        assert!(fits(found, score), "{found:?}");
        let found = clopper_pearson(successes, trials, 0.95).expect("counts");
        assert!(fits(found, exact), "{found:?}");
    }
    assert!(wilson(0, 0, 0.95).is_err() && wilson(3, 2, 0.95).is_err());
    assert!(clopper_pearson(1, 2, 1.0).is_err());
}

/// Definition 7 is R's default: quantile(c(1, 2, 4, 8), c(0.1, 0.5, 0.9)) is 1.3, 3, 6.8.
#[test]
fn quantiles_follow_definition_7() {
    let values = sorted(&[8.0, 1.0, 4.0, 2.0]);
    for (p, wanted) in [(0.0, 1.0), (0.1, 1.3), (0.5, 3.0), (0.9, 6.8), (1.0, 8.0)] {
        assert!((quantile(&values, p) - wanted).abs() < 1e-14);
    }
}

/// Tables of the sign test's limits of a median at 95%: ranks 1 and 6 of 6, 2 and 9 of 10, 40 and 61
/// of 100; 5 values are too few.
#[test]
fn limits_of_a_median_are_the_tabulated_ranks() {
    for (n, low, high) in [(6, 1.0, 6.0), (10, 2.0, 9.0), (100, 40.0, 61.0)] {
        let values: Vec<f64> = (1..=n).map(f64::from).collect();
        let found = quantile_estimate(&values, 0.5, 0.95).expect("values");
        assert_eq!((found.low, found.high), (low, high));
    }
    let few = quantile_estimate(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.5, 0.95).expect("values");
    assert_eq!((few.low, few.high), (f64::NEG_INFINITY, f64::INFINITY));
    let nan = quantile_estimate(&[1.0, f64::NAN], 0.5, 0.95);
    assert!(matches!(nan, Err(EstimateError::NotFinite { at: 1, .. })));
}

/// Of 2000 samples, intervals at 90% miss the true quantile in at most a tenth, within 5 standard
/// errors of a share of a tenth (0.034).
#[test]
fn limits_of_a_quantile_cover_it() {
    let uniforms = Uniforms::new("coverage", 1);
    for (p, n) in [(0.5, 25), (0.1, 60), (0.9, 60)] {
        let missed = (0..2000u32).filter(|&sample| {
            let values: Vec<f64> = (0..n).map(|at| uniforms.at(sample, at)).collect();
            let found = quantile_estimate(&values, p, 0.9).expect("values");
            p < found.low || found.high < p
        });
        let share = missed.count() as f64 / 2000.0;
        assert!(
            share < 0.1 + 5.0 * (0.09f64 / 2000.0).sqrt(),
            "{p}: {share}"
        );
    }
}

#[test]
fn bands_count_the_runs_that_go_on() {
    let series = [vec![1.0, 2.0, 3.0], vec![3.0, 4.0], vec![5.0, 9.0, 7.0]];
    let found = bands(
        &series,
        &[0, 1, 2, 3, 4, 5, 6, 7][..series.len()],
        &[0.5],
        0.5,
    )
    .expect("values");
    let middle = |band: &Band| (band.runs, band.quantiles[0].value);
    let middles: Vec<_> = found.iter().map(middle).collect();
    assert_eq!(middles, [(3, 3.0), (3, 4.0), (2, 5.0)]);
    assert_eq!(bands(&[], &[], &[0.5], 0.5), Ok(vec![]));
}

/// Percentile limits of a mean are near mean +- z s / sqrt n; 4000 resamples place each to about 2% of
/// its distance (a 2.5% quantile of a normal), so 10% are 5 standard errors.
#[test]
fn the_bootstrap_finds_the_error_of_a_mean() {
    let uniforms = Uniforms::new("bootstrap test", 1);
    let values: Vec<f64> = (0..400).map(|row| uniforms.at(row, 0)).collect();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let centre = mean(&values);
    let squares: Vec<f64> = values.iter().map(|v| (v - centre) * (v - centre)).collect();
    let half = 1.959_963_984_540_054 * (mean(&squares) / 400.0).sqrt();
    let bootstrap = Bootstrap {
        replicates: 4000,
        confidence: 0.95,
        seed: 7,
    };
    let of = |chosen: &[usize]| chosen.iter().map(|&at| values[at]).sum::<f64>() / 400.0;
    let intervals = bootstrap
        .intervals(400, |chosen| vec![of(chosen), 1.0])
        .expect("finite");
    let (low, high) = intervals[0];
    assert!((low - (centre - half)).abs() < 0.1 * half, "{low} {high}");
    assert!((high - (centre + half)).abs() < 0.1 * half, "{low} {high}");
    assert_eq!(intervals[1], (1.0, 1.0));
    assert!(bootstrap.intervals(0, |_| vec![]).is_err());
    assert!(bootstrap.intervals(3, |_| vec![f64::NAN]).is_err());
}

#[test]
fn intervals_narrow_as_runs_are_added() {
    let uniforms = Uniforms::new("convergence", 1);
    let values: Vec<f64> = (0..6400).map(|row| uniforms.at(row, 0)).collect();
    let counts = doublings(100, values.len());
    assert_eq!(counts, [100, 200, 400, 800, 1600, 3200, 6400]);
    let median = |count: usize| quantile_estimate(&values[..count], 0.5, 0.95).expect("values");
    let width = |at: usize| median(counts[at]).high - median(counts[at]).low;
    // 64 times the runs: an eighth of the width. Order statistics j apart of n uniforms differ by
    // j / n with a relative error of 1 / sqrt j; j is 20 of 100, so 5 errors are more than all of it:
    // only the factor of 4 between 20 and 5 standard errors below is asked for.
    assert!(width(6) < width(0) / 4.0);
}

#[test]
fn runs_that_repeat_one_another_narrow_nothing() {
    let uniforms = Uniforms::new("clusters", 1);
    let once: Vec<f64> = (0..64).map(|row| uniforms.at(row, 0)).collect();
    let often: Vec<f64> = once.iter().flat_map(|&value| [value; 32]).collect();
    for p in [0.025, 0.1, 0.5, 0.9, 0.975] {
        let one = quantile_estimate(&once, p, 0.95).expect("values");
        let many = clustered_quantile(&often, once.len(), p, 0.95).expect("values");
        let ends = |found: takeoff::statistics::estimate::Estimate| {
            [found.low, found.high].map(|end| once.iter().position(|&value| value == end))
        };
        // The estimate itself is between order statistics, which repeats move.
        assert!((one.value - many.value).abs() < 0.1, "{one:?} {many:?}");
        assert_eq!(ends(one), ends(many), "{p}");
    }
    let (k, n) = (21, 64);
    assert_eq!(
        clustered_wilson(32 * k, 32 * n, n, 0.95),
        wilson(k, n, 0.95)
    );
    assert!(clustered_wilson(1, 4, 0, 0.95).is_err() && clustered_wilson(1, 4, 5, 0.95).is_err());
    assert!(clustered_quantile(&once, 0, 0.5, 0.95).is_err());
    assert!(clustered_quantile(&once, 65, 0.5, 0.95).is_err());
}

proptest! {
    #[test]
    fn the_beta_function_is_its_mirror_image(a in 0.1..50.0, b in 0.1..50.0, x in 0.001..0.999) {
        let mirrored = 1.0 - beta::incomplete(b, a, 1.0 - x);
        prop_assert!((beta::incomplete(a, b, x) - mirrored).abs() < 1e-12);
    }

    #[test]
    fn exact_limits_mirror_each_other(n in 1usize..200, part in 0.0..=1.0, confidence in 0.5..0.999) {
        let k = (part * n as f64) as usize;
        let exact = clopper_pearson(k, n, confidence).expect("counts");
        let mirrored = clopper_pearson(n - k, n, confidence).expect("counts");
        prop_assert!((exact.low - (1.0 - mirrored.high)).abs() < 1e-11);
        let score = wilson(k, n, confidence).expect("counts");
        for found in [exact, score] {
            prop_assert!(0.0 <= found.low && found.low <= found.value);
            prop_assert!(found.value <= found.high && found.high <= 1.0);
        }
    }

    #[test]
    fn quantiles_move_with_the_values(
        values in prop::collection::vec(-1e3..1e3f64, 1..40),
        p in 0.01..0.99,
        shift in -10i32..10,
    ) {
        let found = quantile_estimate(&values, p, 0.9).expect("values");
        prop_assert!(found.low <= found.value && found.value <= found.high);
        let moved: Vec<f64> = values.iter().rev().map(|v| 2.0 * v + f64::from(shift)).collect();
        let after = quantile_estimate(&moved, p, 0.9).expect("values");
        prop_assert!((after.value - (2.0 * found.value + f64::from(shift))).abs() < 1e-9);
        // Doubling and shifting round the same way here and there, and keep what is infinite.
        prop_assert_eq!(after.low, 2.0 * found.low + f64::from(shift));
        prop_assert_eq!(after.high, 2.0 * found.high + f64::from(shift));
    }
}
