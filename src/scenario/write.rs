//! Writing scenarios as TOML by the key table: plain, with units, or as a commented template.

use serde_json::{Map, Value};

use super::keys::{Fallback, Key, ROOT, Shape, Table};
use super::walk::literal;
use super::{Scenario, layout};

/// How much is said beside the values.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    Plain,
    Units,
    Commented,
}

/// Columns of a line of the template.
const COLUMNS: usize = 98;

/// The resolved scenario as TOML with units; it reads back to the same scenario.
pub fn show(scenario: &Scenario) -> String {
    let text = write(&layout::file(scenario), Style::Units);
    format!(
        "# {}, resolved: defaults, includes and overrides are filled in.\n{text}",
        scenario.name
    )
}

/// Every event in a line: name, condition, what it sets.
pub(super) fn event_lines(scenario: &Scenario) -> Vec<String> {
    let file = layout::file(scenario);
    let events = file.get("events").and_then(Value::as_array);
    let line = |event: &Value| {
        let (name, when) = (&event["name"], condition(&event["when"]));
        let name = name.as_str().unwrap_or_default();
        format!(
            "{name}: {when} sets {}",
            toml(Shape::Overrides, &event["set"])
        )
    };
    events.into_iter().flatten().map(line).collect()
}

/// Values in the layout of a file as TOML.
pub(super) fn plain(file: &Map<String, Value>) -> String {
    write(file, Style::Plain)
}

/// A scenario file with every key, its meaning, unit, range and the provenance of its default.
pub fn new_template() -> String {
    let body = write(&example(&ROOT, &[]), Style::Commented);
    format!(
        "# A scenario of takeoff. Every key is here; those with a default may be left out.\n\
         # `takeoff scenario check FILE` says what it comes to.\n{body}\n\
         # Named overrides, run with --variant NAME; the same keys serve --set KEY=VALUE.\n\
         # [variants.half-tick]\n# run.tick_hours = 12.0\n\
         # labs.frontier.populations.copies.copies_max = 1e6\n"
    )
}

fn write(file: &Map<String, Value>, style: Style) -> String {
    let mut out = String::new();
    Writer {
        style,
        out: &mut out,
    }
    .table("", &ROOT, file);
    out
}

struct Writer<'a> {
    style: Style,
    out: &'a mut String,
}

impl Writer<'_> {
    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn comment(&mut self, text: &str) {
        let mut line = "#".to_owned();
        for word in text.split_whitespace() {
            if line.len() + 1 + word.len() > COLUMNS {
                self.line(&line);
                "#".clone_into(&mut line);
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(&line);
    }

    /// The keys of a table, then the tables inside it, as TOML needs them.
    fn table(&mut self, at: &str, table: &'static Table, values: &Map<String, Value>) {
        let nested = |key: &&Key| key.shape.table().is_some();
        for key in table.keys.iter().filter(|key| !nested(key)) {
            self.key(table, key, values);
        }
        for key in table.keys.iter().filter(nested) {
            let heading = if at.is_empty() {
                key.name.to_owned()
            } else {
                format!("{at}.{}", key.name)
            };
            self.nested(&heading, key, values.get(key.name).unwrap_or(&Value::Null));
        }
    }

    fn nested(&mut self, heading: &str, key: &'static Key, value: &Value) {
        let Some(inner) = key.shape.table() else {
            return;
        };
        let head = match key.shape {
            Shape::Tables(..) => format!("[[{heading}]]"),
            _ => format!("[{heading}]"),
        };
        match value {
            Value::Object(values) => self.headed(&head, heading, inner, values),
            Value::Array(list) if !list.is_empty() => {
                for values in list.iter().filter_map(Value::as_object) {
                    self.headed(&head, heading, inner, values);
                }
            }
            _ if self.style == Style::Commented => {
                let mut text = String::new();
                let mut writer = Writer {
                    style: self.style,
                    out: &mut text,
                };
                writer.headed(&head, heading, inner, &example(inner, &[]));
                for line in text.lines() {
                    let mark = if line.is_empty() || line.starts_with('#') {
                        ""
                    } else {
                        "# "
                    };
                    self.line(&format!("{mark}{line}"));
                }
            }
            _ => {}
        }
    }

    fn headed(&mut self, head: &str, at: &str, table: &'static Table, values: &Map<String, Value>) {
        self.line("");
        if self.style == Style::Commented {
            self.comment(table.doc);
        }
        self.line(head);
        self.table(at, table, values);
    }

    fn key(&mut self, table: &'static Table, key: &Key, values: &Map<String, Value>) {
        let value = values.get(key.name).filter(|value| !value.is_null());
        let assigned = value.map(|value| format!("{} = {}", key.name, toml(key.shape, value)));
        match (self.style, assigned) {
            (_, None) if matches!(key.shape, Shape::Changes | Shape::Variants) => {}
            (Style::Plain, Some(line)) => self.line(&line),
            (Style::Units, Some(line)) if key.unit.is_empty() => self.line(&line),
            (Style::Units, Some(line)) => self.line(&format!("{line}  # {}", key.unit)),
            (Style::Plain | Style::Units, None) => {}
            (Style::Commented, Some(line)) => {
                self.comment(&about(key));
                self.line(&line);
            }
            (Style::Commented, None) => {
                // A key of the other choice is shown where the choice has a default to change.
                let chooser = key.when.and_then(|(on, _)| table.key(on));
                if chooser.is_some_and(|chooser| chooser.fallback == Fallback::Required) {
                    return;
                }
                let shown = match key.fallback {
                    Fallback::Value { literal, .. } => literal,
                    _ => key.example,
                };
                self.comment(&about(key));
                self.line(&format!("# {} = {shown}", key.name));
            }
        }
    }
}

/// Meaning, condition, unit, range and provenance of a key.
fn about(key: &Key) -> String {
    let mut notes = Vec::new();
    if let Some((on, value)) = key.when {
        notes.push(format!("with {on} = \"{value}\""));
    }
    notes.extend((!key.unit.is_empty()).then(|| key.unit.to_owned()));
    notes.extend(Some(key.shape.allowed()).filter(|allowed| !allowed.is_empty()));
    notes.push(match key.fallback {
        Fallback::Required => "required".to_owned(),
        Fallback::Off => "off unless given".to_owned(),
        Fallback::Value {
            literal,
            class,
            source,
        } => {
            format!("default {literal}, {class}: {source}")
        }
    });
    notes.extend(key.fixed.then(|| "fixed for a run".to_owned()));
    format!("{} [{}]", key.doc, notes.join("; "))
}

/// Values to show for every key of a table: the example, else the default.
fn example(table: &'static Table, chosen: &[(&str, &str)]) -> Map<String, Value> {
    let pick = |key: &Key| {
        let given = chosen
            .iter()
            .find(|(name, _)| *name == key.name)
            .map(|(_, text)| *text);
        let default = match key.fallback {
            Fallback::Off => return None,
            Fallback::Value { literal, .. } => literal,
            Fallback::Required => "",
        };
        Some(given.unwrap_or(if key.example.is_empty() {
            default
        } else {
            key.example
        }))
    };
    let mut values = Map::new();
    for key in table.keys {
        let applies = key
            .when
            .is_none_or(|(on, wanted)| values.get(on) == Some(&wanted.into()));
        let Some(text) = pick(key).filter(|_| applies) else {
            continue;
        };
        let value = match key.shape {
            Shape::Table(inner) => Value::Object(example(inner, &[])),
            Shape::Tables(inner, min, _) if min > 0 => instances(key.name)
                .iter()
                .map(|chosen| Value::Object(example(inner, chosen)))
                .collect(),
            _ => literal(key, text),
        };
        values.insert(key.name.to_owned(), value);
    }
    values
}

/// What differs between the elements of a list in the template.
fn instances(list: &str) -> &'static [&'static [(&'static str, &'static str)]] {
    match list {
        "populations" => &[
            &[
                ("name", "\"people\""),
                ("kind", "\"human\""),
                ("lag_hours", "336.0"),
            ],
            &[
                ("name", "\"copies\""),
                ("kind", "\"automated\""),
                ("boards", "4"),
            ],
        ],
        _ => &[&[]],
    }
}

