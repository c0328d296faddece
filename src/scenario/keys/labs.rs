//! Keys of `[[labs]]`, `[labs.training]` and `[[labs.populations]]`.

use super::Class::{Assumed, Measured};
use super::shape::{ENABLED, Key, Range, Shape, Table, between, block, key, positive};
use super::{lab_economy, limit};

/// An owner of compute and of researchers.
pub static LAB: Table = Table {
    doc: "An owner of compute and of researchers.",
    keys: LAB_KEYS,
};

const SHARE: Shape = Shape::Float(between(0.0, 1.0));

const LAB_KEYS: &[Key] = &[
    key("name", Shape::Name, "Name, unique among labs.")
        .example("\"frontier\"")
        .fixed(),
    key(
        "fleet_a100e",
        Shape::Series(positive(1e15)),
        "Physical fleet over time.",
    )
    .unit("A100e")
    .example("1e7"),
    key(
        "experiment_share",
        SHARE,
        "Share of the fleet for experiments; the four sum to at most 1.",
    )
    .example("0.5"),
    key(
        "training_share",
        SHARE,
        "Share of the fleet for training runs.",
    )
    .or("0.0", Assumed, "none")
    .example("0.1"),
    key(
        "inference_share",
        SHARE,
        "Share of the fleet that runs automated researchers.",
    )
    .or("0.0", Assumed, "none")
    .example("0.4"),
    key(
        "serving_share",
        SHARE,
        "Share of the fleet that serves customers.",
    )
    .or("0.0", Assumed, "none"),
    key(
        "waiting_target",
        Shape::Float(Range {
            below_max: true,
            ..positive(1.0)
        }),
        "Share of a researcher's time spent waiting for experiments that the lab aims at.",
    )
    .or("0.3", Assumed, "prototype"),
    key(
        "size_correction_exponent",
        SHARE,
        "Exponent of the correction of experiment size made every tick.",
    )
    .or("0.1", Assumed, "prototype; larger values swing"),
    key(
        "surplus_inference_to_experiments",
        Shape::Bool,
        "Inference compute whose researchers would have no experiments goes to experiments.",
    )
    .or("false", Assumed, "the simplest policy"),
    key(
        "admit_by_ideas",
        Shape::Bool,
        "Researchers without an open idea get no compute and are let go until there are ideas again.",
    )
    .or("false", Assumed, "the simplest policy"),
    key(
        "experience_reference_hours",
        Shape::Float(positive(1e15)),
        "Pooled experience raises skill as (researcher-hours / this)^exponent beyond it.",
    )
    .unit("researcher-hours")
    .or("1e8", Assumed, "unused while the exponent is 0"),
    key(
        "experience_skill_exponent",
        SHARE,
        "Exponent of pooled experience; 0 is off.",
    )
    .or("0.0", Assumed, "off"),
    block(
        "training",
        &TRAINING,
        "How models improve from training runs.",
    ),
    block("fleet", &lab_economy::FLEET, "Chips by vintage."),
    block("energy", &lab_economy::ENERGY, "Power for the chips."),
    block("money", &lab_economy::MONEY, "Income and spending."),
    block(
        "overheads",
        &lab_economy::OVERHEADS,
        "Time lost to starting sandboxes and jobs.",
    ),
    key(
        "populations",
        Shape::Tables(&POPULATION, 1, limit::POPULATIONS),
        "Who works there, in the order in which experiments are admitted.",
    ),
];

