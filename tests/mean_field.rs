//! Claim: configured to the limit, the agents meet the closed form dA/dt = c 10^((1 - beta) A) of a
//! software explosion with constant returns r = 1/beta (evidence D), and the error shrinks with the
//! number of topics.
//!
//! From A = 0.1 the times t1, t2 of two further half-OOMs have the ratio 10^(-(1 - beta)/2) in the
//! closed form, whatever c is; so the run measures r. Tolerance: 3% in r at 1 OOM, as promised. What
//! is left is systematic: researchers per open idea (scooping), spread of depth over topics, and the
//! half-tick until a find is seen; each falls with more topics at the same researchers.

#[path = "common/scenarios.rs"]
mod scenarios;

use takeoff::sim::{EngineChoice, Simulation};

/// r measured with `topics` topics, 100 ideas each per OOM, 20 researchers at the start.
fn measured_r(topics: u32, r: f64) -> f64 {
    let ideas_per_oom = 100.0;
    let gain_oom = 1.0 / ideas_per_oom / f64::from(topics);
    let mut scenario = scenarios::mean_field(topics, 20.0, 1.0 / r / ideas_per_oom, gain_oom);
    scenario.run.tick_hours = 8.0;
    let mut sim = Simulation::new(scenario, EngineChoice::Cpu).expect("it fits");
    let marks = [0.1, 0.6, 1.1];
    let mut times_hours = Vec::new();
    let mut before = 0.0;
    while times_hours.len() < marks.len() {
        let record = sim.step().expect("the CPU engine runs");
        let oom = record.rows[0].oom_inference;
        while times_hours.len() < marks.len() && oom >= marks[times_hours.len()] {
            let beyond = (oom - marks[times_hours.len()]) / (oom - before);
            times_hours.push(record.day * 24.0 - 8.0 * beyond);
        }
        before = oom;
    }
    let ratio = (times_hours[2] - times_hours[1]) / (times_hours[1] - times_hours[0]);
    1.0 / (1.0 + 2.0 * libm::log10(ratio))
}

#[test]
fn returns_come_out_as_put_in() {
    for r in [0.7, 1.0, 1.4] {
        let coarse = measured_r(256, r) / r - 1.0;
        let fine = measured_r(1024, r) / r - 1.0;
        println!(
            "r = {r}: error {:.2}% with 256 topics, {:.2}% with 1024",
            100.0 * coarse,
            100.0 * fine
        );
        assert!(
            fine.abs() < coarse.abs(),
            "r = {r}: error grew, {coarse} to {fine}"
        );
    }
    for r in [0.7, 1.0, 1.4] {
        let error = measured_r(2048, r) / r - 1.0;
        println!("r = {r}: error {:.2}% with 2048 topics", 100.0 * error);
        assert!(error.abs() < 0.03, "r = {r}: error {error}");
    }
}
