//! Names the first thing in which the program's tick differs from the oracle's.

use std::fmt::Debug;

use takeoff::model::census::{COUNTER_NAMES, Census};
use takeoff::model::engine::Setup;
use takeoff::scenario::Scenario;
use takeoff::world;

use super::Plan;

/// What is fixed for a run.
pub fn setups(ours: &Setup, theirs: &Setup) -> Result<(), String> {
    // How many slots there are is each one's own affair.
    let theirs = Setup {
        populations: ours.populations.clone(),
        ..theirs.clone()
    };
    same("setup", ours, &theirs)
}

/// What the device is told.
pub fn plans(scenario: &Scenario, ours: &Plan, theirs: &world::Plan) -> Result<(), String> {
    same("plan: tick hours", &ours.tick, &theirs.tick_hours)?;
    let kinds = scenario.ideas.kinds.len();
    for (index, name) in populations(scenario).iter().enumerate() {
        let (a, b) = (&ours.populations[index], &theirs.tick.populations[index]);
        same(&format!("plan: {name}"), a, b)?;
        for (kind, of) in scenario.ideas.kinds.iter().enumerate() {
            let at = index * kinds + kind;
            let place = format!("plan: {name}, {}", of.name);
            same(&place, &ours.kinds[at], &theirs.tick.kinds[at])?;
        }
    }
    each("plan: board", &ours.boards, &theirs.tick.boards)?;
    each("plan: class", &ours.classes, &theirs.tick.classes)?;
    tables("plan: alias entry", &ours.alias, &theirs.tick.alias)?;
    tables(
        "plan: binomial entry",
        &ours.binomial,
        &theirs.tick.binomial,
    )
}

/// What the device counted.
pub fn counts(scenario: &Scenario, ours: &Census, theirs: &Census) -> Result<(), String> {
    for (index, name) in populations(scenario).iter().enumerate() {
        let (a, b) = (&ours.populations[index], &theirs.populations[index]);
        for (counter, (a, b)) in COUNTER_NAMES.iter().zip(a.counters.iter().zip(b.counters)) {
            same(&format!("census: {name}, {counter}"), a, &b)?;
        }
        same(&format!("census: {name}, lanes"), &a.lanes, &b.lanes)?;
    }
    each("census: node", &ours.nodes, &theirs.nodes)?;
    each("census: gain", &ours.gains, &theirs.gains)?;
    same("census: node lanes", &ours.node_lanes, &theirs.node_lanes)
}

/// The host's floats in the digest.
pub fn floats(scenario: &Scenario, ours: &[f64], theirs: &[f64]) -> Result<(), String> {
    let mut names = vec!["hours".to_owned()];
    let of_lab = "training, inference, utilisation, tools, fleet, C, size, debt, \
                  experiment-hours, surplus, quality, experience";
    for lab in &scenario.labs {
        names.extend(
            of_lab
                .split(", ")
                .map(|what| format!("{}, {what}", lab.name)),
        );
    }
    // The market has none before it opens.
    let of_populations = 5 * populations(scenario).len();
    for number in names.len()..ours.len().saturating_sub(of_populations) {
        names.push(format!("market, float {number}"));
    }
    for name in populations(scenario) {
        let of_population = "N, speed, weight, keep, active".split(", ");
        names.extend(of_population.map(|what| format!("{name}, {what}")));
    }
    same("floats", &ours.len(), &theirs.len())?;
    for (name, (a, b)) in names.iter().zip(ours.iter().zip(theirs)) {
        same(&format!("absorb: {name}"), a, b)?;
    }
    Ok(())
}

fn populations(scenario: &Scenario) -> Vec<String> {
    let labs = scenario.labs.iter();
    labs.flat_map(|lab| {
        let names = lab.populations.iter().map(|population| &population.name);
        names.map(|name| format!("{}/{name}", lab.name))
    })
    .collect()
}

fn tables<T: Debug + PartialEq>(
    place: &str,
    ours: &Option<Vec<T>>,
    theirs: &Option<Vec<T>>,
) -> Result<(), String> {
    same(&format!("{place}: new"), &ours.is_some(), &theirs.is_some())?;
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => each(place, ours, theirs),
        _ => Ok(()),
    }
}

fn each<T: Debug + PartialEq>(place: &str, ours: &[T], theirs: &[T]) -> Result<(), String> {
    same(&format!("{place}s"), &ours.len(), &theirs.len())?;
    for (at, (a, b)) in ours.iter().zip(theirs).enumerate() {
        same(&format!("{place} {at}"), a, b)?;
    }
    Ok(())
}

/// Both, or the first part of their texts that differs.
fn same<T: Debug + PartialEq>(place: &str, ours: &T, theirs: &T) -> Result<(), String> {
    if ours == theirs {
        return Ok(());
    }
    let (a, b) = (format!("{ours:?}"), format!("{theirs:?}"));
    let parts = a.split(", ").zip(b.split(", "));
    let (mut field, mut first) = ("", (a.as_str(), b.as_str()));
    for (x, y) in parts {
        field = x.split_once(": ").map_or(field, |(name, _)| name);
        if x != y {
            first = (x, y);
            break;
        }
    }
    Err(format!(
        "{place} {field}: oracle {}, program {}",
        first.0, first.1
    ))
}
