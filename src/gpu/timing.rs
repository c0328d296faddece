//! Where the time of a tick goes, by stage: by the device's own clock where it has one, else by waiting
//! for each stage.

use std::time::Duration;

use super::link::Link;
use super::readback::Readback;
use super::stages::{STAGES, Stage};
use crate::model::engine::{EngineError, StageSeconds};

/// Bytes between the times of two stages where they are resolved to.
const STRIDE: u64 = wgpu::QUERY_RESOLVE_BUFFER_ALIGNMENT;
/// Words of the times of all stages.
const WORDS: usize = STAGES.len() * STRIDE as usize / 4;

/// What times stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The device's own clock, or the wall's where it has none that passes can read.
    Device,
    /// The wall's: every submit is waited for.
    Wall,
}

/// Times the stages of ticks and recounts.
pub struct Timing {
    /// Absent where the device has no clock that passes can read.
    stamps: Option<Stamps>,
    /// By stage, in the order of [`STAGES`].
    seconds: [f64; STAGES.len()],
    /// Stages that ran since the last [`Timing::begin`].
    ran: [bool; STAGES.len()],
}

struct Stamps {
    queries: wgpu::QuerySet,
    resolved: wgpu::Buffer,
    readback: Readback,
    seconds_each: f64,
}

/// Position of a stage in the stage table.
pub fn slot(stage: &Stage) -> usize {
    let found = STAGES.iter().position(|other| other.name == stage.name);
    found.expect("every stage is in the table")
}

impl Timing {
    /// By the device's clock if it has one and `clock` is theirs; else by waiting.
    ///
    /// # Errors
    /// If the driver refuses a small buffer.
    pub fn new(link: &Link, clock: Clock) -> Result<Self, EngineError> {
        let features = link.device.features();
        let has_clock = features.contains(wgpu::Features::TIMESTAMP_QUERY);
        let stamps = if has_clock && clock == Clock::Device {
            Some(Stamps::new(link)?)
        } else {
            None
        };
        Ok(Self {
            stamps,
            seconds: [0.0; STAGES.len()],
            ran: [false; STAGES.len()],
        })
    }

    /// Is every submit to be waited for?
    pub fn waits(&self) -> bool {
        self.stamps.is_none()
    }

    /// Forgets the times of `stages`, which are about to run.
    pub fn begin(&mut self, stages: &[&'static Stage]) {
        self.ran = [false; STAGES.len()];
        for stage in stages {
            self.seconds[slot(stage)] = 0.0;
        }
    }

    /// Notes that a stage runs.
    pub fn note(&mut self, stage: &Stage) {
        self.ran[slot(stage)] = true;
    }

    /// Adds a wait for a stage.
    pub fn add(&mut self, stage: &Stage, time: Duration) {
        self.seconds[slot(stage)] += time.as_secs_f64();
    }

    /// What the first and the last pass of a stage write, if the device has a clock.
    pub fn writes(
        &self,
        stage: &Stage,
        first: bool,
        last: bool,
    ) -> Option<wgpu::ComputePassTimestampWrites<'_>> {
        let stamps = self.stamps.as_ref().filter(|_| first || last)?;
        let query = 2 * slot(stage) as u32;
        Some(wgpu::ComputePassTimestampWrites {
            query_set: &stamps.queries,
            beginning_of_pass_write_index: first.then_some(query),
            end_of_pass_write_index: last.then_some(query + 1),
        })
    }

    /// Asks for the times of the stages that ran.
    pub fn resolve(&self, encoder: &mut wgpu::CommandEncoder) {
        let Some(stamps) = &self.stamps else {
            return;
        };
        for stage in (0..STAGES.len()).filter(|&stage| self.ran[stage]) {
            let queries = 2 * stage as u32..2 * stage as u32 + 2;
            let offset = stage as u64 * STRIDE;
            encoder.resolve_query_set(&stamps.queries, queries, &stamps.resolved, offset);
        }
        let target = stamps.readback.target();
        encoder.copy_buffer_to_buffer(&stamps.resolved, 0, target, 0, 4 * WORDS as u64);
    }

    /// Reads what was asked for, once all of it was submitted.
    ///
    /// # Errors
    /// If the device failed.
    pub fn collect(&mut self, link: &Link) -> Result<(), EngineError> {
        let Some(stamps) = &self.stamps else {
            return Ok(());
        };
        let mut words = [0; WORDS];
        stamps
            .readback
            .wait(&link.device, &link.faults, &mut words)?;
        for stage in (0..STAGES.len()).filter(|&stage| self.ran[stage]) {
            let at = |word: usize| u64::from(words[stage * STRIDE as usize / 4 + word]);
            let (begin, end) = (at(0) | at(1) << 32, at(2) | at(3) << 32);
            self.seconds[stage] = end.saturating_sub(begin) as f64 * stamps.seconds_each;
        }
        Ok(())
    }

    /// The times so far, and the wall time of the tick.
    pub fn report(&self, tick: f64) -> StageSeconds {
        let [spawn, research, share, census] = self.seconds;
        StageSeconds {
            spawn,
            research,
            share,
            census,
            tick,
            timestamps: self.stamps.is_some(),
        }
    }
}

impl Stamps {
    fn new(link: &Link) -> Result<Self, EngineError> {
        let bytes = 4 * WORDS as u64;
        Ok(Self {
            queries: link.device.create_query_set(&wgpu::QuerySetDescriptor {
                label: Some("stages"),
                ty: wgpu::QueryType::Timestamp,
                count: 2 * STAGES.len() as u32,
            }),
            resolved: link.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("stage times"),
                size: bytes,
                usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
                mapped_at_creation: false,
            }),
            readback: Readback::new(&link.device, bytes)?,
            seconds_each: f64::from(link.queue.get_timestamp_period()) * 1e-9,
        })
    }
}
