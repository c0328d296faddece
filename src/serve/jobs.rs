//! Runs at work: child processes of this one. Each ends in an orderly way, with its checkpoint, when
//! its standard input closes, so it ends with this process too, however that ends.

use std::ffi::OsString;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Bytes that are kept of what a run says.
const TOLD_BYTES_MAX: usize = 16 << 10;
/// Ended runs that are remembered with what they said.
const REMEMBERED: usize = 64;
/// Time between two looks at whether runs have ended.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A run that was started here.
struct Job {
    /// Its name in the folder of runs.
    id: String,
    child: Child,
    /// Open for as long as it shall go on.
    stdin: Option<ChildStdin>,
    told: Arc<Mutex<Vec<u8>>>,
    ended: Option<Ended>,
}

/// How far a run is that was started here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// At work.
    Working,
    /// Asked to end: it finishes its tick and writes its checkpoint.
    Stopping,
    /// No more.
    Ended(Ended),
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With this code.
    Code(i32),
    /// By a signal.
    Signal,
}

/// Why a run was not started.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// As many are at work as may be.
    #[error("{0} at work already, as many as --jobs allows: stop one, or wait")]
    Full(usize),
    /// It is at work already.
    #[error("`{0}` is at work already")]
    AtWork(String),
    /// The program cannot be started.
    #[error("cannot start a run: {0}")]
    Start(#[from] std::io::Error),
}

/// All runs that were started here.
pub struct Jobs {
    program: PathBuf,
    at_once_max: usize,
    jobs: Mutex<Vec<Job>>,
}

impl Jobs {
    /// None yet; at most `at_once_max` at a time, by `program`.
    pub fn new(program: PathBuf, at_once_max: usize) -> Jobs {
        Jobs {
            program,
            at_once_max,
            jobs: Mutex::default(),
        }
    }

    /// The jobs as they are now.
    fn now(&self) -> MutexGuard<'_, Vec<Job>> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        for job in jobs.iter_mut() {
            job.look();
        }
        jobs
    }

    /// Starts the program with `arguments` on the run `id`.
    pub fn start(&self, id: &str, arguments: &[OsString]) -> Result<(), JobError> {
        let mut jobs = self.now();
        if jobs.iter().any(|job| job.id == id && job.ended.is_none()) {
            return Err(JobError::AtWork(id.to_owned()));
        }
        let at_work = jobs.iter().filter(|job| job.ended.is_none()).count();
        if at_work >= self.at_once_max {
            return Err(JobError::Full(at_work));
        }
        let mut child = Command::new(&self.program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let told = Arc::default();
        if let Some(stderr) = child.stderr.take() {
            keep(stderr, Arc::clone(&told));
        }
        jobs.retain(|job| job.id != id);
        if let Some(oldest) = (jobs.len() >= REMEMBERED)
            .then(|| jobs.iter().position(|job| job.ended.is_some()))
            .flatten()
        {
            jobs.remove(oldest);
        }
        jobs.push(Job {
            id: id.to_owned(),
            stdin: child.stdin.take(),
            child,
            told,
            ended: None,
        });
        Ok(())
    }

    /// Asks a run to end; the second time it is ended at once, which leaves its folder as a kill does:
    /// readable and resumable. False if it is not at work.
    pub fn stop(&self, id: &str) -> bool {
        let mut jobs = self.now();
        let job = jobs
            .iter_mut()
            .find(|job| job.id == id && job.ended.is_none());
        if let Some(job) = job {
            if job.stdin.take().is_none() {
                // One that has ended by now needs no more.
                let _ = job.child.kill();
            }
            return true;
        }
        false
    }

    /// How far a run is, if it was started here, and what it said.
    pub fn look(&self, id: &str) -> Option<(Stage, String)> {
        let jobs = self.now();
        let job = jobs.iter().find(|job| job.id == id)?;
        Some((job.stage(), job.told()))
    }

    /// Names of all that were started here, newest first.
    pub fn ids(&self) -> Vec<String> {
        let jobs = self.now();
        jobs.iter().rev().map(|job| job.id.clone()).collect()
    }

    /// How many are at work, and how many may be.
    pub fn load(&self) -> (usize, usize) {
        let at_work = self.now().iter().filter(|job| job.ended.is_none()).count();
        (at_work, self.at_once_max)
    }

    /// Asks all to end and waits for them, at most for `patience`. Those still at work then.
    pub fn end_all(&self, patience: Duration) -> Vec<String> {
        for job in self.now().iter_mut() {
            job.stdin = None;
        }
        let began = Instant::now();
        loop {
            let jobs = self.now();
            let left = jobs.iter().filter(|job| job.ended.is_none());
            let left: Vec<String> = left.map(|job| job.id.clone()).collect();
            drop(jobs);
            if left.is_empty() || began.elapsed() > patience {
                return left;
            }
            thread::sleep(LOOK_EVERY);
        }
    }
}

impl Job {
    fn look(&mut self) {
        if self.ended.is_some() {
            return;
        }
        if let Ok(Some(status)) = self.child.try_wait() {
            self.ended = Some(status.code().map_or(Ended::Signal, Ended::Code));
            self.stdin = None;
        }
    }

    fn stage(&self) -> Stage {
        match (self.ended, &self.stdin) {
            (Some(ended), _) => Stage::Ended(ended),
            (None, None) => Stage::Stopping,
            (None, Some(_)) => Stage::Working,
        }
    }

    fn told(&self) -> String {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&told).trim().to_owned()
    }
}

/// Keeps the end of what a run says: there its error stands.
fn keep(mut stderr: ChildStderr, told: Arc<Mutex<Vec<u8>>>) {
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = stderr.read(&mut buffer) {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            told.extend_from_slice(&buffer[..count]);
            let over = told.len().saturating_sub(TOLD_BYTES_MAX);
            told.drain(..over);
        }
    });
}
