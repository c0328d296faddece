//! What each mechanism does, and by how much at least.

use takeoff::record::TickRow;

/// Rows of a run, tick by tick.
pub type Rows = Vec<Vec<TickRow>>;

/// A hundredth more, in OOM.
const ONE_PERCENT: f64 = 0.00432;

/// What a mechanism does.
pub struct Effect {
    pub name: &'static str,
    /// Variant of the scenario with it; empty: the scenario.
    pub with: &'static str,
    /// Variant without it.
    pub without: &'static str,
    pub what: &'static str,
    pub measure: fn(&Rows) -> f64,
    /// The mean difference is beyond this, away from zero.
    pub least: f64,
}

fn last(rows: &Rows) -> &[TickRow] {
    rows.last().expect("some ticks")
}

/// Training OOM of the first lab at the end.
fn training(rows: &Rows) -> f64 {
    last(rows)[0].oom_training
}

fn installed_oom(rows: &Rows, lab: usize) -> f64 {
    last(rows)[lab].installed_a100e.log10()
}

fn sum(rows: &Rows, column: fn(&TickRow) -> f64) -> f64 {
    rows.iter().map(|rows| column(&rows[0])).sum()
}

/// Every mechanism has at least one.
pub const EFFECTS: &[Effect] = &[
    Effect {
        name: "capex-boom",
        with: "",
        without: "without",
        what: "effective compute, OOM",
        measure: |rows| last(rows)[0].oom_effective_compute,
        least: 0.2,
    },
    Effect {
        name: "capex-boom",
        with: "",
        without: "inelastic",
        what: "fleet that serves customers: cheaper use raises total compute (Jevons)",
        measure: |rows| sum(rows, |row| row.serving_share) / rows.len() as f64,
        least: 0.1,
    },
    Effect {
        name: "capex-boom",
        with: "short-lived",
        without: "",
        what: "chips, OOM",
        measure: |rows| installed_oom(rows, 0),
        least: -0.03,
    },
    Effect {
        name: "capex-reset",
        with: "",
        without: "without",
        what: "spending on chips, OOM",
        measure: |rows| sum(rows, |row| row.capex_usd).log10(),
        least: -0.1,
    },
    Effect {
        name: "capex-reset",
        with: "plateau",
        without: "without",
        what: "most book value written down in a tick, trillions of dollars",
        measure: |rows| {
            let written_down = rows.iter().map(|rows| rows[0].impairment_usd);
            written_down.fold(0.0, f64::max) * 1e-12
        },
        least: 0.05,
    },
    Effect {
        name: "chip-supply",
        with: "",
        without: "without",
        what: "chips, OOM",
        measure: |rows| installed_oom(rows, 0),
        least: -0.1,
    },
    Effect {
        name: "export-controls",
        with: "",
        without: "without",
        what: "chips of the lab that is cut off, OOM",
        measure: |rows| installed_oom(rows, 1),
        least: -0.15,
    },
    Effect {
        name: "export-controls",
        with: "",
        without: "nothing-published",
        what: "what the lab that is cut off knows, OOM of ideas, thanks to what is published",
        measure: |rows| (last(rows)[1].known_ideas as f64).log10(),
        least: ONE_PERCENT,
    },
    Effect {
        name: "power-limit",
        with: "",
        without: "without",
        what: "chips that run, OOM",
        measure: |rows| last(rows)[0].fleet_a100e.log10(),
        least: -0.1,
    },
    Effect {
        name: "winner-takes-most",
        with: "",
        without: "without",
        what: "market share of the largest",
        measure: |rows| {
            let shares = last(rows).iter().map(|row| row.market_share);
            shares.fold(0.0, f64::max)
        },
        least: 0.3,
    },
    Effect {
        name: "winner-takes-most",
        with: "",
        without: "without",
        what: "capital of the one that falls behind, OOM",
        measure: |rows| {
            let spent = rows.iter().map(|rows| rows[2].capex_usd);
            spent.sum::<f64>().log10()
        },
        least: -0.3,
    },
    Effect {
        name: "winner-takes-most",
        with: "",
        without: "nothing-taken-along",
        what: "what a lab knows, OOM of ideas, mean of the three, thanks to whom it hires",
        measure: |rows| {
            let known = last(rows)
                .iter()
                .map(|row| (row.known_ideas as f64).log10());
            known.sum::<f64>() / 3.0
        },
        least: ONE_PERCENT,
    },
    Effect {
        name: "inference-trap",
        with: "",
        without: "without",
        what: "gross margin",
        measure: |rows| last(rows)[0].gross_margin,
        least: -0.5,
    },
    Effect {
        name: "stagnation",
        with: "",
        without: "without",
        what: "training OOM",
        measure: training,
        least: -0.05,
    },
    Effect {
        name: "kernel-discovery",
        with: "",
        without: "without",
        what: "effective compute, OOM",
        measure: |rows| last(rows)[0].oom_effective_compute,
        least: 0.1,
    },
    Effect {
        name: "agent-network",
        with: "",
        without: "none",
        what: "ideas known, OOM",
        measure: |rows| (last(rows)[0].known_ideas as f64).log10(),
        least: ONE_PERCENT,
    },
    Effect {
        name: "agent-network",
        with: "",
        without: "broadcast",
        what: "ideas known, OOM",
        measure: |rows| (last(rows)[0].known_ideas as f64).log10(),
        least: -0.05,
    },
    Effect {
        name: "automation-ramp",
        with: "",
        without: "without",
        what: "share of the work from day 0 on that models do",
        measure: |rows| {
            let of = |column: fn(&TickRow) -> u64| {
                let from_day_0 = rows.iter().filter(|rows| rows[0].day > 0.0);
                from_day_0.map(|rows| column(&rows[0]) as f64).sum::<f64>()
            };
            of(|row| row.automated_attempts) / of(|row| row.attempts)
        },
        least: 0.5,
    },
    Effect {
        name: "regulation-pause",
        with: "",
        without: "without",
        what: "training OOM at the end of the pause",
        measure: |rows| {
            let paused = rows.iter().rfind(|rows| rows[0].day <= 273.0);
            paused.expect("ticks before the end of the pause")[0].oom_training
        },
        least: -0.05,
    },
    Effect {
        name: "regulation-pause",
        with: "compute-cap",
        without: "without",
        what: "compute for experiments, OOM",
        measure: |rows| sum(rows, |row| row.owned_a100e_hours).log10(),
        least: -0.1,
    },
    Effect {
        name: "serial-speedup",
        with: "",
        without: "without",
        what: "serial speed, OOM",
        measure: |rows| last(rows)[0].speed.log10(),
        least: 0.2,
    },
    Effect {
        name: "serial-speedup",
        with: "",
        without: "copies",
        what: "automated researchers, OOM",
        measure: |rows| (last(rows)[0].researchers_automated as f64).log10(),
        least: -0.2,
    },
    Effect {
        name: "serial-speedup",
        with: "sandboxes",
        without: "",
        what: "share of thought lost to starting sandboxes",
        measure: |rows| sum(rows, |row| row.hours_sandbox) / sum(rows, |row| row.hours_thought),
        least: 0.04,
    },
    Effect {
        name: "labour",
        with: "",
        without: "no-better-models",
        what: "share of human work that models do",
        measure: |rows| last(rows)[0].substituted_share,
        least: 0.2,
    },
    Effect {
        name: "davidson-houlden",
        with: "",
        without: "our-returns",
        what: "training OOM",
        measure: training,
        least: 0.2,
    },
    Effect {
        name: "everything",
        with: "",
        without: "without",
        what: "market share of the largest",
        measure: |rows| {
            let shares = last(rows).iter().map(|row| row.market_share);
            shares.fold(0.0, f64::max)
        },
        least: 0.2,
    },
];
