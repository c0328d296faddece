//! Agents and knowledge from and to the host, and recounts. Populations are counted over all replicates.

use super::batch::GpuBatch;
use super::stages::{CENSUS, Resource};
use crate::model::census::{Counter, Recount};
use crate::model::engine::{EngineError, Store};
use crate::model::layout::PopulationTick;

impl GpuBatch {
    /// Counts a population's agents anew: see [`crate::model::engine::Engine::recount`].
    ///
    /// # Errors
    /// If the device fails.
    pub fn recount(
        &mut self,
        index: usize,
        population: &PopulationTick,
        slots: u64,
    ) -> Result<Recount, EngineError> {
        let row = (index * size_of::<PopulationTick>()) as u64;
        let parameters: &[u32] = bytemuck::cast_slice(std::slice::from_ref(population));
        self.parcel.put_at(Resource::Populations, row, parameters);
        let mut used = vec![0; self.sizes.populations()];
        used[index] = self.placement.used_blocks(index, slots);
        let encoder = self.begin(vec![used])?;
        let mut timing = self.timing.take();
        if let Some(timing) = &mut timing {
            timing.begin(&[&CENSUS]);
        }
        let (encoder, _) = self.launch(encoder, &[&self.census], &mut timing)?;
        let mut encoder = self.end_stage(encoder, &CENSUS, &mut timing)?;
        if let Some(timing) = &timing {
            timing.resolve(&mut encoder);
        }
        let counted = self.results.fetch(&self.link, &self.buffers, encoder)?;
        if let Some(timing) = &mut timing {
            timing.collect(&self.link)?;
        }
        self.timing = timing;
        let census = counted.tallies()[index].census();
        Ok(Recount {
            thinking: census.get(Counter::DeltaThinking),
            experiment: census.get(Counter::DeltaExperiment),
            waiting: census.get(Counter::DeltaWaiting),
            think_left: census.get(Counter::ForgoneThink),
            experiment_left: census.get(Counter::ForgoneExperiment),
            lanes: census.lanes,
        })
    }

    /// Reads agents of a population: see [`crate::model::engine::Engine::read_agents`].
    ///
    /// # Errors
    /// If the device fails.
    pub fn read_agents(
        &mut self,
        population: usize,
        from: u64,
        due: &mut [u32],
        work: &mut [u32],
    ) -> Result<(), EngineError> {
        let mut done = 0;
        for (chunk, slot, agents) in self.placement.parts(population, from, due.len() as u64) {
            let part = done..done + agents as usize;
            let chunk = &self.buffers.chunks[chunk];
            self.link
                .read(&chunk.due, 4 * slot, &mut due[part.clone()])?;
            self.link
                .read(&chunk.work, 4 * slot, &mut work[part.clone()])?;
            done = part.end;
        }
        Ok(())
    }

    /// Writes agents of a population: see [`crate::model::engine::Engine::write_agents`].
    ///
    /// # Errors
    /// If the device fails.
    pub fn write_agents(
        &mut self,
        population: usize,
        from: u64,
        due: &[u32],
        work: &[u32],
    ) -> Result<(), EngineError> {
        let mut done = 0;
        for (chunk, slot, agents) in self.placement.parts(population, from, due.len() as u64) {
            let part = done..done + agents as usize;
            let chunk = &self.buffers.chunks[chunk];
            self.link.write(&chunk.due, 4 * slot, &due[part.clone()])?;
            self.link
                .write(&chunk.work, 4 * slot, &work[part.clone()])?;
            done = part.end;
        }
        Ok(())
    }

    /// Sets the running sum of the agents' hashes of a population.
    pub fn write_lanes(&mut self, population: usize, lanes: [u32; 4]) {
        self.lanes[population] = lanes;
    }

    /// Reads a store of knowledge, replicate by replicate.
    ///
    /// # Errors
    /// If the device fails.
    pub fn read_store(&mut self, store: Store) -> Result<Vec<u32>, EngineError> {
        let (buffer, words) = self.store(store);
        let mut read = vec![0; words];
        self.link.read(buffer, 0, &mut read)?;
        Ok(read)
    }

    /// Writes a store of knowledge, replicate by replicate.
    ///
    /// # Errors
    /// If the device fails.
    pub fn write_store(&mut self, store: Store, words: &[u32]) -> Result<(), EngineError> {
        self.link.write(self.store(store).0, 0, words)
    }

    /// The buffer of a store and its words.
    fn store(&self, store: Store) -> (&wgpu::Buffer, usize) {
        let rows = match store {
            Store::Nodes => (Resource::Nodes, self.sizes.nodes()),
            Store::Older => (Resource::Older, self.sizes.shape.boards),
            Store::Mails => (Resource::Snapshots, self.sizes.mails),
        };
        (
            self.buffers.get(rows.0),
            self.sizes.columns() * rows.1 * self.sizes.cell(),
        )
    }
}
