//! Keys of `[[events]]`.

use super::shape::{DAYS, Key, Shape, Table, key};

/// A change of parameters during a run.
pub static EVENT: Table = Table {
    doc: "A change of parameters during a run; it fires once.",
    keys: &[
        key("name", Shape::Name, "Name, unique among events.").example("\"pause\""),
        key(
            "when",
            Shape::Condition,
            "At the first tick that starts on this `day` or `date` or later; or after the first tick, \
             from day 0 on, whose column of ticks.csv compares so, of any lab or of `lab`.",
        )
        .example("{ day = 120.0 }"),
        key(
            "set",
            Shape::Overrides,
            "What it changes: keys as in --set, such as set.labs.NAME.experiment_share = 0.1.",
        )
        .example("{ labs.frontier.experiment_share = 0.1 }"),
    ],
};

/// What the condition of an event may compare: the numeric columns of the tick record but `tick`
/// and `day`.
pub const QUANTITIES: [&str; 102] = [
    "tick_hours",
    "oom_training",
    "oom_inference",
    "oom_utilisation",
    "oom_tools",
    "effective_compute_a100e",
    "human_years_per_year",
    "researchers",
    "researchers_human",
    "researchers_automated",
    "active",
    "idle",
    "agents",
    "weight",
    "speed",
    "quality_oom",
    "fleet_a100e",
    "experiment_a100e",
    "owned_a100e_hours",
    "used_a100e_hours",
    "debt_a100e_hours",
    "utilisation",
    "waiting_share",
    "experiment_size",
    "events",
    "attempts",
    "successes",
    "failures",
    "scooped",
    "board_new",
    "lab_new",
    "world_new",
    "duplicates",
    "known_ideas",
    "topics_ended",
    "hours_thought",
    "hours_experiment",
    "hours_idle",
    "hours_stalled",
    "tokens",
    "flop",
    "oom_serial",
    "automated_attempts",
    "posts",
    "comments",
    "hours_sandbox",
    "training_runs",
    "training_share",
    "inference_share",
    "serving_share",
    "paused",
    "installed_a100e",
    "ordered_a100e",
    "started_a100e",
    "delivered_a100e",
    "failed_a100e",
    "scrapped_a100e",
    "written_off_a100e",
    "backlog_a100e",
    "in_production_a100e",
    "chip_price_usd",
    "contracted_mw",
    "energy_mwh",
    "training_run_gwh",
    "revenue_usd",
    "funding_usd",
    "borrowed_usd",
    "capex_usd",
    "energy_usd",
    "hosting_usd",
    "salaries_usd",
    "interest_usd",
    "repaid_usd",
    "fines_usd",
    "defaulted_usd",
    "cash_usd",
    "debt_usd",
    "book_usd",
    "depreciation_usd",
    "impairment_usd",
    "training_usd",
    "tuning_usd",
    "generation_usd",
    "generation_over_training",
    "gross_margin",
    "reference_run_usd",
    "reference_run_days",
    "adopted_share",
    "price_usd_per_million_tokens",
    "served_tokens",
    "unserved_tokens",
    "market_share",
    "talent_share",
    "revenue_gap_usd_per_year",
    "demand_pattern",
    "demand_routine_code",
    "demand_formulation",
    "demand_strategy",
    "substituted_share",
    "oom_effective_compute",
    "hired_people",
    "delegations",
];

/// The keys inside a [`Shape::Condition`].
pub(in crate::scenario) static CONDITION: Table = Table {
    doc: "When an event fires: one of day, date and a column of ticks.csv.",
    keys: &CONDITION_KEYS,
};

static CONDITION_KEYS: [Key; 3 + QUANTITIES.len()] = {
    const COLUMN: Key = key(
        "",
        Shape::Comparison,
        "How this column of ticks.csv compares, such as \">= 3\".",
    )
    .off("\">= 3\"");
    let mut keys = [COLUMN; 3 + QUANTITIES.len()];
    keys[0] = key("day", Shape::Float(DAYS), "First day, from day 0.")
        .unit("days")
        .off("120.0");
    keys[1] = key("date", Shape::Date, "First calendar day.").off("\"2028-01-01\"");
    keys[2] = key(
        "lab",
        Shape::Name,
        "The lab whose column is compared; any lab's when left out.",
    )
    .off("\"frontier\"");
    let mut at = 0;
    while at < QUANTITIES.len() {
        keys[3 + at].name = QUANTITIES[at];
        at += 1;
    }
    keys
};
