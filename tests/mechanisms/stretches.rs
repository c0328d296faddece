//! The scenarios, small, and what must be seen in each.

use takeoff::record::TickRow;

/// What is looked for, and whether a tick shows it.
pub type Seen = (&'static str, fn(&[TickRow]) -> bool);

/// A scenario, small.
pub struct Stretch {
    pub name: &'static str,
    pub set: &'static [(&'static str, &'static str)],
    /// What must be true of some tick past burn-in.
    pub seen: &'static [Seen],
}

/// 12 of 1024 topics, weeks, four of them burn-in.
pub const SMALL: &[(&str, &str)] = &[
    ("run.sample", "0.01171875"),
    ("run.agents_max", "64"),
    ("run.tick_hours", "168.0"),
    ("run.burn_in_days", "28.0"),
    ("run.days", "364.0"),
];
const INDUSTRY: &[(&str, &str)] = &[("labs.industry.populations.automated.lag_hours", "168.0")];

/// Every scenario about the world around the researchers.
pub const STRETCHES: &[Stretch] = &[
    Stretch {
        name: "capex-boom",
        set: INDUSTRY,
        seen: &[
            ("chips are paid for", |rows| rows[0].capex_usd > 0.0),
            ("chips arrive", |rows| rows[0].delivered_a100e > 0.0),
            ("chips fail", |rows| rows[0].failed_a100e > 0.0),
            ("chips get old", |rows| rows[0].scrapped_a100e > 0.0),
            ("customers pay", |rows| rows[0].revenue_usd > 0.0),
        ],
    },
    Stretch {
        name: "capex-reset",
        set: &[
            ("labs.industry.populations.automated.lag_hours", "168.0"),
            ("run.days", "728.0"),
        ],
        seen: &[
            ("the frenzy", |rows| rows[0].wave_phase == "frenzy"),
            ("the turning point", |rows| {
                rows[0].wave_phase == "turning-point"
            }),
            ("a gap", |rows| rows[0].revenue_gap_usd_per_year > 6e11),
        ],
    },
    Stretch {
        name: "chip-supply",
        set: INDUSTRY,
        seen: &[
            ("orders wait", |rows| rows[0].backlog_a100e > 1e6),
            ("the outage", |rows| rows[0].events_fired == "outage"),
            ("chips are in production", |rows| {
                rows[0].in_production_a100e > 0.0
            }),
        ],
    },
    Stretch {
        name: "export-controls",
        set: &[
            ("labs.supplied.populations.automated.lag_hours", "168.0"),
            ("labs.cut-off.populations.automated.lag_hours", "168.0"),
        ],
        seen: &[
            ("the controls", |rows| rows[0].events_fired == "controls"),
            ("chips withheld", |rows| {
                rows[0].delivered_a100e > 0.0
                    && rows[1].delivered_a100e == 0.0
                    && rows[1].in_production_a100e > 0.0
            }),
        ],
    },
    Stretch {
        name: "power-limit",
        set: INDUSTRY,
        seen: &[
            ("chips without power", |rows| {
                rows[0].fleet_a100e / 0.01171875 < 0.9 * rows[0].installed_a100e
            }),
            ("energy", |rows| rows[0].energy_mwh > 0.0),
        ],
    },
    Stretch {
        name: "winner-takes-most",
        set: &[
            ("labs.first.populations.automated.lag_hours", "168.0"),
            ("labs.second.populations.automated.lag_hours", "168.0"),
            ("labs.third.populations.automated.lag_hours", "168.0"),
        ],
        seen: &[
            ("customers move", |rows| {
                rows.iter().any(|row| row.market_share > 0.5)
            }),
            ("people move", |rows| {
                rows.iter().any(|row| row.talent_share > 0.43)
            }),
            ("they take along what they know", |rows| {
                rows.iter().all(|row| row.delegations > 0)
            }),
        ],
    },
    Stretch {
        name: "inference-trap",
        set: INDUSTRY,
        seen: &[
            ("selling at a loss", |rows| rows[0].gross_margin < 0.0),
            ("running a model costs more than making it", |rows| {
                rows[0].generation_over_training > 1.0
            }),
            ("tuning", |rows| rows[0].tuning_usd > 0.0),
        ],
    },
    Stretch {
        name: "stagnation",
        set: INDUSTRY,
        seen: &[
            ("quality at its end", |rows| rows[0].quality_oom == 0.5),
            ("more training runs", |rows| rows[0].training_runs >= 4),
        ],
    },
    Stretch {
        name: "kernel-discovery",
        set: INDUSTRY,
        seen: &[
            ("kernels", |rows| rows[0].oom_utilisation > 0.1),
            ("savings buy chips", |rows| {
                rows[0].capex_usd > rows[0].funding_usd
            }),
        ],
    },
    Stretch {
        name: "agent-network",
        set: &[
            ("run.tick_hours", "24.0"),
            ("run.days", "14.0"),
            ("run.agents_max", "1024"),
        ],
        seen: &[
            ("posts", |rows| rows[0].posts > 0.0),
            ("comments", |rows| rows[0].comments > 0.0),
        ],
    },
    Stretch {
        name: "automation-ramp",
        set: &[
            ("labs.industry.populations.automated.lag_hours", "168.0"),
            ("run.burn_in_days", "364.0"),
            ("run.days", "728.0"),
        ],
        seen: &[("models do a part of the work", |rows| {
            0 < rows[0].automated_attempts && rows[0].automated_attempts < rows[0].attempts
        })],
    },
    Stretch {
        name: "regulation-pause",
        set: INDUSTRY,
        seen: &[
            ("the pause", |rows| {
                rows[0].paused == 1 && rows[0].used_a100e_hours == 0.0
            }),
            ("fines", |rows| rows[0].fines_usd > 0.0),
        ],
    },
    Stretch {
        name: "serial-speedup",
        set: &[
            ("labs.industry.populations.automated.lag_hours", "168.0"),
            ("run.speed_tick_hours_max", "none"),
        ],
        seen: &[
            ("serial speed is found", |rows| rows[0].oom_serial > 0.1),
            ("models are faster", |rows| rows[0].speed > 6.0),
        ],
    },
    Stretch {
        name: "labour",
        set: INDUSTRY,
        seen: &[
            ("routine goes", |rows| {
                0.0 < rows[0].demand_routine_code && rows[0].demand_routine_code < 0.1
            }),
            ("strategy gains", |rows| rows[0].demand_strategy > 0.2),
        ],
    },
    Stretch {
        name: "davidson-houlden",
        set: &[("labs.software.populations.automated.lag_hours", "168.0")],
        seen: &[("progress on fixed hardware", |rows| {
            rows[0].oom_training > 0.3
        })],
    },
    Stretch {
        name: "everything",
        set: &[
            ("labs.apex.populations.automated.lag_hours", "168.0"),
            ("labs.boreal.populations.automated.lag_hours", "168.0"),
            ("labs.cobalt.populations.automated.lag_hours", "168.0"),
            ("labs.delta.populations.automated.lag_hours", "168.0"),
            ("labs.echo.populations.automated.lag_hours", "168.0"),
        ],
        seen: &[
            ("five labs", |rows| rows.len() == 5),
            ("a catastrophe", |rows| {
                rows.iter().any(|row| row.written_off_a100e > 0.0)
            }),
            ("loans", |rows| {
                rows.iter().any(|row| row.interest_usd > 0.0)
            }),
            ("posts", |rows| rows.iter().any(|row| row.posts > 0.0)),
            ("people who take along what they know", |rows| {
                rows.iter().any(|row| row.delegations > 0)
            }),
            ("sandboxes", |rows| {
                rows.iter().any(|row| row.hours_sandbox > 0.0)
            }),
            ("a condition that came true", |rows| {
                rows[0].events_fired.contains("sharper-customers")
            }),
        ],
    },
];
