//! What a row of the key table is made of, and the constructors the tables are written with.

use std::fmt;

use super::limit;

/// A table of a scenario file.
#[derive(Debug)]
pub struct Table {
    /// What the table describes, one sentence.
    pub doc: &'static str,
    /// Its keys in the order in which they are written.
    pub keys: &'static [Key],
}

impl Table {
    /// The row of a key.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// A key of a table.
#[derive(Debug)]
pub struct Key {
    /// Name in the file.
    pub name: &'static str,
    /// Type and allowed values.
    pub shape: Shape,
    /// Unit; empty for pure numbers and for what is no number.
    pub unit: &'static str,
    /// What holds when the key is left out.
    pub fallback: Fallback,
    /// `(key, value)`: allowed only where that key of the same table has that value.
    pub when: Option<(&'static str, &'static str)>,
    /// Holds for a whole run: no event can change it.
    pub fixed: bool,
    /// Meaning, one line.
    pub doc: &'static str,
    /// A value to show for a key without default, as a TOML literal.
    pub example: &'static str,
}

/// What holds when a key is left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fallback {
    /// Leaving it out is an error.
    Required,
    /// It is off; the word `"none"` says the same.
    Off,
    /// This value, a TOML literal, with the reason to believe it.
    Value {
        /// The literal.
        literal: &'static str,
        /// Provenance.
        class: Class,
        /// Where it comes from.
        source: &'static str,
    },
}

/// Why a number may be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Fitted so that the human era comes out right.
    Calibrated,
    /// Taken or derived from a published measurement.
    Measured,
    /// Nothing identifies it.
    Assumed,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Calibrated => "calibrated",
            Self::Measured => "measured",
            Self::Assumed => "assumed",
        })
    }
}

/// Type of a value and what it may be.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A number.
    Float(Range),
    /// A whole number from the first to the second.
    Integer(u64, u64),
    /// One of some whole numbers.
    Numbers(&'static [u64]),
    /// `true` or `false`.
    Bool,
    /// A sentence.
    Text,
    /// A name: 1 to 40 of A-Z a-z 0-9 - _.
    Name,
    /// A calendar day, `YYYY-MM-DD`.
    Date,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// A list of sentences.
    Texts,
    /// A list of numbers, texts or truth values.
    Values,
    /// A number, or `{ points = [[day, value], ...], growth_per_year = x }`; the range is that of
    /// a value.
    Series(Range),
    /// `[[day, value], ...]`; the range is that of a value.
    Pairs(Range),
    /// A table.
    Table(&'static Table),
    /// A list of tables with at least and at most so many.
    Tables(&'static Table, usize, usize),
    /// A table of overrides: `[set]`.
    Changes,
    /// Named tables of overrides: `[variants.NAME]`.
    Variants,
    /// When an event fires: the keys of [`super::CONDITION`].
    Condition,
    /// A sign of comparison and a number, in one text.
    Comparison,
    /// A table of overrides.
    Overrides,
}

impl Shape {
    /// The table of a nested key.
    pub fn table(&self) -> Option<&'static Table> {
        match self {
            Self::Table(table) | Self::Tables(table, ..) => Some(table),
            _ => None,
        }
    }

    /// The type, in words for a message.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Float(_) => "a number",
            Self::Integer(..) | Self::Numbers(_) => "a whole number",
            Self::Bool => "true or false",
            Self::Text | Self::Choice(_) => "a text in quotes",
            Self::Name => "a name in quotes",
            Self::Date => "a date",
            Self::Texts => "a list of texts",
            Self::Values => "a list of values",
            Self::Series(_) => "a number or { points, growth_per_year }",
            Self::Pairs(_) => "a list of [day, value] pairs",
            Self::Table(_) | Self::Changes | Self::Variants | Self::Overrides => "a table",
            Self::Condition => "a table such as { day = 120.0 }",
            Self::Comparison => "a comparison in quotes",
            Self::Tables(..) => "a list of tables",
        }
    }

    /// What is allowed, in words; empty where the type says it all.
    pub fn allowed(&self) -> String {
        match self {
            Self::Float(range) => range.to_string(),
            Self::Series(range) => format!("values {range}, growth_per_year {GROWTH}"),
            Self::Pairs(range) => format!("ascending days, values {range}"),
            Self::Integer(min, max) => format!("{min} to {max}"),
            Self::Numbers(list) => joined(list.iter()),
            Self::Choice(list) => joined(list.iter().map(|word| format!("\"{word}\""))),
            Self::Name => "1 to 40 of A-Z a-z 0-9 - _".to_owned(),
            Self::Date => "YYYY-MM-DD, years 1900 to 2500".to_owned(),
            Self::Tables(_, min, max) => format!("{min} to {max} tables"),
            Self::Condition => "one of day, date and a column of ticks.csv".to_owned(),
            Self::Comparison => ">, >=, < or <= and a number".to_owned(),
            Self::Overrides => "keys as in --set that are not fixed for a run".to_owned(),
            Self::Values => format!("1 to {} values", limit::CHOICES),
            Self::Bool
            | Self::Text
            | Self::Texts
            | Self::Table(_)
            | Self::Changes
            | Self::Variants => String::new(),
        }
    }
}

