//! Checks a tree against the key table and fills in defaults: types, ranges, unknown and missing
//! keys. The result is JSON in the layout of the file; where a key was wrong a harmless value
//! stands in, so that everything else can still be checked.

use serde_json::{Map, Value, json};

use super::keys::{Fallback, Key, ROOT, Range, SERIES, Shape, Table};
use super::problem::{Detail, Fault, Notes, Place};
use super::tree::{Content, Entry, Node, Path, Step};
use super::values::{
    Read, choice_hint, chosen, comparison, day, float, integer, is_name, literals, mistyped,
    mistyped_at, nearest, pairs, stand_in, text, type_hint,
};

/// A walk over one tree.
pub(super) struct Walk<'a> {
    pub(super) root: &'a Node,
    pub(super) notes: &'a mut Notes,
    /// Keys whose value stands in for a wrong one.
    pub(super) poisoned: Vec<Path>,
}

/// A checked file: its values by the keys of the table, and the keys that were wrong.
pub(super) struct Checked {
    pub values: Map<String, Value>,
    pub poisoned: Vec<Path>,
}

/// Checks `root` against the table of a scenario file.
pub(super) fn check(root: &Node, table: &'static Table, notes: &mut Notes) -> Checked {
    let mut walk = Walk {
        root,
        notes,
        poisoned: Vec::new(),
    };
    let values = walk.table(table, root, &mut Vec::new());
    Checked {
        values,
        poisoned: walk.poisoned,
    }
}

/// The value of a TOML literal from the key table.
pub(super) fn literal(key: &Key, text: &str) -> Value {
    let mut notes = Notes::default();
    let source = notes.source("key table".to_owned(), format!("{} = {text}", key.name));
    let root = super::tree::parse(&mut notes, source).expect("literals of the key table are TOML");
    let mut walk = Walk {
        root: &root,
        notes: &mut notes,
        poisoned: Vec::new(),
    };
    let node = root.get(key.name).expect("the key was just written");
    let value = walk.value(key, node, &mut vec![Step::Key(key.name.to_owned())]);
    assert!(
        notes.problems.is_empty(),
        "{}: {text} is not allowed",
        key.name
    );
    value
}

