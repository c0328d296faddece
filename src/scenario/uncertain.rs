//! Uncertain values: a distribution may stand where a number, a truth value or a word of a choice
//! could. A sweep draws them; every other reader gets the median, or the middle choice.

use std::fmt;

use serde_json::{Map, Value, json};

use super::keys::{DISTRIBUTION, Key, ROOT, SERIES, Shape, Table, limit, may_be_uncertain};
use super::problem::{Detail, Fault, Notes};
use super::tree::{Content, Entry, Node, Path, Step, parse};
use super::values::{nearest, stand_in};
use super::walk::Walk;
use crate::statistics::distribution::Distribution;
use crate::statistics::family::Family;

/// Chance of a draw beyond the quantiles at which a distribution must be allowed.
const TAIL: f64 = 1e-9;

/// What a scenario file leaves uncertain.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Uncertainty {
    /// The values, in the order of the key table and of the file's lists.
    pub values: Vec<Uncertain>,
    /// Rank correlations: indices of two of `values` and Spearman's ρ.
    pub correlations: Vec<(usize, usize, f64)>,
}

/// A value that a file gives as a distribution.
#[derive(Clone, Debug, PartialEq)]
pub struct Uncertain {
    /// Dotted key, as `--set` takes it.
    pub key: String,
    /// Unit of the key.
    pub unit: &'static str,
    /// What it may be.
    pub spread: Spread,
}

/// What an uncertain value may be.
#[derive(Clone, Debug, PartialEq)]
pub enum Spread {
    /// A number.
    Real(Distribution),
    /// A whole number: the nearest to a draw.
    Whole(Distribution),
    /// One of these TOML literals, with equal chance.
    OneOf(Vec<String>),
}

impl Spread {
    /// As a scenario file writes it, as JSON; the values of a choice are TOML literals.
    pub fn to_json(&self) -> Value {
        match self {
            Self::OneOf(literals) => json!({ "choice": literals }),
            Self::Real(distribution) | Self::Whole(distribution) => numbers(distribution),
        }
    }
}

fn numbers(distribution: &Distribution) -> Value {
    let (name, mut inner) = match &distribution.family {
        Family::Lognormal { p10, p90 } => ("lognormal", json!({ "p10": p10, "p90": p90 })),
        Family::Uniform { low, high } => ("uniform", json!({ "low": low, "high": high })),
        Family::LogUniform { low, high } => ("loguniform", json!({ "low": low, "high": high })),
        Family::Triangular { low, mode, high } => (
            "triangular",
            json!({ "low": low, "mode": mode, "high": high }),
        ),
        Family::Normal { p10, p90 } => ("normal", json!({ "p10": p10, "p90": p90 })),
        Family::NormalMoments { mean, sd } => ("normal", json!({ "mean": mean, "sd": sd })),
        Family::Choice(values) => ("choice", json!(values)),
    };
    for (end, value) in [("min", distribution.min), ("max", distribution.max)] {
        if let Some(value) = value {
            inner[end] = json!(value);
        }
    }
    json!({ name: inner })
}

impl fmt::Display for Uncertain {
    /// `KEY: name { key = value, … }, unit`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.key)?;
        match &self.spread {
            Spread::OneOf(literals) => write!(f, "choice [{}]", literals.join(", "))?,
            Spread::Real(distribution) | Spread::Whole(distribution) => {
                let json = numbers(distribution);
                let (name, keys) = json
                    .as_object()
                    .and_then(|all| all.iter().next())
                    .ok_or(fmt::Error)?;
                let keys = keys.as_object().into_iter().flatten();
                let keys: Vec<_> = keys
                    .map(|(key, value)| format!("{key} = {value}"))
                    .collect();
                write!(f, "{name} {{ {} }}", keys.join(", "))?;
            }
        }
        let comma = if self.unit.is_empty() { "" } else { ", " };
        write!(f, "{comma}{}", self.unit)
    }
}

impl Uncertain {
    /// Is it a choice of words or truth values?
    pub fn is_words(&self) -> bool {
        matches!(&self.spread, Spread::OneOf(literals) if numbers_of(literals).is_none())
    }

    /// The value below which it is with chance `u`, a TOML literal.
    pub fn literal(&self, u: f64) -> String {
        match &self.spread {
            Spread::Real(distribution) => format!("{:?}", distribution.quantile(u)),
            Spread::Whole(distribution) => whole(distribution.quantile(u)).to_string(),
            Spread::OneOf(literals) => literals[choice(u, literals.len())].clone(),
        }
    }
}

/// The whole number nearest to a draw.
fn whole(x: f64) -> i64 {
    libm::round(x) as i64
}

