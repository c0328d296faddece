//! Claim: quantile and probability of every distribution are inverse to one another, stated
//! quantiles are met, no draw leaves the bounds, and what makes no sense is refused.

use proptest::prelude::*;
use takeoff::statistics::distribution::{Distribution, DistributionError};
use takeoff::statistics::family::Family;
use takeoff::statistics::normal;
use takeoff::statistics::uniform::UNIT;

fn near(value: f64, wanted: f64, relative: f64) -> bool {
    (value - wanted).abs() <= relative * wanted.abs()
}

/// The first three are the test cases of Wichura (1988); the others were computed to 40 digits with
/// mpmath.
#[test]
fn normal_quantiles_are_the_published_ones() {
    let cases = [
        (0.25, -0.674_489_750_196_081_7),
        (0.001, -3.090_232_306_167_813_5),
        (1e-20, -9.262_340_089_798_408),
        (0.9, 1.281_551_565_544_600_6),
        (0.6, 0.253_347_103_135_799_7),
        (0.5000001, 2.506_628_273_311_648e-7),
        (1e-5, -4.264_890_793_922_825),
        (0.03, -1.880_793_608_151_251),
    ];
    for (p, wanted) in cases {
        assert!(near(normal::quantile(p), wanted, 2e-15), "{p}");
        assert!(near(
            normal::cdf(wanted),
            p,
            1e-14 * (1.0 + wanted * wanted)
        ));
    }
    assert_eq!(normal::quantile(0.5), 0.0);
    assert_eq!(normal::quantile(0.0), f64::NEG_INFINITY);
    assert_eq!(normal::quantile(1.0), f64::INFINITY);
    assert!(normal::quantile(-0.1).is_nan() && normal::quantile(1.1).is_nan());
}

#[test]
fn stated_quantiles_are_met() {
    let lognormal = Distribution::from(Family::Lognormal {
        p10: 2.0,
        p90: 50.0,
    });
    let normal = Distribution::from(Family::Normal {
        p10: -1.0,
        p90: 4.0,
    });
    for (distribution, p10, p90) in [(lognormal, 2.0, 50.0), (normal, -1.0, 4.0)] {
        assert!(near(distribution.quantile(0.1), p10, 1e-14));
        assert!(near(distribution.quantile(0.9), p90, 1e-14));
        assert!(near(distribution.cdf(p10), 0.1, 1e-14));
    }
    let moments = Distribution::from(Family::NormalMoments { mean: 3.0, sd: 2.0 });
    assert_eq!(moments.quantile(0.5), 3.0);
    assert!(near(moments.cdf(5.0), 0.841_344_746_068_542_9, 1e-15));
    let log_uniform = Distribution::from(Family::LogUniform {
        low: 1e-3,
        high: 1e3,
    });
    assert!(near(log_uniform.quantile(0.5), 1.0, 1e-14));
    // Mode at a quarter of the way: a quarter of the mass lies below it.
    let triangular = Distribution::from(Family::Triangular {
        low: 0.0,
        mode: 1.0,
        high: 4.0,
    });
    assert_eq!(triangular.quantile(0.25), 1.0);
    assert_eq!(triangular.cdf(1.0), 0.25);
    assert_eq!(triangular.quantile(0.0625), 0.5);
}

#[test]
fn choice_is_equally_likely_among_what_the_bounds_keep() {
    let mut choice = Distribution::from(Family::Choice(vec![5.0, 1.0, 3.0, 3.0]));
    let draws = |choice: &Distribution| [0.1, 0.3, 0.6, 0.9].map(|u| choice.quantile(u));
    assert_eq!(draws(&choice), [1.0, 3.0, 3.0, 5.0]);
    assert_eq!(choice.cdf(3.0), 0.75);
    choice.min = Some(2.0);
    choice.validate().expect("three numbers are left");
    assert_eq!(draws(&choice), [3.0, 3.0, 3.0, 5.0]);
    assert_eq!(choice.cdf(2.9), 0.0);
    assert_eq!(choice.quantile(1.0 - UNIT), 5.0);
    choice.min = Some(6.0);
    assert_eq!(choice.validate(), Err(DistributionError::NoChoice));
}

