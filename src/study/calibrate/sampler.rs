//! Runs at points of the unit cube, several at a time, each point once.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::super::outcome::Outcome;
use super::super::runner::{Workers, course_of, on_threads};
use super::Halt;
use super::problem::Problem;
use crate::record::summary::STALLED_SHARE_MAX;

/// Who watches a calibration; called by one thread at a time.
pub trait Watcher: Send {
    /// So many runs are asked for next.
    fn asked(&mut self, runs: usize);
    /// A run has ended.
    fn ran(&mut self);
    /// True when it shall stop; runs under way are given up.
    fn is_stopped(&self) -> bool;
}

/// What runs came out as at a point.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    /// By seed, then by target.
    pub rows: Vec<Vec<f64>>,
    /// Digest of the run of the first seed.
    pub digest: String,
}

/// Runs a problem and keeps what came out.
pub(super) struct Sampler<'a> {
    pub problem: &'a Problem,
    workers: Workers,
    watcher: Mutex<&'a mut dyn Watcher>,
    known: BTreeMap<Vec<u64>, Result<Sample, String>>,
}

impl<'a> Sampler<'a> {
    pub fn new(problem: &'a Problem, workers: Workers, watcher: &'a mut dyn Watcher) -> Self {
        Self {
            problem,
            workers,
            watcher: Mutex::new(watcher),
            known: BTreeMap::new(),
        }
    }

    /// Points that were run.
    pub fn points(&self) -> usize {
        self.known.len()
    }

    /// What runs come out as at each point, or why one of them has no such measure.
    pub fn samples(&mut self, points: &[Vec<f64>]) -> Result<Vec<Result<Sample, String>>, Halt> {
        let mut new: Vec<&Vec<f64>> = Vec::new();
        for point in points {
            if !self.known.contains_key(&bits(point)) && !new.contains(&point) {
                new.push(point);
            }
        }
        let seeds: Vec<u64> = self.problem.seeds.clone().collect();
        let jobs: Vec<_> = new
            .iter()
            .flat_map(|point| seeds.iter().map(move |&seed| (point.as_slice(), seed)))
            .collect();
        let outcomes = self.run(&jobs)?;
        for (point, outcomes) in new.iter().zip(outcomes.chunks(seeds.len())) {
            let sample = self.sample(outcomes);
            self.known.insert(bits(point), sample);
        }
        Ok(points
            .iter()
            .map(|point| self.known[&bits(point)].clone())
            .collect())
    }

    /// The outcome of each (point, seed), in order.
    fn run(&self, jobs: &[(&[f64], u64)]) -> Result<Vec<Result<Outcome, String>>, Halt> {
        self.watcher().asked(jobs.len());
        let next = AtomicUsize::new(0);
        let stop = AtomicBool::new(false);
        let done = Mutex::new(vec![None; jobs.len()]);
        let is_stopped = || {
            let asked = || {
                self.watcher
                    .try_lock()
                    .is_ok_and(|watcher| watcher.is_stopped())
            };
            if asked() {
                stop.store(true, Ordering::Relaxed);
            }
            stop.load(Ordering::Relaxed)
        };
        on_threads(self.workers.jobs, || {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(&(point, seed)) = jobs.get(at) else {
                    return Ok(());
                };
                let scenario = || self.problem.scenario(point, seed);
                // No ticks are kept but the first and the last.
                let ended = course_of(scenario, self.workers, f64::INFINITY, &is_stopped);
                let Some(ended) = ended.transpose() else {
                    return Ok(());
                };
                let ended = ended.map(|(course, digest)| course.finish(0, &digest).0);
                done.lock().expect("nobody panics over it")[at] = Some(ended);
                self.watcher().ran();
            }
        })?;
        let done = done.into_inner().expect("nobody panics over it");
        done.into_iter().collect::<Option<_>>().ok_or(Halt::Stopped)
    }

    fn watcher(&self) -> std::sync::MutexGuard<'_, &'a mut dyn Watcher> {
        self.watcher.lock().expect("a watcher does not panic")
    }

    fn sample(&self, outcomes: &[Result<Outcome, String>]) -> Result<Sample, String> {
        let seeds = self.problem.seeds.clone();
        let mut rows = Vec::with_capacity(outcomes.len());
        for (outcome, seed) in outcomes.iter().zip(seeds) {
            let outcome = outcome
                .as_ref()
                .map_err(|why| format!("seed {seed}: {why}"))?;
            if outcome
                .get("stalled_share")
                .is_some_and(|share| share > STALLED_SHARE_MAX)
            {
                return Err(format!(
                    "seed {seed} is not valid: the event bound took more than {}% of agent time",
                    100.0 * STALLED_SHARE_MAX
                ));
            }
            let targets = self.problem.measures.iter().zip(&self.problem.targets);
            let row = targets.map(|(&measure, target)| {
                let value = outcome.measures[measure].filter(|value| value.is_finite());
                value.ok_or_else(|| format!("seed {seed} has no {}", target.measure))
            });
            rows.push(row.collect::<Result<Vec<_>, _>>()?);
        }
        let first = outcomes[0].as_ref().map_err(Clone::clone)?;
        Ok(Sample {
            rows,
            digest: first.digest.clone(),
        })
    }
}

/// A point as a key: by its bits.
fn bits(point: &[f64]) -> Vec<u64> {
    point.iter().map(|u| u.to_bits()).collect()
}