fn joined<T: ToString>(list: impl Iterator<Item = T>) -> String {
    list.map(|item| item.to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

/// An interval of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Lower end.
    pub min: f64,
    /// Upper end.
    pub max: f64,
    /// Whether the lower end itself is refused.
    pub above_min: bool,
    /// Whether the upper end itself is refused.
    pub below_max: bool,
}

/// What `growth_per_year` of a series may be.
pub const GROWTH: Range = Range {
    above_min: true,
    ..between(0.0, 1e4)
};

/// What a day on the time axis may be: a century either way.
pub const DAYS: Range = between(-36500.0, 36500.0);

impl Range {
    /// Whether `x` lies in the interval; never for NaN.
    pub fn contains(&self, x: f64) -> bool {
        let low = if self.above_min {
            x > self.min
        } else {
            x >= self.min
        };
        let high = if self.below_max {
            x < self.max
        } else {
            x <= self.max
        };
        low && high
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let low = if self.above_min { '(' } else { '[' };
        let high = if self.below_max { ')' } else { ']' };
        write!(f, "in {low}{}, {}{high}", plain(self.min), plain(self.max))
    }
}

fn plain(x: f64) -> String {
    if x != 0.0 && !(1e-3..1e6).contains(&x.abs()) {
        format!("{x:e}")
    } else {
        x.to_string()
    }
}

/// From `min` to `max`, both allowed.
pub(super) const fn between(min: f64, max: f64) -> Range {
    Range {
        min,
        max,
        above_min: false,
        below_max: false,
    }
}

/// Above zero by enough that logarithms of it stay small, up to `max`.
pub(super) const fn positive(max: f64) -> Range {
    Range {
        min: 1e-12,
        max,
        above_min: false,
        below_max: false,
    }
}

/// The first row of a block that may be absent.
pub(super) const ENABLED: Key = key(
    "enabled",
    Shape::Bool,
    "false: as if the block were absent.",
)
.or("true", Class::Assumed, "a block that is there counts");

/// A row; without default until [`Key::or`] or [`Key::off`] says otherwise.
pub(super) const fn key(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key {
        name,
        shape,
        unit: "",
        fallback: Fallback::Required,
        when: None,
        fixed: false,
        doc,
        example: "",
    }
}

/// A table that may be absent.
pub(super) const fn block(name: &'static str, table: &'static Table, doc: &'static str) -> Key {
    key(name, Shape::Table(table), doc).off("")
}

impl Key {
    pub(super) const fn unit(self, unit: &'static str) -> Self {
        Self { unit, ..self }
    }

    pub(super) const fn or(
        self,
        literal: &'static str,
        class: Class,
        source: &'static str,
    ) -> Self {
        Self {
            fallback: Fallback::Value {
                literal,
                class,
                source,
            },
            ..self
        }
    }

    pub(super) const fn off(self, example: &'static str) -> Self {
        Self {
            fallback: Fallback::Off,
            example,
            ..self
        }
    }

    pub(super) const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }

    pub(super) const fn when(self, key: &'static str, value: &'static str) -> Self {
        Self {
            when: Some((key, value)),
            ..self
        }
    }
    pub(super) const fn fixed(self) -> Self {
        Self {
            fixed: true,
            ..self
        }
    }
}
