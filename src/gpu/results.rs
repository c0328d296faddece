//! What the stages counted, from the device to the host's words.

use super::buffers::Buffers;
use super::layout::Tally;
use super::link::Link;
use super::readback::Readback;
use super::sizes::Sizes;
use super::stages::Resource;
use crate::model::census::{Census, NodeCensus};
use crate::model::digest;
use crate::model::engine::EngineError;

/// Fetches counts: tallies, then those of `share`, replicate by replicate each.
pub struct Results {
    readback: Readback,
    sizes: Sizes,
}

/// The counts of one tick or recount.
pub struct Counted<'a> {
    words: Vec<u32>,
    sizes: &'a Sizes,
}

/// Words of the tallies of all populations.
fn tally_words(sizes: &Sizes) -> usize {
    sizes.populations() * size_of::<Tally>() / 4
}

impl Results {
    /// Room for the counts of a batch.
    ///
    /// # Errors
    /// If the driver refuses it.
    pub fn new(device: &wgpu::Device, sizes: Sizes) -> Result<Self, EngineError> {
        let words = tally_words(&sizes) + sizes.replicates * sizes.shared_words();
        Ok(Self {
            readback: Readback::new(device, 4 * words as u64)?,
            sizes,
        })
    }

    /// Zeroes what stages add to.
    pub fn clear(&self, encoder: &mut wgpu::CommandEncoder, buffers: &Buffers) {
        encoder.clear_buffer(buffers.get(Resource::Tallies), 0, None);
        encoder.clear_buffer(buffers.get(Resource::SharedTally), 0, None);
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
        let tally_words = tally_words(&self.sizes);
        let shared_words = self.sizes.replicates * self.sizes.shared_words();
        let (tallies, shared) = (4 * tally_words as u64, 4 * shared_words as u64);
        encoder.copy_buffer_to_buffer(buffers.get(Resource::Tallies), 0, target, 0, tallies);
        let source = buffers.get(Resource::SharedTally);
        encoder.copy_buffer_to_buffer(source, 0, target, tallies, shared);
        link.queue.submit([encoder.finish()]);
        let mut words = vec![0; tally_words + shared_words];
        self.readback.wait(&link.device, &link.faults, &mut words)?;
        let sizes = &self.sizes;
        Ok(Counted { words, sizes })
    }
}

impl Counted<'_> {
    /// By population of all replicates.
    pub fn tallies(&self) -> &[Tally] {
        bytemuck::cast_slice(&self.words[..tally_words(self.sizes)])
    }

    /// The counts of a replicate as the host reads them; `lanes`, by population of all replicates, are
    /// moved on by what changed.
    pub fn census(&self, replicate: usize, lanes: &mut [[u32; 4]]) -> Census {
        let sizes = self.sizes;
        let first = replicate * sizes.shape.populations;
        let own = first..first + sizes.shape.populations;
        let population = |(tally, lanes): (&Tally, &mut [u32; 4])| {
            let mut census = tally.census();
            digest::add_lanes(lanes, census.lanes);
            census.lanes = *lanes;
            census
        };
        let at = tally_words(sizes) + replicate * sizes.shared_words();
        let shared = &self.words[at..at + sizes.shared_words()];
        let (node_lanes, rest) = shared.split_at(4);
        let (nodes, gains) = rest.split_at(sizes.node_count_words());
        Census {
            populations: self.tallies()[own.clone()]
                .iter()
                .zip(&mut lanes[own])
                .map(population)
                .collect(),
            nodes: bytemuck::cast_slice::<u32, NodeCensus>(nodes).to_vec(),
            gains: gains
                .chunks(2)
                .map(|gain| u64::from(gain[1]) << 32 | u64::from(gain[0]))
                .collect(),
            node_lanes: [node_lanes[0], node_lanes[1], node_lanes[2], node_lanes[3]],
        }
    }
}
