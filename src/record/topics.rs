//! `topics.parquet`: how far each lab came in each topic, at the end of a run.

use std::path::Path;

use super::error::RecordError;
use super::table::{self, Reader, Table, Values};

/// What a lab knows of a topic. All topics are of the simulated sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TopicRow {
    /// The lab.
    pub lab: String,
    /// Number of the topic, the most popular first.
    pub topic: u64,
    /// Kind of the topic.
    pub kind: String,
    /// Share of researchers' attention that it would have if all topics were as open; they sum to 1.
    pub popularity: f64,
    /// Ideas there are.
    pub ideas: u64,
    /// Every idea below is known.
    pub known_below: u64,
    /// Ideas that the lab knows.
    pub known_ideas: u64,
    /// Orders of magnitude by which its next idea is harder than its first.
    pub harder_oom: f64,
}

/// Writes the rows as one file, atomically.
pub(super) fn write(path: &Path, rows: &[TopicRow]) -> Result<(), RecordError> {
    let table = table_of(rows);
    table::write(path, "topics", &table, None, std::iter::once(Ok(table.clone())))
}

fn table_of(rows: &[TopicRow]) -> Table {
    let texts = |of: fn(&TopicRow) -> &String| Values::Texts(rows.iter().map(of).cloned().collect());
    let counts = |of: fn(&TopicRow) -> u64| Values::Counts(rows.iter().map(of).collect());
    let reals = |of: fn(&TopicRow) -> f64| Values::Reals(rows.iter().map(of).collect());
    let columns = [
        ("lab", texts(|row| &row.lab)),
        ("topic", counts(|row| row.topic)),
        ("kind", texts(|row| &row.kind)),
        ("popularity", reals(|row| row.popularity)),
        ("ideas", counts(|row| row.ideas)),
        ("known_below", counts(|row| row.known_below)),
        ("known_ideas", counts(|row| row.known_ideas)),
        ("harder_oom", reals(|row| row.harder_oom)),
    ];
    let columns = columns.map(|(name, values)| (name.to_owned(), values));
    Table {
        columns: columns.into(),
    }
}

/// The rows of the file.
///
/// # Errors
/// If it cannot be read, or holds something else.
pub(super) fn read(path: &Path) -> Result<Vec<TopicRow>, RecordError> {
    let to_error = RecordError::parquet("read", path);
    let reader = Reader::open(path).map_err(&to_error)?;
    let mut rows = Vec::new();
    for group in 0..reader.groups() {
        let group = reader.group(group, |_| true).map_err(&to_error)?;
        rows.extend(rows_of(&group).ok_or_else(|| RecordError::Malformed {
            path: path.to_owned(),
            place: "a column".to_owned(),
            why: "missing, or of another type".to_owned(),
            remedy: "make it again with `takeoff run` and --force",
        })?);
    }
    Ok(rows)
}

fn rows_of(table: &Table) -> Option<Vec<TopicRow>> {
    let texts = |name| match table.get(name) {
        Some(Values::Texts(values)) => Some(values),
        _ => None,
    };
    let (labs, kinds) = (texts("lab")?, texts("kind")?);
    let (topics, ideas) = (table.counts("topic")?, table.counts("ideas")?);
    let (below, known) = (table.counts("known_below")?, table.counts("known_ideas")?);
    let (popularity, harder) = (table.reals("popularity")?, table.reals("harder_oom")?);
    let row = |at: usize| TopicRow {
        lab: labs[at].clone(),
        topic: topics[at],
        kind: kinds[at].clone(),
        popularity: popularity[at],
        ideas: ideas[at],
        known_below: below[at],
        known_ideas: known[at],
        harder_oom: harder[at],
    };
    Some((0..table.rows()).map(row).collect())
}
