//! Small scenarios made in code, for tests that vary one thing at a time.

use takeoff::scenario::{
    GainShares, IdeaKind, Ideas, Lab, Population, PopulationKind, Run, Scenario, SerialGain,
    Series, Topology,
};

/// A constant.
pub fn constant(value: f64) -> Series {
    Series {
        points: vec![(0.0, value)],
        growth_per_year: 1.0,
    }
}

/// Homogeneous automated researchers whose every attempt succeeds, at experiments that cost next to
/// nothing, on equally popular topics, hearing of everything at once: the mean-field limit.
/// `inference_a100e` runs as many researchers; gains go to inference, so their number follows S.
pub fn mean_field(topics: u32, inference_a100e: f64, level: f64, gain_oom: f64) -> Scenario {
    let kind = IdeaKind {
        name: "ideas".into(),
        topic_share: 1.0,
        gain_to: GainShares {
            training: 0.0,
            inference: 1.0,
            utilisation: 0.0,
            tools: 0.0,
            serial: 0.0,
        },
        think_hours: 4.0,
        experiment_a100e_hours: 1e-3,
        experiment_floor_a100e_hours: 1e-3,
        experiment_fastest_hours: 1e-3,
        success_probability: 1.0,
        success_reference_size: 1.0,
        success_size_exponent: 0.0,
        level_oom_per_idea: level,
        par: 0.0,
        gain_mean_oom: gain_oom,
        gain_sigma_ln: 0.0,
        ceiling_oom: None,
        limit_oom: None,
    };
    let automated = PopulationKind::Automated {
        start_day: 0.0,
        ramp_days: 0.0,
        native_speed: 1.0,
        speed_max: 1.0,
        copies_max: 1e12,
        speed_cost_exponent: 1.5,
        tokens_per_human_second: 1.0,
        tokens_per_second_per_a100e: 1.0,
        spend_serial_on: SerialGain::Speed,
    };
    Scenario {
        name: "mean-field".into(),
        question: "does the agent model meet its closed form?".into(),
        run: Run {
            seed: 1,
            start_date: "2027-01-01".into(),
            burn_in_days: 0.0,
            days: 3650.0,
            tick_hours: 1.0,
            tick_schedule: Vec::new(),
            speed_tick_hours_max: None,
            sample: 1.0,
            agents_max: 1 << 20,
            events_max_per_tick: 64,
            popularity_rebuild_days: 3650.0,
        },
        ideas: Ideas {
            topics,
            window_words: 1,
            breadth: 4,
            popularity_offset: 0.01,
            popularity_exponent: 0.0,
            experiment_cost_exponent: 0.0,
            tools_effort_exponent: 0.0,
            kinds: vec![kind],
        },
        labs: vec![Lab {
            name: "lab".into(),
            fleet_a100e: constant(2.0 * inference_a100e),
            experiment_share: 0.5,
            training_share: 0.0,
            inference_share: 0.5,
            serving_share: 0.0,
            waiting_target: 0.3,
            size_correction_exponent: 0.1,
            surplus_inference_to_experiments: false,
            admit_by_ideas: false,
            training: None,
            experience_reference_hours: 1e9,
            experience_skill_exponent: 0.0,
            fleet: None,
            energy: None,
            money: None,
            overheads: None,
            populations: vec![Population {
                name: "agents".into(),
                kind: automated,
                skill_sigma_ln: 0.0,
                taste_max: 1,
                taste_tail_exponent: 0.5,
                taste_noise: 0.0,
                boards: 1,
                topology: Topology::Broadcast,
                lag_hours: 0.0,
                reading_share: 0.0,
                reading_rate_per_hour: 0.0,
            }],
        }],
        exchanges: Vec::new(),
        supply: None,
        demand: None,
        market: None,
        wave: None,
        regulation: None,
        labour: None,
        events: Vec::new(),
    }
}
