//! Keys of the blocks around all labs: `[supply]`, `[demand]`, `[market]`, `[wave]`, `[regulation]`
//! and `[labour]`.

use super::Class::Assumed;
use super::shape::{ENABLED, GROWTH, Shape, Table, between, key, positive};

const SHARE: Shape = Shape::Float(between(0.0, 1.0));
const RATE: Shape = Shape::Float(between(0.0, 1e3));

pub(super) static SUPPLY: Table = Table {
    doc: "Who makes the chips that fleets order: how many, how fast, at what price.",
    keys: &[
        ENABLED,
        key(
            "price_usd_per_a100e",
            Shape::Float(positive(1e9)),
            "Price of one A100e on day 0.",
        )
        .unit("$")
        .or(
            "8700.0",
            Assumed,
            "H100 at $25-30k is 3.2 A100e (evidence B and C), derived",
        ),
        key(
            "price_performance_growth_per_year",
            Shape::Float(GROWTH),
            "Factor a year on compute a dollar.",
        )
        .or("1.35", Assumed, "doubling in 2.3 years"),
        key(
            "wafer_capacity_a100e_per_year",
            Shape::Series(positive(1e15)),
            "What the foundries can start.",
        )
        .unit("A100e/year")
        .example("{ points = [[0.0, 1.5e7]], growth_per_year = 2.0 }"),
        key(
            "packaging_capacity_a100e_per_year",
            Shape::Series(positive(1e15)),
            "What the packaging lines can start.",
        )
        .unit("A100e/year")
        .example("{ points = [[0.0, 1.2e7]], growth_per_year = 2.3 }"),
        key(
            "lead_days",
            Shape::Series(positive(36500.0)),
            "From the start of production to delivery.",
        )
        .unit("days")
        .or(
            "180.0",
            Assumed,
            "advanced packaging: 6 months in 2022, 18 later (evidence B)",
        ),
        key(
            "dominant_share",
            SHARE,
            "Share of capacity that is the dominant supplier's.",
        )
        .or(
            "0.85",
            Assumed,
            "one supplier with 80-90% (evidence B, a claim)",
        ),
        key(
            "outage_share",
            SHARE,
            "Share of the dominant supplier's capacity that is out.",
        )
        .or("0.0", Assumed, "none; set it in an event"),
    ],
};

pub(super) static DEMAND: Table = Table {
    doc: "Customers, from day 0 on: serving them competes with research for the fleets.",
    keys: &[
        ENABLED,
        key(
            "tokens_per_day",
            Shape::Float(between(0.0, 1e24)),
            "Use once all customers have adopted, at price and capability of day 0.",
        )
        .unit("tokens/day")
        .example("1.0e13"),
        key(
            "adopted_share",
            SHARE,
            "Share of customers that has adopted on day 0.",
        )
        .or("0.05", Assumed, "early"),
        key(
            "innovation_per_year",
            RATE,
            "p of Bass: adoption without example.",
        )
        .unit("1/year")
        .or("0.03", Assumed, "textbook (evidence C)"),
        key(
            "imitation_per_year",
            RATE,
            "q of Bass: adoption by example.",
        )
        .unit("1/year")
        .or("0.38", Assumed, "textbook (evidence C)"),
        key(
            "price_usd_per_million_tokens",
            Shape::Float(positive(1e9)),
            "Price on day 0.",
        )
        .unit("$/Mtoken")
        .or("30.0", Assumed, "$1 buys 33,000 tokens (evidence A)"),
        key(
            "price_growth_per_year",
            Shape::Float(GROWTH),
            "Factor a year on prices, whatever the cost.",
        )
        .or(
            "1.0",
            Assumed,
            "none; API prices +30% a year (evidence B, a claim)",
        ),
        key(
            "price_pass_through",
            SHARE,
            "Share of falling cost, in OOM, that reaches the price.",
        )
        .or("1.0", Assumed, "competition"),
        key(
            "price_elasticity",
            Shape::Float(between(0.0, 10.0)),
            "Use rises as price^-this.",
        )
        .or(
            "1.2",
            Assumed,
            "over 1: cheaper use raises total compute (Jevons)",
        ),
        key(
            "capability_elasticity",
            Shape::Float(between(0.0, 10.0)),
            "Use rises as 10^(this x training OOM since day 0).",
        )
        .or("0.3", Assumed, "doubles an OOM"),
        key(
            "tokens_per_use_growth_per_year",
            Shape::Float(GROWTH),
            "Factor a year on tokens that the same use takes; customers pay for the use.",
        )
        .or("1.0", Assumed, "none; reasoning takes more"),
        key(
            "tokens_per_second_per_a100e",
            Shape::Float(positive(1e6)),
            "Tokens that one A100e serves on day 0.",
        )
        .unit("tokens/s")
        .or(
            "9.2",
            Assumed,
            "33,000 tokens an A100e-hour (evidence A, derived)",
        ),
        key(
            "serving_share_max",
            SHARE,
            "Most of a fleet that serves customers.",
        )
        .or("0.5", Assumed, "half"),
    ],
};