#[test]
fn nonsense_is_refused_and_named() {
    let message = |family: Family, min, max| {
        let distribution = Distribution { family, min, max };
        distribution.validate().expect_err("no sense").to_string()
    };
    let normal = Family::NormalMoments { mean: 0.0, sd: 1.0 };
    let cases = [
        (
            message(Family::Normal { p10: 5.0, p90: 3.0 }, None, None),
            "p10 = 5 must be below p90 = 3",
        ),
        (
            message(Family::Lognormal { p10: 0.0, p90: 3.0 }, None, None),
            "p10 = 0 must be above 0",
        ),
        (
            message(
                Family::Uniform {
                    low: f64::NAN,
                    high: 3.0,
                },
                None,
                None,
            ),
            "low = NaN",
        ),
        (
            message(
                Family::NormalMoments {
                    mean: 0.0,
                    sd: -1.0,
                },
                None,
                None,
            ),
            "sd = -1",
        ),
        (
            message(
                Family::Triangular {
                    low: 0.0,
                    mode: 9.0,
                    high: 3.0,
                },
                None,
                None,
            ),
            "mode = 9",
        ),
        (
            message(Family::Choice(vec![]), None, None),
            "no number to choose",
        ),
        (
            message(Family::Choice(vec![f64::INFINITY]), None, None),
            "choice = inf",
        ),
        (
            message(normal.clone(), Some(2.0), Some(1.0)),
            "min = 2 must be below max = 1",
        ),
        (
            message(normal.clone(), Some(7.0), None),
            "at least 1e-6 must remain",
        ),
        (message(normal, None, Some(f64::NAN)), "max = NaN"),
        (
            message(
                Family::Lognormal {
                    p10: 1e-300,
                    p90: 1e300,
                },
                None,
                None,
            ),
            "too wide",
        ),
        (
            message(
                Family::Uniform {
                    low: -1e308,
                    high: 1.7e308,
                },
                None,
                None,
            ),
            "the width = inf",
        ),
    ];
    for (message, part) in cases {
        assert!(message.contains(part), "{message:?} lacks {part:?}");
    }
}

/// Families whose scale is not far from 1, so that rounding of x does not hide in the slope.
fn family() -> impl Strategy<Value = Family> {
    let two = || (-5.0..5.0, 0.1..9.0).prop_map(|(low, width): (f64, f64)| (low, low + width));
    let positive =
        || (0.1..10.0, 1.1..20.0).prop_map(|(low, factor): (f64, f64)| (low, low * factor));
    prop_oneof![
        positive().prop_map(|(p10, p90)| Family::Lognormal { p10, p90 }),
        positive().prop_map(|(low, high)| Family::LogUniform { low, high }),
        two().prop_map(|(low, high)| Family::Uniform { low, high }),
        two().prop_map(|(p10, p90)| Family::Normal { p10, p90 }),
        two().prop_map(|(mean, high)| Family::NormalMoments {
            mean,
            sd: high - mean
        }),
        (two(), 0.0..=1.0).prop_map(|((low, high), part)| Family::Triangular {
            low,
            mode: low + part * (high - low),
            high,
        }),
    ]
}

proptest! {
    #[test]
    fn probability_undoes_the_quantile(
        family in family(),
        u in 1e-6..0.999999,
        cut in (0.0..0.45, 0.55..1.0),
    ) {
        let whole = Distribution::from(family);
        whole.validate().expect("valid");
        prop_assert!((whole.cdf(whole.quantile(u)) - u).abs() < 1e-12);
        // Bounds that leave at least a tenth magnify rounding by no more than ten.
        let (low, high) = (whole.quantile(cut.0 + 1e-3), whole.quantile(cut.1 - 1e-3));
        let bounded = Distribution { min: Some(low), max: Some(high), ..whole.clone() };
        bounded.validate().expect("valid");
        let value = bounded.quantile(u);
        prop_assert!(low <= value && value <= high);
        prop_assert!((bounded.cdf(value) - u).abs() < 1e-10);
        prop_assert_eq!(bounded.cdf(low - 1.0), 0.0);
        prop_assert_eq!(bounded.cdf(high + 1.0), 1.0);
    }

    #[test]
    fn extreme_draws_keep_within_the_bounds(family in family(), cut in (0.01..0.5, 0.5..0.99)) {
        let whole = Distribution::from(family);
        let (low, high) = (whole.quantile(cut.0), whole.quantile(cut.1 + 1e-3));
        let bounded = Distribution { min: Some(low), max: Some(high), ..whole };
        for u in [UNIT, 1e-9, 1.0 - 1e-9, 1.0 - UNIT] {
            let value = bounded.quantile(u);
            prop_assert!(low <= value && value <= high);
        }
    }

    #[test]
    fn quantiles_rise(family in family(), u in 0.001..0.998, step in 1e-4..1e-3) {
        let whole = Distribution::from(family);
        prop_assert!(whole.quantile(u) < whole.quantile(u + step));
    }
}
