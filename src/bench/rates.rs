//! What a device can do at the most, measured in the same run as the loads.

use serde::Serialize;

use super::BenchError;
use super::native;
use crate::gpu::{self, Wanted};
use crate::model::engine::Setup;

/// Rates of a device: the slopes of its rooflines.
#[derive(Clone, Debug, Serialize)]
pub struct Rates {
    /// Bytes of memory that were read and copied in.
    pub working_set_bytes: u64,
    /// Bytes that a gather moves: a cache line of the processor, a sector of a GPU.
    pub sector_bytes: u64,
    /// Bytes read a second, one after another.
    pub read_bytes_per_s: f64,
    /// Bytes read and written a second while copying; both count.
    pub copy_bytes_per_s: f64,
    /// 32-bit additions, rotations and exclusive ors a second.
    pub operations_per_s: f64,
    /// By size of table, ascending.
    pub tables: Vec<TableRates>,
}

/// Rates at addresses without order in a table.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TableRates {
    /// Bytes of the table.
    pub bytes: u64,
    /// Words gathered a second.
    pub gathers_per_s: f64,
    /// Bits set a second: atomically on a device, by each thread in a table of its own on the CPU.
    pub bits_per_s: f64,
}

impl Rates {
    /// The rates of the smallest table that was measured and holds `bytes`, or of the largest.
    pub fn table(&self, bytes: u64) -> TableRates {
        let fits = self.tables.iter().find(|table| table.bytes >= bytes);
        *fits.unwrap_or(&self.tables[self.tables.len() - 1])
    }
}

/// Bytes that agents gather from: what boards know, popularity, kinds and the normal table.
pub fn table_bytes(setup: &Setup) -> u64 {
    let boards = setup.boards() * (8 + 4 * setup.cell());
    (setup.topics * (boards + 4) + 4 * crate::model::tables::NORMAL_ENTRIES) as u64
}

/// log2 of the tables to measure, ascending and without repetition.
pub fn table_sizes(setups: &[Setup]) -> Vec<u32> {
    let log2 = |setup| table_bytes(setup).next_power_of_two().ilog2();
    let mut sizes: Vec<u32> = setups.iter().map(log2).collect();
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// The rates of the processor.
pub fn native(threads: usize, bytes: u64, tables: &[u32]) -> Result<Rates, BenchError> {
    let mut probe = native::Probe::new(threads, bytes)
        .map_err(|error| BenchError::Threads(error.to_string()))?;
    let table = |&log2: &u32| TableRates {
        bytes: 1 << log2,
        gathers_per_s: probe.gather(log2),
        bits_per_s: probe.bits(log2),
    };
    Ok(Rates {
        tables: tables.iter().map(table).collect(),
        working_set_bytes: probe.working_set(),
        sector_bytes: native::SECTOR,
        read_bytes_per_s: probe.read(),
        operations_per_s: probe.operations(),
        copy_bytes_per_s: probe.copy(),
    })
}

/// The rates of a GPU or a software device.
pub fn device(wanted: Wanted, bytes: u64, tables: &[u32]) -> Result<Rates, BenchError> {
    let probe = gpu::rates::Probe::open(wanted, bytes)?;
    let mut measured = Vec::new();
    for &log2 in tables {
        measured.push(TableRates {
            bytes: 1 << log2,
            gathers_per_s: probe.gather(log2)?,
            bits_per_s: probe.atomics(log2)?,
        });
    }
    Ok(Rates {
        tables: measured,
        working_set_bytes: probe.working_set(),
        sector_bytes: gpu::rates::SECTOR,
        read_bytes_per_s: probe.read()?,
        copy_bytes_per_s: probe.copy()?,
        operations_per_s: probe.operations()?,
    })
}
