//! Events: reading `when` and `set`, checking what each would leave, and applying them.

use std::path::Path as FilePath;

use serde_json::{Map, Value, json};

use super::keys::{CONDITION, Key, Shape, Table};
use super::overrides;
use super::problem::{Fault, Notes, Place, ScenarioErrors};
use super::tree::{Content, Entry, Node, Path, Step};
use super::values::stand_in;
use super::walk::{Checked, Walk};
use super::{Scenario, date, files, layout, load, write};

impl Scenario {
    /// The scenario as the events with these indices leave it, fired in this order.
    ///
    /// # Errors
    /// If it breaks a rule of scenario files.
    pub fn after(&self, fired: &[usize]) -> Result<Self, ScenarioErrors> {
        if fired.is_empty() {
            return Ok(self.clone());
        }
        let mut notes = Notes::default();
        let text = write::plain(&layout::file(self));
        let root = files::merged_text(&mut notes, FilePath::new(&self.name), &text);
        let changed = root.and_then(|root| after(&mut notes, &root, &self.name, fired));
        notes.into_result(changed)
    }

    /// Every form that tells how much room the run needs: as it starts, as each event alone leaves
    /// it, and as all do in the order of the file. One that is not allowed is left out.
    pub fn forms(&self) -> Vec<Self> {
        let all: Vec<_> = (0..self.events.len()).collect();
        let alone = all.chunks(1).map(|one| self.after(one));
        let changed = alone.chain((all.len() > 1).then(|| self.after(&all)));
        std::iter::once(self.clone())
            .chain(changed.filter_map(Result::ok))
            .collect()
    }
}

/// Values that events put in place, so that a broken rule is blamed on the event.
pub(super) struct Blame {
    values: Vec<Place>,
    otherwise: Place,
}

impl Blame {
    /// Of the keys a rule reads the first that an event wrote; if there is none, `None` and the
    /// place of the event itself.
    pub fn pick<'a>(&self, root: &'a Node, keys: &'a [Path]) -> (Option<&'a Path>, Place) {
        let wrote = |key: &&Path| self.values.contains(&root.locate(key).0.place);
        match keys.iter().find(wrote) {
            Some(key) => (Some(key), root.locate(key).0.place),
            None => (None, self.otherwise),
        }
    }
}

/// The events of a tree.
fn events(root: &Node) -> &[Node] {
    root.get("events").map_or(&[], Node::items)
}

/// The scenario that `root` makes once these events have been applied to it.
fn after(notes: &mut Notes, root: &Node, name: &str, fired: &[usize]) -> Option<Scenario> {
    let mut changed = root.clone();
    let mut blame = Blame {
        values: Vec::new(),
        otherwise: root.place,
    };
    for event in fired.iter().filter_map(|&index| events(root).get(index)) {
        if let Some(set) = event.get("set") {
            overrides::apply_event(notes, &mut changed, event);
            leaves(set, &mut blame.values);
            blame.otherwise = set.place;
        }
    }
    load::build(notes, &changed, name, Some(&blame))
}

/// Places of all values below a node.
fn leaves(node: &Node, places: &mut Vec<Place>) {
    match node.entries() {
        Some(entries) => {
            places.push(node.place);
            entries.iter().for_each(|entry| leaves(&entry.node, places));
        }
        None => places.push(node.place),
    }
}

/// Checks what each event alone leaves, and all of them in the order of the file.
pub(super) fn check(notes: &mut Notes, root: &Node, name: &str) {
    let all: Vec<_> = (0..events(root).len()).collect();
    let sound = notes.problems.len();
    for one in all.chunks(1) {
        let event = events(root)[one[0]].get("name").and_then(Node::text);
        let event = event.unwrap_or_default().to_owned();
        check_after(
            notes,
            root,
            name,
            one,
            &format!("once event `{event}` fires"),
        );
    }
    if all.len() > 1 && notes.problems.len() == sound {
        check_after(notes, root, name, &all, "once all events have fired");
    }
}

fn check_after(notes: &mut Notes, root: &Node, name: &str, fired: &[usize], hint: &str) {
    let before = notes.problems.len();
    after(notes, root, name, fired);
    for problem in &mut notes.problems[before..] {
        let space = if problem.hint.is_empty() { "" } else { "; " };
        problem.hint = format!("{}{space}{hint}", problem.hint);
    }
}

/// Checks only that the keys of events exist; for files in which something else is wrong.
pub(super) fn check_keys(notes: &mut Notes, root: &Node) {
    for event in events(root) {
        overrides::apply_event(notes, &mut root.clone(), event);
    }
}

