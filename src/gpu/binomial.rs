//! Binomial tables of a batch, each held once however many populations and replicates use it.
//!
//! A table is a pure function of the weight of an agent, of which there are twenty; a copy a population
//! would take 193 KiB each.

use crate::model::tables::{BINOMIAL_COLUMNS, BINOMIAL_ROWS};

/// Words of a table.
const TABLE: usize = BINOMIAL_ROWS * BINOMIAL_COLUMNS;

/// The distinct tables, and who uses which.
pub struct Binomials {
    /// All tables, one after the other, as the device has them.
    words: Vec<u32>,
    /// By replicate: place of each of its tables among all.
    places: Vec<Vec<u32>>,
}

impl Binomials {
    /// No tables.
    pub fn new(replicates: usize) -> Self {
        Self {
            words: Vec::new(),
            places: vec![Vec::new(); replicates],
        }
    }

    /// All tables.
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    /// Place of a replicate's table among all; 0 for one that it does not have, which nothing reads.
    pub fn place(&self, replicate: usize, table: u32) -> u32 {
        let own = &self.places[replicate];
        own.get(table as usize).copied().unwrap_or(0)
    }

    /// Replaces the tables of a replicate.
    pub fn replace(&mut self, replicate: usize, tables: &[u32]) {
        self.places[replicate].clear();
        for table in tables.chunks(TABLE) {
            let place = self.find_or_add(table);
            self.places[replicate].push(place);
        }
    }

    /// Place of a table; a table that nobody uses any more makes room for a new one.
    fn find_or_add(&mut self, table: &[u32]) -> u32 {
        let mut held = self.words.chunks(TABLE);
        if let Some(place) = held.position(|other| other == table) {
            return place as u32;
        }
        let count = (self.words.len() / TABLE) as u32;
        let used = |place: &u32| self.places.iter().any(|own| own.contains(place));
        let place = (0..count).find(|place| !used(place)).unwrap_or(count);
        let start = place as usize * TABLE;
        if place == count {
            self.words.extend_from_slice(table);
        } else {
            self.words[start..start + TABLE].copy_from_slice(table);
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_held_once_and_forgotten_when_nobody_uses_them() {
        let table = |value: u32| vec![value; TABLE];
        let mut binomials = Binomials::new(3);
        binomials.replace(0, &[table(1), table(2)].concat());
        binomials.replace(1, &[table(2), table(1), table(2)].concat());
        assert_eq!(binomials.words(), [table(1), table(2)].concat());
        assert_eq!((binomials.place(0, 1), binomials.place(1, 1)), (1, 0));
        binomials.replace(0, &table(3));
        binomials.replace(1, &table(2));
        binomials.replace(2, &table(4));
        assert_eq!(binomials.place(1, 0), 1);
        assert_eq!(binomials.words().len(), 3 * TABLE);
        for (replicate, value) in [(0, 3), (1, 2), (2, 4)] {
            let at = binomials.place(replicate, 0) as usize * TABLE;
            assert_eq!(binomials.words()[at], value, "replicate {replicate}");
        }
    }
}
