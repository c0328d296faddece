//! `[set]`, variants, `--set` and `--seed`: changes to a merged tree before it is checked.

use super::keys::{ROOT, Shape, Table};
use super::problem::{Detail, Fault, Notes, Place};
use super::tree::{Content, Entry, Node, parse};
use super::uncertain;
use super::values::nearest;

/// What the command line changes of a file with its `[set]`, in this order: the variant, then each `set`, then the seed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// `(dotted key, TOML value)`; list elements by name, a bare word counts as a text.
    pub set: Vec<(String, String)>,
    /// The name of a `[variants.NAME]` table.
    pub variant: Option<String>,
    /// In place of `run.seed`.
    pub seed: Option<u64>,
}

/// Top-level keys that say what a file is; a variant of it is still that.
const FIXED: [&str; 7] = [
    "schema",
    "order",
    "sources",
    "include",
    "set",
    "correlations",
    "variants",
];

/// Applies all overrides to `root`.
pub(super) fn apply(notes: &mut Notes, root: &mut Node, overrides: &Overrides) {
    apply_own(notes, root);
    if let Some(name) = &overrides.variant {
        apply_variant(notes, root, name);
    }
    for (key, value) in &overrides.set {
        apply_set(notes, root, key, value);
    }
    if let Some(seed) = overrides.seed {
        apply_set_from(notes, root, "--seed", "run.seed", &seed.to_string());
    }
}

/// Applies `[set]`: what the file changes of what it includes.
pub(super) fn apply_own(notes: &mut Notes, root: &mut Node) {
    let own = root.get("set").cloned();
    if let Some(own) = own.filter(|own| own.entries().is_some()) {
        put_table(notes, &ROOT, root, own, "set");
    }
}

/// The names under `variants`, in the order of the file.
pub(super) fn names(root: &Node) -> Vec<String> {
    let variants = root.get("variants").and_then(Node::entries).unwrap_or(&[]);
    variants.iter().map(|entry| entry.key.clone()).collect()
}

/// Applies `[variants.name]`.
pub(super) fn apply_variant(notes: &mut Notes, root: &mut Node, name: &str) {
    let Some(variant) = root.get("variants").and_then(|all| all.get(name)).cloned() else {
        let known = names(root);
        let hint = match nearest(name, known.iter().map(String::as_str)) {
            Some(name) => format!("did you mean `{name}`?"),
            None if known.is_empty() => "the file has no variants".to_owned(),
            None => format!("variants: {}", known.join(", ")),
        };
        let key = format!("variants.{name}");
        notes.add(
            root.place,
            Fault::UnknownName,
            Detail {
                key,
                hint,
                ..Detail::default()
            },
        );
        return;
    };
    let at = format!("variants.{name}");
    if variant.entries().is_none() {
        let fault = Fault::WrongType {
            expected: "a table",
            found: variant.noun(),
        };
        notes.add(
            variant.place,
            fault,
            Detail {
                key: at,
                ..Detail::default()
            },
        );
        return;
    }
    put_table(notes, &ROOT, root, variant, &at);
}

/// Applies what an event of the tree sets.
pub(super) fn apply_event(notes: &mut Notes, root: &mut Node, event: &Node) {
    let name = event.get("name").and_then(Node::text).unwrap_or("?");
    if let Some(set) = event.get("set") {
        put_table(
            notes,
            &ROOT,
            root,
            set.clone(),
            &format!("events.{name}.set"),
        );
    }
}

fn apply_set(notes: &mut Notes, root: &mut Node, key: &str, value: &str) {
    apply_set_from(notes, root, "--set", key, value);
}

fn apply_set_from(notes: &mut Notes, root: &mut Node, option: &str, key: &str, value: &str) {
    let before = notes.problems.len();
    let bare = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    // A number that TOML cannot hold is no text.
    let number = value.trim_start_matches(['+', '-']);
    let number = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
    let word = !value.is_empty() && !number && value.chars().all(bare);
    let quoted = format!("\"{value}\"");
    let control = key.chars().chain(value.chars()).any(char::is_control);
    let spellings = [Some(value), word.then_some(quoted.as_str())];
    for spelling in spellings.into_iter().flatten().filter(|_| !control) {
        let source = notes.source(option.to_owned(), format!("{key} = {spelling}"));
        let node = parse(notes, source);
        // More or fewer keys: something in the key or value was more than that.
        if let Some(node) = node.filter(|node| node.entries().is_some_and(|all| all.len() == 1)) {
            notes.problems.truncate(before);
            put_table(notes, &ROOT, root, node, "");
            return;
        }
    }
    let reason = notes
        .problems
        .get(before)
        .map_or("empty".into(), |p| p.fault.to_string());
    notes.problems.truncate(before);
    let clean: String = format!("{key}={value}")
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    let source = notes.source(option.to_owned(), clean);
    let detail = Detail {
        key: key.chars().filter(|c| !c.is_control()).collect(),
        hint: "such as --set run.days=30 or --set labs.NAME.waiting_target=0.2".to_owned(),
        ..Detail::default()
    };
    notes.add(
        Place {
            source,
            ..Place::default()
        },
        Fault::BadSet(reason),
        detail,
    );
}

