//! The host side of one run: plans its ticks and takes in what was counted, whoever counts.

use super::{SimError, TickRecord, conditions, rows};
use crate::model::census::Census;
use crate::model::digest::{self, Digest};
use crate::model::engine::EngineError;
use crate::world::{Plan, World};

/// A world and the digest of what happened in it.
pub struct Host {
    /// The world.
    pub world: World,
    /// The digest so far.
    pub digest: Digest,
}

impl Host {
    /// At the start of burn-in.
    pub fn new(world: World) -> Self {
        Self {
            digest: digest::genesis(&world.scenario().model_hash()),
            world,
        }
    }

    /// Plans the next tick. `nodes` reads the nodes' knowledge; it is called only when the popularity
    /// tables are due.
    ///
    /// # Errors
    /// If `nodes` fails, an event leaves what cannot be simulated, or a quantity is no number.
    pub fn plan(
        &mut self,
        nodes: impl FnOnce() -> Result<Vec<u32>, EngineError>,
    ) -> Result<Plan, SimError> {
        self.world.fire_events()?;
        let plan = self.world.plan(nodes)?;
        let values = self.world.digest_values(&plan);
        if values.iter().all(|value| value.is_finite()) {
            Ok(plan)
        } else {
            let tick = self.world.state().tick;
            Err(SimError::NotFinite { tick })
        }
    }

    /// Takes in what was counted in the tick of `plan`.
    ///
    /// # Errors
    /// If the counts cannot be true.
    pub fn absorb(&mut self, plan: &Plan, census: &Census) -> Result<TickRecord, SimError> {
        let tick = self.world.state().tick;
        let labs = self
            .world
            .absorb(plan, census)
            .ok_or(SimError::Miscounted { tick })?;
        let values = self.world.digest_values(plan);
        self.digest = digest::next(&self.digest, tick, census, &values);
        let events = labs.iter().map(|lab| lab.events).sum();
        let rows = rows::rows(&self.world, tick, labs);
        self.world
            .conditions_met(conditions::met(&self.world, &rows));
        Ok(TickRecord {
            tick,
            day: self.world.day(),
            events,
            rows,
            digest: self.digest,
        })
    }
}