/// Numbers from the least to the largest, words as they are: a choice of numbers has quantiles as other
/// distributions.
fn in_order(mut literals: Vec<String>) -> Vec<String> {
    if let Some(numbers) = numbers_of(&literals) {
        let mut pairs: Vec<_> = numbers.into_iter().zip(literals).collect();
        pairs.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        literals = pairs.into_iter().map(|(_, literal)| literal).collect();
    }
    literals
}

/// The numbers that literals stand for; `None` if one is a word.
fn numbers_of(literals: &[String]) -> Option<Vec<f64>> {
    let number = |literal: &String| literal.replace('_', "").parse().ok();
    literals.iter().map(number).collect()
}

/// Index of the choice at `u`.
fn choice(u: f64, choices: usize) -> usize {
    ((u * choices as f64) as usize).min(choices - 1)
}

/// Does a table with these entries stand for a distribution?
pub(super) fn is_distribution(entries: &[Entry]) -> bool {
    entries
        .iter()
        .any(|entry| DISTRIBUTION.key(&entry.key).is_some())
}

/// Puts medians in the place of distributions and says what they were.
/// Where `is_changed`, an override may have fixed a value, and its correlations go.
pub(super) fn settle(notes: &mut Notes, root: &mut Node, is_changed: bool) -> Uncertainty {
    let mut places = Vec::new();
    find(&ROOT, root, &mut Vec::new(), &mut places);
    let mut values = Vec::new();
    let mut settled = Vec::new();
    for (path, key) in places {
        let spread = read(notes, root, &path, key);
        let content = match &spread {
            Some(spread) => {
                let uncertain = Uncertain {
                    key: root.spoken(&path),
                    unit: key.unit,
                    spread: spread.clone(),
                };
                let median = content_of(&uncertain.literal(0.5));
                values.push(uncertain);
                median
            }
            // What is wrong with it was said.
            None => content_of(&harmless(key)),
        };
        settled.push((path, content));
    }
    for (path, content) in settled {
        if let Some(node) = root.locate_mut(&path) {
            node.content = content;
        }
    }
    if values.len() > limit::UNCERTAIN {
        let message = format!(
            "{} uncertain values; at most {}",
            values.len(),
            limit::UNCERTAIN
        );
        notes.add(root.place, Fault::Rule(message), Detail::default());
    }
    let correlations = correlations(notes, root, &values, is_changed);
    Uncertainty {
        values,
        correlations,
    }
}

