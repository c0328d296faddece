//! Claim: every equation of `docs/world.md` gives what a hand gives. The numbers are written out; a comment has
//! the arithmetic where it is not plain.

mod chips;
mod customers;
mod money;
mod society;

use crate::scenario::{
    Demand, Energy, Fleet, Labour, Market, Money, Regulation, Role, Series, Supply, Wave,
};

/// A year, 365 days, in hours.
const YEAR_HOURS: f64 = 8760.0;

fn close(value: f64, expected: f64) {
    let apart = (value - expected).abs();
    assert!(
        apart <= 1e-12 * expected.abs().max(1e-300),
        "{value} is not {expected}"
    );
}

fn supply() -> Supply {
    Supply {
        price_usd_per_a100e: 10.0,
        price_performance_growth_per_year: 1.0,
        wafer_capacity_a100e_per_year: Series::constant(3650.0),
        packaging_capacity_a100e_per_year: Series::constant(7300.0),
        lead_days: Series::constant(180.0),
        dominant_share: 0.85,
        outage_share: 0.0,
    }
}

/// Chips that nothing happens to.
fn fleet() -> Fleet {
    Fleet {
        life_years: 5.0,
        decay_per_year: 0.0,
        failure_per_year: 0.0,
        failure_per_year_of_age: 0.0,
        past_growth_per_year: 1.0,
        obsolete_power_ratio: None,
        write_offs: Vec::new(),
        orders_a100e_per_year: None,
        export_cut_share: 0.0,
    }
}

/// 1.2 kW an A100e, for ever.
fn energy() -> Energy {
    Energy {
        kw_per_a100e: 1.0,
        efficiency_growth_per_year: 1.0,
        pue: 1.2,
        contracted_mw: 2.4,
        build_mw_per_year: 365.0,
        contract_delay_days: 30.0,
        headroom: 1.1,
        usd_per_kwh: 0.08,
    }
}

fn money() -> Money {
    Money {
        cash_usd: 1000.0,
        capex_usd_per_year: Series::constant(1.0),
        revenue_reinvested_share: 0.5,
        savings_reinvested_share: 1.0,
        debt_usd: 36_500.0,
        debt_share: 0.4,
        interest_per_year: 0.1,
        repayment_years: 2.0,
        break_even_utilisation: 0.5,
        default_days: 2.0,
        hosting_usd_per_a100e_year: 0.0,
        salary_usd_per_year: 0.0,
        tuning_share: 0.05,
        other_revenue_usd_per_year: None,
        reference_run_usd: 1e7,
        reference_run_days: 180.0,
    }
}

fn demand() -> Demand {
    Demand {
        tokens_per_day: 1e12,
        adopted_share: 0.05,
        innovation_per_year: 0.03,
        imitation_per_year: 0.38,
        price_usd_per_million_tokens: 30.0,
        price_growth_per_year: 1.0,
        price_pass_through: 1.0,
        price_elasticity: 1.2,
        capability_elasticity: 0.3,
        tokens_per_use_growth_per_year: 1.0,
        tokens_per_second_per_a100e: 10.0,
        serving_share_max: 0.5,
    }
}

fn market() -> Market {
    Market {
        sharpness: 1.0,
        switching_per_year: 2.0,
        capital_exponent: 0.5,
        talent_exponent: 1.0,
        talent_mobility_per_year: 2.0,
        hired_knowledge_share: 0.1,
        hires_per_delegation: 10.0,
    }
}

fn wave() -> Wave {
    Wave {
        frenzy_capex_usd_per_year: 2e11,
        revenue_per_capex: 4.0,
        gap_usd_per_year: 6e11,
        quarters: 4.0,
        capability_floor_per_year: 0.2,
        impairment_share: 0.35,
        reset_factor: 0.4,
    }
}

fn regulation() -> Regulation {
    Regulation {
        pauses: vec![(10.0, 5.0)],
        compute_cap_a100e: Some(1e6),
        licence_days: 0.0,
        licence_above_a100e_hours: 0.0,
        fine_revenue_share: 0.07,
        fine_above_a100e: 1000.0,
    }
}

/// A quarter of the work each, half done by models at 1 OOM.
fn labour() -> Labour {
    let role = |complement_elasticity| Role {
        share: 0.25,
        half_substituted_oom: 1.0,
        complement_elasticity,
    };
    Labour {
        width_oom: 1.0,
        pattern: role(0.0),
        routine_code: role(0.0),
        formulation: role(1.0),
        strategy: role(2.0),
    }
}
