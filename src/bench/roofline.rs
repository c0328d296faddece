//! The floor under a tick: what must move and be computed, at the rates the device has.
//!
//! Four rooflines, each as if it were alone; the highest binds.
//!
//! *Memory.* An agent's `due` is read, 4 bytes. A due agent's `work` is read too, and both are written.
//! Memory moves whole sectors: where few are due, each brings its neighbours along.
//!
//! *Gathers.* Words at addresses without order, one sector each, in tables of the size of the load's.
//!
//! *Operations.* 32-bit additions, multiplications, shifts, rotations, comparisons, selections, bit
//! counts and logic, each one; loads, stores, jumps and counters none. Counted in
//! `src/cpu/research/`, for windows of one word; what a clever engine saves counts as reached.
//!
//! *Bits.* One set a find: atomically on a device, on the CPU by each thread in a table of its own.

use serde::Serialize;

use super::rates::Rates;
use crate::model::census::{Counter, PopulationCensus};
use crate::model::layout::PopulationTick;
use crate::model::rng::THREEFRY_ROUNDS;

/// Operations of a draw: the key, three a round, three an injection of the key; two make its counter.
pub const DRAW: u64 = 4 + 3 * THREEFRY_ROUNDS as u64 + 3 * (THREEFRY_ROUNDS as u64 / 4) + 2;
/// Operations of the hash of an agent: PCG4D and its two additions of a salt.
pub const HASH: u64 = 8 + 8 + 8 + 8 + 2;
/// Operations that tell whether an agent is due: which clock, how far, within the tick?
pub const SCAN: u64 = 7;
/// Operations of a due agent: traits (a draw, 16 comparisons of taste, board, skill), offset and end of
/// the phase, two hashes and their exchange in four lanes.
pub const DUE: u64 = DRAW + 2 * 16 + 3 + 4 + 6 + 2 * HASH + 8;
/// Operations of the end of a phase: is it in the tick, which phase, how long did it last?
pub const EVENT: u64 = 10;
/// Operations of one topic of a tournament: a draw, the alias table (4), open ideas (not, breadth, count:
/// 20), the lowest of them (3), score (7), is it better (4)?
pub const CANDIDATE: u64 = DRAW + 4 + 20 + 3 + 7 + 4;
/// Operations of taking up an idea: a draw, which one (30), log2 of its length (3), [`DURATION`], packing
/// (3).
pub const CHOICE: u64 = DRAW + 30 + 3 + DURATION + 3;
/// Operations of 2^x rounded by a draw: a polynomial of four terms, shifts, bounds.
pub const DURATION: u64 = 16 + 9;
/// Operations of looking whether an idea is known by now.
pub const CHECK: u64 = 10;
/// Operations of starting an experiment: a draw, log2 of its length (2), [`DURATION`], odds (3), 2^x
/// and a comparison (20), conversion of the clock (6).
pub const START: u64 = DRAW + 2 + DURATION + 3 + 20 + 6;
/// Operations of the end of an experiment: conversion of the clock, outcome.
pub const FINISH: u64 = 6 + 2;
/// Operations of a find: its bit, and the agent's list of its own.
pub const FIND: u64 = 5 + 2;

/// Which resource a tick would be waiting for if nothing else took time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Roof {
    /// Bytes of agents.
    Memory,
    /// Sectors of tables.
    Gathers,
    /// Integer operations.
    Operations,
    /// Bits set in the boards' finds.
    Bits,
}

impl Roof {
    /// As reports say it.
    pub fn name(self) -> &'static str {
        match self {
            Roof::Memory => "memory",
            Roof::Gathers => "gathers",
            Roof::Operations => "operations",
            Roof::Bits => "bits",
        }
    }
}

/// What a tick cannot do without, and the time that takes.
#[derive(Clone, Debug, Serialize)]
pub struct Floor {
    /// Bytes of agents read, in whole sectors.
    pub read_bytes: f64,
    /// Bytes of agents written, in whole sectors.
    pub written_bytes: f64,
    /// Words gathered from tables.
    pub gathers: f64,
    /// Integer operations.
    pub operations: f64,
    /// Bits set in the boards' finds.
    pub bits: f64,
    /// Bytes of agents and of gathered sectors, by agent.
    pub bytes_per_agent_tick: f64,
    /// Operations by event; none without events.
    pub operations_per_event: Option<f64>,
    /// Bytes read and written, at the rates of reading and copying, s.
    pub memory_s: f64,
    /// Gathers, s.
    pub gathers_s: f64,
    /// Operations, s.
    pub operations_s: f64,
    /// Bits, s.
    pub bits_s: f64,
    /// The largest of the four.
    pub binding: Roof,
    /// Its time, s.
    pub seconds: f64,
    /// Share of the tick that it explains.
    pub share_of_tick: f64,
    /// Share of stage `research` that it explains.
    pub share_of_research: f64,
}

/// A tick to find the floor of.
#[derive(Clone, Copy, Debug)]
pub struct Work<'a> {
    /// Agents visited.
    pub agents: u64,
    /// What they did.
    pub counts: &'a PopulationCensus,
    /// What they were told.
    pub population: &'a PopulationTick,
    /// Bytes of the tables they gathered from.
    pub table_bytes: u64,
    /// Time of the tick and of stage `research`, s.
    pub seconds: (f64, f64),
}

