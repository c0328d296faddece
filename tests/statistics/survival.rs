//! Claim: times to a target are estimated as the textbooks have it where runs end before.

use proptest::prelude::*;
use takeoff::statistics::estimate::EstimateError;
use takeoff::statistics::proportion::{reached_within, wilson};
use takeoff::statistics::survival::{Observation, Survival};

fn runs(times: &[(f64, bool)]) -> Vec<Observation> {
    let run = |&(time, reached)| Observation { time, reached };
    times.iter().map(run).collect()
}

/// Weeks of remission under 6-mercaptopurine (Freireich et al. 1963); false: still in remission.
fn freireich() -> Vec<Observation> {
    let reached = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0];
    let censored = [
        6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0,
    ];
    let all: Vec<_> = (reached.iter().map(|&time| (time, true)))
        .chain(censored.iter().map(|&time| (time, false)))
        .collect();
    runs(&all)
}

/// Survival and Greenwood's errors: Kleinbaum and Klein, Survival Analysis, table 2.2, and Cox and
/// Oakes (1984); limits from lifelines 0.30 (log-log scale, 95%).
#[test]
fn remission_times_have_the_published_estimate() {
    let survival = Survival::new(&freireich()).expect("observations");
    let published = [
        (6.0, 21, 0.8571, 0.0764, 0.619718, 0.951552),
        (7.0, 17, 0.8067, 0.0869, 0.563147, 0.922809),
        (10.0, 15, 0.7529, 0.0963, 0.503200, 0.889362),
        (13.0, 12, 0.6902, 0.1068, 0.431610, 0.849066),
        (16.0, 11, 0.6275, 0.1141, 0.367511, 0.804912),
        (22.0, 7, 0.5378, 0.1282, 0.267779, 0.746791),
        (23.0, 6, 0.4482, 0.1346, 0.188052, 0.680143),
    ];
    assert_eq!(survival.steps().len(), published.len());
    for (step, (time, at_risk, share, error, low, high)) in survival.steps().iter().zip(published) {
        assert_eq!((step.time, step.at_risk), (time, at_risk));
        assert!((step.survival - share).abs() < 5e-5);
        assert!((step.survival * step.greenwood.sqrt() - error).abs() < 5.1e-5);
        let found = survival.at(time, 0.95).expect("level");
        assert!((found.low - low).abs() < 5e-7 && (found.high - high).abs() < 5e-7);
    }
    let median = survival.quantile(0.5, 0.95).expect("level");
    assert_eq!(
        (median.value, median.low, median.high),
        (23.0, 13.0, f64::INFINITY)
    );
    let quarter = survival.quantile(0.25, 0.95).expect("level");
    assert_eq!(quarter.value, 13.0);
    assert_eq!(
        survival.quantile(0.75, 0.95).expect("level").value,
        f64::INFINITY
    );
}

#[test]
fn before_the_first_event_and_beyond_the_last_run_little_is_known() {
    let survival = Survival::new(&freireich()).expect("observations");
    let early = survival.at(5.9, 0.95).expect("level");
    let nobody = wilson(0, freireich().len(), 0.95).expect("counts");
    let limits = (early.value, early.low, early.high);
    assert_eq!(limits, (1.0, 1.0 - nobody.high, 1.0));
    assert_eq!(survival.at(35.1, 0.95).expect("level").low, 0.0);
    assert!(survival.at(35.0, 0.95).expect("level").low > 0.18);
    let all = Survival::new(&runs(&[(1.0, true), (2.0, true)])).expect("observations");
    let end = all.at(2.0, 0.9).expect("level");
    assert_eq!((end.value, end.low), (0.0, 0.0));
    assert!(end.high > 0.5 && end.high < 1.0);
    let none = Survival::new(&runs(&[(1.0, false), (2.0, false)])).expect("observations");
    assert_eq!(none.quantile(0.5, 0.9).expect("level").value, f64::INFINITY);
    assert!(Survival::new(&[]).is_err());
    assert!(Survival::new(&runs(&[(f64::NAN, true)])).is_err());
}

#[test]
fn a_share_is_refused_where_runs_end_too_early() {
    let ends = runs(&[(1.0, true), (2.0, true), (3.0, false), (9.0, true)]);
    assert_eq!(reached_within(&ends, 2.5, 0.9), wilson(2, 4, 0.9));
    let wanted = EstimateError::Censored { runs: 1, time: 4.0 };
    assert_eq!(reached_within(&ends, 4.0, 0.9), Err(wanted));
    let survival = Survival::new(&ends).expect("observations");
    let by = survival.reached_by(4.0, 0.9).expect("level");
    assert!((by.value - 0.5).abs() < 1e-15 && by.low < 0.5 && 0.5 < by.high);
}

proptest! {
    #[test]
    fn without_censoring_survival_is_the_share_left(
        times in prop::collection::vec(0u8..40, 1..60),
        at in 0u8..40,
    ) {
        let all: Vec<(f64, bool)> = times.iter().map(|&time| (f64::from(time), true)).collect();
        let survival = Survival::new(&runs(&all)).expect("observations");
        let left = times.iter().filter(|&&time| time > at).count() as f64 / times.len() as f64;
        prop_assert!((survival.at(f64::from(at), 0.9).expect("level").value - left).abs() < 1e-12);
        // The median is the value of rank ceil(n / 2).
        let mut sorted = times.clone();
        sorted.sort_unstable();
        let median = f64::from(sorted[times.len().div_ceil(2) - 1]);
        prop_assert_eq!(survival.quantile(0.5, 0.9).expect("level").value, median);
    }

    #[test]
    fn limits_enclose_and_order_does_not_matter(
        observed in prop::collection::vec((0u8..30, any::<bool>()), 1..60),
        p in 0.05..0.95,
    ) {
        let mut all: Vec<(f64, bool)> =
            observed.iter().map(|&(time, reached)| (f64::from(time), reached)).collect();
        let survival = Survival::new(&runs(&all)).expect("observations");
        let found = survival.quantile(p, 0.9).expect("level");
        prop_assert!(found.low <= found.value && found.value <= found.high);
        all.reverse();
        prop_assert_eq!(Survival::new(&runs(&all)).expect("observations"), survival);
    }
}
