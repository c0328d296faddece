//! The claim: what WGSL says of every shared structure, binding, constant and entry point is what
//! Rust says of it. Read from the shaders by naga; needs no device.

use std::mem::offset_of;

use naga::front::wgsl;
use naga::valid::{Capabilities, ValidationFlags, Validator};
use takeoff::gpu::layout::{Dispatch, Replicate, Span, Tally};
use takeoff::gpu::stages::{Access, STAGES, Stage, WINDOWS};
use takeoff::model::layout::{
    AliasEntry, BoardTick, Edge, KindGain, KindTick, Mail, PopulationTick,
};

fn parse(stage: &Stage, window_words: usize) -> naga::Module {
    let source = stage.source(window_words);
    wgsl::parse_str(&source).unwrap_or_else(|error| {
        panic!(
            "{} with {window_words} words:\n{}",
            stage.name,
            error.emit_to_string(&source)
        )
    })
}

#[test]
fn every_stage_is_valid_at_every_window() {
    for stage in STAGES {
        for window_words in WINDOWS {
            let module = parse(stage, window_words);
            let mut validator = Validator::new(ValidationFlags::all(), Capabilities::empty());
            if let Err(error) = validator.validate(&module) {
                let source = stage.source(window_words);
                panic!("{}: {}", stage.name, error.emit_to_string(&source));
            }
            assert_eq!(module.entry_points.len(), 1, "{}", stage.name);
            assert_eq!(module.entry_points[0].name, stage.name);
        }
    }
}

/// No stage, but it runs on every device that is measured.
#[test]
fn the_kernels_of_rates_are_valid() {
    let source = include_str!("../shaders/bench/rates.wgsl");
    let module = wgsl::parse_str(source).unwrap_or_else(|e| panic!("{}", e.emit_to_string(source)));
    let mut validator = Validator::new(ValidationFlags::all(), Capabilities::empty());
    if let Err(error) = validator.validate(&module) {
        panic!("{}", error.emit_to_string(source));
    }
}

#[test]
fn bindings_are_those_of_the_stage_table() {
    for stage in STAGES {
        let module = parse(stage, 1);
        let mut declared: Vec<(u32, Access)> = module
            .global_variables
            .iter()
            .filter_map(|(_, variable)| {
                let binding = variable.binding?;
                assert_eq!(binding.group, 0, "{}", stage.name);
                let access = match variable.space {
                    naga::AddressSpace::Uniform => Access::Uniform,
                    naga::AddressSpace::Storage { access }
                        if access.contains(naga::StorageAccess::STORE) =>
                    {
                        Access::Write
                    }
                    naga::AddressSpace::Storage { .. } => Access::Read,
                    other => panic!("{} binds {other:?}", stage.name),
                };
                Some((binding.binding, access))
            })
            .collect();
        declared.sort_unstable_by_key(|(binding, _)| *binding);
        let mut table: Vec<(u32, Access)> = stage
            .bindings()
            .map(|(resource, access)| (resource as u32, access))
            .collect();
        table.sort_unstable_by_key(|(binding, _)| *binding);
        assert_eq!(declared, table, "{}", stage.name);
    }
}

#[test]
fn overrides_are_those_of_the_stage_table() {
    for stage in STAGES {
        let module = parse(stage, 1);
        let mut declared: Vec<&str> = module
            .overrides
            .iter()
            .filter(|(_, value)| value.init.is_none())
            .filter_map(|(_, value)| value.name.as_deref())
            .collect();
        declared.sort_unstable();
        let mut table: Vec<&str> = stage.overrides().collect();
        table.sort_unstable();
        assert_eq!(declared, table, "{}", stage.name);
    }
}

/// A Rust structure: name, size, fields with their offsets.
type Structure = (&'static str, usize, Vec<(&'static str, usize)>);

/// The structure with the listed fields.
macro_rules! structure {
    ($name:ident: $($field:ident),+) => {
        (stringify!($name), size_of::<$name>(), vec![$((stringify!($field), offset_of!($name, $field))),+])
    };
}

/// Names of fields that are reserved words in WGSL.
fn name_in_wgsl(field: &'static str) -> &'static str {
    match field {
        "active" => "active_end",
        "class" => "class_index",
        other => other,
    }
}

fn structures() -> Vec<Structure> {
    vec![
        structure!(
            PopulationTick: key, traits_key, reading_key, active, keep, spawn_from, think_start,
            think_len, experiment_start, experiment_len, to_experiment_mul, to_experiment_shift,
            to_think_mul, to_think_shift, stagger, events_max, board_first, board_count,
            weight_log2, reading, think_rescale, experiment_rescale, skill_base, skill_sigma,
            binomial_table, breadth, taste_thresholds, taste_noise
        ),
        structure!(
            KindTick: think_base, experiment_base, odds_base, score_base, work_slope, odds_slope,
            score_slope, idea_end
        ),
        structure!(KindGain: gain_base, gain_sigma, ideas, gain_slope),
        structure!(AliasEntry: threshold, other),
        structure!(BoardTick: read_threshold, turn),
        structure!(Edge: mail, threshold, salt),
        structure!(Mail: node, class),
        structure!(Replicate: ideas_key, mails, runs),
        structure!(Dispatch: span_first, span_end, block_first, block_end, width),
        structure!(Span: block_first, slot_first, population, rank_low, rank_high),
        structure!(Tally: low, high, lanes),
    ]
}

#[test]
fn structures_have_the_same_sizes_and_offsets() {
    let module = parse(STAGES[1], 1);
    for (name, size, fields) in structures() {
        let found = module
            .types
            .iter()
            .find(|(_, ty)| ty.name.as_deref() == Some(name));
        let Some((
            _,
            naga::Type {
                inner: naga::TypeInner::Struct { members, span },
                ..
            },
        )) = found
        else {
            panic!("no WGSL structure {name}");
        };
        assert_eq!(*span as usize, size, "size of {name}");
        let declared: Vec<(&str, usize)> = members
            .iter()
            .map(|member| (member.name.as_deref().unwrap_or(""), member.offset as usize))
            .collect();
        let fields: Vec<(&str, usize)> = fields
            .into_iter()
            .map(|(field, at)| (name_in_wgsl(field), at))
            .collect();
        assert_eq!(declared, fields, "fields of {name}");
    }
}

#[test]
fn no_stage_uses_floats() {
    for stage in STAGES {
        for (_, ty) in parse(stage, 1).types.iter() {
            let scalar = match ty.inner {
                naga::TypeInner::Scalar(scalar) | naga::TypeInner::Vector { scalar, .. } => scalar,
                _ => continue,
            };
            assert_ne!(scalar.kind, naga::ScalarKind::Float, "{}", stage.name);
        }
    }
}

/// The order of the counters is in every digest: who writes another implementation has it from the text.
#[test]
fn model_md_gives_the_counters_in_storage_order() {
    let text = include_str!("../docs/model.md");
    let census = text.split("### Census").nth(1).expect("a section");
    let list = census.split(". Deltas").next().expect("the list's end");
    let named: Vec<&str> = list.split('`').skip(1).step_by(2).collect();
    assert_eq!(named, takeoff::model::census::COUNTER_NAMES);
}
