//! What the stages counted, from the device to the host's words.

use super::buffers::Buffers;
use super::layout::{self, Tally};
use super::link::Link;
use super::readback::Readback;
use super::stages::Resource;
use crate::model::census::{Census, NODE_FIELDS, NodeCensus};
use crate::model::digest;
use crate::model::engine::{EngineError, Setup};

/// Fetches counts: tallies, then those of `share`.
pub struct Results {
    readback: Readback,
    /// Words of all tallies.
    tally_words: usize,
    /// Words of `share`.
    shared_words: usize,
    /// Words of all nodes, among those of `share`.
    node_words: usize,
}

/// The counts of one tick or recount.
pub struct Counted<'a> {
    words: Vec<u32>,
    of: &'a Results,
}

impl Results {
    /// Room for the counts of a run.
    ///
    /// # Errors
    /// If the driver refuses it.
    pub fn new(device: &wgpu::Device, setup: &Setup) -> Result<Self, EngineError> {
        let tally_words = setup.populations.len() * size_of::<Tally>() / 4;
        let shared_words = layout::shared_words(setup);
        Ok(Self {
            readback: Readback::new(device, 4 * (tally_words + shared_words) as u64)?,
            tally_words,
            shared_words,
            node_words: NODE_FIELDS * setup.nodes(),
        })
    }

    /// Zeroes what stages add to.
    pub fn clear(&self, link: &Link, buffers: &Buffers) {
        let mut encoder = link.device.create_command_encoder(&Default::default());
        encoder.clear_buffer(buffers.get(Resource::Tallies), 0, None);
        encoder.clear_buffer(buffers.get(Resource::SharedTally), 0, None);
        link.queue.submit([encoder.finish()]);
    }

    /// Submits `encoder` after copies of the counts, and waits for them.
    ///
    /// # Errors
    /// If the device failed since it was made.
    pub fn fetch(
        &self,
        link: &Link,
        buffers: &Buffers,
        mut encoder: wgpu::CommandEncoder,
    ) -> Result<Counted<'_>, EngineError> {
        let target = self.readback.target();
        let (tallies, shared) = (4 * self.tally_words as u64, 4 * self.shared_words as u64);
        encoder.copy_buffer_to_buffer(buffers.get(Resource::Tallies), 0, target, 0, tallies);
        let source = buffers.get(Resource::SharedTally);
        encoder.copy_buffer_to_buffer(source, 0, target, tallies, shared);
        link.queue.submit([encoder.finish()]);
        let mut words = vec![0; self.tally_words + self.shared_words];
        self.readback.wait(&link.device, &link.faults, &mut words)?;
        Ok(Counted { words, of: self })
    }
}

impl Counted<'_> {
    /// By population.
    pub fn tallies(&self) -> &[Tally] {
        bytemuck::cast_slice(&self.words[..self.of.tally_words])
    }

    /// The counts as the host reads them; `lanes` are moved on by what changed.
    pub fn census(&self, lanes: &mut [[u32; 4]]) -> Census {
        let population = |(tally, lanes): (&Tally, &mut [u32; 4])| {
            let mut census = tally.census();
            digest::add_lanes(lanes, census.lanes);
            census.lanes = *lanes;
            census
        };
        let (node_lanes, rest) = self.words[self.of.tally_words..].split_at(4);
        let (nodes, gains) = rest.split_at(self.of.node_words);
        Census {
            populations: self.tallies().iter().zip(lanes).map(population).collect(),
            nodes: bytemuck::cast_slice::<u32, NodeCensus>(nodes).to_vec(),
            gains: gains
                .chunks(2)
                .map(|gain| u64::from(gain[1]) << 32 | u64::from(gain[0]))
                .collect(),
            node_lanes: [node_lanes[0], node_lanes[1], node_lanes[2], node_lanes[3]],
        }
    }
}