/// Puts the values of `new` into `base`, both laid out as `table`. `at` is how `new` is called.
fn put_table(notes: &mut Notes, table: &'static Table, base: &mut Node, new: Node, at: &str) {
    let Content::Table(entries) = new.content else {
        return;
    };
    if base.entries().is_none() {
        base.content = Content::Table(Vec::new());
    }
    drop_unchosen(table, base, &entries);
    for entry in entries {
        let spoken = match at {
            "" => entry.key.clone(),
            at => format!("{at}.{}", entry.key),
        };
        let Some(key) = table.key(&entry.key) else {
            unknown(
                notes,
                Fault::UnknownKey,
                entry.place,
                &spoken,
                &mut keys_of(table),
            );
            continue;
        };
        if std::ptr::eq(table, &ROOT) && FIXED.contains(&key.name) {
            let fault = Fault::Rule("cannot be changed by [set], a variant or --set".to_owned());
            notes.add(
                entry.place,
                fault,
                Detail {
                    key: spoken,
                    ..Detail::default()
                },
            );
            continue;
        }
        put_entry(notes, key.shape, base, entry, &spoken);
    }
}

fn put_entry(notes: &mut Notes, shape: Shape, base: &mut Node, entry: Entry, spoken: &str) {
    let Some(entries) = base.entries_mut() else {
        return;
    };
    let Some(at) = entries.iter().position(|old| old.key == entry.key) else {
        // Elements cannot be picked from a list that is not there; a whole one can be given.
        entries.push(entry);
        return;
    };
    let old = &mut entries[at];
    let is_table = matches!(entry.node.content, Content::Table(_));
    match (shape, &mut old.node.content) {
        (Shape::Table(inner), Content::Table(_)) if is_table => {
            put_table(notes, inner, &mut old.node, entry.node, spoken);
        }
        (Shape::Tables(inner, ..), Content::List(items)) if is_table => {
            put_elements(notes, inner, items, entry.node, spoken);
        }
        (Shape::Overrides, Content::Table(_)) if is_table => put_plain(&mut old.node, entry.node),
        // One key of a series can change alone; a distribution is no series.
        (Shape::Series(_), Content::Table(parts))
            if is_table
                && !uncertain::is_distribution(parts)
                && !entry.node.entries().is_some_and(uncertain::is_distribution) =>
        {
            let Content::Table(new) = entry.node.content else {
                return;
            };
            for part in new {
                parts.retain(|old| old.key != part.key);
                parts.push(part);
            }
        }
        _ => *old = entry,
    }
}

/// Puts the values of `new` into `base`, tables key by key, whatever they mean.
fn put_plain(base: &mut Node, new: Node) {
    match (&mut base.content, new.content) {
        (Content::Table(old), Content::Table(entries)) => {
            for entry in entries {
                match old.iter_mut().find(|old| old.key == entry.key) {
                    Some(same) => put_plain(&mut same.node, entry.node),
                    None => old.push(entry),
                }
            }
        }
        (_, content) => {
            base.place = new.place;
            base.content = content;
        }
    }
}

/// Puts tables under names into the elements of a list that have these names, or these positions
/// where elements have none.
fn put_elements(notes: &mut Notes, table: &'static Table, items: &mut [Node], new: Node, at: &str) {
    let Content::Table(entries) = new.content else {
        return;
    };
    for entry in entries {
        let spoken = format!("{at}.{}", entry.key);
        let named = |item: &Node| item.get("name").and_then(Node::text).map(str::to_owned);
        let found = items
            .iter()
            .enumerate()
            .position(|(index, item)| match named(item) {
                Some(name) => name == entry.key,
                None => index.to_string() == entry.key,
            });
        if entry.node.entries().is_none() {
            let fault = Fault::WrongType {
                expected: "a table",
                found: entry.node.noun(),
            };
            let detail = Detail {
                key: spoken,
                ..Detail::default()
            };
            notes.add(entry.place, fault, detail);
            continue;
        }
        match found {
            Some(index) => put_table(notes, table, &mut items[index], entry.node, &spoken),
            None => {
                let names: Vec<_> = items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| named(item).unwrap_or_else(|| index.to_string()))
                    .collect();
                let mut known = names.iter().map(String::as_str);
                unknown(notes, Fault::UnknownName, entry.place, &spoken, &mut known);
            }
        }
    }
}

/// When an override chooses anew (`topology`, `kind`), the keys of the old choice go with it.
fn drop_unchosen(table: &'static Table, base: &mut Node, new: &[Entry]) {
    let Some(entries) = base.entries_mut() else {
        return;
    };
    entries.retain(|old| {
        let Some((on, wanted)) = table.key(&old.key).and_then(|key| key.when) else {
            return true;
        };
        let chosen = new
            .iter()
            .find(|entry| entry.key == on)
            .and_then(|entry| entry.node.text());
        chosen.is_none_or(|choice| choice == wanted)
    });
}

fn keys_of(table: &'static Table) -> impl Iterator<Item = &'static str> {
    table.keys.iter().map(|key| key.name)
}

fn unknown(
    notes: &mut Notes,
    fault: Fault,
    place: Place,
    spoken: &str,
    known: &mut dyn Iterator<Item = &str>,
) {
    let known: Vec<_> = known.collect();
    let last = spoken.rsplit('.').next().unwrap_or(spoken);
    let hint = match nearest(last, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("known here: {}", known.join(", ")),
    };
    notes.add(
        place,
        fault,
        Detail {
            key: spoken.to_owned(),
            hint,
            ..Detail::default()
        },
    );
}
