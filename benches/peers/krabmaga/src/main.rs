//! The model as users of krABMaga write one: an `Agent` with a `step` a tick, a `State` that holds the boards, a `Schedule`
//! that wakes everybody. Arithmetic and file are takeoff's own sources; the model is written anew, for plain
//! agents (weight 1, all news read, windows of one word), which is all that the flagship mix has.

extern crate self as takeoff;

#[path = "../../../../src/model/mod.rs"]
#[allow(dead_code)]
mod model;

#[path = "../../work.rs"]
#[allow(dead_code)]
mod work;

mod researcher;
mod state;

use std::any::Any;
use std::fs::File;
use std::io::BufReader;

use krabmaga::engine::schedule::Schedule;
use krabmaga::engine::state::State;

use model::census::{Census, Counter, Recount};
use model::engine::{Engine, EngineError, Setup, StageSeconds, Store, Tick, TickInput};
use model::layout::PopulationTick;
use researcher::Researcher;
use state::Industry;
use work::Work;

/// The simulation as something that is told ticks.
struct Krabmaga {
    state: Industry,
    schedule: Schedule,
    agents: (Vec<u32>, Vec<u32>),
}

impl Krabmaga {
    fn new(setup: &Setup) -> Self {
        let slots = setup.populations[0].slots as usize;
        Self {
            state: Industry::new(setup.clone()),
            schedule: Schedule::new(),
            agents: (vec![0; slots], vec![0; slots]),
        }
    }
}

impl Engine for Krabmaga {
    fn tick(&mut self, input: &TickInput<'_>) -> Result<Census, EngineError> {
        let slots = input.slots[0];
        let population = &input.populations[0];
        if model::layout::merge(population.active) < slots
            || model::layout::merge(population.keep) < slots
        {
            return Err(EngineError::Device("agents come or go".to_owned()));
        }
        self.state.told(Tick::of(input));
        if self.schedule.events.is_empty() {
            // The schedule of nobody would say so on standard output.
            self.state.update(1);
        } else {
            self.schedule.step(self.state.as_state_mut());
        }
        Ok(self.state.census())
    }

    fn recount(
        &mut self,
        _index: usize,
        _population: &PopulationTick,
        _slots: u64,
    ) -> Result<Recount, EngineError> {
        Err(EngineError::Device("it counts only ticks".to_owned()))
    }

    fn read_agents(
        &mut self,
        _population: usize,
        _from: u64,
        due: &mut [u32],
        work: &mut [u32],
    ) -> Result<(), EngineError> {
        due.copy_from_slice(&self.agents.0);
        work.copy_from_slice(&self.agents.1);
        Ok(())
    }

    fn write_agents(
        &mut self,
        _population: usize,
        _from: u64,
        due: &[u32],
        work: &[u32],
    ) -> Result<(), EngineError> {
        self.agents = (due.to_vec(), work.to_vec());
        self.schedule = Schedule::new();
        for (rank, (&due, &work)) in due.iter().zip(work).enumerate() {
            if work != 0 {
                let agent = Researcher::new(rank as u64, due, work);
                self.schedule.schedule_repeating(Box::new(agent), 0.0, 0);
            }
        }
        Ok(())
    }

    fn write_lanes(&mut self, _population: usize, lanes: [u32; 4]) {
        self.state.lanes = lanes;
    }

    fn read_store(&mut self, store: Store) -> Result<Vec<u32>, EngineError> {
        Ok(self.state.store(store).clone())
    }

    fn write_store(&mut self, store: Store, words: &[u32]) -> Result<(), EngineError> {
        self.state.store(store).copy_from_slice(words);
        Ok(())
    }

    /// It takes no times of its own.
    fn stage_seconds(&self) -> StageSeconds {
        StageSeconds::default()
    }
}

fn main() {
    let path = std::env::args().nth(1).expect("a file of work");
    let work = Work::read(&mut BufReader::new(
        File::open(path).expect("a file of work"),
    ))
    .expect("a file of work");
    let events: Vec<u64> = work
        .expected
        .iter()
        .map(|census| census.populations[0].get(Counter::Events))
        .collect();
    for line in std::io::stdin().lines() {
        line.expect("standard input is text");
        let mut engine = Krabmaga::new(&work.setup);
        let (seconds, difference) = work.run(&mut engine).expect("it runs");
        // Who has answered is done: a million agents given back take a part of a second.
        drop(engine);
        let answer = serde_json::json!({
            "peer": "krabmaga",
            "version": "krABMaga 0.6.2",
            "threads": 1,
            "agents": work.agents(),
            "events": events,
            "seconds": seconds,
            "agrees": difference.unwrap_or_else(|| "bits".to_owned()),
        });
        println!("{answer}");
    }
}

impl Industry {
    /// The state behind krABMaga's trait object.
    fn of(state: &mut dyn State) -> &mut Self {
        let state: &mut dyn Any = state.as_any_mut();
        state.downcast_mut().expect("the only state there is")
    }
}
