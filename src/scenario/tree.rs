//! A scenario file as a tree of values that know where they were written, so that files can be
//! merged and overridden and a message still points at the right line of the right file.

use std::ops::Range as Span;

use toml_edit::{Document, Item, TableLike, Value};

use super::problem::{Detail, Fault, Notes, Place};

/// Tables and lists inside one another at most; a valid file needs eight.
pub(super) const DEPTH: usize = 24;

/// A value and where it was written.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub place: Place,
    pub content: Content,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    /// A date or time, as written.
    Date(String),
    List(Vec<Node>),
    Table(Vec<Entry>),
}

/// A key of a table with its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub key: String,
    pub place: Place,
    pub node: Node,
}

/// A step from a value to one inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Item(usize),
}

/// The way from the root to a value.
pub(super) type Path = Vec<Step>;

impl Node {
    /// An empty table.
    pub fn table(place: Place) -> Self {
        Self {
            place,
            content: Content::Table(Vec::new()),
        }
    }

    /// The type, in words for a message.
    pub fn noun(&self) -> &'static str {
        match self.content {
            Content::Text(_) => "a text",
            Content::Integer(_) => "a whole number",
            Content::Float(_) => "a number with a point or exponent",
            Content::Bool(_) => "true or false",
            Content::Date(_) => "a date or time",
            Content::List(_) => "a list",
            Content::Table(_) => "a table",
        }
    }

    /// The entries, if it is a table.
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.content {
            Content::Table(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entries for change, if it is a table.
    pub fn entries_mut(&mut self) -> Option<&mut Vec<Entry>> {
        match &mut self.content {
            Content::Table(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key, if it is a table with it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries()?
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.node)
    }

    /// The items, if it is a list.
    pub fn items(&self) -> &[Node] {
        match &self.content {
            Content::List(items) => items,
            _ => &[],
        }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    fn step(&self, step: &Step) -> Option<&Node> {
        match (step, &self.content) {
            (Step::Key(key), _) => self.get(key),
            (Step::Item(index), Content::List(items)) => items.get(*index),
            _ => None,
        }
    }

    /// The deepest existing value on the way of `path`, and whether it is the end of it.
    pub fn locate(&self, path: &[Step]) -> (&Node, bool) {
        let mut node = self;
        for step in path {
            match node.step(step) {
                Some(inner) => node = inner,
                None => return (node, false),
            }
        }
        (node, true)
    }

    /// The value at `path`, for change.
    pub fn locate_mut(&mut self, path: &[Step]) -> Option<&mut Node> {
        path.iter()
            .try_fold(self, |node, step| match (step, &mut node.content) {
                (Step::Key(key), Content::Table(entries)) => entries
                    .iter_mut()
                    .find(|entry| entry.key == *key)
                    .map(|entry| &mut entry.node),
                (Step::Item(index), Content::List(items)) => items.get_mut(*index),
                _ => None,
            })
    }

    /// The value at a path as users write it ([`Node::spoken`]).
    pub fn find_spoken(&self, key: &str) -> Option<&Node> {
        key.split('.').try_fold(self, |node, word| {
            let named = |item: &&Node| item.get("name").and_then(Node::text) == Some(word);
            match &node.content {
                Content::List(items) => items
                    .iter()
                    .find(named)
                    .or_else(|| items.get(word.parse::<usize>().ok()?)),
                _ => node.get(word),
            }
        })
    }

    /// `path` as users write it: list elements by their name where they have one.
    pub fn spoken(&self, path: &[Step]) -> String {
        let mut node = Some(self);
        let mut words = Vec::with_capacity(path.len());
        for step in path {
            node = node.and_then(|node| node.step(step));
            words.push(match step {
                Step::Key(key) => key.clone(),
                Step::Item(index) => match node.and_then(|node| node.get("name")?.text()) {
                    Some(name) => name.to_owned(),
                    None => index.to_string(),
                },
            });
        }
        words.join(".")
    }
}

/// Parses the text of a source; `None` after adding what is wrong with it.
pub(super) fn parse(notes: &mut Notes, source: usize) -> Option<Node> {
    let text = &notes.sources[source].text;
    if let Some(at) = too_deep(text) {
        let place = Place {
            source,
            start: at,
            end: at + 1,
        };
        notes.add(place, Fault::TooDeep(DEPTH), Detail::default());
        return None;
    }
    match Document::parse(text.as_str()) {
        Ok(document) => {
            let root = Place {
                source,
                start: 0,
                end: 0,
            };
            let mut reader = Reader {
                source,
                too_deep: None,
            };
            let node = reader.table(document.as_table(), root, 0);
            if let Some(place) = reader.too_deep {
                notes.add(place, Fault::TooDeep(DEPTH), Detail::default());
                return None;
            }
            Some(node)
        }
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            let place = Place {
                source,
                start: span.start,
                end: span.end,
            };
            // The name of the key on the line, for a message that says which one it is.
            let key = line_key(text, span.start);
            let detail = Detail {
                key,
                ..Detail::default()
            };
            notes.add(place, Fault::Syntax(error.message().to_owned()), detail);
            None
        }
    }
}

/// The text before `=` on the line around a byte, if it is a key.
fn line_key(text: &str, at: usize) -> String {
    let at = text.floor_char_boundary(at);
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[start..].lines().next().unwrap_or("");
    let key = line.split('=').next().unwrap_or("").trim();
    let bare = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if line.contains('=') && key.len() <= 80 && key.chars().all(bare) {
        key.to_owned()
    } else {
        String::new()
    }
}

/// The byte at which brackets pass the depth limit. The parser and the destructors of its tree
/// recurse, and dotted keys inside inline tables multiply what its own limit allows, so this is
/// looked at first; quotes are ignored, which only texts of many brackets can notice.
fn too_deep(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > DEPTH {
            return Some(at);
        }
    }
    None
}

struct Reader {
    source: usize,
    too_deep: Option<Place>,
}

impl Reader {
    fn place(&self, span: Option<Span<usize>>, around: Place) -> Place {
        span.map_or(around, |span| Place {
            source: self.source,
            start: span.start,
            end: span.end,
        })
    }

    fn deeper(&mut self, place: Place, depth: usize) -> bool {
        let fits = depth < DEPTH;
        if !fits && self.too_deep.is_none() {
            self.too_deep = Some(place);
        }
        fits
    }

    fn table(&mut self, table: &dyn TableLike, place: Place, depth: usize) -> Node {
        let mut entries = Vec::with_capacity(table.len());
        if self.deeper(place, depth) {
            for (key, item) in table.iter() {
                let at = self.place(table.key(key).and_then(|key| key.span()), place);
                let node = self.item(item, at, depth + 1);
                entries.push(Entry {
                    key: key.to_owned(),
                    place: at,
                    node,
                });
            }
        }
        Node {
            place,
            content: Content::Table(entries),
        }
    }

    fn item(&mut self, item: &Item, around: Place, depth: usize) -> Node {
        match item {
            Item::Value(value) => self.value(value, around, depth),
            Item::Table(table) => {
                let place = self.place(table.span(), around);
                self.table(table, place, depth)
            }
            Item::ArrayOfTables(tables) => {
                let place = self.place(tables.span(), around);
                let each = tables.iter().map(|table| {
                    let place = self.place(table.span(), place);
                    self.table(table, place, depth + 1)
                });
                Node {
                    place,
                    content: Content::List(each.collect()),
                }
            }
            Item::None => Node::table(around),
        }
    }

    fn value(&mut self, value: &Value, around: Place, depth: usize) -> Node {
        let place = self.place(value.span(), around);
        let content = match value {
            Value::String(text) => Content::Text(text.value().clone()),
            Value::Integer(number) => Content::Integer(*number.value()),
            Value::Float(number) => Content::Float(*number.value()),
            Value::Boolean(truth) => Content::Bool(*truth.value()),
            Value::Datetime(date) => Content::Date(date.value().to_string()),
            Value::Array(list) => {
                let fits = self.deeper(place, depth);
                let items = list.iter().filter(|_| fits);
                Content::List(
                    items
                        .map(|item| self.value(item, place, depth + 1))
                        .collect(),
                )
            }
            Value::InlineTable(table) => return self.table(table, place, depth),
        };
        Node { place, content }
    }
}
