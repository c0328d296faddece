//! The state of a run as bytes: what `record` keeps in checkpoint files.
//!
//! Text of the world's state, then the device's stores and agents. Integrity is the file's business.

use std::io::{self, Read, Write};

use super::host::Host;
use super::{EngineChoice, EngineOptions, SimError, Simulation, engines};
use crate::model::digest::Digest;
use crate::model::engine::Store;
use crate::model::layout::AliasEntry;
use crate::scenario::Scenario;
use crate::world::{Counterfactual, Feedback, State, World};

/// Agents moved at a time.
const BATCH: usize = 1 << 20;

/// A saved state that cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The disk refused.
    #[error("checkpoint: {0}")]
    Io(#[from] io::Error),
    /// The text of the world's state does not parse.
    #[error("checkpoint: world state: {0}")]
    State(#[from] serde_json::Error),
    /// What a branch changes is in no checkpoint.
    #[error("checkpoint: a branch cannot be saved, only the run that it left")]
    Branch,
    /// A part has another length than this scenario's.
    #[error("checkpoint: {part} has {found} words where the scenario has {expected}")]
    Size {
        /// Which part.
        part: &'static str,
        /// Words there.
        found: u64,
        /// Words wanted.
        expected: u64,
    },
}

/// The stores of an engine, in the order in which they are saved.
const STORES: [(Store, &str); 3] = [
    (Store::Nodes, "nodes"),
    (Store::Older, "older"),
    (Store::Mails, "mails"),
];

impl Simulation {
    /// Writes everything needed to go on.
    ///
    /// # Errors
    /// If `out` refuses or the device fails.
    pub fn save(&mut self, out: &mut dyn Write) -> Result<(), SimError> {
        if self.host.world.is_branch() {
            return Err(CheckpointError::Branch.into());
        }
        let state = serde_json::to_vec(self.host.world.state()).map_err(CheckpointError::from)?;
        let alias: &[AliasEntry] = self.alias.as_deref().unwrap_or_default();
        write_all(out, &self.host.digest)?;
        write_all(out, &(state.len() as u64).to_le_bytes())?;
        write_all(out, &state)?;
        write_words(out, bytemuck::cast_slice(alias))?;
        for (store, _) in STORES {
            write_words(out, &self.engine.read_store(store)?)?;
        }
        let (mut due, mut work) = (vec![0; BATCH], vec![0; BATCH]);
        for (index, population) in self.host.world.state().populations.iter().enumerate() {
            let lanes = self.lanes[index];
            write_words(out, &lanes)?;
            let mut from = 0;
            while from < population.high_water {
                let count = (population.high_water - from).min(BATCH as u64) as usize;
                self.engine
                    .read_agents(index, from, &mut due[..count], &mut work[..count])?;
                write_words(out, &due[..count])?;
                write_words(out, &work[..count])?;
                from += count as u64;
            }
        }
        Ok(())
    }

    /// Goes on from what [`Simulation::save`] wrote, on any engine.
    ///
    /// # Errors
    /// If `input` ends early, is not of this scenario, or the device fails.
    pub fn load(
        scenario: Scenario,
        choice: EngineChoice,
        input: &mut dyn Read,
    ) -> Result<Self, SimError> {
        let (digest, state) = read_head(input)?;
        let world = World::with_state(scenario, state)?;
        Self::filled(world, digest, choice, EngineOptions::default(), input)
    }

    /// Branches off from what [`Simulation::save`] wrote: a simulation of its own, which cannot be saved.
    ///
    /// # Errors
    /// If `input` ends early, is not of this scenario, or the device fails.
    pub fn branch(
        scenario: Scenario,
        (choice, options): (EngineChoice, EngineOptions),
        input: &mut dyn Read,
        (counterfactual, feedback): (Counterfactual, Feedback),
    ) -> Result<Self, SimError> {
        let (digest, state) = read_head(input)?;
        let world = World::branch(scenario, state, counterfactual, feedback)?;
        Self::filled(world, digest, choice, options, input)
    }

    /// A simulation of `world` whose engine holds what the rest of `input` says.
    fn filled(
        world: World,
        digest: Digest,
        choice: EngineChoice,
        options: EngineOptions,
        input: &mut dyn Read,
    ) -> Result<Self, SimError> {
        let setup = world.setup();
        // The first tick's plan makes the first tables.
        let entries = if world.state().tick == 0 {
            0
        } else {
            setup.topics * setup.boards()
        };
        let alias = read_words(input, "alias tables", (2 * entries) as u64)?;
        let rows = [setup.nodes(), setup.boards(), setup.mails.len()];
        let (mut engine, info) = engines::make_engine(choice, &world, options)?;
        for ((store, part), rows) in STORES.into_iter().zip(rows) {
            let words = (setup.topics * rows * setup.cell()) as u64;
            engine.write_store(store, &read_words(input, part, words)?)?;
        }
        let mut lanes = Vec::new();
        for (index, population) in world.state().populations.iter().enumerate() {
            let words = read_words(input, "lanes", 4)?;
            lanes.push([words[0], words[1], words[2], words[3]]);
            engine.write_lanes(index, lanes[index]);
            let mut from = 0;
            while from < population.high_water {
                let count = (population.high_water - from).min(BATCH as u64);
                let due = read_words(input, "agents", count)?;
                let work = read_words(input, "agents", count)?;
                engine.write_agents(index, from, &due, &work)?;
                from += count;
            }
        }
        let alias = (entries > 0).then(|| bytemuck::cast_slice(&alias).to_vec());
        Ok(Self {
            host: Host { world, digest },
            engine,
            info,
            lanes,
            alias,
            last: None,
        })
    }
}

/// Digest and state of the world.
fn read_head(input: &mut dyn Read) -> Result<(Digest, State), CheckpointError> {
    let mut digest: Digest = [0; 32];
    read_exact(input, &mut digest)?;
    Ok((digest, serde_json::from_slice(&read_bytes(input)?)?))
}

fn write_all(out: &mut dyn Write, bytes: &[u8]) -> Result<(), CheckpointError> {
    Ok(out.write_all(bytes)?)
}

/// Number of words, then the words, little-endian.
fn write_words(out: &mut dyn Write, words: &[u32]) -> Result<(), CheckpointError> {
    write_all(out, &(words.len() as u64).to_le_bytes())?;
    for chunk in words.chunks(1 << 14) {
        let bytes: Vec<u8> = chunk.iter().flat_map(|word| word.to_le_bytes()).collect();
        write_all(out, &bytes)?;
    }
    Ok(())
}

fn read_exact(input: &mut dyn Read, bytes: &mut [u8]) -> Result<(), CheckpointError> {
    Ok(input.read_exact(bytes)?)
}

fn read_length(input: &mut dyn Read) -> Result<u64, CheckpointError> {
    let mut length = [0; 8];
    read_exact(input, &mut length)?;
    Ok(u64::from_le_bytes(length))
}

fn read_bytes(input: &mut dyn Read) -> Result<Vec<u8>, CheckpointError> {
    let length = read_length(input)?;
    let mut bytes = Vec::new();
    input
        .take(length)
        .read_to_end(&mut bytes)
        .map_err(CheckpointError::from)?;
    if bytes.len() as u64 == length {
        Ok(bytes)
    } else {
        Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())
    }
}

fn read_words(
    input: &mut dyn Read,
    part: &'static str,
    expected: u64,
) -> Result<Vec<u32>, CheckpointError> {
    let found = read_length(input)?;
    if found != expected {
        return Err(CheckpointError::Size {
            part,
            found,
            expected,
        });
    }
    let mut bytes = vec![0; 4 * found as usize];
    read_exact(input, &mut bytes)?;
    let word = |b: &[u8]| u32::from_le_bytes([b[0], b[1], b[2], b[3]]);
    Ok(bytes.chunks_exact(4).map(word).collect())
}
