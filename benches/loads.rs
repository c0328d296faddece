//! The loads of benchmarks of stages: those of `takeoff bench`, without its report.

use takeoff::bench::{Load, Steady, load};
use takeoff::sim::{EngineChoice, EngineOptions, make_engine};
use takeoff::world::World;

/// Which time of a load is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// `spawn` over slots that are in order.
    Spawn,
    /// `research`.
    Research,
    /// `share`.
    Share,
    /// A recount.
    Census,
    /// The whole tick.
    Tick,
}

/// Stages of agents, each with the load that shows it.
pub const LOADS: [(&str, Load, Stage); 7] = [
    ("spawn", Load::Quiet, Stage::Spawn),
    ("research, nobody due", Load::Quiet, Stage::Research),
    ("research, 10% due", Load::Due(0.1), Stage::Research),
    ("research, all due", Load::Due(1.0), Stage::Research),
    ("research, 12 events each", Load::Busy, Stage::Research),
    ("census", Load::Quiet, Stage::Census),
    ("tick, 20% due", Load::Typical, Stage::Tick),
];

/// So many agents of a load on the native engine, warm.
pub fn steady(load: Load, agents: u64) -> Steady {
    let scenario = load::scenario(agents).unwrap_or_else(|e| panic!("{e}"));
    let world = World::new(scenario);
    let options = EngineOptions::default();
    let (engine, _) = make_engine(EngineChoice::Cpu, &world, options).expect("it fits");
    let rhythm = load.rhythm().expect("no host");
    let is_quiet = load == Load::Quiet;
    let mut steady = Steady::new(engine, world, rhythm, is_quiet, agents).expect("it runs");
    steady.tick().expect("it runs");
    steady
}

/// Seconds of one more run of a stage.
pub fn stage(steady: &mut Steady, stage: Stage) -> f64 {
    match stage {
        Stage::Spawn => steady.spawn().expect("it runs").stages.spawn,
        Stage::Research => steady.tick().expect("it runs").stages.research,
        Stage::Share => steady.share().expect("it runs").stages.share,
        Stage::Tick => steady.tick().expect("it runs").seconds,
        Stage::Census => {
            steady.recount().expect("it runs");
            steady.stage_seconds().census
        }
    }
}
