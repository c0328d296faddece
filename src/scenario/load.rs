//! From a file to a [`Scenario`], or to everything that is wrong with it.

use std::path::Path as FilePath;

use serde_json::json;

use super::keys::ROOT;
use super::overrides::{self, Overrides};
use super::problem::{Detail, Fault, Notes, ScenarioErrors};
use super::remarks::Remarks;
use super::tree::{Content, Node, Path, Step};
use super::uncertain::{self, Uncertainty};
use super::values::nearest;
use super::walk::{self, Checked};
use super::{Scenario, events, files, layout, rules};

/// Variants of a scenario at most; each is checked whenever the file is.
const VARIANTS_MAX: usize = 256;

/// The default of `order`.
const ORDER_LAST: u64 = 1000;

/// What a scenario file says about itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    /// Its place in a list of scenarios, from 1.
    pub order: u64,
    /// The question it asks.
    pub question: String,
    /// Where its figures come from, its own and those of what it includes.
    pub sources: Vec<String>,
    /// Its variants, in the order of the file.
    pub variants: Vec<String>,
}

impl Scenario {
    /// Reads and checks the file at `path` with what it includes. Without overrides every variant
    /// is checked as well.
    pub fn load(path: &FilePath, overrides: &Overrides) -> Result<Self, ScenarioErrors> {
        ScenarioFile::read(path)?.resolve(overrides)
    }

    /// The same for a text as if it stood at `path`; only what it includes is read from disk.
    pub fn parse(
        path: &FilePath,
        text: &str,
        overrides: &Overrides,
    ) -> Result<Self, ScenarioErrors> {
        ScenarioFile::parse(path, text)?.resolve(overrides)
    }
}

/// A scenario file that was read with what it includes, to be resolved once or many times.
#[derive(Clone, Debug)]
pub struct ScenarioFile {
    /// Name without folder and ending.
    stem: String,
    notes: Notes,
    merged: Node,
}

impl ScenarioFile {
    /// Reads the file at `path`; values are not checked yet.
    pub fn read(path: &FilePath) -> Result<Self, ScenarioErrors> {
        let mut notes = Notes::default();
        let merged = files::read_merged(&mut notes, path);
        Self::new(path, notes, merged)
    }

    /// The same for a text as if it stood at `path`.
    pub fn parse(path: &FilePath, text: &str) -> Result<Self, ScenarioErrors> {
        let mut notes = Notes::default();
        let merged = files::merged_text(&mut notes, path, text);
        Self::new(path, notes, merged)
    }

    /// Problems of single includes stay in the notes: those of values are told with them.
    fn new(path: &FilePath, notes: Notes, merged: Option<Node>) -> Result<Self, ScenarioErrors> {
        let stem = path
            .file_stem()
            .map_or("scenario".into(), |stem| stem.to_string_lossy())
            .into_owned();
        match merged {
            Some(merged) => Ok(Self {
                stem,
                notes,
                merged,
            }),
            None => notes.into_result(None),
        }
    }

    /// The scenario with its overrides, distributions at their medians. Without overrides every
    /// variant is checked as well.
    pub fn resolve(&self, overrides: &Overrides) -> Result<Scenario, ScenarioErrors> {
        self.resolve_uncertain(overrides)
            .map(|(scenario, _)| scenario)
    }

    /// The same, and what the file with its overrides leaves uncertain.
    pub fn resolve_uncertain(
        &self,
        overrides: &Overrides,
    ) -> Result<(Scenario, Uncertainty), ScenarioErrors> {
        let mut notes = self.notes.clone();
        let name = match &overrides.variant {
            Some(variant) => format!("{}@{variant}", self.stem),
            None => self.stem.clone(),
        };
        let resolved = resolve(&mut notes, &self.merged, &name, overrides);
        if *overrides == Overrides::default() {
            check_variants(&mut notes, &self.merged);
        }
        notes.into_result(resolved)
    }

    /// What the file with its overrides says about its values.
    pub fn remarks(&self, overrides: &Overrides) -> Remarks {
        let mut notes = self.notes.clone();
        let mut root = self.merged.clone();
        overrides::apply(&mut notes, &mut root, overrides);
        Remarks::of(&root, &notes)
    }

    /// The number that the file with its overrides gives a dotted key, a distribution at its
    /// median; `None` where it gives none.
    pub fn number(&self, overrides: &Overrides, key: &str) -> Option<f64> {
        let mut notes = self.notes.clone();
        let mut root = self.merged.clone();
        overrides::apply(&mut notes, &mut root, overrides);
        uncertain::settle(&mut notes, &mut root, true);
        match root.find_spoken(key)?.content {
            Content::Float(value) => Some(value),
            Content::Integer(value) => Some(value as f64),
            _ => None,
        }
    }
}

/// Order, question, sources and variants of the file at `path`; values are not checked.
pub fn head(path: &FilePath) -> Result<Head, ScenarioErrors> {
    let mut notes = Notes::default();
    let root = files::read_merged(&mut notes, path);
    let head = root.map(|root| {
        let list = root.get("sources").map(|node| node.items()).unwrap_or(&[]);
        Head {
            order: match root.get("order").map(|node| &node.content) {
                Some(Content::Integer(order)) => u64::try_from(*order).unwrap_or(ORDER_LAST),
                _ => ORDER_LAST,
            },
            question: root
                .get("question")
                .and_then(Node::text)
                .unwrap_or("")
                .to_owned(),
            sources: list
                .iter()
                .filter_map(Node::text)
                .map(str::to_owned)
                .collect(),
            variants: overrides::names(&root),
        }
    });
    notes.into_result(head)
}

