//! The blocks of a scenario that describe the world around the researchers. Each may be absent.
//!
//! Money is in US dollars of day 0, compute in A100e, both of the whole world, never of the sample.
//! `docs/world.md` has the equations.

use serde::{Deserialize, Serialize};

use super::Series;

/// `[supply]`: who makes chips, how many, how fast and at what price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supply {
    /// Price of one A100e on day 0.
    pub price_usd_per_a100e: f64,
    /// Factor a year by which compute a dollar grows.
    pub price_performance_growth_per_year: f64,
    /// What the foundries can start a year.
    pub wafer_capacity_a100e_per_year: Series,
    /// What the packaging lines can start a year.
    pub packaging_capacity_a100e_per_year: Series,
    /// Days from the start of production to delivery.
    pub lead_days: Series,
    /// Share of capacity that is the dominant supplier's.
    pub dominant_share: f64,
    /// Share of the dominant supplier's capacity that is out.
    pub outage_share: f64,
}

/// `[labs.fleet]`: chips by vintage, from day 0 on; before it the lab's `fleet_a100e` holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fleet {
    /// Age at which chips are scrapped and worth nothing in the books, years.
    pub life_years: f64,
    /// Share of chips that is retired a year whatever their age: delta.
    pub decay_per_year: f64,
    /// Hazard of failure of a new chip, a year.
    pub failure_per_year: f64,
    /// What a year of age adds to it.
    pub failure_per_year_of_age: f64,
    /// Factor a year by which the fleet grew before day 0: sets the ages on day 0.
    pub past_growth_per_year: f64,
    /// A vintage is retired early when it draws this many times the newest one's power; `None`: never.
    pub obsolete_power_ratio: Option<f64>,
    /// (day, share of all chips lost that day).
    pub write_offs: Vec<(f64, f64)>,
    /// Chips ordered a year by a lab without `[labs.money]`; `None`: none.
    pub orders_a100e_per_year: Option<Series>,
    /// Share of production and deliveries that export controls withhold.
    pub export_cut_share: f64,
}

/// `[labs.energy]`: what the chips draw, and what was contracted for them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Energy {
    /// Draw of one A100e bought on day 0, chip and server, kW.
    pub kw_per_a100e: f64,
    /// Factor a year by which compute a kW grows from vintage to vintage.
    pub efficiency_growth_per_year: f64,
    /// Power drawn by the site over power drawn by its servers.
    pub pue: f64,
    /// Contracted on day 0, MW.
    pub contracted_mw: f64,
    /// Most that can be contracted in addition, MW a year.
    pub build_mw_per_year: f64,
    /// Days from contract to power.
    pub contract_delay_days: f64,
    /// Power that the lab wants, over what its chips and orders will draw.
    pub headroom: f64,
    /// Price of energy, $/kWh.
    pub usd_per_kwh: f64,
}

/// `[labs.money]`: what the lab earns, borrows and spends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Cash on day 0.
    pub cash_usd: f64,
    /// Planned spending on chips a year, funded by owners.
    pub capex_usd_per_year: Series,
    /// Share of revenue, less the cost of earning it, that buys chips.
    pub revenue_reinvested_share: f64,
    /// Share of what utilisation gains save that buys chips.
    pub savings_reinvested_share: f64,
    /// Debt on day 0.
    pub debt_usd: f64,
    /// Share of planned capex that is borrowed rather than funded.
    pub debt_share: f64,
    /// Interest a year.
    pub interest_per_year: f64,
    /// Years over which debt is repaid.
    pub repayment_years: f64,
    /// Utilisation of the fleet under which debt cannot be served.
    pub break_even_utilisation: f64,
    /// Days under it after which the lab defaults.
    pub default_days: f64,
    /// Buildings, network and staff of the site, $ an A100e and year.
    pub hosting_usd_per_a100e_year: f64,
    /// Pay of a human researcher.
    pub salary_usd_per_year: f64,
    /// Cost of tuning a model over that of training it.
    pub tuning_share: f64,
    /// Revenue from elsewhere a year; `None`: none.
    pub other_revenue_usd_per_year: Option<Series>,
    /// Cost on day 0 of a run that reaches a given capability.
    pub reference_run_usd: f64,
    /// Days that it takes on day 0.
    pub reference_run_days: f64,
}

/// `[labs.overheads]`: time that sandboxes and jobs take without doing research.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overheads {
    /// Start-up and idle of the processors of one experiment, seconds.
    pub job_seconds: f64,
    /// Start-up and idle of one sandbox, seconds of wall time.
    pub sandbox_seconds: f64,
    /// Sandboxes that an hour of human thought starts.
    pub sandboxes_per_hour: f64,
}

