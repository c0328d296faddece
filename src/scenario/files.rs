//! Reading scenario files: limits, encoding, includes, and merging them into one tree.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path as FilePath, PathBuf};

use super::problem::{Detail, Fault, Notes, Place};
use super::tree::{Content, Entry, Node, parse};

/// Bytes of one file at most.
pub const FILE_BYTES_MAX: usize = 1 << 20;

/// Files that include one another, one inside the next, at most.
pub const INCLUDE_DEPTH_MAX: usize = 8;

/// Files of one scenario at most.
const FILES_MAX: usize = 64;

/// The file at `path` and all it includes as one tree; as much of it as could be read.
pub(super) fn read_merged(notes: &mut Notes, path: &FilePath) -> Option<Node> {
    let name = path.display().to_string();
    let origin = notes.source(name, String::new());
    let text = read_text(path).map_err(|fault| {
        let place = Place {
            source: origin,
            ..Place::default()
        };
        let hint = match fault {
            Fault::ByteOrderMark => "save the file as UTF-8 without a mark",
            Fault::NotUtf8(_) => "save the file as UTF-8",
            _ => "",
        };
        notes.add(
            place,
            fault,
            Detail {
                hint: hint.to_owned(),
                ..Detail::default()
            },
        );
    });
    notes.sources[origin].text = text.ok()?;
    merge_includes(notes, origin, &mut vec![path.to_owned()])
}

/// The text as if it stood in the file at `path`; includes are read from beside that.
pub(super) fn merged_text(notes: &mut Notes, path: &FilePath, text: &str) -> Option<Node> {
    let origin = notes.source(path.display().to_string(), text.to_owned());
    if let Err(fault) = check_text(text.as_bytes()) {
        let place = Place {
            source: origin,
            ..Place::default()
        };
        notes.add(place, fault, Detail::default());
        return None;
    }
    merge_includes(notes, origin, &mut vec![path.to_owned()])
}

fn read_text(path: &FilePath) -> Result<String, Fault> {
    let unreadable = |error: std::io::Error| Fault::Unreadable(error.to_string());
    // Asked before opening: opening a pipe would wait for somebody to write to it.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(Fault::Unreadable("not a file".to_owned()));
    }
    let file = fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    check_text(&bytes)?;
    String::from_utf8(bytes).map_err(|error| Fault::NotUtf8(error.utf8_error().valid_up_to()))
}

fn check_text(bytes: &[u8]) -> Result<(), Fault> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Fault::TooLarge(FILE_BYTES_MAX));
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err(Fault::ByteOrderMark);
    }
    Ok(())
}

/// Parses a source and merges what it includes under it. `open` holds the paths from the first
/// file to this one.
fn merge_includes(notes: &mut Notes, source: usize, open: &mut Vec<PathBuf>) -> Option<Node> {
    let mut root = parse(notes, source)?;
    let mut merged = Node::table(root.place);
    for (written, place) in take_includes(&mut root) {
        let Some(path) = admitted(notes, &written, place, open) else {
            continue;
        };
        let before = notes.problems.len();
        let text = match read_text(&path) {
            Ok(text) => text,
            Err(fault) => {
                refuse(
                    notes,
                    place,
                    &written,
                    fault,
                    "the path is relative to this file",
                );
                continue;
            }
        };
        let inner = notes.source(path.display().to_string(), text);
        open.push(path);
        if let Some(node) = merge_includes(notes, inner, open) {
            merge(notes, &mut merged, node, "");
        } else {
            debug_assert!(notes.problems.len() > before || notes.more > 0);
        }
        open.pop();
    }
    merge(notes, &mut merged, root, "");
    Some(merged)
}

/// Takes the well-formed paths out of `include`; what is not is left for the key table to refuse.
fn take_includes(root: &mut Node) -> Vec<(String, Place)> {
    let Some(entries) = root.entries_mut() else {
        return Vec::new();
    };
    let Some(at) = entries.iter().position(|entry| entry.key == "include") else {
        return Vec::new();
    };
    let Content::List(items) = &entries[at].node.content else {
        return Vec::new();
    };
    let paths: Option<Vec<_>> = items
        .iter()
        .map(|item| Some((item.text()?.to_owned(), item.place)))
        .collect();
    match paths {
        Some(paths) => {
            entries.remove(at);
            paths
        }
        None => Vec::new(),
    }
}