pub(super) static MARKET: Table = Table {
    doc: "How customers, capital and people move between labs, from day 0 on.",
    keys: &[
        ENABLED,
        key(
            "sharpness",
            Shape::Float(between(0.0, 100.0)),
            "Shares are proportional to 10^(this x OOM of effective compute).",
        )
        .or("1.0", Assumed, "in proportion"),
        key(
            "switching_per_year",
            RATE,
            "Rate at which customers follow.",
        )
        .unit("1/year")
        .or("2.0", Assumed, "half a year"),
        key(
            "capital_exponent",
            Shape::Float(between(0.0, 10.0)),
            "Planned capex is multiplied by (share x number of labs)^this.",
        )
        .or("0.0", Assumed, "off"),
        key(
            "talent_exponent",
            Shape::Float(between(0.0, 10.0)),
            "A lab's draw on people is share^this.",
        )
        .or("0.0", Assumed, "off"),
        key(
            "talent_mobility_per_year",
            RATE,
            "Rate at which people follow.",
        )
        .unit("1/year")
        .or("0.5", Assumed, "two years in a job"),
        key(
            "hired_knowledge_share",
            SHARE,
            "Share of the ideas of the lab they leave that a delegation of hired people knows.",
        )
        .or("0.0", Assumed, "off; nothing was measured, sweep it")
        .fixed(),
        key(
            "hires_per_delegation",
            Shape::Float(between(1.0, 1e6)),
            "People hired from one lab by another who make a delegation.",
        )
        .unit("people")
        .or(
            "10.0",
            Assumed,
            "a small team; unused while they know nothing",
        ),
    ],
};

pub(super) static WAVE: Table = Table {
    doc: "The long wave: irruption, frenzy, turning point, deployment, from day 0 on.",
    keys: &[
        ENABLED,
        key(
            "frenzy_capex_usd_per_year",
            Shape::Float(between(0.0, 1e15)),
            "Spending on chips, all labs, from which on it is a frenzy.",
        )
        .unit("$/year")
        .or("2.0e11", Assumed, "four hyperscalers in 2024 (evidence B)"),
        key(
            "revenue_per_capex",
            Shape::Float(between(0.0, 100.0)),
            "Revenue needed over spending on chips.",
        )
        .or(
            "4.0",
            Assumed,
            "chips are half the cost, margin a half (evidence B)",
        ),
        key(
            "gap_usd_per_year",
            Shape::Float(between(0.0, 1e15)),
            "Revenue short of that, all labs, over which doubt begins.",
        )
        .unit("$/year")
        .or("6.0e11", Assumed, "the gap of 2024 (evidence B, a claim)"),
        key(
            "quarters",
            Shape::Float(positive(400.0)),
            "Quarters of doubt to the turning point; without a gap to deployment.",
        )
        .unit("quarters")
        .or("4.0", Assumed, "a year of reports"),
        key(
            "capability_floor_per_year",
            Shape::Float(between(0.0, 1e6)),
            "Gains a year under which chips are impaired at the turning point.",
        )
        .unit("1/year")
        .or("0.2", Assumed, "20% a year (evidence B, a claim)"),
        key(
            "impairment_share",
            SHARE,
            "Share of book value written down then.",
        )
        .or(
            "0.35",
            Assumed,
            "$70B of 2024's $200B (evidence B, a claim), derived",
        ),
        key(
            "reset_factor",
            SHARE,
            "Factor on planned capex from turning point to deployment.",
        )
        .or("0.4", Assumed, "telecoms after 2001"),
    ],
};

