//! Between the layout of a file, flat and easy to write, and that of [`Scenario`], where keys
//! that go together are one type.

use serde_json::{Map, Value, json};

use super::Scenario;
use super::keys::{ROOT, Shape, Table};

/// Keys at the top that the scenario does not keep.
pub(super) const ABOUT_THE_FILE: [&str; 7] = [
    "schema",
    "order",
    "sources",
    "include",
    "set",
    "correlations",
    "variants",
];

const GAINS: [&str; 5] = ["training", "inference", "utilisation", "tools", "serial"];

/// Checked values as a scenario; `None` where a stand-in kept them from being one. `from` and `to`
/// of exchanges are positions already.
pub(super) fn scenario(mut file: Map<String, Value>, name: &str) -> Option<Scenario> {
    for key in ABOUT_THE_FILE {
        file.remove(key);
    }
    file.insert("name".to_owned(), json!(name));
    let exchanges = file.remove("exchange")?;
    file.insert("exchanges".to_owned(), exchanges);
    let schedule = file.get_mut("run")?.get_mut("tick_schedule")?;
    for change in schedule.as_array_mut()? {
        *change = json!({ "from_day": change[0], "tick_hours": change[1] });
    }
    for kind in file.get_mut("ideas")?.get_mut("kinds")?.as_array_mut()? {
        nest(kind.as_object_mut()?, "gain_to", &GAINS);
    }
    let populations = table_at("labs", "populations");
    for lab in file.get_mut("labs")?.as_array_mut()? {
        for population in lab.get_mut("populations")?.as_array_mut()? {
            let population = population.as_object_mut()?;
            for chooser in ["kind", "topology"] {
                nest(population, chooser, &members(populations, chooser));
            }
        }
    }
    serde_json::from_value(Value::Object(file)).ok()
}

/// A scenario in the layout of a file; `name` is left out, it is the file's.
pub(super) fn file(scenario: &Scenario) -> Map<String, Value> {
    let value = serde_json::to_value(scenario).expect("a scenario is plain data");
    let Value::Object(mut file) = value else {
        unreachable!("a struct is an object")
    };
    file.remove("name");
    file.insert("schema".to_owned(), json!(1));
    let names: Vec<_> = scenario.labs.iter().map(|lab| lab.name.as_str()).collect();
    let mut exchanges = file.remove("exchanges").unwrap_or_default();
    for exchange in exchanges.as_array_mut().into_iter().flatten() {
        for end in ["from", "to"] {
            let index = exchange[end]
                .as_u64()
                .and_then(|index| usize::try_from(index).ok());
            exchange[end] = json!(index.and_then(|index| names.get(index)));
        }
    }
    file.insert("exchange".to_owned(), exchanges);
    for event in file
        .get_mut("events")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if let Some(lab) = event.pointer_mut("/when/quantity/lab") {
            let index = lab.as_u64().and_then(|index| usize::try_from(index).ok());
            *lab = json!(index.and_then(|index| names.get(index)));
        }
    }
    for change in file["run"]["tick_schedule"]
        .as_array_mut()
        .into_iter()
        .flatten()
    {
        *change = json!([change["from_day"], change["tick_hours"]]);
    }
    for kind in file["ideas"]["kinds"].as_array_mut().into_iter().flatten() {
        unnest(kind, "gain_to");
    }
    for lab in file["labs"].as_array_mut().into_iter().flatten() {
        for population in lab["populations"].as_array_mut().into_iter().flatten() {
            unnest(population, "kind");
            unnest(population, "topology");
        }
    }
    file
}

fn table_at(list: &str, inner: &str) -> &'static Table {
    let outer = ROOT.key(list).and_then(|key| key.shape.table());
    let table = outer
        .and_then(|table| table.key(inner))
        .and_then(|key| key.shape.table());
    table.expect("the key table has this list")
}

/// A chooser and the keys that depend on it.
fn members(table: &'static Table, chooser: &'static str) -> Vec<&'static str> {
    let depends = |on: Option<(&str, &str)>| on.is_some_and(|(on, _)| on == chooser);
    let dependent = table
        .keys
        .iter()
        .filter(|key| depends(key.when))
        .map(|key| key.name);
    debug_assert!(
        table
            .key(chooser)
            .is_some_and(|key| matches!(key.shape, Shape::Choice(_)))
    );
    std::iter::once(chooser).chain(dependent).collect()
}

/// Moves some keys into an object under `name`.
fn nest(object: &mut Map<String, Value>, name: &str, keys: &[&str]) {
    let mut inner = Map::new();
    for key in keys {
        if let Some(value) = object.remove(*key) {
            inner.insert((*key).to_owned(), value);
        }
    }
    object.insert(name.to_owned(), Value::Object(inner));
}

/// Moves the keys of the object under `name` one level up.
fn unnest(object: &mut Value, name: &str) {
    let Some(object) = object.as_object_mut() else {
        return;
    };
    if let Some(Value::Object(inner)) = object.remove(name) {
        object.extend(inner);
    }
}
