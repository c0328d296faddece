//! Every parameter of a resolved scenario with its value and the reason to believe it: what its file
//! remarks beside the value, else where the default of the key table comes from.

use serde::Serialize;
use serde_json::{Map, Value};

use super::keys::{Class, Fallback, Key, ROOT, Shape, Table};
use super::remarks::Remarks;
use super::walk::literal;
use super::{Scenario, layout, write};

/// Why a value may be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grounds {
    /// Fitted so that the human era comes out right.
    Calibrated,
    /// Taken or derived from a published measurement.
    Measured,
    /// Nothing identifies it.
    Assumed,
    /// The scenario states it, as its question or a cited claim has it.
    Stated,
}

impl Grounds {
    /// All, from the strongest reason to the weakest, then what is stated.
    pub const ALL: [Self; 4] = [
        Self::Calibrated,
        Self::Measured,
        Self::Assumed,
        Self::Stated,
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Calibrated => "calibrated",
            Self::Measured => "measured",
            Self::Assumed => "assumed",
            Self::Stated => "stated",
        }
    }
}

impl From<Class> for Grounds {
    fn from(class: Class) -> Self {
        match class {
            Class::Calibrated => Self::Calibrated,
            Class::Measured => Self::Measured,
            Class::Assumed => Self::Assumed,
        }
    }
}

/// A parameter of a resolved scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parameter {
    /// Dotted key, as `--set` takes it.
    pub key: String,
    /// Its value as TOML writes it; `off` for what is not there.
    pub value: String,
    /// Unit; empty for pure numbers and for what is no number.
    pub unit: &'static str,
    /// What the key means.
    pub meaning: &'static str,
    /// Why the value may be believed.
    pub grounds: Grounds,
    /// Where it comes from; empty if nobody said.
    pub source: String,
    /// Whether it is the default of the key table.
    pub is_default: bool,
}

/// All parameters, in the order of the key table.
pub fn parameters(scenario: &Scenario, remarks: &Remarks) -> Vec<Parameter> {
    let mut list = List {
        remarks,
        parameters: Vec::new(),
    };
    list.table("", &ROOT, &layout::file(scenario));
    list.parameters
}

struct List<'a> {
    remarks: &'a Remarks,
    parameters: Vec<Parameter>,
}

impl List<'_> {
    fn table(&mut self, at: &str, table: &'static Table, values: &Map<String, Value>) {
        for key in table.keys {
            let below = match at {
                "" if layout::ABOUT_THE_FILE.contains(&key.name) => continue,
                "" => key.name.to_owned(),
                at => format!("{at}.{}", key.name),
            };
            match (values.get(key.name), key.shape) {
                // The key belongs to another choice than the one made.
                (None, _) if key.when.is_some() => {}
                (None, Shape::Bool) if key.name == "enabled" => {}
                (Some(Value::Object(inner)), Shape::Table(table)) => {
                    self.table(&below, table, inner)
                }
                (Some(Value::Array(items)), Shape::Tables(table, ..)) if !items.is_empty() => {
                    self.items(&below, table, items);
                }
                (value, _) => self.leaf(below, key, value.unwrap_or(&Value::Null)),
            }
        }
    }

    fn items(&mut self, at: &str, table: &'static Table, items: &[Value]) {
        for (index, item) in items.iter().enumerate() {
            let name = item.get("name").and_then(Value::as_str);
            let name = name.map_or_else(|| index.to_string(), str::to_owned);
            if let Some(values) = item.as_object() {
                self.table(&format!("{at}.{name}"), table, values);
            }
        }
    }

    fn leaf(&mut self, name: String, key: &'static Key, value: &Value) {
        let is_default = match key.fallback {
            Fallback::Required => false,
            Fallback::Off => value.is_null(),
            Fallback::Value { literal: text, .. } => literal(key, text) == *value,
        };
        let (grounds, source) = self.grounds(&name, key, is_default);
        self.parameters.push(Parameter {
            value: match value {
                Value::Null => "off".to_owned(),
                value => write::toml(key.shape, value),
            },
            key: name,
            unit: key.unit,
            meaning: key.doc,
            grounds,
            source,
            is_default,
        });
    }

    fn grounds(&self, name: &str, key: &Key, is_default: bool) -> (Grounds, String) {
        let remark = self
            .remarks
            .of
            .get(name)
            .filter(|remark| !remark.is_empty());
        match (remark, key.fallback) {
            (Some(remark), _) => read(remark),
            (None, Fallback::Value { class, source, .. }) if is_default => {
                (class.into(), source.to_owned())
            }
            (None, Fallback::Off) if is_default => {
                (Grounds::Assumed, "off unless given".to_owned())
            }
            (None, _) => (Grounds::Stated, String::new()),
        }
    }
}

/// A remark that begins with the word of a class gives it: `measured: RE-Bench`.
fn read(remark: &str) -> (Grounds, String) {
    let classes = [Class::Calibrated, Class::Measured, Class::Assumed];
    for class in classes {
        if let Some(rest) = remark.strip_prefix(&class.to_string())
            && !rest.starts_with(char::is_alphanumeric)
        {
            let source = rest.trim_start_matches([':', ';', ',', ' ']);
            return (class.into(), source.to_owned());
        }
    }
    (Grounds::Stated, remark.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_begins_with_its_class_or_states() {
        for (remark, expected) in [
            ("assumed", (Grounds::Assumed, "")),
            ("measured: RE-Bench", (Grounds::Measured, "RE-Bench")),
            ("calibrated; by hand", (Grounds::Calibrated, "by hand")),
            ("the essay: 100M", (Grounds::Stated, "the essay: 100M")),
            ("measuredly", (Grounds::Stated, "measuredly")),
        ] {
            assert_eq!(
                read(remark),
                (expected.0, expected.1.to_owned()),
                "{remark}"
            );
        }
    }
}
