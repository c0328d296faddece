//! Reading single values of a tree as the key table wants them.

use serde_json::{Value, json};

use super::date;
use super::keys::{DAYS, Fallback, Key, Range, Shape, limit};
use super::problem::{Fault, Place};
use super::tree::{Content, Node};
use super::walk::literal;

/// Pairs of a series or schedule at most.
const PAIRS_MAX: usize = 10_000;

/// A value, or what is wrong with it and where.
pub(super) type Read = Result<Value, (Place, Fault)>;

pub(super) fn mistyped(shape: Shape, node: &Node) -> Fault {
    Fault::WrongType {
        expected: shape.noun(),
        found: node.noun(),
    }
}

pub(super) fn mistyped_at(shape: Shape, node: &Node) -> (Place, Fault) {
    (node.place, mistyped(shape, node))
}

/// A number of either spelling; minus zero counts as zero, because the hash tells them apart.
fn number(node: &Node) -> Option<f64> {
    match node.content {
        Content::Float(x) => Some(x + 0.0),
        Content::Integer(n) => Some(n as f64),
        _ => None,
    }
}

pub(super) fn float(node: &Node, range: Range) -> Read {
    match number(node) {
        None => Err(mistyped_at(Shape::Float(range), node)),
        Some(x) if !x.is_finite() => Err((node.place, Fault::NotFinite)),
        Some(x) if !range.contains(x) => Err((node.place, Fault::OutOfRange)),
        Some(x) => Ok(json!(x)),
    }
}

pub(super) fn integer(node: &Node, allowed: impl Fn(u64) -> bool) -> Read {
    match node.content {
        Content::Integer(n) => match u64::try_from(n) {
            Ok(n) if allowed(n) => Ok(json!(n)),
            _ => Err((node.place, Fault::OutOfRange)),
        },
        Content::Float(x) if !x.is_finite() => Err((node.place, Fault::NotFinite)),
        _ => Err(mistyped_at(Shape::Integer(0, 0), node)),
    }
}

pub(super) fn text(node: &Node, shape: Shape, allowed: impl Fn(&str) -> bool) -> Read {
    match node.text() {
        None => Err(mistyped_at(shape, node)),
        Some(text) if !allowed(text) => Err((node.place, Fault::OutOfRange)),
        Some(text) => Ok(json!(text)),
    }
}

/// Names stand in paths, file names and column heads, so they are kept plain.
pub(super) fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=40).contains(&text.len()) && text.bytes().all(plain)
}

/// Scalars of a list, each as a TOML literal.
pub(super) fn literals(node: &Node) -> Read {
    let Content::List(items) = &node.content else {
        return Err(mistyped_at(Shape::Values, node));
    };
    if !(1..=limit::CHOICES).contains(&items.len()) {
        return Err((node.place, Fault::OutOfRange));
    }
    let literal = |item: &Node| match &item.content {
        Content::Integer(n) => Ok(Value::String(n.to_string())),
        Content::Float(x) => Ok(Value::String(format!("{x:?}"))),
        Content::Bool(truth) => Ok(Value::String(truth.to_string())),
        Content::Text(text) => Ok(Value::String(
            toml_edit::Value::from(text.as_str()).to_string(),
        )),
        Content::Date(_) | Content::List(_) | Content::Table(_) => {
            Err(mistyped_at(Shape::Values, item))
        }
    };
    items.iter().map(literal).collect()
}

/// A day, as a text or as a TOML date.
pub(super) fn day(node: &Node) -> Read {
    let (Content::Text(text) | Content::Date(text)) = &node.content else {
        return Err(mistyped_at(Shape::Date, node));
    };
    match date::parse(text) {
        Some((year, ..)) if (1900..=2500).contains(&year) => Ok(json!(text)),
        _ => Err((node.place, Fault::OutOfRange)),
    }
}

/// A sign and a number in one text, as `comparison` and `value`.
pub(super) fn comparison(node: &Node) -> Read {
    let Some(text) = node.text() else {
        return Err(mistyped_at(Shape::Comparison, node));
    };
    let text = text.trim();
    let sign = [">=", "<=", ">", "<"]
        .into_iter()
        .find(|sign| text.starts_with(sign));
    let number = sign.and_then(|sign| text[sign.len()..].trim().parse::<f64>().ok());
    match (sign, number) {
        (Some(_), Some(value)) if !value.is_finite() => Err((node.place, Fault::NotFinite)),
        (Some(sign), Some(value)) => Ok(json!({ "comparison": sign, "value": value + 0.0 })),
        _ => Err((node.place, Fault::OutOfRange)),
    }
}

