//! Claim: a copula gives parameters the rank correlations asked for, leaves each parameter uniform
//! and those that depend on none untouched, and refuses correlations that contradict one another.

use proptest::prelude::*;
use takeoff::statistics::correlation::{Copula, CorrelationError, Pair};
use takeoff::statistics::design::{Design, points};

fn pair(first: usize, second: usize, spearman: f64) -> Pair {
    Pair {
        first,
        second,
        spearman,
    }
}

/// Ranks from 0 of values without ties.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    for (rank, at) in order.into_iter().enumerate() {
        ranks[at] = rank as f64;
    }
    ranks
}

/// Spearman's rank correlation: 1 - 6 sum d^2 / (n (n^2 - 1)).
fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let apart: f64 = ranks(a)
        .iter()
        .zip(ranks(b))
        .map(|(x, y)| (x - y) * (x - y))
        .sum();
    1.0 - 6.0 * apart / (n * (n * n - 1.0))
}

/// The standard error of Spearman's coefficient of normal pairs is below 1 / sqrt n (Borkowf 2002),
/// so 5 of them are 0.0158 at 10^5 rows.
#[test]
fn ranks_correlate_as_asked() {
    let asked = [pair(0, 1, 0.7), pair(3, 1, -0.4), pair(2, 3, 0.2)];
    let copula = Copula::new(5, &asked).expect("positive definite");
    let rows = points(Design::Random { runs: 100_000 }, 5, 3).expect("valid");
    let dependent: Vec<Vec<f64>> = rows.iter().map(|row| copula.apply(row)).collect();
    let column = |at: usize| dependent.iter().map(|row| row[at]).collect::<Vec<_>>();
    let columns: Vec<Vec<f64>> = (0..5).map(column).collect();
    let error = 5.0 / 100_000f64.sqrt();
    for first in 0..5 {
        for second in 0..first {
            let named = asked
                .iter()
                .find(|p| (p.first.max(p.second), p.first.min(p.second)) == (first, second));
            let wanted = named.map_or(0.0, |pair| pair.spearman);
            let found = spearman(&columns[first], &columns[second]);
            assert!((found - wanted).abs() < error, "{first} {second}: {found}");
        }
        // Each stays uniform: largest distance of the distribution functions within 2.2 / sqrt n,
        // which Kolmogorov's law exceeds once in 8000 times.
        let mut ordered = columns[first].clone();
        ordered.sort_by(f64::total_cmp);
        let apart = |(rank, u): (usize, &f64)| ((rank as f64 + 0.5) / 1e5 - u).abs();
        let distance = ordered.iter().enumerate().map(apart).fold(0.0, f64::max);
        assert!(distance < 2.2 / 100_000f64.sqrt(), "{first}: {distance}");
    }
    assert!(
        rows.iter()
            .zip(&dependent)
            .all(|(a, b)| a[0] == b[0] && a[4] == b[4])
    );
}

#[test]
fn contradictions_are_refused() {
    let refused = |pairs: &[Pair]| Copula::new(3, pairs).expect_err("impossible");
    // Both near 1 with the first, so they cannot be opposed to one another.
    let triangle = [pair(0, 1, 0.9), pair(0, 2, 0.9), pair(1, 2, -0.9)];
    let error = refused(&triangle);
    assert_eq!(
        error,
        CorrelationError::NotPositiveDefinite { dimension: 2 }
    );
    assert!(error.to_string().contains("not positive definite"));
    assert!(matches!(
        refused(&[pair(0, 3, 0.1)]),
        CorrelationError::NoPair { .. }
    ));
    assert!(matches!(
        refused(&[pair(1, 1, 0.1)]),
        CorrelationError::NoPair { .. }
    ));
    assert!(matches!(
        refused(&[pair(0, 1, 1.0)]),
        CorrelationError::Range { .. }
    ));
    assert!(matches!(
        refused(&[pair(0, 1, f64::NAN)]),
        CorrelationError::Range { .. }
    ));
    let twice = [pair(0, 1, 0.1), pair(1, 0, 0.1)];
    assert!(matches!(refused(&twice), CorrelationError::Twice { .. }));
}

proptest! {
    #[test]
    fn rows_stay_inside_and_follow_the_first(
        row in prop::collection::vec(1e-16..1.0f64, 3),
        rho in -0.99..0.99f64,
    ) {
        let copula = Copula::new(3, &[pair(0, 2, rho)]).expect("any single pair is possible");
        let dependent = copula.apply(&row);
        prop_assert_eq!(&dependent[..2], &row[..2]);
        prop_assert!(0.0 < dependent[2] && dependent[2] < 1.0);
        // Moving the first up moves the last the way of the correlation.
        let mut higher = row.clone();
        higher[0] = 0.5 + 0.5 * row[0];
        let moved = copula.apply(&higher)[2] - dependent[2];
        prop_assert!(moved * rho >= 0.0);
    }
}