/// Names of the variants of the file at `path`.
pub fn variants(path: &FilePath) -> Result<Vec<String>, ScenarioErrors> {
    head(path).map(|head| head.variants)
}

/// Applies overrides and checks the result, as it starts and as its events leave it.
fn resolve(
    notes: &mut Notes,
    merged: &Node,
    name: &str,
    overrides: &Overrides,
) -> Option<(Scenario, Uncertainty)> {
    let mut root = merged.clone();
    let before = notes.problems.len();
    overrides::apply(notes, &mut root, overrides);
    let is_changed = *overrides != Overrides::default();
    let uncertainty = uncertain::settle(notes, &mut root, is_changed);
    let scenario = build(notes, &root, name, None);
    if notes.problems.len() == before {
        events::check(notes, &root, name);
    } else {
        events::check_keys(notes, &root);
    }
    scenario.map(|scenario| (scenario, uncertainty))
}

/// The scenario of a tree, checked against the key table and the rules; its events only as far as
/// they stand in the tree.
pub(super) fn build(
    notes: &mut Notes,
    root: &Node,
    name: &str,
    blame: Option<&events::Blame>,
) -> Option<Scenario> {
    let mut checked = walk::check(root, &ROOT, notes);
    link_exchanges(notes, root, &mut checked);
    events::link(notes, root, &mut checked);
    let before = notes.problems.len();
    let scenario = layout::scenario(checked.values, name);
    let Some(scenario) = scenario else {
        assert!(before > 0, "the key table and the scenario types differ");
        return None;
    };
    for rule in rules::broken(&scenario) {
        if rule
            .keys
            .iter()
            .any(|key| is_poisoned(&checked.poisoned, key))
        {
            continue;
        }
        let Some(first) = rule.keys.first() else {
            continue;
        };
        let written = blame.map(|blame| blame.pick(root, &rule.keys));
        let key = written.and_then(|(key, _)| key).unwrap_or(first);
        let (node, found) = root.locate(key);
        let place = written.map_or(node.place, |(_, place)| place);
        let value = if found && place == node.place {
            notes.written(place)
        } else {
            String::new()
        };
        let detail = Detail {
            key: root.spoken(key),
            value,
            ..Detail::default()
        };
        notes.add(place, Fault::Rule(rule.message), detail);
    }
    Some(scenario)
}

fn is_poisoned(poisoned: &[Path], key: &Path) -> bool {
    poisoned
        .iter()
        .any(|wrong| key.starts_with(wrong) || wrong.starts_with(key))
}

/// Replaces the lab names of exchanges by positions.
fn link_exchanges(notes: &mut Notes, root: &Node, checked: &mut Checked) {
    let count = checked.values["exchange"].as_array().map_or(0, Vec::len);
    for index in 0..count {
        for end in ["from", "to"] {
            let name = checked.values["exchange"][index][end].take();
            let path: Path = vec![
                Step::Key("exchange".into()),
                Step::Item(index),
                Step::Key(end.into()),
            ];
            let lab = lab_index(notes, root, checked, name.as_str().unwrap_or(""), path);
            checked.values["exchange"][index][end] = json!(lab);
        }
    }
}

/// The position of the lab that is named at `path`; 0, and a problem, where there is no such lab.
pub(super) fn lab_index(
    notes: &mut Notes,
    root: &Node,
    checked: &mut Checked,
    name: &str,
    path: Path,
) -> usize {
    let labs = checked.values["labs"].as_array().into_iter().flatten();
    let names: Vec<_> = labs.filter_map(|lab| lab["name"].as_str()).collect();
    let found = names.iter().position(|lab| *lab == name);
    if found.is_none() && !is_poisoned(&checked.poisoned, &path) {
        let hint = match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("labs: {}", names.join(", ")),
        };
        let place = root.locate(&path).0.place;
        let value = notes.written(place);
        let detail = Detail {
            key: root.spoken(&path),
            value,
            hint,
            ..Detail::default()
        };
        notes.add(place, Fault::UnknownName, detail);
        checked.poisoned.push(path);
    }
    found.unwrap_or(0)
}

/// Checks every variant: fully when the file itself is right, else its keys only.
fn check_variants(notes: &mut Notes, merged: &Node) {
    let names = overrides::names(merged);
    if names.len() > VARIANTS_MAX {
        let fault = Fault::Rule(format!("{} variants; at most {VARIANTS_MAX}", names.len()));
        let place = merged
            .get("variants")
            .map_or(merged.place, |node| node.place);
        notes.add(
            place,
            fault,
            Detail {
                key: "variants".into(),
                ..Detail::default()
            },
        );
        return;
    }
    let sound = notes.problems.is_empty();
    for name in names {
        let before = notes.problems.len();
        if sound {
            let overrides = Overrides {
                variant: Some(name.clone()),
                ..Overrides::default()
            };
            resolve(notes, merged, &name, &overrides);
        } else {
            overrides::apply_variant(notes, &mut merged.clone(), &name);
        }
        for problem in &mut notes.problems[before..] {
            let space = if problem.hint.is_empty() { "" } else { "; " };
            problem.hint = format!("{}{space}in variant `{name}`", problem.hint);
        }
    }
}