/// A value as TOML writes it.
pub(super) fn toml(shape: Shape, value: &Value) -> String {
    let list = |shape: Shape, items: &Value| {
        let items = items.as_array().into_iter().flatten();
        format!(
            "[{}]",
            items
                .map(|item| toml(shape, item))
                .collect::<Vec<_>>()
                .join(", ")
        )
    };
    match (shape, value) {
        (Shape::Pairs(range) | Shape::Series(range), Value::Array(pairs)) => {
            let pairs = pairs.iter().map(|pair| list(Shape::Float(range), pair));
            format!("[{}]", pairs.collect::<Vec<_>>().join(", "))
        }
        (Shape::Series(range), Value::Object(series)) => {
            let points = &series["points"];
            let growth = &series["growth_per_year"];
            match points.as_array().map(Vec::as_slice) {
                Some([only]) if only[0] == 0.0 && *growth == 1.0 => {
                    toml(Shape::Float(range), &only[1])
                }
                _ => format!(
                    "{{ points = {}, growth_per_year = {} }}",
                    toml(shape, points),
                    toml(Shape::Float(range), growth)
                ),
            }
        }
        (Shape::Texts, Value::Array(_)) => list(Shape::Text, value),
        (Shape::Condition, when) => condition(when),
        (Shape::Overrides, Value::Object(values)) => {
            let mut lines = Vec::new();
            dotted("", values, &mut lines);
            format!("{{ {} }}", lines.join(", "))
        }
        (Shape::Overrides, Value::Array(_)) => list(shape, value),
        (Shape::Overrides, Value::Number(number)) if number.is_f64() => {
            format!("{:?}", number.as_f64().unwrap_or(f64::NAN))
        }
        (_, Value::String(text)) => toml_edit::Value::from(text.as_str()).to_string(),
        (Shape::Float(_), number) => format!("{:?}", number.as_f64().unwrap_or(f64::NAN)),
        (_, other) => other.to_string(),
    }
}

/// The condition of an event, its lab by name.
fn condition(when: &Value) -> String {
    let real = |value: &Value| format!("{:?}", value.as_f64().unwrap_or(f64::NAN));
    let quantity = &when["quantity"];
    let (Some(name), Some(sign)) = (quantity["name"].as_str(), quantity["comparison"].as_str())
    else {
        return format!("{{ day = {} }}", real(&when["day"]));
    };
    let lab = quantity["lab"].as_str();
    let lab = lab.map_or(String::new(), |lab| format!("lab = \"{lab}\", "));
    format!(
        "{{ {lab}{name} = \"{sign} {}\" }}",
        real(&quantity["value"])
    )
}

/// The values of an event, each with its dotted key.
fn dotted(at: &str, values: &Map<String, Value>, lines: &mut Vec<String>) {
    for (name, value) in values {
        let key = format!("{at}{name}");
        match value {
            Value::Object(inner) if !inner.is_empty() => dotted(&format!("{key}."), inner, lines),
            _ => lines.push(format!("{key} = {}", toml(Shape::Overrides, value))),
        }
    }
}