pub(super) static REGULATION: Table = Table {
    doc: "What a government does.",
    keys: &[
        ENABLED,
        key(
            "pauses",
            Shape::Pairs(between(0.0, 36500.0)),
            "No experiments and no training runs: [[day, days], ...].",
        )
        .unit("days, days")
        .or("[]", Assumed, "none"),
        key(
            "compute_cap_a100e",
            Shape::Float(positive(1e15)),
            "Most of a lab's compute that may be in experiments and training runs.",
        )
        .unit("A100e")
        .off("1e6"),
        key(
            "licence_days",
            Shape::Float(between(0.0, 36500.0)),
            "Days that a large training run waits.",
        )
        .unit("days")
        .or("0.0", Assumed, "none"),
        key(
            "licence_above_a100e_hours",
            Shape::Float(between(0.0, 1e24)),
            "Size of the run before it from which on a run needs a licence.",
        )
        .unit("A100e-hours")
        .or("0.0", Assumed, "every run"),
        key("fine_revenue_share", SHARE, "Fine, share of revenue.").or(
            "0.0",
            Assumed,
            "none; up to 7% of global revenue (evidence B)",
        ),
        key(
            "fine_above_a100e",
            Shape::Float(between(0.0, 1e15)),
            "Compute in training runs from which on it is due.",
        )
        .unit("A100e")
        .or("0.0", Assumed, "any"),
    ],
};

pub(super) static LABOUR: Table = Table {
    doc: "What automation does to the work of human researchers, by role. Outputs only.",
    keys: &[
        ENABLED,
        key(
            "width_oom",
            Shape::Float(positive(100.0)),
            "OOM of model quality over which a role goes from a quarter to three quarters substituted.",
        )
        .unit("OOM")
        .or("1.0", Assumed, "an order of magnitude"),
        key("pattern", Shape::Table(&PATTERN), "Finding patterns in results."),
        key("routine_code", Shape::Table(&ROUTINE_CODE), "Writing routine code."),
        key("formulation", Shape::Table(&FORMULATION), "Formulating what is new."),
        key("strategy", Shape::Table(&STRATEGY), "Deciding what to do."),
    ],
};

/// A role with its defaults.
macro_rules! role {
    ($name:ident, $doc:literal, $share:literal, $half:literal, $elasticity:literal) => {
        static $name: Table = Table {
            doc: $doc,
            keys: &[
                key(
                    "share",
                    SHARE,
                    "Share of human work on day 0; the four sum to 1.",
                )
                .or($share, Assumed, "a quarter to a third each"),
                key(
                    "half_substituted_oom",
                    Shape::Float(between(-100.0, 100.0)),
                    "Model quality at which half of the role is substituted.",
                )
                .unit("OOM over the first model")
                .or($half, Assumed, "routine first"),
                key(
                    "complement_elasticity",
                    Shape::Float(between(0.0, 10.0)),
                    "Demand for what is left rises as productivity^this.",
                )
                .or(
                    $elasticity,
                    Assumed,
                    "judgement gains where routine is cheap",
                ),
            ],
        };
    };
}

role!(PATTERN, "Finding patterns in results.", "0.3", "1.0", "0.0");
role!(ROUTINE_CODE, "Writing routine code.", "0.35", "0.5", "0.0");
role!(FORMULATION, "Formulating what is new.", "0.2", "4.0", "0.8");
role!(STRATEGY, "Deciding what to do.", "0.15", "6.0", "1.0");