/// Paths of all distributions under `node`, with their keys.
fn find(
    table: &'static Table,
    node: &Node,
    path: &mut Path,
    found: &mut Vec<(Path, &'static Key)>,
) {
    for key in table.keys {
        let Some(inner) = node.get(key.name) else {
            continue;
        };
        path.push(Step::Key(key.name.to_owned()));
        match (key.shape, &inner.content) {
            (Shape::Table(below), Content::Table(_)) => find(below, inner, path, found),
            (Shape::Tables(below, ..), Content::List(items)) => {
                for (index, item) in items.iter().enumerate() {
                    path.push(Step::Item(index));
                    find(below, item, path, found);
                    path.pop();
                }
            }
            (_, Content::Table(entries))
                if may_be_uncertain(table, key) && is_distribution(entries) =>
            {
                found.push((path.clone(), key));
            }
            (Shape::Series(_), Content::Table(_)) => find(&SERIES, inner, path, found),
            _ => {}
        }
        path.pop();
    }
}

/// The distribution at `path`; `None` after adding what is wrong with it.
fn read(notes: &mut Notes, root: &Node, path: &Path, key: &'static Key) -> Option<Spread> {
    let node = root.locate(path).0;
    let before = notes.problems.len() + notes.more;
    let mut at = path.clone();
    let mut walk = Walk {
        root,
        notes: &mut *notes,
        poisoned: Vec::new(),
    };
    let given = walk.table(&DISTRIBUTION, node, &mut at);
    let given: Vec<_> = given
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .collect();
    let spread = match given.as_slice() {
        [(name, value)] if name == "choice" => {
            let name = Step::Key(name.clone());
            let items = node.get("choice").map_or(&[][..], Node::items);
            at.push(name);
            for (index, item) in items.iter().enumerate() {
                at.push(Step::Item(index));
                walk.value(key, item, &mut at);
                at.pop();
            }
            let literals = value.as_array().into_iter().flatten();
            let literals = literals.filter_map(Value::as_str).map(str::to_owned);
            Ok(Spread::OneOf(in_order(literals.collect())))
        }
        [(name, Value::Object(parameters))] => numeric(key.shape, name, parameters),
        _ => Err("one distribution is wanted".to_owned()),
    };
    if notes.problems.len() + notes.more > before {
        return None;
    }
    spread
        .map_err(|message| {
            let detail = Detail {
                key: root.spoken(path),
                value: notes.written(node.place),
                allowed: key.shape.allowed(),
                ..Detail::default()
            };
            notes.add(node.place, Fault::Rule(message), detail);
        })
        .ok()
}

/// A distribution of numbers for a key of this shape, or what is wrong with it.
fn numeric(shape: Shape, name: &str, given: &Map<String, Value>) -> Result<Spread, String> {
    let number = |key: &str| given.get(key).and_then(Value::as_f64);
    let need = |key: &str| number(key).unwrap_or(f64::NAN);
    let family = match name {
        "uniform" => Family::Uniform {
            low: need("low"),
            high: need("high"),
        },
        "loguniform" => Family::LogUniform {
            low: need("low"),
            high: need("high"),
        },
        "triangular" => Family::Triangular {
            low: need("low"),
            mode: need("mode"),
            high: need("high"),
        },
        "lognormal" => Family::Lognormal {
            p10: need("p10"),
            p90: need("p90"),
        },
        _ => match [number("p10"), number("p90"), number("mean"), number("sd")] {
            [Some(p10), Some(p90), None, None] => Family::Normal { p10, p90 },
            [None, None, Some(mean), Some(sd)] => Family::NormalMoments { mean, sd },
            _ => return Err("a normal has p10 and p90, or mean and sd".to_owned()),
        },
    };
    let distribution = Distribution {
        family,
        min: number("min"),
        max: number("max"),
    };
    distribution.validate().map_err(|error| error.to_string())?;
    let ends = [TAIL, 1.0 - TAIL].map(|u| distribution.quantile(u));
    let inside = |end: f64| match shape {
        Shape::Integer(min, max) => (min as f64..=max as f64).contains(&libm::round(end)),
        Shape::Float(range) | Shape::Series(range) => range.contains(end),
        _ => false,
    };
    match (shape, ends.into_iter().find(|end| !inside(*end))) {
        (Shape::Float(_) | Shape::Series(_), None) => Ok(Spread::Real(distribution)),
        (Shape::Integer(..), None) => Ok(Spread::Whole(distribution)),
        (Shape::Float(_) | Shape::Series(_) | Shape::Integer(..), Some(end)) => {
            Err(format!("reaches {end:.3e}: give it a min or max"))
        }
        _ => Err("only `choice` can stand here".to_owned()),
    }
}

/// What the tree holds for a TOML literal.
fn content_of(literal: &str) -> Content {
    let mut notes = Notes::default();
    let source = notes.source("median".to_owned(), format!("x = {literal}"));
    let root = parse(&mut notes, source).expect("literals are TOML");
    root.get("x").expect("just written").content.clone()
}

/// A TOML literal that the key takes.
fn harmless(key: &Key) -> String {
    match key.shape {
        Shape::Series(range) => format!("{:?}", range.max.min(1e6)),
        _ => stand_in(key).to_string(),
    }
}

/// The correlations of the file, each key held against the uncertain values.
fn correlations(
    notes: &mut Notes,
    root: &Node,
    values: &[Uncertain],
    is_changed: bool,
) -> Vec<(usize, usize, f64)> {
    let mut pairs = Vec::new();
    let list = root.get("correlations").map_or(&[][..], Node::items);
    for (index, item) in list.iter().enumerate() {
        let between = item.get("between").map_or(&[][..], Node::items);
        let mut refuse = |node: &Node, fault, value: &str, hint| {
            let key = format!("correlations.{index}.between");
            let detail = Detail {
                key,
                value: value.to_owned(),
                hint,
                ..Detail::default()
            };
            notes.add(node.place, fault, detail);
        };
        let mut ends = Vec::new();
        for node in between {
            let Some(key) = node.text() else { continue };
            let known = values.iter().map(|value| value.key.as_str());
            match values.iter().position(|value| value.key == key) {
                Some(position) => ends.push(position),
                None if is_changed => {}
                None => {
                    let hint = nearest(key, known).map_or(
                        "only values given as a distribution can be correlated".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    );
                    refuse(node, Fault::UnknownName, key, hint);
                }
            }
        }
        match (
            ends.as_slice(),
            item.get("spearman").map(|node| &node.content),
        ) {
            (&[one, other], Some(&Content::Float(spearman))) if one != other => {
                pairs.push((one, other, spearman));
            }
            (&[one, other], Some(&Content::Integer(spearman))) if one != other => {
                pairs.push((one, other, spearman as f64));
            }
            // Types are the key table's to judge.
            (&[one, other], _) if one != other => {}
            _ if ends.len() < between.len() => {}
            _ => {
                let message = "two different keys are wanted".to_owned();
                refuse(item, Fault::Rule(message), "", String::new());
            }
        }
    }
    pairs
}
