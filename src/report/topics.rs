//! How deep each topic was explored.

use serde::Serialize;

use crate::record::TopicRow;

/// Cells of the map at most; more topics are averaged by neighbours in popularity.
const CELLS_MAX: usize = 2048;

/// The topics of a lab, the most popular first. All lists are of one length.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TopicMap {
    /// The lab.
    pub lab: String,
    /// Number of the topic, or of the first of a cell.
    pub topic: Vec<u64>,
    /// Topics of the cell.
    pub count: Vec<u64>,
    /// Kind of the topic.
    pub kind: Vec<String>,
    /// Share of attention that the cell would have if all topics were as open.
    pub popularity: Vec<f64>,
    /// Ideas that the lab knows, mean over the topics of the cell.
    pub known_ideas: Vec<f64>,
    /// Orders of magnitude by which the next idea is harder than the first, mean likewise.
    pub harder_oom: Vec<f64>,
}

/// One map a lab.
pub fn maps(rows: &[TopicRow]) -> Vec<TopicMap> {
    rows.chunk_by(|a, b| a.lab == b.lab).map(map).collect()
}

fn map(rows: &[TopicRow]) -> TopicMap {
    let mut kinds: Vec<&str> = Vec::new();
    for row in rows {
        if !kinds.contains(&row.kind.as_str()) {
            kinds.push(&row.kind);
        }
    }
    let size = rows.len().div_ceil(CELLS_MAX).max(1);
    let mut map = TopicMap {
        lab: rows[0].lab.clone(),
        ..TopicMap::default()
    };
    for kind in kinds {
        let of_kind: Vec<&TopicRow> = rows.iter().filter(|row| row.kind == kind).collect();
        for cell in of_kind.chunks(size) {
            map.add(cell);
        }
    }
    map
}

impl TopicMap {
    fn add(&mut self, cell: &[&TopicRow]) {
        let count = cell.len() as f64;
        let sum = |of: fn(&TopicRow) -> f64| cell.iter().map(|row| of(row)).sum::<f64>();
        self.topic.push(cell[0].topic);
        self.count.push(cell.len() as u64);
        self.kind.push(cell[0].kind.clone());
        self.popularity.push(sum(|row| row.popularity));
        self.known_ideas
            .push(sum(|row| row.known_ideas as f64) / count);
        self.harder_oom.push(sum(|row| row.harder_oom) / count);
    }
}
