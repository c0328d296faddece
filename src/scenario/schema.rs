//! The key table for editors (JSON Schema) and for docs/formats.md.

use serde_json::{Map, Value, json};

use super::keys::{
    CONDITION, DISTRIBUTION, Fallback, Key, ROOT, Range, SERIES, Shape, Table, for_each_table,
    limit, may_be_uncertain,
};
use super::walk::literal;

/// Said of keys that no event can change.
const FIXED: &str = " Fixed for a run.";

/// JSON Schema (2020-12) of a scenario file.
pub fn json_schema() -> String {
    let mut schema = table(&ROOT);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("takeoff scenario");
    schema["$defs"] = json!({ "distribution": table(&DISTRIBUTION) });
    let mut text = format!("{schema:#}");
    text.push('\n');
    text
}

/// Every key with type, unit, range, default and meaning: one Markdown table for each TOML table.
pub fn key_list_markdown() -> String {
    let mut text = String::new();
    for_each_table(&mut |at, table| {
        let heading = if at.is_empty() {
            "top of the file".to_owned()
        } else {
            format!("`{at}`")
        };
        text.push_str(&format!("### {heading}\n\n{}\n\n", table.doc));
        text.push_str("| key | type | unit | allowed | default | class | meaning |\n");
        text.push_str("|---|---|---|---|---|---|---|\n");
        for key in table.keys {
            text.push_str(&row(key));
        }
        text.push('\n');
    });
    text
}

fn row(key: &Key) -> String {
    let (default, class) = match key.fallback {
        Fallback::Required => ("required".to_owned(), String::new()),
        Fallback::Off => ("off".to_owned(), String::new()),
        Fallback::Value {
            literal,
            class,
            source,
        } => (format!("`{literal}`"), format!("{class}: {source}")),
    };
    let condition = match key.when {
        Some((on, value)) => format!("With `{on} = \"{value}\"`. "),
        None => String::new(),
    };
    let fixed = if key.fixed { FIXED } else { "" };
    format!(
        "| `{}` | {} | {} | {} | {default} | {class} | {condition}{}{fixed} |\n",
        key.name,
        key.shape.noun(),
        key.unit,
        key.shape.allowed(),
        key.doc
    )
}

fn table(table: &'static Table) -> Value {
    let mut properties = Map::new();
    let mut conditions = Vec::new();
    let required = |key: &Key| key.fallback == Fallback::Required;
    for key in table.keys {
        properties.insert(key.name.to_owned(), property(table, key));
        let Some((on, value)) = key.when else {
            continue;
        };
        let chosen = json!({ "properties": { on: { "const": value } }, "required": [on] });
        // Without the chooser its default holds, which is never what these keys go with.
        conditions.push(json!({ "if": { "required": [key.name] }, "then": chosen }));
        if required(key) {
            conditions.push(json!({ "if": chosen, "then": { "required": [key.name] } }));
        }
    }
    // Tables of an including file may come from what it includes.
    let is_root = std::ptr::eq(table, &ROOT);
    let needed = table.keys.iter().filter(|key| {
        let may_be_included = is_root && key.shape.table().is_some();
        required(key) && key.when.is_none() && !may_be_included
    });
    let mut schema = json!({
        "type": "object",
        "description": table.doc,
        "properties": properties,
        "additionalProperties": false,
        "required": needed.map(|key| key.name).collect::<Vec<_>>(),
    });
    if !conditions.is_empty() {
        schema["allOf"] = Value::Array(conditions);
    }
    schema
}

fn property(around: &'static Table, key: &Key) -> Value {
    let mut schema = match key.shape {
        Shape::Float(range) => number(range),
        Shape::Integer(min, max) => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Shape::Numbers(list) => json!({ "enum": list }),
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Text => json!({ "type": "string", "minLength": 1 }),
        Shape::Name => json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$" }),
        Shape::Date => json!({ "type": "string", "format": "date" }),
        Shape::Choice(list) => json!({ "enum": list }),
        Shape::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Shape::Values => json!({
            "type": "array", "minItems": 1, "maxItems": limit::CHOICES,
            "items": { "type": ["number", "string", "boolean"] },
        }),
        Shape::Series(range) => {
            let mut written = table(&SERIES);
            written["properties"]["points"] = pairs(range);
            written["properties"]["points"]["minItems"] = json!(1);
            json!({ "oneOf": [number(range), written] })
        }
        Shape::Pairs(range) => pairs(range),
        Shape::Table(inner) => table(inner),
        Shape::Tables(inner, min, max) => json!({
            "type": "array", "items": table(inner), "minItems": min, "maxItems": max,
        }),
        Shape::Changes => json!({ "type": "object" }),
        Shape::Variants => json!({
            "type": "object", "additionalProperties": { "type": "object" },
        }),
        Shape::Condition => table(&CONDITION),
        Shape::Comparison => json!({ "type": "string", "pattern": "^ *[<>]=? *[-+.0-9eE]+ *$" }),
        Shape::Overrides => json!({ "type": "object", "minProperties": 1 }),
    };
    if may_be_uncertain(around, key) {
        schema = json!({ "anyOf": [schema, { "$ref": "#/$defs/distribution" }] });
    }
    let unit = if key.unit.is_empty() {
        String::new()
    } else {
        format!(" [{}]", key.unit)
    };
    let fixed = if key.fixed { FIXED } else { "" };
    schema["description"] = json!(format!("{}{unit}{fixed}", key.doc));
    match key.fallback {
        Fallback::Value {
            literal: text,
            class,
            source,
        } => {
            schema["default"] = literal(key, text);
            schema["$comment"] = json!(format!("default is {class}: {source}"));
            schema
        }
        Fallback::Off if key.shape.table().is_none() => {
            json!({ "oneOf": [schema, { "const": "none" }] })
        }
        Fallback::Required | Fallback::Off => schema,
    }
}

fn number(range: Range) -> Value {
    let low = if range.above_min {
        "exclusiveMinimum"
    } else {
        "minimum"
    };
    let high = if range.below_max {
        "exclusiveMaximum"
    } else {
        "maximum"
    };
    json!({ "type": "number", low: range.min, high: range.max })
}

fn pairs(range: Range) -> Value {
    json!({
        "type": "array",
        "items": {
            "type": "array",
            "prefixItems": [{ "type": "number" }, number(range)],
            "minItems": 2, "maxItems": 2,
        },
    })
}