impl Walk<'_> {
    pub(super) fn wrong(&mut self, path: &Path, place: Place, fault: Fault, key: &Key) {
        self.poisoned.push(path.clone());
        if self.notes.is_full() {
            return;
        }
        let value = match fault {
            Fault::Missing | Fault::UnknownKey | Fault::NotHere(_) | Fault::Fixed => String::new(),
            _ => self.notes.written(place),
        };
        let mut allowed = match fault {
            Fault::Fixed => String::new(),
            _ => key.shape.allowed(),
        };
        if !allowed.is_empty() && !key.unit.is_empty() {
            allowed = format!("{allowed}, {}", key.unit);
        }
        let hint = match &fault {
            Fault::Missing => key.doc.to_owned(),
            Fault::WrongType { .. } => type_hint(key, &value),
            Fault::OutOfRange => choice_hint(key, &value),
            Fault::Fixed => "events change what is not fixed: see `takeoff scenario new`".into(),
            _ => String::new(),
        };
        let detail = Detail {
            key: self.root.spoken(path),
            value,
            allowed,
            hint,
        };
        self.notes.add(place, fault, detail);
    }

    pub(super) fn table(
        &mut self,
        table: &'static Table,
        node: &Node,
        path: &mut Path,
    ) -> Map<String, Value> {
        let mut values = Map::new();
        let entries = node.entries().unwrap_or(&[]);
        for key in table.keys {
            path.push(Step::Key(key.name.to_owned()));
            let given = entries.iter().find(|entry| entry.key == key.name);
            let value = self.key(table, key, given, node, path);
            path.pop();
            if let Some(value) = value {
                values.insert(key.name.to_owned(), value);
            }
        }
        for entry in entries
            .iter()
            .filter(|entry| table.key(&entry.key).is_none())
        {
            if self.notes.is_full() {
                continue;
            }
            path.push(Step::Key(entry.key.clone()));
            let names = table.keys.iter().map(|key| key.name);
            let hint = nearest(&entry.key, names.clone())
                .map(|name| format!("did you mean `{name}`?"))
                .unwrap_or_else(|| format!("keys here: {}", names.collect::<Vec<_>>().join(", ")));
            let detail = Detail {
                key: self.root.spoken(path),
                hint,
                ..Detail::default()
            };
            self.notes.add(entry.place, Fault::UnknownKey, detail);
            path.pop();
        }
        values
    }

    /// The value of one key of a table, `None` where it does not apply.
    fn key(
        &mut self,
        table: &'static Table,
        key: &'static Key,
        given: Option<&Entry>,
        around: &Node,
        path: &mut Path,
    ) -> Option<Value> {
        if let Some((on, wanted)) = key.when {
            let chooser = table.key(on).expect("conditions name a key of their table");
            match chosen(chooser, around) {
                // What is wrong with the chooser is said there.
                None => return None,
                Some(choice) if choice != wanted => {
                    if let Some(entry) = given {
                        let fault = Fault::NotHere(format!("{on} = \"{wanted}\""));
                        self.wrong(path, entry.place, fault, key);
                    }
                    return None;
                }
                Some(_) => {}
            }
        }
        match given {
            Some(entry) => Some(self.value(key, &entry.node, path)),
            None => match (key.fallback, key.shape) {
                (Fallback::Value { literal: text, .. }, _) => Some(literal(key, text)),
                (Fallback::Off, _) => Some(Value::Null),
                // An absent table is an empty one: its keys say what they need.
                (Fallback::Required, Shape::Table(inner)) => Some(Value::Object(self.table(
                    inner,
                    &Node::table(around.place),
                    path,
                ))),
                (Fallback::Required, _) => {
                    self.wrong(path, around.place, Fault::Missing, key);
                    Some(stand_in(key))
                }
            },
        }
    }

    pub(super) fn value(&mut self, key: &Key, node: &Node, path: &mut Path) -> Value {
        if key.fallback == Fallback::Off && node.text() == Some("none") {
            return Value::Null;
        }
        let read = match key.shape {
            Shape::Float(range) => float(node, range),
            Shape::Integer(min, max) => integer(node, |n| (min..=max).contains(&n)),
            Shape::Numbers(list) => integer(node, |n| list.contains(&n)),
            Shape::Bool => match node.content {
                Content::Bool(truth) => Ok(Value::Bool(truth)),
                _ => Err(mistyped_at(key.shape, node)),
            },
            Shape::Text => text(node, key.shape, |text| !text.trim().is_empty()),
            Shape::Name => text(node, key.shape, is_name),
            Shape::Choice(list) => text(node, key.shape, |text| list.contains(&text)),
            Shape::Date => day(node),
            Shape::Texts => self.texts(key, node, path),
            Shape::Values => literals(node),
            Shape::Series(range) => return self.series(key, node, range, path),
            Shape::Pairs(range) => pairs(node, range),
            Shape::Table(inner) => match node.content {
                Content::Table(_) => {
                    let mut values = self.table(inner, node, path);
                    return match values.remove("enabled") {
                        Some(Value::Bool(false)) => Value::Null,
                        _ => Value::Object(values),
                    };
                }
                _ => Err(mistyped_at(key.shape, node)),
            },
            Shape::Tables(inner, min, max) => {
                return self.tables(key, inner, node, min..=max, path);
            }
            Shape::Condition => match node.content {
                Content::Table(_) => return self.condition(key, node, path),
                _ => Err(mistyped_at(key.shape, node)),
            },
            Shape::Comparison => comparison(node),
            Shape::Overrides => match node.entries() {
                None => Err(mistyped_at(key.shape, node)),
                Some([]) => Err((node.place, Fault::Rule("changes nothing".to_owned()))),
                Some(_) => return Value::Object(self.changes(&ROOT, node, path)),
            },
            // The overrides are checked by applying them.
            Shape::Changes | Shape::Variants => match node.content {
                Content::Table(_) => Ok(Value::Null),
                _ => Err(mistyped_at(key.shape, node)),
            },
        };
        read.unwrap_or_else(|(place, fault)| {
            self.wrong(path, place, fault, key);
            stand_in(key)
        })
    }

    fn tables(
        &mut self,
        key: &Key,
        inner: &'static Table,
        node: &Node,
        count: std::ops::RangeInclusive<usize>,
        path: &mut Path,
    ) -> Value {
        let Content::List(items) = &node.content else {
            self.wrong(path, node.place, mistyped(key.shape, node), key);
            return stand_in(key);
        };
        if !count.contains(&items.len()) {
            self.wrong(path, node.place, Fault::OutOfRange, key);
            return stand_in(key);
        }
        let mut list = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            path.push(Step::Item(index));
            if !matches!(item.content, Content::Table(_)) {
                self.wrong(path, item.place, mistyped(Shape::Table(inner), item), key);
                list.push(Value::Null);
            } else {
                list.push(Value::Object(self.table(inner, item, path)));
            }
            path.pop();
        }
        Value::Array(list)
    }

    fn texts(&mut self, key: &Key, node: &Node, path: &mut Path) -> Read {
        let Content::List(items) = &node.content else {
            return Err(mistyped_at(key.shape, node));
        };
        for (index, item) in items.iter().enumerate() {
            if item.text().is_none() {
                path.push(Step::Item(index));
                self.wrong(path, item.place, mistyped(Shape::Text, item), key);
                path.pop();
            }
        }
        Ok(items.iter().filter_map(|item| item.text()).collect())
    }

    fn series(&mut self, key: &Key, node: &Node, range: Range, path: &mut Path) -> Value {
        match &node.content {
            Content::Table(_) => {
                let before = self.poisoned.len();
                let mut inner = self.table(&SERIES, node, path);
                let empty = inner["points"].as_array().is_none_or(Vec::is_empty);
                if self.poisoned.len() > before {
                    return stand_in(key);
                }
                let values = inner["points"].as_array().into_iter().flatten();
                if empty
                    || !values
                        .clone()
                        .all(|pair| range.contains(pair[1].as_f64().unwrap()))
                {
                    path.push(Step::Key("points".to_owned()));
                    let place = node.get("points").map_or(node.place, |points| points.place);
                    self.wrong(path, place, Fault::OutOfRange, key);
                    path.pop();
                    return stand_in(key);
                }
                Value::Object(std::mem::take(&mut inner))
            }
            _ => match float(node, range) {
                Ok(value) => json!({ "points": [[0.0, value]], "growth_per_year": 1.0 }),
                Err((place, fault)) => {
                    let fault = match fault {
                        Fault::WrongType { .. } => mistyped(key.shape, node),
                        fault => fault,
                    };
                    self.wrong(path, place, fault, key);
                    stand_in(key)
                }
            },
        }
    }
}