/// Pairs of an ascending day and a value in the range.
pub(super) fn pairs(node: &Node, range: Range) -> Read {
    let shape = Shape::Pairs(range);
    let Content::List(items) = &node.content else {
        return Err(mistyped_at(shape, node));
    };
    if items.len() > PAIRS_MAX {
        return Err((node.place, Fault::OutOfRange));
    }
    let mut last = f64::NEG_INFINITY;
    let mut list = Vec::with_capacity(items.len());
    for item in items {
        let pair = match &item.content {
            Content::List(pair) if pair.len() == 2 => pair,
            _ => return Err(mistyped_at(shape, item)),
        };
        let day = float(&pair[0], DAYS)?;
        let value = float(&pair[1], range)?;
        let at = number(&pair[0]).unwrap_or(last);
        if at <= last {
            return Err((pair[0].place, Fault::Rule("days must ascend".to_owned())));
        }
        last = at;
        list.push(json!([day, value]));
    }
    Ok(Value::Array(list))
}

/// The choice that holds at a table: as given, or by default; `None` if what is given is wrong.
pub(super) fn chosen<'a>(chooser: &'static Key, around: &'a Node) -> Option<&'a str> {
    let Shape::Choice(list) = chooser.shape else {
        return None;
    };
    match (around.get(chooser.name), chooser.fallback) {
        (Some(node), _) => node.text().filter(|text| list.contains(text)),
        (None, Fallback::Value { literal, .. }) => Some(literal.trim_matches('"')),
        (None, _) => None,
    }
}

/// A harmless value of the right type.
pub(super) fn stand_in(key: &Key) -> Value {
    match (key.fallback, key.shape) {
        (Fallback::Value { literal: text, .. }, _) => literal(key, text),
        (Fallback::Off, _) => Value::Null,
        (_, Shape::Float(range)) => json!(if range.above_min {
            range.max
        } else {
            range.min
        }),
        (_, Shape::Integer(min, _)) => json!(min),
        (_, Shape::Numbers(list)) => json!(list.first()),
        (_, Shape::Bool) => json!(false),
        (_, Shape::Choice(list)) => json!(list.first()),
        (_, Shape::Date) => json!("2000-01-01"),
        (_, Shape::Series(_)) => json!({ "points": [[0.0, 1.0]], "growth_per_year": 1.0 }),
        (_, Shape::Text | Shape::Name) => json!("?"),
        (_, Shape::Texts | Shape::Values | Shape::Pairs(_) | Shape::Tables(..)) => json!([]),
        (_, Shape::Table(table)) => table
            .keys
            .iter()
            .map(|key| (key.name.to_owned(), stand_in(key)))
            .collect(),
        (_, Shape::Condition) => json!({ "day": 0.0 }),
        (_, Shape::Comparison) => json!({ "comparison": ">", "value": 0.0 }),
        (_, Shape::Overrides) => json!({}),
        (_, Shape::Changes | Shape::Variants) => Value::Null,
    }
}

/// How to write a value that has the wrong type.
pub(super) fn type_hint(key: &Key, written: &str) -> String {
    let bare = written.trim_matches(['"', '\'']);
    match key.shape {
        Shape::Float(_) | Shape::Series(_) if bare.parse::<f64>().is_ok() => {
            format!("without quotes: {} = {bare}", key.name)
        }
        Shape::Integer(..) | Shape::Numbers(_) => match bare.parse::<f64>() {
            Ok(x) if (0.0..1e18).contains(&x) => {
                format!(
                    "write it out without point or exponent: {} = {}",
                    key.name, x as u64
                )
            }
            _ => String::new(),
        },
        Shape::Condition => format!("such as {} = {{ day = 120.0 }}", key.name),
        Shape::Comparison => comparison_hint(key, bare),
        Shape::Tables(..) => format!("under a heading [[{}]], or in a list", key.name),
        Shape::Series(_) => {
            format!(
                "such as {} = {{ points = [[0, 100]], growth_per_year = 2 }}",
                key.name
            )
        }
        _ => String::new(),
    }
}

/// The word of a choice that was probably meant.
pub(super) fn choice_hint(key: &Key, written: &str) -> String {
    if matches!(key.shape, Shape::Comparison) {
        return comparison_hint(key, written.trim_matches(['"', '\'']));
    }
    let Shape::Choice(list) = key.shape else {
        return String::new();
    };
    let word = nearest(written.trim_matches(['"', '\'']), list.iter().copied());
    word.map_or(String::new(), |word| format!("did you mean \"{word}\"?"))
}

/// The comparison that was probably meant: the nearest sign and the number that is there.
fn comparison_hint(key: &Key, written: &str) -> String {
    let sign = match (written.contains('<'), written.contains('=')) {
        (true, true) => "<=",
        (true, false) => "<",
        (false, _) => ">=",
    };
    let number = written.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '-');
    let number = number.parse::<f64>().map_or("3", |_| number);
    format!("such as {} = \"{sign} {number}\"", key.name)
}

/// The candidate a word was probably meant to be.
pub(super) fn nearest<'a>(
    word: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    // A long word is no typo, and comparing a megabyte with every key would take minutes.
    if word.len() > 80 {
        return None;
    }
    candidates
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}
