//! Claim: the search finds the closed-form minimum of models that have one, stays in its box, gives
//! the errors of linear theory, and ends on a rough model within its roughness.

use takeoff::statistics::least_squares::{
    Ended, Minimum, Model, Search, covariance_of_means, followed, minimise, squares, variance,
};
use takeoff::statistics::regress::{constant, fit, solve};

const SEARCH: Search = Search {
    low: 0.0,
    high: 1.0,
    step: 0.05,
    worthwhile: 1e-10,
    steps_most: 50,
    refusals_most: 8,
};

/// Residuals as a function of the point.
struct Of<F>(F);

impl<F: FnMut(&[f64]) -> Option<Vec<f64>>> Model for Of<F> {
    type Error = std::convert::Infallible;

    fn residuals(&mut self, points: &[Vec<f64>]) -> Result<Vec<Option<Vec<f64>>>, Self::Error> {
        Ok(points.iter().map(|point| (self.0)(point)).collect())
    }
}

fn search(start: &[f64], search: &Search, model: impl Fn(&[f64]) -> Option<Vec<f64>>) -> Minimum {
    let there = model(start).expect("the start has residuals");
    let Ok(found) = minimise(&mut Of(model), start.to_vec(), there, search);
    found
}

/// Three points of a straight line and a model linear in both parameters: ordinary least squares.
#[test]
fn a_linear_model_has_the_regression_s_minimum_and_errors() {
    let (x, y) = (vec![0.0, 1.0, 2.0, 3.0], [0.31, 0.52, 0.58, 0.91]);
    let regression = fit(&[constant(4), x.clone()], &y).expect("regular");
    let found = search(&[0.9, 0.9], &SEARCH, |p| {
        Some(x.iter().zip(y).map(|(x, y)| p[0] + p[1] * x - y).collect())
    });
    assert_eq!(found.ended, Ended::Converged);
    // Central differences of a plane are exact to rounding; what is left promises less than 1e-10.
    for (value, coefficient) in found.point.iter().zip(&regression.coefficients) {
        assert!(
            (value - coefficient.value).abs() < 1e-5,
            "{value} {coefficient:?}"
        );
    }
    let followed = followed(&found.slopes.columns).expect("regular");
    for (row, coefficient) in followed.iter().zip(&regression.coefficients) {
        let unit: Vec<Vec<f64>> = (0..4)
            .map(|one| (0..4).map(|other| f64::from(one == other)).collect())
            .collect();
        // The regression's errors are for residuals of its own standard deviation.
        let error = variance(row, &unit).sqrt() * regression.residual_sd;
        assert!((error / coefficient.standard_error - 1.0).abs() < 1e-9);
    }
}

/// y = a e^(-b t) at two times, without error: a and b have a closed form.
#[test]
fn an_exponential_has_its_closed_form() {
    let (a, b) = (0.7, 0.3);
    let wanted = [1.0, 5.0].map(|t: f64| a * (-b * t).exp());
    let found = search(&[0.2, 0.9], &SEARCH, |p| {
        let model = |t: f64| p[0] * (-p[1] * t).exp();
        Some(vec![model(1.0) - wanted[0], model(5.0) - wanted[1]])
    });
    assert!(squares(&found.residuals) < 1e-9, "{found:?}");
    // Residuals of 3e-5 at slopes no smaller than 0.2 leave errors of 1e-3 at most.
    assert!((found.point[0] - a).abs() < 1e-3, "{found:?}");
    assert!((found.point[1] - b).abs() < 1e-3, "{found:?}");
}

#[test]
fn a_minimum_outside_the_box_is_found_on_its_edge() {
    // (p0 - 2)^2 + (p0 + p1 - 1.4)^2: with p0 held at 1 the other is best at 0.4.
    let found = search(&[0.1, 0.1], &SEARCH, |p| {
        Some(vec![p[0] - 2.0, p[0] + p[1] - 1.4])
    });
    assert_eq!(found.point[0], 1.0);
    assert!((found.point[1] - 0.4).abs() < 1e-4, "{found:?}");
    assert_eq!(found.ended, Ended::Converged);
}

#[test]
fn a_parameter_without_a_say_stays_and_is_not_determined() {
    let found = search(&[0.25, 0.9], &SEARCH, |p| {
        Some(vec![p[1] - 0.5, 2.0 * p[1] - 1.0])
    });
    assert_eq!(found.point[0], 0.25);
    assert!((found.point[1] - 0.5).abs() < 1e-4);
    assert_eq!(found.slopes.columns[0], [0.0, 0.0]);
    assert!(followed(&found.slopes.columns).is_err());
}

#[test]
fn where_the_model_has_no_value_the_search_goes_another_way() {
    // Nothing below 0.4; the minimum is at 0.42, nearer to that than a difference reaches.
    let found = search(&[0.9], &SEARCH, |p| {
        (p[0] >= 0.4).then(|| vec![(p[0] * p[0] - 0.42 * 0.42) * 10.0])
    });
    assert!((found.point[0] - 0.42).abs() < 1e-3, "{found:?}");
}

/// A jitter of up to `rough` that changes with every bit of the point, as chaos in runs does.
#[test]
fn a_rough_model_ends_within_its_roughness() {
    let rough = 0.01;
    let jitter = |u: f64| {
        let mixed = u.to_bits().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 11) as f64 / (1u64 << 53) as f64 * 2.0 - 1.0
    };
    let found = search(&[0.95], &SEARCH, |p| {
        Some(vec![p[0] - 0.3 + rough * jitter(p[0])])
    });
    // Slopes over 0.1 are wrong by 2 rough / 0.1 = 0.2 of themselves at most: each accepted step
    // leaves at most a quarter of the distance and once the roughness, until that is all there is.
    assert!((found.point[0] - 0.3).abs() < 3.0 * rough, "{found:?}");
}

#[test]
fn covariance_of_means_is_the_sample_s_over_its_size() {
    let rows = [vec![1.0, 2.0], vec![3.0, 2.0], vec![5.0, 8.0]];
    // By hand: deviations (-2, 0, 2) and (-2, -2, 4); sums of products 8, 12, 24; over 2 and over 3.
    let found = covariance_of_means(&rows);
    let wanted = [[8.0 / 6.0, 12.0 / 6.0], [12.0 / 6.0, 24.0 / 6.0]];
    for (row, wanted) in found.iter().flatten().zip(wanted.iter().flatten()) {
        assert!((row - wanted).abs() < 1e-12);
    }
}

#[test]
fn as_many_observations_as_columns_are_solved_exactly() {
    let found = solve(&[vec![2.0, 1.0], vec![1.0, 3.0]], &[5.0, 10.0]).expect("regular");
    assert!((found[0] - 1.0).abs() < 1e-12 && (found[1] - 3.0).abs() < 1e-12);
    assert!(solve(&[vec![1.0], vec![2.0]], &[1.0]).is_err());
}
