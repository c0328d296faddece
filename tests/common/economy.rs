//! A small scenario with two labs in all of the economy, as text, for tests that change one thing at a time.

use std::path::Path;

use takeoff::scenario::{Overrides, Scenario, ScenarioErrors};

/// What comes before the labs: 32 topics, ten days of burn-in.
const HEAD: &str = r#"
schema = 1
question = "Does every account balance?"
sources = ["none: all values assumed"]
include = ["blocks/ideas.toml"]
[run]
seed = 1
start_date = "2027-01-01"
burn_in_days = 10.0
days = 60.0
tick_hours = 24.0
sample = 0.03125
agents_max = 256
popularity_rebuild_days = 7.0
"#;

/// The first lab, without blocks.
const FIRST: &str = r#"
[[labs]]
name = "first"
fleet_a100e = 100000.0
experiment_share = 0.4
training_share = 0.1
inference_share = 0.4
[[labs.populations]]
name = "people"
kind = "human"
headcount = { points = [[0.0, 4000.0]], growth_per_year = 2.0 }
boards = 2
lag_hours = 168.0
[[labs.populations]]
name = "copies"
kind = "automated"
ramp_days = 7.0
boards = 2
lag_hours = 24.0
"#;

/// The second lab, without blocks.
const SECOND: &str = r#"
[[labs]]
name = "second"
fleet_a100e = { points = [[0.0, 20000.0]], growth_per_year = 2.0 }
experiment_share = 0.5
training_share = 0.2
[[labs.populations]]
name = "people"
kind = "human"
headcount = 500.0
boards = 2
lag_hours = 168.0
"#;

/// `[supply]` with short lead times.
pub const SUPPLY: &str = r#"
[supply]
wafer_capacity_a100e_per_year = 400000.0
packaging_capacity_a100e_per_year = { points = [[0.0, 300000.0]], growth_per_year = 2.0 }
lead_days = 10.0
outage_share = 0.1
"#;

/// Training, chips, power, money and overheads of a lab.
pub const LAB: &str = r#"
[labs.training]
run_days = 9.0
[labs.fleet]
decay_per_year = 0.2
write_offs = [[20.0, 0.1], [30.5, 0.05]]
obsolete_power_ratio = 2.5
export_cut_share = 0.1
[labs.energy]
contracted_mw = 45.0
build_mw_per_year = 50.0
contract_delay_days = 20.0
[labs.money]
cash_usd = 1e8
capex_usd_per_year = 2e9
revenue_reinvested_share = 0.3
savings_reinvested_share = 0.5
debt_usd = 3e8
debt_share = 0.3
break_even_utilisation = 0.75
default_days = 25.0
other_revenue_usd_per_year = 1e8
[labs.overheads]
job_seconds = 60.0
sandbox_seconds = 2.0
"#;

/// Blocks around the labs, all but `[supply]`.
pub const AROUND: &str = r#"
[demand]
tokens_per_day = 2e11
[market]
capital_exponent = 0.5
talent_exponent = 1.0
hired_knowledge_share = 0.2
hires_per_delegation = 7.0
[wave]
frenzy_capex_usd_per_year = 1e8
gap_usd_per_year = 2e8
quarters = 0.2
capability_floor_per_year = 1e6
[regulation]
pauses = [[12.0, 3.0]]
compute_cap_a100e = 45000.0
licence_days = 2.0
fine_revenue_share = 0.07
[labour]
"#;

/// The scenario with blocks in both labs and around them.
pub fn text(first: &str, second: &str, around: &str) -> String {
    let with = |lab: &str, blocks: &str| {
        let (head, populations) = lab.split_at(lab.find("[[labs.populations]]").expect("some"));
        format!("{head}{blocks}{populations}")
    };
    format!(
        "{HEAD}{}{}{around}",
        with(FIRST, first),
        with(SECOND, second)
    )
}

/// Reads a text as if it stood among the scenarios.
pub fn parse(text: &str) -> Result<Scenario, ScenarioErrors> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/balance.toml");
    Scenario::parse(&path, text, &Overrides::default())
}
