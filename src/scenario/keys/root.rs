//! Keys of the file itself, of `[run]` and of `[[exchange]]`.

use super::Class::Assumed;
use super::limit;
use super::shape::{GROWTH, Key, Shape, Table, between, block, key, positive};
use super::{economy, events, ideas, labs, uncertain};

/// The top of a scenario file.
pub static ROOT: Table = Table {
    doc: "A scenario: one question, and all that is needed to simulate an answer.",
    keys: &[
        key(
            "schema",
            Shape::Numbers(&[1]),
            "Version of this file format.",
        )
        .example("1")
        .fixed(),
        key(
            "question",
            Shape::Text,
            "The question the scenario asks, one sentence.",
        )
        .example("\"How fast does progress go when copies of a model do the research?\"")
        .fixed(),
        key(
            "order",
            Shape::Integer(1, 1000),
            "Place in `takeoff scenario list`; the first is the one to start with.",
        )
        .or("1000", Assumed, "last")
        .fixed(),
        key("sources", Shape::Texts, "Where the figures come from.")
            .or("[]", Assumed, "none named")
            .example("[\"this template: defaults of the key table\"]")
            .fixed(),
        key(
            "include",
            Shape::Texts,
            "Files to merge in, relative to this one; a key may stand in one of them only.",
        )
        .or("[]", Assumed, "nothing is included")
        .fixed(),
        key("run", Shape::Table(&RUN), "Time, size and sampling."),
        key(
            "ideas",
            Shape::Table(&ideas::IDEAS),
            "What there is to find.",
        ),
        key(
            "labs",
            Shape::Tables(&labs::LAB, 1, limit::LABS),
            "Who looks for it, each with compute and researchers.",
        ),
        key(
            "exchange",
            Shape::Tables(&EXCHANGE, 0, limit::EXCHANGES),
            "Knowledge that crosses from one lab to another.",
        )
        .or("[]", Assumed, "labs hear nothing of each other")
        .fixed(),
        block(
            "supply",
            &economy::SUPPLY,
            "Makers of chips, for labs with a [labs.fleet].",
        ),
        block("demand", &economy::DEMAND, "Customers."),
        block(
            "market",
            &economy::MARKET,
            "How customers, capital and people choose between labs.",
        ),
        block("wave", &economy::WAVE, "The long wave of investment."),
        block(
            "regulation",
            &economy::REGULATION,
            "What a government does.",
        ),
        block(
            "labour",
            &economy::LABOUR,
            "What automation does to human work.",
        ),
        key(
            "set",
            Shape::Changes,
            "Changes to what is included: keys as in --set, such as labs.NAME.waiting_target = 0.2.",
        )
        .off(""),
        key(
            "events",
            Shape::Tables(&events::EVENT, 0, limit::EVENTS),
            "Changes of parameters during a run, at a date or on a condition.",
        )
        .or("[]", Assumed, "everything stays as it is")
        .fixed(),
        key(
            "correlations",
            Shape::Tables(&uncertain::CORRELATION, 0, limit::UNCERTAIN * limit::UNCERTAIN),
            "Rank correlations of uncertain values, for `takeoff sweep`.",
        )
        .or("[]", Assumed, "uncertain values are independent")
        .fixed(),
        key(
            "variants",
            Shape::Variants,
            "Named overrides: keys as in --set, such as labs.NAME.waiting_target = 0.2.",
        )
        .off("")
        .fixed(),
    ],
};

static RUN: Table = Table {
    doc: "Time, size and sampling of a run.",
    keys: RUN_KEYS,
};

const RUN_KEYS: &[Key] = &[
    // TOML integers end at 2^63 - 1.
    key(
        "seed",
        Shape::Integer(0, i64::MAX as u64),
        "Seed of every draw.",
    )
    .or("1", Assumed, "any number serves")
    .fixed(),
    key(
        "start_date",
        Shape::Date,
        "Calendar date of day 0, the end of burn-in.",
    )
    .example("\"2027-01-01\"")
    .fixed(),
    key(
        "burn_in_days",
        Shape::Float(between(0.0, 3650.0)),
        "Days simulated before day 0 and left out of every summary.",
    )
    .unit("days")
    .or("365.0", Assumed, "prototype: one year")
    .fixed(),
    key(
        "days",
        Shape::Float(positive(36500.0)),
        "Days simulated from day 0.",
    )
    .unit("days")
    .example("365.0")
    .fixed(),
    key(
        "tick_hours",
        Shape::Float(between(1.0 / 64.0, 8760.0)),
        "Hours between two exchanges of knowledge: the tick. A multiple of 1/64 hour.",
    )
    .unit("hours")
    .or(
        "24.0",
        Assumed,
        "prototype; halve it to test that results hold",
    ),
    key(
        "tick_schedule",
        Shape::Pairs(between(1.0 / 64.0, 8760.0)),
        "Later values of the tick: [[from_day, tick_hours], ...].",
    )
    .unit("days, hours")
    .or("[]", Assumed, "the tick stays"),
    key(
        "speed_tick_hours_max",
        Shape::Float(positive(1e6)),
        "The tick halves while fastest serial speed x tick hours exceeds this.",
    )
    .unit("hours of human thought")
    .off("480.0"),
    key(
        "sample",
        Shape::Float(positive(1.0)),
        "Fraction of the world that is simulated.",
    )
    .or("1.0", Assumed, "the whole world")
    .fixed(),
    key(
        "agents_max",
        Shape::Integer(1, limit::AGENTS),
        "Most agents of one population; above it the weight of each doubles.",
    )
    .unit("agents of 8 bytes")
    .or("134217728", Assumed, "1 GiB")
    .fixed(),
    key(
        "events_max_per_tick",
        Shape::Integer(4, 4000),
        "Most events of one agent in one tick; what is beyond waits for the next.",
    )
    .unit("events")
    .or(
        "128",
        Assumed,
        "a day at 100x, with room; software Vulkan runs no more",
    ),
    key(
        "popularity_rebuild_days",
        Shape::Float(positive(3650.0)),
        "Days between two rebuilds of the popularity tables.",
    )
    .unit("days")
    .or("7.0", Assumed, "a week"),
];

static EXCHANGE: Table = Table {
    doc: "Knowledge of one lab that reaches another, by publication or leak.",
    keys: &[
        key("from", Shape::Name, "The lab that knows.").example("\"frontier\""),
        key("to", Shape::Name, "The lab that hears.").example("\"second\""),
        key(
            "lag_hours",
            Shape::Float(between(0.0, 87600.0)),
            "Age of news when it arrives; a multiple of every tick.",
        )
        .unit("hours")
        .example("2160.0"),
        key(
            "share",
            Shape::Float(between(0.0, 1.0)),
            "Share of ideas that ever cross.",
        )
        .or("1.0", Assumed, "all of them"),
    ],
};

/// The keys inside a [`Shape::Series`] written as a table.
pub(in crate::scenario) static SERIES: Table = Table {
    doc: "A quantity over time, joined by straight lines in the logarithm.",
    keys: &[
        key(
            "points",
            Shape::Pairs(positive(f64::MAX)),
            "[[day, value], ...], ascending days.",
        ),
        key(
            "growth_per_year",
            Shape::Float(GROWTH),
            "Factor a year after the last point.",
        )
        .or("1.0", Assumed, "constant"),
    ],
};
