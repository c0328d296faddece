//! Keys of `[labs.fleet]`, `[labs.energy]`, `[labs.money]` and `[labs.overheads]`.

use super::Class::{Assumed, Measured};
use super::shape::{ENABLED, GROWTH, Range, Shape, Table, between, key, positive};

const SHARE: Shape = Shape::Float(between(0.0, 1.0));
const USD: Shape = Shape::Float(between(0.0, 1e15));

pub(super) static FLEET: Table = Table {
    doc: "Chips by vintage from day 0 on, bought through [supply]; before it fleet_a100e holds.",
    keys: &[
        ENABLED,
        key(
            "life_years",
            Shape::Float(positive(100.0)),
            "Age at which chips are scrapped.",
        )
        .unit("years")
        .or(
            "5.0",
            Assumed,
            "books write H100s off over 5 years (evidence B, a claim)",
        ),
        key(
            "decay_per_year",
            Shape::Float(between(0.0, 10.0)),
            "Rate at which chips are retired whatever their age.",
        )
        .unit("1/year")
        .or(
            "0.0",
            Assumed,
            "off; delta is 0.2 in the full takeoff model (evidence C)",
        ),
        key(
            "failure_per_year",
            Shape::Float(between(0.0, 10.0)),
            "Hazard of failure of a new chip.",
        )
        .unit("1/year")
        .or("0.01", Assumed, "AI Futures (evidence C)"),
        key(
            "failure_per_year_of_age",
            Shape::Float(between(0.0, 10.0)),
            "What a year of age adds to the hazard.",
        )
        .unit("1/year^2")
        .or("0.0035", Assumed, "AI Futures (evidence C)"),
        key(
            "past_growth_per_year",
            Shape::Float(GROWTH),
            "Growth of the fleet before day 0: sets the ages of its chips on day 0.",
        )
        .or(
            "2.3",
            Measured,
            "Epoch: compute stock x2.3 a year (evidence C)",
        ),
        key(
            "obsolete_power_ratio",
            Shape::Float(Range {
                above_min: true,
                ..between(1.0, 1e6)
            }),
            "Vintages that draw this many times the newest one's power are retired early.",
        )
        .off("4.0"),
        key(
            "write_offs",
            Shape::Pairs(between(0.0, 1.0)),
            "Catastrophes: [[day, share of all chips lost], ...].",
        )
        .unit("days, 1")
        .or("[]", Assumed, "none"),
        key(
            "orders_a100e_per_year",
            Shape::Series(positive(1e12)),
            "Chips ordered a year; only without [labs.money], which orders by budget.",
        )
        .unit("A100e/year")
        .off("1e6"),
        key(
            "export_cut_share",
            SHARE,
            "Share of production and deliveries that export controls withhold.",
        )
        .or("0.0", Assumed, "no controls"),
    ],
};

pub(super) static ENERGY: Table = Table {
    doc: "What the chips of [labs.fleet] draw; those beyond the contracted power stand idle.",
    keys: &[
        ENABLED,
        key(
            "kw_per_a100e",
            Shape::Float(positive(1e3)),
            "Draw of one A100e bought on day 0, with its server.",
        )
        .unit("kW")
        .or(
            "0.33",
            Measured,
            "H100: about 1 kW all-in, 3 A100e (evidence C), derived",
        ),
        key(
            "efficiency_growth_per_year",
            Shape::Float(GROWTH),
            "Factor a year on compute a kW, from vintage to vintage.",
        )
        .or(
            "1.3",
            Assumed,
            "A100 to H100 in 2 years: 0.4 to 0.33 kW and denser formats",
        ),
        key(
            "pue",
            Shape::Float(between(1.0, 10.0)),
            "Power of the site over that of its servers.",
        )
        .or("1.2", Assumed, "large sites report 1.1 to 1.3"),
        key(
            "contracted_mw",
            Shape::Float(positive(1e12)),
            "Contracted on day 0.",
        )
        .unit("MW")
        .example("1000.0"),
        key(
            "build_mw_per_year",
            Shape::Float(between(0.0, 1e12)),
            "Most that can be contracted in addition.",
        )
        .unit("MW/year")
        .or("0.0", Assumed, "no more to be had"),
        key(
            "contract_delay_days",
            Shape::Float(between(0.0, 36500.0)),
            "From contract to power.",
        )
        .unit("days")
        .or(
            "730.0",
            Assumed,
            "long power contracts (evidence B, a claim)",
        ),
        key(
            "headroom",
            Shape::Float(between(0.0, 100.0)),
            "Power the lab wants, over what its chips and orders will draw.",
        )
        .or("1.1", Assumed, "a tenth to spare"),
        key(
            "usd_per_kwh",
            Shape::Float(between(0.0, 1e3)),
            "Price of energy.",
        )
        .unit("$/kWh")
        .or("0.08", Assumed, "an industrial contract"),
    ],
};

