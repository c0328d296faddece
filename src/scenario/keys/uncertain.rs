//! Keys of a distribution where a value could stand, and of `[[correlations]]`.

use super::ROOT;
use super::shape::{Key, Shape, Table, between, block, key};

/// A distribution in place of a value.
pub(in crate::scenario) static DISTRIBUTION: Table = Table {
    doc: "An uncertain value: `takeoff sweep` draws it, any other command takes the median.",
    keys: &[
        block("uniform", &INTERVAL, "Equal chance from `low` to `high`."),
        block(
            "loguniform",
            &INTERVAL,
            "Equal chance of the logarithm from `low` to `high`, both above zero.",
        ),
        block(
            "triangular",
            &TRIANGLE,
            "Falls from `mode` to `low` and `high` in straight lines.",
        ),
        block(
            "normal",
            &NORMAL,
            "Gaussian, by its quantiles or by mean and standard deviation.",
        ),
        block("lognormal", &QUANTILES, "The logarithm is Gaussian."),
        key(
            "choice",
            Shape::Values,
            "One of these, with equal chance; they may be texts, as in [\"complete\", \"ring\"].",
        )
        .off("[1, 2, 4]"),
    ],
};

/// May a distribution stand in place of this key's value?
pub(in crate::scenario) fn may_be_uncertain(table: &'static Table, key: &Key) -> bool {
    let certain = [
        &ROOT,
        &CORRELATION,
        &DISTRIBUTION,
        &INTERVAL,
        &TRIANGLE,
        &QUANTILES,
        &NORMAL,
    ];
    let scalar = matches!(
        key.shape,
        Shape::Float(_)
            | Shape::Integer(..)
            | Shape::Numbers(_)
            | Shape::Bool
            | Shape::Choice(_)
            | Shape::Series(_)
    );
    // Seeds are drawn by design, not from a distribution.
    scalar && key.name != "seed" && !certain.iter().any(|&other| std::ptr::eq(other, table))
}

const LOW: Key = key("low", ANY, "Least value.");
const HIGH: Key = key("high", ANY, "Largest value.");
const P10: Key = key("p10", ANY, "One draw in ten is below.");
const P90: Key = key("p90", ANY, "One draw in ten is above.");
const MIN: Key = key("min", ANY, "What would be less is never drawn.").off("0.0");
const MAX: Key = key("max", ANY, "What would be more is never drawn.").off("1.0");
const ANY: Shape = Shape::Float(between(f64::MIN, f64::MAX));

static INTERVAL: Table = Table {
    doc: "Between two ends.",
    keys: &[LOW, HIGH, MIN, MAX],
};

static TRIANGLE: Table = Table {
    doc: "Between two ends, with a peak.",
    keys: &[LOW, key("mode", ANY, "Most likely value."), HIGH, MIN, MAX],
};

static QUANTILES: Table = Table {
    doc: "By its 10% and 90% quantiles.",
    keys: &[P10, P90, MIN, MAX],
};

static NORMAL: Table = Table {
    doc: "By `p10` and `p90`, or by `mean` and `sd`.",
    keys: &[
        P10.off("1.0"),
        P90.off("2.0"),
        key("mean", ANY, "Mean.").off("1.0"),
        key("sd", ANY, "Standard deviation.").off("0.5"),
        MIN,
        MAX,
    ],
};

/// A correlation between two uncertain values.
pub static CORRELATION: Table = Table {
    doc: "A rank correlation of two uncertain values.",
    keys: &[
        key("between", Shape::Texts, "The keys of the two, as in --set.")
            .example("[\"ideas.breadth\", \"labs.frontier.waiting_target\"]"),
        key(
            "spearman",
            Shape::Float(between(-1.0, 1.0)),
            "Their rank correlation.",
        )
        .example("0.5"),
    ],
};
