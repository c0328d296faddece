//! What the replicates are told for a tick, from the host's slices to one table each on the device.

use super::binomial::Binomials;
use super::buffers::Buffers;
use super::layout::Replicate;
use super::parcel::Parcel;
use super::sizes::Sizes;
use super::stages::Resource;
use crate::model::engine::{EngineError, Setup, TickInput};
use crate::model::layout::{AliasEntry, BoardTick, KindTick, PopulationTick};

/// The parameters of all replicates as the device has them; those of a replicate that rests stay as
/// they were.
pub struct Upload {
    sizes: Sizes,
    populations: Vec<PopulationTick>,
    kinds: Vec<KindTick>,
    boards: Vec<BoardTick>,
    classes: Vec<u32>,
    replicates: Vec<Replicate>,
    binomials: Binomials,
    /// Does the device know who takes part?
    is_told: bool,
}

impl Upload {
    /// Zeroed parameters for the replicates of a batch.
    pub fn new(setups: &[Setup], sizes: Sizes) -> Self {
        let replicate = |setup: &Setup| Replicate {
            ideas_key: setup.ideas_key.into(),
            mails: setup.mails.len() as u32,
            runs: 0,
        };
        let populations = sizes.populations();
        Self {
            populations: vec![bytemuck::Zeroable::zeroed(); populations],
            kinds: vec![KindTick::default(); populations * sizes.shape.kinds],
            boards: vec![BoardTick::default(); sizes.boards()],
            classes: vec![0; sizes.replicates * sizes.classes],
            replicates: setups.iter().map(replicate).collect(),
            binomials: Binomials::new(sizes.replicates),
            is_told: false,
            sizes,
        }
    }

    /// Writes the inputs of a tick, those of all replicates at once: tables that came new at once, what is
    /// new at every tick into `parcel`. True if a buffer is another one now.
    ///
    /// # Errors
    /// If the driver refuses a larger buffer.
    pub fn write(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        buffers: &mut Buffers,
        parcel: &mut Parcel,
        inputs: &[Option<TickInput<'_>>],
    ) -> Result<bool, EngineError> {
        let mut moved = false;
        if self.take_binomials(inputs) {
            let tables = self.binomials.words();
            moved = buffers.reserve(device, Resource::Binomial, size_of_val(tables) as u64)?;
            buffers.write(queue, Resource::Binomial, tables);
        }
        for (replicate, input) in inputs.iter().enumerate() {
            let runs = u32::from(input.is_some());
            let told = &mut self.replicates[replicate].runs;
            self.is_told &= *told == runs;
            *told = runs;
            if let Some(input) = input {
                self.take(replicate, input);
            }
        }
        if !self.is_told {
            buffers.write(queue, Resource::Replicates, &self.replicates);
            self.is_told = true;
        }
        self.write_alias(queue, buffers, inputs);
        parcel.put(Resource::Populations, &self.populations);
        parcel.put(Resource::Kinds, &self.kinds);
        parcel.put(Resource::Boards, &self.boards);
        parcel.put(Resource::Classes, &self.classes);
        Ok(moved)
    }

    /// Takes in new binomial tables; true if there are any.
    fn take_binomials(&mut self, inputs: &[Option<TickInput<'_>>]) -> bool {
        let mut any = false;
        for (replicate, input) in inputs.iter().enumerate() {
            if let Some(tables) = input.as_ref().and_then(|input| input.binomial) {
                self.binomials.replace(replicate, tables);
                any = true;
            }
        }
        any
    }

    fn take(&mut self, replicate: usize, input: &TickInput<'_>) {
        let shape = self.sizes.shape;
        let populations = &mut self.populations[replicate * shape.populations..];
        for (own, told) in populations.iter_mut().zip(input.populations) {
            *own = *told;
            own.binomial_table = self.binomials.place(replicate, told.binomial_table);
        }
        let classes = replicate * self.sizes.classes;
        self.classes[classes..classes + input.classes.len()].copy_from_slice(input.classes);
        let kinds = replicate * shape.populations * shape.kinds;
        self.kinds[kinds..kinds + input.kinds.len()].copy_from_slice(input.kinds);
        let boards = replicate * shape.boards;
        self.boards[boards..boards + input.boards.len()].copy_from_slice(input.boards);
    }

    /// Writes new alias tables: neighbours that have some in one piece, old tables not at all.
    fn write_alias(
        &self,
        queue: &wgpu::Queue,
        buffers: &Buffers,
        inputs: &[Option<TickInput<'_>>],
    ) {
        let row = (self.sizes.alias_entries() * size_of::<AliasEntry>()) as u64;
        let new = |replicate: usize| inputs[replicate].as_ref().and_then(|input| input.alias);
        let mut replicate = 0;
        while replicate < inputs.len() {
            let tables: Vec<&[AliasEntry]> = (replicate..inputs.len()).map_while(new).collect();
            if let [alone] = tables.as_slice() {
                buffers.write_at(queue, Resource::Alias, replicate as u64 * row, alone);
            } else if !tables.is_empty() {
                let tables = tables.concat();
                buffers.write_at(queue, Resource::Alias, replicate as u64 * row, &tables);
            }
            // The one after the piece has no new tables.
            replicate += tables.len() + 1;
        }
    }
}