static TRAINING: Table = Table {
    doc: "Model generations: each run's effective compute sets the quality of all copies.",
    keys: &[
        ENABLED,
        key(
            "run_days",
            Shape::Float(positive(3650.0)),
            "Days a training run takes.",
        )
        .unit("days")
        .or(
            "90.0",
            Assumed,
            "54 days for Llama 3 (evidence C), with preparation",
        ),
        key(
            "quality_skill_exponent",
            Shape::Float(between(0.0, 2.0)),
            "Skill of automated researchers is multiplied by 10^(this x quality OOM).",
        )
        .or("0.0", Assumed, "off"),
        key(
            "quality_taste_exponent",
            Shape::Float(between(0.0, 2.0)),
            "Chance of a larger tournament is multiplied by 10^(this x quality OOM).",
        )
        .or("0.0", Assumed, "off"),
        key(
            "idea_reach",
            Shape::Float(between(0.0, 1023.0)),
            "Highest idea index that automated researchers can take at quality 0.",
        )
        .unit("ideas")
        .off("200.0"),
        key(
            "idea_reach_per_quality_oom",
            Shape::Float(between(0.0, 1023.0)),
            "Indices added to idea_reach per OOM of quality.",
        )
        .unit("ideas an OOM")
        .or("0.0", Assumed, "no further reach"),
        key(
            "scaling_stop_oom",
            Shape::Float(between(0.0, 100.0)),
            "Quality at which more effective compute stops giving better models.",
        )
        .unit("OOM")
        .off("1.0"),
        key(
            "data_limit_oom",
            Shape::Series(positive(100.0)),
            "Most quality that the data of the day allow.",
        )
        .unit("OOM")
        .off("{ points = [[0.0, 2.0]], growth_per_year = 1.2 }"),
    ],
};

static POPULATION: Table = Table {
    doc: "Researchers of one lab and one kind.",
    keys: POPULATION_KEYS,
};