pub(super) static MONEY: Table = Table {
    doc: "What the lab earns, borrows and spends from day 0 on.",
    keys: &[
        ENABLED,
        key("cash_usd", USD, "Cash on day 0.")
            .unit("$")
            .or("0.0", Assumed, "none"),
        key(
            "capex_usd_per_year",
            Shape::Series(positive(1e15)),
            "Planned spending on chips, funded by owners.",
        )
        .unit("$/year")
        .example("{ points = [[0.0, 5.0e10]], growth_per_year = 1.7 }"),
        key(
            "revenue_reinvested_share",
            SHARE,
            "Share of revenue, less the cost of earning it, that buys chips.",
        )
        .or("0.0", Assumed, "none"),
        key(
            "savings_reinvested_share",
            SHARE,
            "Share of what utilisation gains save that buys chips.",
        )
        .or(
            "0.0",
            Assumed,
            "none; ~$120M were, in one training run (evidence B, a claim)",
        ),
        key("debt_usd", USD, "Debt on day 0.")
            .unit("$")
            .or("0.0", Assumed, "none"),
        key(
            "debt_share",
            SHARE,
            "Share of planned capex that is borrowed.",
        )
        .or("0.0", Assumed, "none"),
        key(
            "interest_per_year",
            Shape::Float(between(0.0, 10.0)),
            "Interest on debt.",
        )
        .unit("1/year")
        .or("0.1", Assumed, "debt secured by chips"),
        key(
            "repayment_years",
            Shape::Float(positive(100.0)),
            "Over which debt is repaid.",
        )
        .unit("years")
        .or(
            "3.0",
            Assumed,
            "$2.3B against H100s over 3 years (evidence B, a claim)",
        ),
        key(
            "break_even_utilisation",
            SHARE,
            "Utilisation of the fleet under which debt cannot be served.",
        )
        .or(
            "0.5",
            Assumed,
            "about 50% to break even (evidence B, a claim)",
        ),
        key(
            "default_days",
            Shape::Float(positive(36500.0)),
            "Days under it, with debt, after which the lab defaults.",
        )
        .unit("days")
        .or("180.0", Assumed, "two quarters"),
        key(
            "hosting_usd_per_a100e_year",
            Shape::Float(between(0.0, 1e9)),
            "Buildings, network and staff of the site.",
        )
        .unit("$/A100e/year")
        .or(
            "1700.0",
            Assumed,
            "chips are half the cost of ownership (evidence B): price over 5 years",
        ),
        key("salary_usd_per_year", USD, "Pay of a human researcher.")
            .unit("$/year")
            .or("1.0e6", Assumed, "frontier labs"),
        key(
            "tuning_share",
            Shape::Float(between(0.0, 10.0)),
            "Cost of tuning a model over that of training it.",
        )
        .or("0.05", Assumed, "tuning is cheap (evidence B, a claim)"),
        key(
            "other_revenue_usd_per_year",
            Shape::Series(positive(1e15)),
            "Revenue that comes from elsewhere.",
        )
        .unit("$/year")
        .off("1e9"),
        key(
            "reference_run_usd",
            Shape::Float(positive(1e15)),
            "Cost on day 0 of a run that reaches a given capability.",
        )
        .unit("$")
        .or(
            "12.4e6",
            Assumed,
            "top-10% MMLU model, 2022 (evidence B, a claim)",
        ),
        key(
            "reference_run_days",
            Shape::Float(positive(36500.0)),
            "Days that it takes on day 0.",
        )
        .unit("days")
        .or("182.5", Assumed, "6 months in 2022 (evidence B, a claim)"),
    ],
};

pub(super) static OVERHEADS: Table = Table {
    doc: "Time that sandboxes and jobs take without doing research.",
    keys: &[
        ENABLED,
        key(
            "job_seconds",
            Shape::Float(between(0.0, 1e6)),
            "Start-up and idle of the processors of one experiment.",
        )
        .unit("s")
        .or("0.0", Assumed, "none"),
        key(
            "sandbox_seconds",
            Shape::Float(between(0.0, 1e6)),
            "Start-up and idle of one sandbox, wall time that no serial speed shortens.",
        )
        .unit("s")
        .or("0.0", Assumed, "none"),
        key(
            "sandboxes_per_hour",
            Shape::Float(between(0.0, 1e6)),
            "Sandboxes that an hour of human thought starts.",
        )
        .unit("1/hour")
        .or("60.0", Assumed, "one a minute: a call to a tool"),
    ],
};
