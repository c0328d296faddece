//! Columns of the tick record as the page takes them: one array a column, a single value where it never
//! changes.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::record::TickRow;
use crate::record::columns::{COLUMNS, Cell, Column};

/// What a column of the record is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ColumnNote {
    /// Its name.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Whether it counts the simulated sample: over `sample` it is the world's.
    pub of_sample: bool,
}

/// What every column of the record is, in its order.
pub fn notes() -> Vec<ColumnNote> {
    let note = |column: &Column| ColumnNote {
        name: column.name,
        unit: column.unit,
        meaning: column.doc,
        of_sample: is_of_sample(column),
    };
    COLUMNS.iter().map(note).collect()
}

/// Does the column of this name count the simulated sample?
pub fn is_sampled(name: &str) -> bool {
    COLUMNS
        .iter()
        .any(|column| column.name == name && is_of_sample(column))
}

/// Counts, hours and amounts of compute are of the sample, unless their meaning says "World."; so are
/// tokens that researchers generate, and none of what is per unit (`docs/formats.md`).
fn is_of_sample(column: &Column) -> bool {
    const AMOUNTS: [&str; 12] = [
        "researchers",
        "agents",
        "A100e",
        "A100e h",
        "events",
        "attempts",
        "ideas",
        "researcher h",
        "tokens",
        "FLOP",
        "posts",
        "comments",
    ];
    let is_amount = AMOUNTS.contains(&column.unit) || column.name == "topics_ended";
    is_amount && !column.doc.ends_with("World.")
}

/// Values of a column, tick by tick.
#[derive(Clone, Debug, PartialEq)]
pub enum Series {
    /// Whole numbers.
    Counts(Vec<u64>),
    /// Real numbers.
    Reals(Vec<f64>),
    /// Texts.
    Texts(Vec<String>),
}

impl Series {
    fn of<'rows>(column: &Column, rows: impl Iterator<Item = &'rows TickRow>) -> Self {
        let mut series = match (column.get)(&TickRow::default()) {
            Cell::Count(_) => Self::Counts(Vec::new()),
            Cell::Real(_) => Self::Reals(Vec::new()),
            Cell::Text(_) => Self::Texts(Vec::new()),
        };
        for row in rows {
            match ((column.get)(row), &mut series) {
                (Cell::Count(value), Self::Counts(values)) => values.push(value),
                (Cell::Real(value), Self::Reals(values)) => values.push(value),
                (Cell::Text(value), Self::Texts(values)) => values.push(value.to_owned()),
                _ => unreachable!("a column has one type"),
            }
        }
        series
    }
}

/// The value alone where it never changes, else all of them.
fn packed<T: Serialize + PartialEq, S: Serializer>(values: &[T], to: S) -> Result<S::Ok, S::Error> {
    match values.split_first() {
        Some((first, rest)) if rest.iter().all(|value| value == first) => first.serialize(to),
        _ => values.serialize(to),
    }
}

impl Serialize for Series {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Counts(values) => packed(values, to),
            Self::Reals(values) => packed(values, to),
            Self::Texts(values) => packed(values, to),
        }
    }
}

/// Columns by name.
pub type Columns = BTreeMap<&'static str, Series>;

/// The columns that all labs share, tick by tick, and for each lab those in which they differ. `rows`
/// has one row a tick and lab, labs in the same order at every tick.
pub fn split(rows: &[TickRow], labs: usize) -> (Columns, Vec<Columns>) {
    let mut shared = Columns::new();
    let mut by_lab = vec![Columns::new(); labs];
    for column in COLUMNS.iter().filter(|column| column.name != "lab") {
        let of_lab = |lab: usize| Series::of(column, rows.iter().skip(lab).step_by(labs));
        let first = of_lab(0);
        let others: Vec<Series> = (1..labs).map(of_lab).collect();
        if labs > 1 && others.iter().all(|other| *other == first) {
            shared.insert(column.name, first);
            continue;
        }
        for (columns, series) in by_lab.iter_mut().zip(std::iter::once(first).chain(others)) {
            columns.insert(column.name, series);
        }
    }
    (shared, by_lab)
}