const POPULATION_KEYS: &[Key] = &[
    key("name", Shape::Name, "Name, unique in its lab.")
        .example("\"copies\"")
        .fixed(),
    key(
        "kind",
        Shape::Choice(&["human", "automated"]),
        "What sets their number and speed.",
    )
    .example("\"automated\"")
    .fixed(),
    key(
        "headcount",
        Shape::Series(positive(1e12)),
        "Researchers over time.",
    )
    .unit("researchers")
    .example("{ points = [[-365.0, 1739.13], [0.0, 4000.0]], growth_per_year = 2.3 }")
    .when("kind", "human"),
    key(
        "hours_per_week",
        Shape::Float(positive(168.0)),
        "Paid hours a week.",
    )
    .unit("hours")
    .or("40.0", Assumed, "prototype: 40/7 hours a day")
    .when("kind", "human"),
    key(
        "start_day",
        Shape::Float(between(-3650.0, 36500.0)),
        "Day on which the first starts.",
    )
    .unit("days")
    .or("0.0", Assumed, "the end of burn-in")
    .when("kind", "automated")
    .fixed(),
    key(
        "ramp_days",
        Shape::Float(between(0.0, 3650.0)),
        "Days over which they ramp up to what compute allows.",
    )
    .unit("days")
    .or("90.0", Assumed, "prototype")
    .when("kind", "automated"),
    key(
        "native_speed",
        Shape::Float(positive(1e4)),
        "s0: serial speed, in humans, at which a copy is cheapest.",
    )
    .unit("humans")
    .or(
        "5.0",
        Assumed,
        "essay: about 5x at first (evidence A, a claim)",
    )
    .when("kind", "automated"),
    key(
        "speed_max",
        Shape::Float(positive(1e6)),
        "Fastest serial speed that can be bought with copies.",
    )
    .unit("humans")
    .or("100.0", Assumed, "essay: about 100x (evidence A, a claim)")
    .when("kind", "automated"),
    key(
        "copies_max",
        Shape::Float(between(1.0, 1e15)),
        "Copies beyond which efficiency buys speed.",
    )
    .unit("copies")
    .or("1e8", Assumed, "essay: 100M copies (evidence A, a claim)")
    .when("kind", "automated"),
    key(
        "speed_cost_exponent",
        Shape::Float(between(0.0, 10.0)),
        "Copies are proportional to speed^-this at fixed compute.",
    )
    .or(
        "1.5",
        Assumed,
        "essay: k^3 copies for k^2 speed (evidence A, a claim)",
    )
    .when("kind", "automated"),
    key(
        "tokens_per_human_second",
        Shape::Float(positive(1e4)),
        "Tokens of human thought a second.",
    )
    .unit("tokens/s")
    .or(
        "1.6666666666666667",
        Assumed,
        "essay: 100 a minute (evidence A, a claim)",
    )
    .when("kind", "automated"),
    key(
        "tokens_per_second_per_a100e",
        Shape::Float(positive(1e6)),
        "Tokens that one A100e generates at inference OOM 0.",
    )
    .unit("tokens/s")
    .or(
        "9.2",
        Assumed,
        "essay: 33,000 tokens per A100e-hour (evidence A, derived)",
    )
    .when("kind", "automated"),
    key(
        "spend_serial_on",
        Shape::Choice(&["speed", "copies"]),
        "What serial speed that was found is spent on.",
    )
    .or("\"speed\"", Assumed, "the simplest policy")
    .when("kind", "automated"),
    key(
        "skill_sigma_ln",
        Shape::Float(between(0.0, 2.0)),
        "Sigma of ln(skill); the median is 1.",
    )
    .or(
        "0.42",
        Measured,
        "99.9th percentile at 3.7x the median (evidence C), derived",
    ),
    key(
        "taste_max",
        Shape::Integer(1, 16),
        "Largest tournament over candidate topics.",
    )
    .unit("topics")
    .or("4", Assumed, "prototype"),
    key(
        "taste_tail_exponent",
        Shape::Float(between(0.0, 4.0)),
        "Tournament size is min(taste_max, floor(U^-this)).",
    )
    .or("0.5", Assumed, "prototype"),
    key(
        "taste_noise",
        Shape::Float(between(0.0, 16.0)),
        "Noise of judging a topic at tournament size 1.",
    )
    .unit("log2 hours")
    .or("1.0", Assumed, "a factor of two"),
    key(
        "boards",
        Shape::Integer(1, limit::BOARDS),
        "Boards (teams) over which they are spread.",
    )
    .or("8", Assumed, "prototype, human era")
    .fixed(),
    key(
        "topology",
        Shape::Choice(&[
            "broadcast",
            "none",
            "ring",
            "hierarchy",
            "small-world",
            "network",
        ]),
        "How boards hear of each other's finds.",
    )
    .or("\"broadcast\"", Assumed, "nothing was measured; sweep it")
    .fixed(),
    key("fan_out", Shape::Integer(1, 64), "Children of a board.")
        .unit("boards")
        .or("4", Assumed, "a small team")
        .when("topology", "hierarchy")
        .fixed(),
    key(
        "neighbours",
        Shape::Integer(1, 64),
        "Neighbours on each side before rewiring.",
    )
    .unit("boards")
    .or("2", Assumed, "Watts and Strogatz's usual lattice")
    .when("topology", "small-world")
    .fixed(),
    key(
        "rewire",
        Shape::Float(between(0.0, 1.0)),
        "Share of edges rewired.",
    )
    .or("0.1", Assumed, "the middle of the small-world range")
    .when("topology", "small-world")
    .fixed(),
    key(
        "post_share",
        Shape::Float(between(0.0, 1.0)),
        "Share of finds that are posted to all.",
    )
    .or(
        "0.03",
        Assumed,
        "sweep it: 0.15 posts an agent in days (evidence B, a claim)",
    )
    .when("topology", "network"),
    key(
        "comments_per_post",
        Shape::Float(between(0.0, 1e9)),
        "Agents that read a post and comment on it.",
    )
    .or(
        "34.0",
        Assumed,
        "8.5M comments on 250,000 posts (evidence B, a claim)",
    )
    .when("topology", "network"),
    key(
        "lag_hours",
        Shape::Float(between(0.0, 87600.0)),
        "Age of news when it arrives; a multiple of every tick. 0: at the end of the tick.",
    )
    .unit("hours")
    .example("24.0")
    .fixed(),
    key(
        "reading_share",
        Shape::Float(Range {
            below_max: true,
            ..between(0.0, 1.0)
        }),
        "Share of working time spent reading; 0: all news is seen at no cost.",
    )
    .or("0.0", Assumed, "off"),
    key(
        "reading_rate_per_hour",
        Shape::Float(between(0.0, 1e9)),
        "Finds read an hour of reading.",
    )
    .unit("finds/hour")
    .or("10.0", Assumed, "unused while reading_share is 0"),
];
