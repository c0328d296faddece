//! Which topics researchers look at: popularity times what a board still has open.

use crate::model::board::{self, Known};
use crate::model::engine::Setup;
use crate::model::layout::{AliasEntry, KindTick, PopulationTick};
use crate::model::tables;

/// Alias tables of all boards, `[board * topics + column]`, from the nodes' knowledge.
pub fn alias_tables(
    setup: &Setup,
    popularity: &[f64],
    populations: &[PopulationTick],
    kinds: &[KindTick],
    nodes: &[u32],
) -> Vec<AliasEntry> {
    match setup.window_words {
        1 => tables_of::<1>(setup, popularity, populations, kinds, nodes),
        2 => tables_of::<2>(setup, popularity, populations, kinds, nodes),
        _ => tables_of::<4>(setup, popularity, populations, kinds, nodes),
    }
}

fn tables_of<const W: usize>(
    setup: &Setup,
    popularity: &[f64],
    populations: &[PopulationTick],
    kinds: &[KindTick],
    nodes: &[u32],
) -> Vec<AliasEntry> {
    let topics = setup.topics;
    let mut entries = vec![AliasEntry::default(); topics * setup.boards()];
    let mut weights = vec![0.0; topics];
    for (index, population) in populations.iter().enumerate() {
        let kinds = &kinds[index * setup.kinds.len()..][..setup.kinds.len()];
        for row in population.board_first..population.board_first + population.board_count {
            for (topic, weight) in weights.iter_mut().enumerate() {
                let at = (topic * setup.nodes() + row as usize) * setup.cell();
                let known = Known::<W>::read(&nodes[at..]);
                let end = kinds[setup.topic_kind[topic] as usize].idea_end;
                let open = board::ones(&known.open(population.breadth, end));
                *weight = popularity[topic] * f64::from(open) / f64::from(population.breadth);
            }
            let table = &mut entries[row as usize * topics..][..topics];
            tables::alias(&weights, &setup.topic_kind, table);
        }
    }
    entries
}
