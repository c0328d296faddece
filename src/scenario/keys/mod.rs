//! The key table: the one place that says which keys a scenario file has, with unit, range,
//! default and meaning. Checking, suggestions, the JSON Schema, the template and the documented
//! key list are all read from here.

mod economy;
mod events;
mod ideas;
mod lab_economy;
mod labs;
mod root;
mod shape;
mod uncertain;

pub(super) use events::CONDITION;
pub use events::QUANTITIES;
pub use root::ROOT;
pub(super) use root::SERIES;
pub(super) use shape::DAYS;
pub use shape::{Class, Fallback, Key, Range, Shape, Table};
pub(super) use uncertain::{DISTRIBUTION, may_be_uncertain};

/// Most tables of one kind; the engine's block tables are sized by them.
pub mod limit {
    /// Kinds of topic.
    pub const KINDS: usize = 16;
    /// Labs.
    pub const LABS: usize = 64;
    /// Populations of all labs together.
    pub const POPULATIONS: usize = 64;
    /// Boards of all populations together.
    pub const BOARDS: u64 = 4096;
    /// Topics: 20 bits of `work`, less the two codes that are no topic.
    pub const TOPICS: u64 = (1 << 20) - 2;
    /// Agents of a population; ranks have 40 bits, 16 of them spare for weights.
    pub const AGENTS: u64 = 1 << 36;
    /// Fewest topics that a sample keeps: below, sampling error passes 5%.
    pub const SAMPLED_TOPICS: f64 = 12.0;
    /// Kinds, labs and exchanges that cannot be more than this are cut off before they are built.
    pub const EXCHANGES: usize = 64 * 63;
    /// Events of a run; each is checked on its own.
    pub const EVENTS: usize = 64;
    /// Uncertain values of a scenario: the dimensions of the widest design.
    pub const UNCERTAIN: usize = 64;
    /// Values of a choice.
    pub const CHOICES: usize = 1000;
}

/// Calls `visit` with every table and the dotted heading under which it stands, outermost first.
pub fn for_each_table(visit: &mut impl FnMut(&str, &'static Table)) {
    fn walk(at: &str, table: &'static Table, visit: &mut impl FnMut(&str, &'static Table)) {
        visit(at, table);
        for key in table.keys {
            if let Some(inner) = key.shape.table() {
                let below = if at.is_empty() {
                    key.name.to_owned()
                } else {
                    format!("{at}.{}", key.name)
                };
                walk(&below, inner, visit);
            }
        }
    }
    walk("", &ROOT, visit);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_meaning_and_names_are_unique() {
        for_each_table(&mut |at, table| {
            for (index, key) in table.keys.iter().enumerate() {
                assert!(!key.doc.is_empty(), "{at}.{} has no meaning", key.name);
                let twice = table.keys[..index]
                    .iter()
                    .any(|other| other.name == key.name);
                assert!(!twice, "{at}.{} stands twice", key.name);
            }
        });
    }

    #[test]
    fn conditions_name_a_choice_of_the_same_table() {
        for_each_table(&mut |at, table| {
            for key in table.keys {
                let Some((on, value)) = key.when else {
                    continue;
                };
                let chooser = table.key(on).expect("a condition names a key of its table");
                let Shape::Choice(choices) = chooser.shape else {
                    panic!("{at}.{on}: no choice")
                };
                assert!(
                    choices.contains(&value),
                    "{at}.{}: {on} is never {value}",
                    key.name
                );
            }
        });
    }
}
