//! Events: which have fired, and the scenario that holds since.

use serde::{Deserialize, Serialize};

use super::World;
use crate::scenario::{Condition, Event, Scenario, ScenarioErrors};

/// An event that fired and left what is no valid scenario.
#[derive(Debug, thiserror::Error)]
#[error(
    "tick {tick}: event `{event}` cannot take effect after the others: {cause}; recorded ticks are kept"
)]
pub struct EventError {
    /// Name of the event.
    pub event: String,
    /// The tick that it was to change.
    pub tick: u64,
    /// The first thing that is wrong.
    pub cause: String,
}

/// An event that has fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    /// Index into the scenario's events.
    pub event: usize,
    /// The first tick with the new values.
    pub tick: u64,
}

/// What became of the events so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EventLog {
    /// In the order in which they fired.
    pub fired: Vec<Fired>,
    /// Events whose condition the last tick met; they fire at the start of the next.
    met: Vec<usize>,
}

impl EventLog {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl World {
    /// Fires what is due at the start of the next tick, in the order of the file; nothing while inputs are
    /// held.
    ///
    /// # Errors
    /// If one of them leaves what is no valid scenario.
    pub fn fire_events(&mut self) -> Result<(), EventError> {
        if self.is_held() {
            return Ok(());
        }
        let day = self.day();
        let met = std::mem::take(&mut self.state.events.met);
        let is_due = |(index, event): (usize, &Event)| match event.when {
            Condition::Day(first) => (day >= first).then_some(index),
            Condition::Quantity { .. } => met.contains(&index).then_some(index),
        };
        let due: Vec<_> = self.unfired().filter_map(is_due).collect();
        for event in due {
            let tick = self.state.tick;
            self.state.events.fired.push(Fired { event, tick });
            self.scenario = changed(&self.base, &self.state.events.fired)?;
        }
        Ok(())
    }

    /// Takes in which events have had their condition met by the tick that has just ended.
    pub fn conditions_met(&mut self, events: Vec<usize>) {
        self.state.events.met = events;
    }

    /// Events that have not fired, with their indices.
    pub fn unfired(&self) -> impl Iterator<Item = (usize, &Event)> {
        let fired = &self.state.events.fired;
        let is_left = move |&(index, _): &(usize, &Event)| fired.iter().all(|f| f.event != index);
        self.base.events.iter().enumerate().filter(is_left)
    }

    /// Names of the events that fired at the start of `tick`.
    pub fn fired_at(&self, tick: u64) -> Vec<&str> {
        let fired = self
            .state
            .events
            .fired
            .iter()
            .filter(|fired| fired.tick == tick);
        fired
            .map(|fired| self.base.events[fired.event].name.as_str())
            .collect()
    }

    /// For the digest, by event: the first tick with its values, or -1.
    pub(super) fn event_values(&self) -> impl Iterator<Item = f64> {
        let fired = &self.state.events.fired;
        (0..self.base.events.len()).map(move |index| {
            let found = fired.iter().find(|fired| fired.event == index);
            found.map_or(-1.0, |fired| fired.tick as f64)
        })
    }
}

/// The scenario after what has fired; the last of it is to blame if there is none.
pub(super) fn changed(base: &Scenario, fired: &[Fired]) -> Result<Scenario, EventError> {
    let order: Vec<_> = fired.iter().map(|fired| fired.event).collect();
    let cause = |errors: ScenarioErrors| {
        let first = errors.problems.first();
        first.map_or(String::new(), |problem| {
            format!("{}: {}", problem.key, problem.fault)
        })
    };
    base.after(&order).map_err(|errors| EventError {
        event: fired
            .last()
            .map_or(String::new(), |last| base.events[last.event].name.clone()),
        tick: fired.last().map_or(0, |last| last.tick),
        cause: cause(errors),
    })
}
