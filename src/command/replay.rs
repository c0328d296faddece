//! `takeoff replay`: runs a recorded run again and compares digest by digest.

use std::path::PathBuf;

use super::progress::Progress;
use super::recorded::{self, Watcher};
use super::{CommandError, Exit, interrupt, output};
use crate::record::{Accumulator, RunReader};
use crate::scenario::Scenario;
use crate::sim::{EngineChoice, Simulation};

/// The options of the command.
#[derive(Clone, Debug)]
pub struct Options {
    /// The run folder.
    pub folder: PathBuf,
    /// Who computes; not necessarily who did.
    pub engine: EngineChoice,
    /// No progress.
    pub quiet: bool,
}

/// Runs the command.
pub fn execute(options: &Options) -> Result<Exit, CommandError> {
    interrupt::listen();
    let reader = RunReader::open(&options.folder)?;
    reader.check_unwritten()?;
    let (scenario, digests) = checked(&reader)?;
    if !reader.manifest.is_finished() {
        output::tell(&format!(
            "`{}` is of an unfinished run: its {} recorded ticks are compared",
            options.folder.display(),
            digests.len()
        ));
    }
    let name = format!("replay of {}", scenario.name);
    let mut progress = Progress::new(&name, options.quiet);
    let result = compare(options, scenario, &digests, &mut progress);
    progress.ended();
    let Some(compared) = result? else {
        output::tell("interrupted: not all ticks were compared");
        return Ok(Exit::Interrupted);
    };
    let last = digests
        .last()
        .map(|(_, digest)| blake3::Hash::from_bytes(*digest).to_hex());
    let digest = last.as_ref().map_or("-", |hex| hex.as_str());
    output::print(&format!("all {compared} ticks agree\ndigest {digest}"))?;
    Ok(Exit::Success)
}

/// The scenario and the digests of a folder that is as it was written.
type Recorded = (Scenario, Vec<(u64, [u8; 32])>);

fn checked(reader: &RunReader) -> Result<Recorded, CommandError> {
    let problems = reader.problems()?;
    if !problems.is_empty() {
        return Err(CommandError::Altered {
            path: reader.path().to_path_buf(),
            problems,
        });
    }
    Ok((recorded::scenario_of(reader)?, reader.digests()?))
}

/// Ticks compared; `None` when a signal ended it early.
fn compare(
    options: &Options,
    scenario: Scenario,
    digests: &[(u64, [u8; 32])],
    progress: &mut Progress,
) -> Result<Option<u64>, CommandError> {
    let mut simulation = Simulation::new(scenario, options.engine)?;
    let mut so_far = Accumulator::default();
    progress.started(&simulation.engine_info(), 0, digests.len() as u64);
    let differs = |tick: u64, why: String| {
        Err(CommandError::Differs {
            path: options.folder.clone(),
            tick,
            why,
        })
    };
    for (tick, recorded) in digests {
        if !progress.goes_on() {
            return Ok(None);
        }
        if simulation.is_finished() {
            return differs(*tick, "the replay ends before it".to_owned());
        }
        let record = simulation.step()?;
        if record.tick != *tick {
            return differs(*tick, format!("the replay is at tick {}", record.tick));
        }
        if record.digest != *recorded {
            let hex = |digest: [u8; 32]| blake3::Hash::from_bytes(digest).to_hex();
            let (was, is) = (hex(*recorded), hex(record.digest));
            return differs(*tick, format!("recorded {was}, now {is}"));
        }
        so_far.add_tick(&record.rows);
        progress.tick(&record, &so_far);
    }
    Ok(Some(digests.len() as u64))
}
