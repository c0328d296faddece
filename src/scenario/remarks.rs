//! What the files of a scenario say beside their values.

use std::collections::BTreeMap;

use super::problem::Notes;
use super::tree::{Content, Node};

/// Names of sources that are no files: the options of the command line.
const OPTION: &str = "--";

/// What the files of a scenario say about their values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remarks {
    /// `sources` of the file and of what it includes.
    pub sources: Vec<String>,
    /// Dotted key, as `--set` takes it, to the comment on the line of its value; empty where the file
    /// states the value without one, the option where the command line did.
    pub of: BTreeMap<String, String>,
}

impl Remarks {
    pub(super) fn of(root: &Node, notes: &Notes) -> Self {
        let listed = root.get("sources").map_or(&[][..], Node::items);
        let mut remarks = Self {
            sources: listed
                .iter()
                .filter_map(Node::text)
                .map(str::to_owned)
                .collect(),
            of: BTreeMap::new(),
        };
        remarks.gather("", root, notes);
        remarks
    }

    fn gather(&mut self, at: &str, node: &Node, notes: &Notes) {
        let below = |name: &str| match at {
            "" => name.to_owned(),
            at => format!("{at}.{name}"),
        };
        match &node.content {
            Content::Table(entries) => {
                for entry in entries {
                    self.of
                        .insert(below(&entry.key), remark(&entry.node, notes));
                    self.gather(&below(&entry.key), &entry.node, notes);
                }
            }
            Content::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    let name = item.get("name").and_then(Node::text);
                    let name = name.map_or_else(|| index.to_string(), str::to_owned);
                    self.gather(&below(&name), item, notes);
                }
            }
            _ => {}
        }
    }
}

/// The comment behind a value, on the line on which the value ends.
fn remark(node: &Node, notes: &Notes) -> String {
    let source = &notes.sources[node.place.source];
    if source.name.starts_with(OPTION) {
        return source.name.clone();
    }
    let rest = source.text.get(node.place.end..).unwrap_or_default();
    let line = rest.lines().next().unwrap_or_default();
    line.split_once('#')
        .map_or(String::new(), |(_, comment)| comment.trim().to_owned())
}
