//! Refuses a run that does not fit before it starts: an over-committing kernel would kill it later.

use super::research::Desk;
use crate::model::engine::{EngineError, Setup};
use crate::model::layout::AliasEntry;

/// Bytes that the engine will hold with so many threads and agents of a chunk.
fn bytes_needed(setup: &Setup, threads: usize, chunk: usize) -> u64 {
    let slots = || setup.populations.iter().map(|population| population.slots);
    let largest_chunk = slots().max().unwrap_or(0).min(chunk as u64);
    let desk = Desk::bytes(finds(setup), largest_chunk as usize);
    let rows = setup.nodes() + setup.boards() + setup.mails.len();
    let knowledge = size_of::<u32>() * setup.topics * rows * setup.cell();
    let alias = size_of::<AliasEntry>() * setup.topics * setup.boards();
    BYTES_AN_AGENT * slots().sum::<u64>() + (knowledge + alias + threads * desk) as u64
}

/// Words of finds that each thread keeps.
pub fn finds(setup: &Setup) -> usize {
    setup.topics * setup.boards() * setup.window_words
}

/// Two words.
const BYTES_AN_AGENT: u64 = 8;

/// Words of a table that a vector can address.
const ADDRESSABLE_WORDS: u64 = 1 << 31;

/// Bytes that need no question: it would take a small run of a sweep longer than some of its ticks.
const UNASKED_BYTES: u64 = 16 << 20;

/// # Errors
/// If a table has more words than can be addressed, or if more memory is needed than the machine has
/// left; where that cannot be known, never.
pub fn check(setup: &Setup, threads: usize, chunk: usize) -> Result<(), EngineError> {
    // Knowledge of all nodes is the largest table but for the alias tables of narrow windows.
    let cells = setup.topics * setup.nodes();
    let words = (cells * setup.cell().max(2)) as u64;
    if words > ADDRESSABLE_WORDS {
        return Err(EngineError::Address {
            words,
            addressable: ADDRESSABLE_WORDS,
            device: "the CPU engine".into(),
        });
    }
    let needed = bytes_needed(setup, threads, chunk);
    if needed <= UNASKED_BYTES {
        return Ok(());
    }
    match available() {
        Some(available) if needed > available => Err(EngineError::Memory {
            needed_mib: needed >> 20,
            available_mib: available >> 20,
            device: "this machine".into(),
        }),
        _ => Ok(()),
    }
}

/// Bytes that can be allocated without swapping.
fn available() -> Option<u64> {
    let mut system = sysinfo::System::new().ok()?;
    system.refresh_memory();
    Some(system.available_memory()).filter(|&bytes| bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_addressed_is_refused_with_the_numbers() {
        let setup = Setup {
            window_words: 1,
            topics: 1 << 20,
            kinds: Vec::new(),
            topic_kind: Vec::new(),
            ideas_key: [0; 2],
            populations: Vec::new(),
            lab_boards: vec![0, 1023],
            edge_start: Vec::new(),
            edges: Vec::new(),
            mails: Vec::new(),
            classes: 0,
        };
        let error = check(&setup, 1, 1).expect_err("2^31 words and more");
        let words = (1 << 20) * (1023 + 2) * 2u64;
        assert!(error.to_string().contains(&words.to_string()), "{error}");
    }
}
