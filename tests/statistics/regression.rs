//! Claim: least squares gives certified values, recovers exponents, and refuses what it cannot tell.

use proptest::prelude::*;
use takeoff::statistics::regress::{RegressionError, constant, fit, log_log};

/// Longley's data (1967) by columns, y last: a hard case, for its regressors nearly determine one
/// another.
const LONGLEY: [[f64; 16]; 7] = [
    [
        83.0, 88.5, 88.2, 89.5, 96.2, 98.1, 99.0, 100.0, 101.2, 104.6, 108.4, 110.8, 112.6, 114.2,
        115.7, 116.9,
    ],
    [
        234289.0, 259426.0, 258054.0, 284599.0, 328975.0, 346999.0, 365385.0, 363112.0, 397469.0,
        419180.0, 442769.0, 444546.0, 482704.0, 502601.0, 518173.0, 554894.0,
    ],
    [
        2356.0, 2325.0, 3682.0, 3351.0, 2099.0, 1932.0, 1870.0, 3578.0, 2904.0, 2822.0, 2936.0,
        4681.0, 3813.0, 3931.0, 4806.0, 4007.0,
    ],
    [
        1590.0, 1456.0, 1616.0, 1650.0, 3099.0, 3594.0, 3547.0, 3350.0, 3048.0, 2857.0, 2798.0,
        2637.0, 2552.0, 2514.0, 2572.0, 2827.0,
    ],
    [
        107608.0, 108632.0, 109773.0, 110929.0, 112075.0, 113270.0, 115094.0, 116219.0, 117388.0,
        118734.0, 120445.0, 121950.0, 123366.0, 125368.0, 127852.0, 130081.0,
    ],
    [
        1947.0, 1948.0, 1949.0, 1950.0, 1951.0, 1952.0, 1953.0, 1954.0, 1955.0, 1956.0, 1957.0,
        1958.0, 1959.0, 1960.0, 1961.0, 1962.0,
    ],
    [
        60323.0, 61122.0, 60171.0, 61187.0, 63221.0, 63639.0, 64989.0, 63761.0, 66019.0, 67857.0,
        68169.0, 66513.0, 68655.0, 69564.0, 69331.0, 70551.0,
    ],
];

/// NIST Statistical Reference Datasets, Longley: certified to 15 digits. The scaled regressors have
/// condition 4 10^4, so 10 of 16 digits remain.
#[test]
fn longley_has_the_certified_fit() {
    let certified = [
        (-3482258.63459582, 890420.383607373),
        (15.0618722713733, 84.9149257747669),
        (-0.358191792925910e-1, 0.334910077722432e-1),
        (-2.02022980381683, 0.488399681651699),
        (-1.03322686717359, 0.214274163161675),
        (-0.511041056535807e-1, 0.226073200069370),
        (1829.15146461355, 455.478499142212),
    ];
    let mut columns = vec![constant(16)];
    columns.extend(LONGLEY[..6].iter().map(|column| column.to_vec()));
    let found = fit(&columns, &LONGLEY[6]).expect("regular");
    let near = |value: f64, wanted: f64| (value / wanted - 1.0).abs() < 1e-9;
    for (coefficient, (value, error)) in found.coefficients.iter().zip(certified) {
        assert!(near(coefficient.value, value), "{coefficient:?}");
        assert!(near(coefficient.standard_error, error), "{coefficient:?}");
    }
    assert!(near(found.residual_sd, 304.854073561965));
    assert!(near(found.r_squared, 0.995479004577296));
    assert_eq!(found.degrees_of_freedom, 9);
    // t of 9 degrees of freedom at 95% is 2.2622.
    let interval = found.interval(3, 0.95);
    assert!((interval.high - (-2.02023 + 2.26216 * 0.4884)).abs() < 1e-4);
}

#[test]
fn exponents_are_recovered() {
    let x: Vec<f64> = (1..40).map(f64::from).collect();
    let z: Vec<f64> = x.iter().map(|x| 2.0 + (x * 1.7).sin()).collect();
    let y: Vec<f64> = x
        .iter()
        .zip(&z)
        .map(|(x, z)| 3.0 * x.powf(0.7) * z.powf(-1.2))
        .collect();
    let found = log_log(&[x.clone(), z], &y).expect("regular");
    for (coefficient, wanted) in found.coefficients.iter().zip([3f64.ln(), 0.7, -1.2]) {
        assert!((coefficient.value - wanted).abs() < 1e-13);
        assert!(coefficient.standard_error < 1e-13);
    }
    let error = log_log(&[vec![0.0; 39]], &y).expect_err("no logarithm");
    assert_eq!(error, RegressionError::NoLogarithm { value: 0.0 });
}

#[test]
fn what_cannot_be_told_is_refused() {
    let x: Vec<f64> = (0..9).map(f64::from).collect();
    let twice: Vec<f64> = x.iter().map(|x| 2.0 * x + 7.0).collect();
    let y: Vec<f64> = x.iter().map(|x| x * x).collect();
    let error = fit(&[constant(9), x.clone(), twice], &y).expect_err("determined");
    assert_eq!(error, RegressionError::Singular { column: 2 });
    let error = fit(&[vec![0.0; 9]], &y).expect_err("nothing");
    assert_eq!(error, RegressionError::Singular { column: 0 });
    let error = fit(&[constant(2), vec![1.0, 2.0]], &[1.0, 2.0]).expect_err("no error left");
    assert!(matches!(error, RegressionError::TooFew { .. }));
    assert!(fit(&[vec![1.0; 8]], &y).is_err());
    assert!(fit(&[vec![f64::NAN; 9]], &y).is_err());
}

proptest! {
    #[test]
    fn residuals_are_orthogonal_to_regressors(
        rows in prop::collection::vec((-5.0..5.0f64, -5.0..5.0f64, -5.0..5.0f64), 8..40),
    ) {
        let x: Vec<f64> = rows.iter().map(|row| row.0).collect();
        let z: Vec<f64> = rows.iter().map(|row| row.1).collect();
        let y: Vec<f64> = rows.iter().map(|row| row.2).collect();
        let columns = [constant(rows.len()), x, z];
        let found = fit(&columns, &y).expect("regular: random numbers do not line up");
        let residual = |at: usize| {
            let sum = columns.iter().zip(&found.coefficients).map(|(c, b)| c[at] * b.value);
            y[at] - sum.sum::<f64>()
        };
        for column in &columns {
            let along: f64 = (0..rows.len()).map(|at| residual(at) * column[at]).sum();
            prop_assert!(along.abs() < 1e-9);
        }
        let squares: f64 = (0..rows.len()).map(|at| residual(at) * residual(at)).sum();
        let s2 = found.residual_sd * found.residual_sd * (rows.len() - 3) as f64;
        prop_assert!((squares - s2).abs() < 1e-9 * (1.0 + squares));
    }
}