impl Floor {
    /// The floor of `work` on a device of these `rates`.
    pub fn new(work: &Work<'_>, rates: &Rates) -> Self {
        let count = |counter| work.counts.get(counter) as f64;
        let agents = work.agents as f64;
        let due = due(work.counts) as f64;
        let events = count(Counter::Events);
        let finished = count(Counter::ExperimentsFinished);
        let started = count(Counter::ExperimentsStarted);
        let (chosen, found) = (count(Counter::Chosen), count(Counter::Successes));
        let candidates = chosen * tournament(work.population);
        let thought = events - finished;

        let touched = touched_sectors(agents, due, rates.sector_bytes);
        let sector = rates.sector_bytes as f64;
        let read_bytes = 4.0 * agents + sector * touched;
        let written_bytes = 2.0 * sector * touched;
        // Traits; alias entry, board and noise of a candidate; board at a check; kind at a start; board
        // at a find.
        let gathers = due + 3.0 * candidates + thought + started + found;
        let terms = [
            (SCAN, agents),
            (DUE, due),
            (EVENT, events),
            (CANDIDATE, candidates),
            (CHOICE, chosen),
            (CHECK, thought),
            (START, started),
            (FINISH, finished),
            (FIND, found),
        ];
        let operations = terms.iter().map(|&(each, times)| each as f64 * times).sum();

        let table = rates.table(work.table_bytes);
        let rest = (read_bytes - written_bytes).max(0.0);
        let times = [
            (
                Roof::Memory,
                2.0 * written_bytes / rates.copy_bytes_per_s + rest / rates.read_bytes_per_s,
            ),
            (Roof::Gathers, gathers / table.gathers_per_s),
            (Roof::Operations, operations / rates.operations_per_s),
            (Roof::Bits, found / table.bits_per_s),
        ];
        let (binding, seconds) = times
            .into_iter()
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .expect("there are four");
        Self {
            read_bytes,
            written_bytes,
            gathers,
            operations,
            bits: found,
            bytes_per_agent_tick: (read_bytes + written_bytes + sector * gathers) / agents,
            operations_per_event: (events > 0.0).then(|| operations / events),
            memory_s: times[0].1,
            gathers_s: times[1].1,
            operations_s: times[2].1,
            bits_s: times[3].1,
            binding,
            seconds,
            share_of_tick: seconds / work.seconds.0,
            share_of_research: seconds / work.seconds.1,
        }
    }
}

/// Agents with an event in the tick.
pub fn due(counts: &PopulationCensus) -> u64 {
    [
        Counter::BusyThinking,
        Counter::BusyExperiment,
        Counter::BusyWaiting,
    ]
    .into_iter()
    .map(|counter| counts.get(counter))
    .sum()
}

/// Mean topics of a tournament.
fn tournament(population: &PopulationTick) -> f64 {
    let more = population.taste_thresholds.iter();
    1.0 + more.map(|&t| f64::from(t) / 2f64.powi(32)).sum::<f64>()
}

/// Sectors of one word an agent that hold at least one of the `due`, who lie anywhere.
fn touched_sectors(agents: f64, due: f64, sector_bytes: u64) -> f64 {
    let each = sector_bytes as f64 / 4.0;
    let none = (1.0 - due / agents).powf(each);
    agents / each * (1.0 - none)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sectors_touched_go_from_one_a_due_agent_to_all() {
        assert_eq!(touched_sectors(1e6, 0.0, 64), 0.0);
        assert_eq!(touched_sectors(1e6, 1e6, 64), 1e6 / 16.0);
        let few = touched_sectors(1e6, 1e3, 32);
        assert!((990.0..1000.0).contains(&few), "{few}");
    }

    #[test]
    fn a_quiet_tick_is_bound_by_the_reading_of_four_bytes() {
        let rates = Rates {
            working_set_bytes: 1 << 30,
            sector_bytes: 64,
            read_bytes_per_s: 2e10,
            copy_bytes_per_s: 1e10,
            operations_per_s: 1e12,
            tables: vec![super::super::rates::TableRates {
                bytes: 1 << 20,
                gathers_per_s: 1e9,
                bits_per_s: 1e8,
            }],
        };
        let counts = PopulationCensus::ZERO;
        let population: PopulationTick = bytemuck::Zeroable::zeroed();
        let work = Work {
            agents: 1_000_000,
            counts: &counts,
            population: &population,
            table_bytes: 1 << 19,
            seconds: (4e-4, 2e-4),
        };
        let floor = Floor::new(&work, &rates);
        assert_eq!(floor.binding, Roof::Memory);
        assert_eq!(floor.bytes_per_agent_tick, 4.0);
        assert_eq!(floor.written_bytes, 0.0);
        assert!((floor.share_of_research - 1.0).abs() < 1e-12);
        assert!((floor.share_of_tick - 0.5).abs() < 1e-12);
        assert_eq!(floor.operations_per_event, None);
    }
}
