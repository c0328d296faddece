//! The one spelling of a scenario that is hashed, recorded and read back by a replay.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::{Condition, Overrides, Scenario, ScenarioErrors, layout, write};

/// Why a recorded scenario was refused.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// It is no JSON, or not of a scenario.
    #[error("the recorded scenario cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// It is JSON of a scenario, with something more or spelt otherwise.
    #[error("the recorded scenario is not what this version would record, at {0}")]
    Differs(String),
    /// Its values are not allowed.
    #[error("the recorded scenario is not valid:\n{0}")]
    Invalid(#[from] ScenarioErrors),
}

impl Scenario {
    /// JSON in one line: fields in the order of the types, floats in the shortest form that reads
    /// back to the same bits.
    pub fn canonical_json(&self) -> String {
        canonical(self)
    }

    /// blake3 of the canonical JSON, in hex.
    pub fn hash(&self) -> String {
        blake3::hash(self.canonical_json().as_bytes())
            .to_hex()
            .to_string()
    }

    /// blake3 of what the digest depends on: all but the name, the question and how long it runs.
    /// A longer run of the same world has the shorter one's digests first.
    pub fn model_hash(&self) -> String {
        let mut model = self.clone();
        model.name.clear();
        model.question.clear();
        model.run.days = 0.0;
        model.hash()
    }

    /// blake3 of the landscape of ideas alone: equal where scenarios share a calibration.
    pub fn ideas_hash(&self) -> String {
        blake3::hash(canonical(&self.ideas).as_bytes())
            .to_hex()
            .to_string()
    }

    /// Reads what [`Self::canonical_json`] wrote, in whatever white space and order of fields.
    /// Strict: it must hold nothing else, and satisfy all that a file must.
    pub fn from_canonical_json(json: &str) -> Result<Self, CanonicalError> {
        let scenario: Self = serde_json::from_str(json)?;
        let given: Value = serde_json::from_str(json)?;
        let ours = serde_json::to_value(&scenario)?;
        if let Some(at) = difference(&given, &ours) {
            return Err(CanonicalError::Differs(at));
        }
        if let Some(at) = scenario.dangling_lab() {
            return Err(CanonicalError::Differs(at));
        }
        let text = write::plain(&layout::file(&scenario));
        let mut checked =
            Self::parse(Path::new("recorded scenario"), &text, &Overrides::default())?;
        checked.name.clone_from(&scenario.name);
        match difference(&serde_json::to_value(&checked)?, &ours) {
            Some(at) => Err(CanonicalError::Differs(at)),
            None => Ok(scenario),
        }
    }

    /// The first exchange or event of a lab that is not there.
    fn dangling_lab(&self) -> Option<String> {
        let unknown = |lab: usize| lab >= self.labs.len();
        let exchange = self
            .exchanges
            .iter()
            .position(|link| unknown(link.from) || unknown(link.to));
        let event = self.events.iter().position(|event| match event.when {
            Condition::Quantity { lab, .. } => lab.is_some_and(unknown),
            Condition::Day(_) => false,
        });
        exchange
            .map(|at| format!("/exchanges/{at}"))
            .or_else(|| event.map(|at| format!("/events/{at}")))
    }
}

fn canonical(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data with text keys is JSON")
}

/// The JSON pointer of the first difference.
fn difference(one: &Value, other: &Value) -> Option<String> {
    let below = |key: String, one: &Value, other: &Value| {
        difference(one, other).map(|rest| format!("/{key}{rest}"))
    };
    match (one, other) {
        (Value::Object(a), Value::Object(b)) => {
            let extra = b.keys().find(|key| !a.contains_key(*key));
            a.iter()
                .find_map(|(key, value)| {
                    below(key.clone(), value, b.get(key).unwrap_or(&Value::Null))
                        .or_else(|| (!b.contains_key(key)).then(|| format!("/{key}")))
                })
                .or_else(|| extra.map(|key| format!("/{key}")))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a
            .iter()
            .zip(b)
            .enumerate()
            .find_map(|(index, (one, other))| below(index.to_string(), one, other)),
        _ => (one != other).then(String::new),
    }
}
