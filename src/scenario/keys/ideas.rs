//! Keys of `[ideas]` and `[[ideas.kinds]]`.

use super::Class::{Assumed, Calibrated, Measured};
use super::limit;
use super::shape::{Key, Shape, Table, between, key, positive};

/// The landscape of ideas.
pub static IDEAS: Table = Table {
    doc: "The landscape of ideas; scenarios that share a calibration include the same block.",
    keys: &[
        key(
            "topics",
            Shape::Integer(12, limit::TOPICS),
            "Lines of research in the whole world, before sampling.",
        )
        .or("1024", Assumed, "prototype")
        .fixed(),
        key(
            "window_words",
            Shape::Numbers(&[1, 2, 4]),
            "Words of a board's window above its base.",
        )
        .unit("32-bit words")
        .or("1", Assumed, "prototype: a window of 32 ideas")
        .fixed(),
        key(
            "breadth",
            Shape::Integer(1, 128),
            "Lowest unknown ideas of a topic open at once.",
        )
        .unit("ideas")
        .or("32", Assumed, "prototype"),
        key(
            "popularity_offset",
            Shape::Float(positive(10.0)),
            "q in the popularity (u + q)^-z of the topic at quantile u.",
        )
        .or("0.01", Assumed, "prototype")
        .fixed(),
        key(
            "popularity_exponent",
            Shape::Float(between(0.0, 5.0)),
            "z in the popularity (u + q)^-z; 0: all topics alike.",
        )
        .or("0.8", Assumed, "prototype")
        .fixed(),
        key(
            "experiment_cost_exponent",
            Shape::Float(between(0.0, 2.0)),
            "eta: experiments cost 10^(-eta x training OOM) of what they did.",
        )
        .or("0.5", Assumed, "prototype; a deciding parameter, sweep it"),
        key(
            "tools_effort_exponent",
            Shape::Float(between(0.0, 2.0)),
            "Thinking takes 10^(-this x tools OOM) of what it did.",
        )
        .or("1.0", Assumed, "by definition of a tools OOM"),
        key(
            "kinds",
            Shape::Tables(&KIND, 1, limit::KINDS),
            "Kinds of topic.",
        ),
    ],
};

static KIND: Table = Table {
    doc: "A kind of topic: what its ideas take and what they give.",
    keys: KIND_KEYS,
};

const SHARE: Shape = Shape::Float(between(0.0, 1.0));

const KIND_KEYS: &[Key] = &[
    key("name", Shape::Name, "Name, unique among kinds.")
        .example("\"training-methods\"")
        .fixed(),
    key(
        "topic_share",
        Shape::Float(positive(1.0)),
        "Share of all topics that are of this kind; shares sum to 1.",
    )
    .example("1.0")
    .fixed(),
    key(
        "training",
        SHARE,
        "Share of a gain that goes to training efficiency, the headline OOM.",
    )
    .or("0.0", Assumed, "none")
    .example("1.0")
    .fixed(),
    key(
        "inference",
        SHARE,
        "Share of a gain that goes to inference efficiency.",
    )
    .or("0.0", Assumed, "none")
    .fixed(),
    key(
        "utilisation",
        SHARE,
        "Share of a gain that goes to hardware utilisation.",
    )
    .or("0.0", Assumed, "none")
    .fixed(),
    key(
        "tools",
        SHARE,
        "Share of a gain that goes to research productivity.",
    )
    .or("0.0", Assumed, "none")
    .fixed(),
    key(
        "serial",
        SHARE,
        "Share of a gain that goes to the serial speed of automated researchers.",
    )
    .or("0.0", Assumed, "none"),
    key(
        "think_hours",
        Shape::Float(positive(1e4)),
        "Thinking before an experiment at index 0, for a median human.",
    )
    .unit("hours")
    .or("4.0", Assumed, "prototype"),
    key(
        "experiment_a100e_hours",
        Shape::Float(positive(1e9)),
        "A full-size experiment at index 0.",
    )
    .unit("A100e-hours")
    .or(
        "200000.0",
        Assumed,
        "prototype; between a small run and a frontier one",
    ),
    key(
        "experiment_floor_a100e_hours",
        Shape::Float(positive(1e9)),
        "The smallest useful experiment at index 0.",
    )
    .unit("A100e-hours")
    .or(
        "3.0",
        Assumed,
        "prototype; a small experiment took 1.4 H200-hours (evidence C), about 4 A100e-hours",
    ),
    key(
        "experiment_fastest_hours",
        Shape::Float(positive(1e5)),
        "Wall hours of a full-size experiment when compute is no limit.",
    )
    .unit("hours")
    .or("24.0", Assumed, "prototype"),
    key(
        "success_probability",
        Shape::Float(positive(1.0)),
        "Odds of success at index 0, median skill and size success_reference_size.",
    )
    .or(
        "0.305",
        Calibrated,
        "human era of the prototype; RE-Bench has 0.24 to 0.82",
    ),
    key(
        "success_reference_size",
        Shape::Float(positive(1.0)),
        "m0: fraction of full size at which success_probability holds.",
    )
    .or("0.01", Assumed, "prototype"),
    key(
        "success_size_exponent",
        Shape::Float(between(0.0, 2.0)),
        "chi: odds of success rise as size^chi.",
    )
    .or(
        "0.6",
        Assumed,
        "prototype; labour elasticity is about 1 - chi, evidence 0.24 to 0.5",
    ),
    key(
        "level_oom_per_idea",
        Shape::Float(between(0.0, 2.0)),
        "Difficulty grows 10^(this x index).",
    )
    .unit("OOM an idea")
    .or(
        "0.0163",
        Calibrated,
        "beta x gain x topics of the kind with beta = 1",
    ),
    key(
        "par",
        Shape::Float(between(0.0, 1.0)),
        "Share of difficulty that lowers the odds; the rest lengthens the work.",
    )
    .or(
        "0.5",
        Assumed,
        "prototype; under 0.5 duration becomes a wall",
    ),
    key(
        "gain_mean_oom",
        Shape::Float(positive(1.0)),
        "Mean gain of one idea of the whole world at index 0, before the shares.",
    )
    .unit("OOM")
    .or(
        "1.59e-5",
        Calibrated,
        "nanoGPT gains over about 1,000 lines of research (evidence C)",
    )
    .fixed(),
    key(
        "gain_sigma_ln",
        Shape::Float(between(0.0, 3.0)),
        "Sigma of the natural log of the gain.",
    )
    .or("1.2", Measured, "88 nanoGPT speed records (evidence C)")
    .fixed(),
    key(
        "ceiling_oom",
        Shape::Float(positive(100.0)),
        "Sum of gains after which the ideas end.",
    )
    .unit("OOM")
    .off("11.0")
    .fixed(),
    key(
        "limit_oom",
        Shape::Float(positive(1000.0)),
        "Sum of gains that is approached: an idea gains in proportion to what its topic has left.",
    )
    .unit("OOM")
    .off("11.0")
    .fixed(),
];
