//! Claim: the work that peers are given is whole. The file says everything that the ticks need, and the
//! native engine, fed from the file alone, ends every tick where the simulation did.

#[path = "../benches/common.rs"]
#[expect(dead_code, reason = "the benches use more of it")]
mod common;

#[path = "../benches/peers/export.rs"]
mod export;

#[path = "../benches/peers/work.rs"]
mod work;

#[path = "common/worlds.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod worlds;

use takeoff::bench::load::TYPICAL_DUE;
use takeoff::bench::roofline;
use takeoff::cpu::{CpuEngine, Options};
use takeoff::model::census::Counter;
use work::Work;

fn comes_back_and_agrees(name: &str, work: &Work) {
    let mut file = Vec::new();
    work.write(&mut file).expect("memory takes it");
    let read = Work::read(&mut file.as_slice()).expect("it is a file of work");
    assert!(read == *work, "{name}: the file says something else");
    let mut engine = CpuEngine::new(read.setup.clone(), Options::default()).expect("it fits");
    for _ in 0..2 {
        let (seconds, difference) = read.run(&mut engine).expect("it runs");
        assert_eq!(seconds.len(), read.ticks.len());
        assert_eq!(difference, None, "{name}");
    }
    file.truncate(file.len() - 4);
    assert!(
        Work::read(&mut file.as_slice()).is_err(),
        "{name}: a file cut short passes"
    );
}

#[test]
fn the_flagship_mix_comes_back_and_agrees() {
    let work = export::flagship(2000, 2, None);
    // Heads are rounded to whole topics.
    assert!(
        (1950..=2050).contains(&work.agents()),
        "{} agents",
        work.agents()
    );
    for census in &work.expected {
        let events = census.populations[0].get(Counter::Events);
        assert!(events > 2000, "{events} events: not the busy mix");
    }
    comes_back_and_agrees("flagship", &work);
}

/// As many are due in two hours as in a day of the human era ([`TYPICAL_DUE`]).
#[test]
fn shorter_ticks_come_back_and_agree() {
    let work = export::flagship(2000, 2, Some(2));
    for census in &work.expected {
        let due = roofline::due(&census.populations[0]) as f64 / work.agents() as f64;
        assert!((due - TYPICAL_DUE).abs() < 0.05, "{due} of the agents due");
    }
    comes_back_and_agrees("short ticks", &work);
}

#[test]
fn random_worlds_come_back_and_agree() {
    for seed in 0..6 {
        comes_back_and_agrees(
            &format!("world {seed}"),
            &export::random(&worlds::from_rank_zero(seed)),
        );
    }
}