/// Replaces the labs of conditions by positions and their dates by days.
pub(super) fn link(notes: &mut Notes, root: &Node, checked: &mut Checked) {
    let start = checked.values["run"]["start_date"].as_str();
    let start = start.unwrap_or_default().to_owned();
    let count = checked.values["events"].as_array().map_or(0, Vec::len);
    for index in 0..count {
        let when = checked.values["events"][index]["when"].take();
        let when = match (when["date"].as_str(), when["quantity"]["lab"].as_str()) {
            (Some(date), _) => json!({ "day": date::days_between(&start, date) }),
            (_, Some(lab)) => {
                let path: Path = vec![
                    Step::Key("events".into()),
                    Step::Item(index),
                    Step::Key("when".into()),
                    Step::Key("lab".into()),
                ];
                let lab = load::lab_index(notes, root, checked, lab, path);
                let mut when = when;
                when["quantity"]["lab"] = json!(lab);
                when
            }
            _ => when,
        };
        checked.values["events"][index]["when"] = when;
    }
}

impl Walk<'_> {
    /// The condition of an event: `{ day }`, `{ date }` or `{ quantity }`.
    pub(super) fn condition(&mut self, key: &Key, node: &Node, path: &mut Path) -> Value {
        let before = self.notes.problems.len();
        let mut given = self.table(&CONDITION, node, path);
        given.retain(|_, value| !value.is_null());
        let lab = given.remove("lab").unwrap_or_default();
        let names: Vec<_> = given.keys().map(String::as_str).collect();
        let dated = names.iter().any(|name| ["day", "date"].contains(name));
        let fault = match names.as_slice() {
            _ if self.notes.problems.len() > before => return stand_in(key),
            [] => "names no day, date or column".to_owned(),
            [_] if dated && !lab.is_null() => "lab goes with a column, not with a day".to_owned(),
            [_] => {
                return match given.into_iter().next() {
                    Some((name, value)) if dated => json!({ name: value }),
                    Some((name, mut value)) => {
                        value["name"] = json!(name);
                        value["lab"] = lab;
                        json!({ "quantity": value })
                    }
                    None => stand_in(key),
                };
            }
            [..] => format!("holds {}: one only", names.join(" and ")),
        };
        self.wrong(path, node.place, Fault::Rule(fault), key);
        stand_in(key)
    }

    /// The values that an event sets, whole numbers of real keys as real ones. Keys that do not
    /// exist are told when the event is applied.
    pub(super) fn changes(
        &mut self,
        table: &'static Table,
        node: &Node,
        path: &mut Path,
    ) -> Map<String, Value> {
        let mut values = Map::new();
        for entry in node.entries().unwrap_or(&[]) {
            path.push(Step::Key(entry.key.clone()));
            let value = match table.key(&entry.key) {
                Some(key) if key.fixed => {
                    self.wrong(path, entry.place, Fault::Fixed, key);
                    Value::Null
                }
                Some(key) => self.change(key, entry, path),
                None => plain(&entry.node),
            };
            path.pop();
            values.insert(entry.key.clone(), value);
        }
        values
    }

    fn change(&mut self, key: &'static Key, entry: &Entry, path: &mut Path) -> Value {
        match (key.shape, &entry.node.content) {
            (Shape::Table(inner), Content::Table(_)) => {
                Value::Object(self.changes(inner, &entry.node, path))
            }
            (Shape::Tables(inner, ..), Content::Table(elements)) => {
                let mut values = Map::new();
                for element in elements {
                    path.push(Step::Key(element.key.clone()));
                    let value = match element.node.content {
                        Content::Table(_) => {
                            Value::Object(self.changes(inner, &element.node, path))
                        }
                        _ => plain(&element.node),
                    };
                    path.pop();
                    values.insert(element.key.clone(), value);
                }
                Value::Object(values)
            }
            (Shape::Tables(..), _) => {
                self.wrong(path, entry.place, Fault::Fixed, key);
                Value::Null
            }
            (Shape::Float(_) | Shape::Series(_), Content::Integer(number)) => {
                json!(*number as f64)
            }
            _ => plain(&entry.node),
        }
    }
}

/// A value of a tree as JSON.
fn plain(node: &Node) -> Value {
    match &node.content {
        Content::Text(text) | Content::Date(text) => json!(text),
        Content::Integer(number) => json!(number),
        Content::Float(number) => json!(number + 0.0),
        Content::Bool(truth) => json!(truth),
        Content::List(items) => items.iter().map(plain).collect(),
        Content::Table(entries) => entries
            .iter()
            .map(|entry| (entry.key.clone(), plain(&entry.node)))
            .collect(),
    }
}
