//! Refuses a run that does not fit before it starts: an over-committing kernel would kill it later.

use crate::model::engine::{EngineError, Setup};

/// Bytes that the engine will hold.
pub fn bytes_needed(setup: &Setup) -> u64 {
    let slots: u64 = setup
        .populations
        .iter()
        .map(|population| population.slots)
        .sum();
    let rows = setup.nodes() + setup.boards() + setup.mails.len();
    let words = setup.topics * (rows * setup.cell() + setup.boards() * (setup.window_words + 2));
    8 * slots + 4 * words as u64
}

/// # Errors
/// If more is needed than the machine has left; where that cannot be known, never.
pub fn check(setup: &Setup) -> Result<(), EngineError> {
    let needed = bytes_needed(setup);
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