/// `[demand]`: customers, and what they ask of the labs' fleets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// Tokens a day that customers use once all have adopted, at the price and capability of day 0.
    pub tokens_per_day: f64,
    /// Share of customers that has adopted on day 0.
    pub adopted_share: f64,
    /// p of Bass, a year.
    pub innovation_per_year: f64,
    /// q of Bass, a year.
    pub imitation_per_year: f64,
    /// Price on day 0, $ a million tokens.
    pub price_usd_per_million_tokens: f64,
    /// Factor a year on prices that has nothing to do with cost.
    pub price_growth_per_year: f64,
    /// Share of cost reductions, in OOM, that reaches the price.
    pub price_pass_through: f64,
    /// Price elasticity: use rises as price^-this.
    pub price_elasticity: f64,
    /// Use rises as 10^(this x training OOM since day 0).
    pub capability_elasticity: f64,
    /// Factor a year by which a use takes more tokens at the same price of the use.
    pub tokens_per_use_growth_per_year: f64,
    /// Tokens a second that one A100e serves on day 0.
    pub tokens_per_second_per_a100e: f64,
    /// Most of a fleet that serves customers.
    pub serving_share_max: f64,
}

/// `[market]`: how customers, capital and people move between labs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Market {
    /// Shares are proportional to 10^(this x OOM of effective compute).
    pub sharpness: f64,
    /// Rate at which customers move to where they want to be, a year.
    pub switching_per_year: f64,
    /// Planned capex is multiplied by (share x labs)^this.
    pub capital_exponent: f64,
    /// A lab's draw on people is share^this.
    pub talent_exponent: f64,
    /// Rate at which people move to where they are drawn, a year.
    pub talent_mobility_per_year: f64,
    /// Share of the ideas of the lab they leave that a delegation of hired people knows.
    #[serde(default, skip_serializing_if = "super::types::is_zero")]
    pub hired_knowledge_share: f64,
    /// People hired from one lab by another that make a delegation.
    #[serde(default = "small_team", skip_serializing_if = "is_small_team")]
    pub hires_per_delegation: f64,
}

/// People of a delegation where nothing else is said: it came later, so older scenarios keep their hash.
fn small_team() -> f64 {
    10.0
}

fn is_small_team(people: &f64) -> bool {
    *people == small_team()
}

/// `[wave]`: irruption, frenzy, turning point, deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wave {
    /// Spending on chips a year, all labs, from which on it is a frenzy.
    pub frenzy_capex_usd_per_year: f64,
    /// Revenue that chips must bring in over what they cost.
    pub revenue_per_capex: f64,
    /// Revenue short of that a year, all labs, over which doubt begins.
    pub gap_usd_per_year: f64,
    /// Quarters of doubt to the turning point; quarters without a gap to deployment.
    pub quarters: f64,
    /// Capability gains a year under which chips are impaired at the turning point.
    pub capability_floor_per_year: f64,
    /// Share of their book value written down then.
    pub impairment_share: f64,
    /// Factor on planned capex from the turning point to deployment.
    pub reset_factor: f64,
}

/// `[regulation]`: what a government does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regulation {
    /// (day, days): no experiments and no training runs.
    pub pauses: Vec<(f64, f64)>,
    /// Most of a lab's compute that may be in experiments and training runs, A100e.
    pub compute_cap_a100e: Option<f64>,
    /// Days that a training run waits for its licence.
    pub licence_days: f64,
    /// Size of the run before it from which on a run needs a licence, A100e-hours.
    pub licence_above_a100e_hours: f64,
    /// Fine, share of revenue.
    pub fine_revenue_share: f64,
    /// Compute in training runs from which on it is due, A100e.
    pub fine_above_a100e: f64,
}

/// `[labour]`: what automation does to the work of researchers. Outputs only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labour {
    /// OOM of quality over which a role goes from a quarter to three quarters substituted.
    pub width_oom: f64,
    /// Finding patterns in results.
    pub pattern: Role,
    /// Writing routine code.
    pub routine_code: Role,
    /// Formulating what is new.
    pub formulation: Role,
    /// Deciding what to do.
    pub strategy: Role,
}

/// A role in research.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Share of human work on day 0.
    pub share: f64,
    /// Model quality, OOM over the first model, at which half of it is substituted.
    pub half_substituted_oom: f64,
    /// Demand for what is left of it rises as productivity^this.
    pub complement_elasticity: f64,
}

impl Labour {
    /// The roles in the order of the record.
    pub fn roles(&self) -> [Role; 4] {
        [
            self.pattern,
            self.routine_code,
            self.formulation,
            self.strategy,
        ]
    }
}