/// The path of an include, unless it is refused.
fn admitted(notes: &mut Notes, written: &str, place: Place, open: &[PathBuf]) -> Option<PathBuf> {
    let relative = FilePath::new(written);
    let unfit = |c: char| c.is_control() || c == '\\';
    if written.is_empty() || relative.is_absolute() || written.contains(unfit) {
        let hint = "such as \"blocks/ideas.toml\", with / between folders";
        refuse(notes, place, written, Fault::IncludePath, hint);
        return None;
    }
    let parent = open
        .last()
        .and_then(|path| path.parent())
        .unwrap_or(FilePath::new(""));
    let path = parent.join(relative);
    let same = |other: &&PathBuf| real(other) == real(&path);
    if let Some(at) = open.iter().position(|other| same(&other)) {
        let mut chain: Vec<_> = open[at..].iter().map(|p| p.display().to_string()).collect();
        chain.push(path.display().to_string());
        refuse(
            notes,
            place,
            written,
            Fault::IncludeCycle(chain.join(" -> ")),
            "",
        );
        return None;
    }
    if open.len() > INCLUDE_DEPTH_MAX {
        refuse(
            notes,
            place,
            written,
            Fault::IncludeDepth(INCLUDE_DEPTH_MAX),
            "",
        );
        return None;
    }
    if notes.sources.len() >= FILES_MAX {
        refuse(notes, place, written, Fault::IncludeCount(FILES_MAX), "");
        return None;
    }
    Some(path)
}

/// A path that two spellings of one file share, as far as the file can be looked up.
fn real(path: &FilePath) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn refuse(notes: &mut Notes, place: Place, written: &str, fault: Fault, hint: &str) {
    let detail = Detail {
        key: "include".to_owned(),
        value: format!("{written:?}"),
        hint: hint.to_owned(),
        ..Detail::default()
    };
    notes.add(place, fault, detail);
}

/// Puts `from` into `into`: tables key by key, lists of tables and `sources` one after the other;
/// any other key that both have is given twice.
fn merge(notes: &mut Notes, into: &mut Node, from: Node, at: &str) {
    let Content::Table(from) = from.content else {
        return;
    };
    let Some(entries) = into.entries_mut() else {
        return;
    };
    // By name: a megabyte of keys would take minutes to search one by one.
    let known = entries.iter().enumerate();
    let known: BTreeMap<_, _> = known.map(|(index, old)| (old.key.clone(), index)).collect();
    for entry in from {
        let key = match at {
            "" => entry.key.clone(),
            at => format!("{at}.{}", entry.key),
        };
        match known.get(&entry.key) {
            None => entries.push(entry),
            Some(index) => merge_entry(notes, &mut entries[*index], entry, &key),
        }
    }
}

fn merge_entry(notes: &mut Notes, old: &mut Entry, new: Entry, key: &str) {
    let joins = |node: &Node| key == "sources" || node.entries().is_some();
    match (&mut old.node.content, new.node.content) {
        (Content::Table(_), Content::Table(table)) => {
            let node = Node {
                content: Content::Table(table),
                place: new.node.place,
            };
            old.node.place = node.place;
            merge(notes, &mut old.node, node, key);
        }
        (Content::List(items), Content::List(more)) if items.iter().chain(&more).all(joins) => {
            items.extend(more);
        }
        // Every file may state the schema it was written for.
        (Content::Integer(one), Content::Integer(other)) if key == "schema" && *one == other => {}
        _ => {
            let first = notes.spot(old.place);
            let hint = "change it in a variant or with --set, or state it in one file only";
            let detail = Detail {
                key: key.to_owned(),
                hint: hint.into(),
                ..Detail::default()
            };
            notes.add(new.place, Fault::Twice(first), detail);
        }
    }
}
