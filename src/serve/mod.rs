//! `takeoff serve`: the runs of a folder as a page on this machine. It lists and compares them, shows
//! one while it goes on, and starts, stops and continues them as child processes.
//!
//! `guard` says who may ask for what, `folder` which files can be meant, `routes` what there is to
//! ask; `runs`, `sweeps`, `jobs`, `follow` and `scenarios` answer. Nothing here prints.

mod address;
mod connections;
mod error;
mod events;
mod folder;
mod follow;
mod guard;
mod jobs;
mod page;
mod routes;
mod runs;
mod scenarios;
mod sweeps;
mod token;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use address::Names;
pub use error::ServeError;
use folder::Folder;
use jobs::Jobs;
use routes::State;
use runs::Runs;
use scenarios::Scenarios;
pub use token::Token;

/// Threads that read files and check scenarios, at most.
const WORKERS_MAX: usize = 8;
/// Time that runs get to write their checkpoints when the server ends.
const LAST_WORDS: Duration = Duration::from_secs(60);

/// What to serve, and to whom.
#[derive(Clone, Debug)]
pub struct Options {
    /// Folder of run folders; made if it is not there.
    pub runs: PathBuf,
    /// Folder of scenario files.
    pub scenarios: PathBuf,
    /// Address to listen at.
    pub bind: IpAddr,
    /// Port to listen at; 0: any that is free.
    pub port: u16,
    /// Names beside loopback's by which browsers may call this server, without port.
    pub hosts: Vec<String>,
    /// Runs at once, at most.
    pub jobs: usize,
    /// The program that runs scenarios: this one.
    pub program: PathBuf,
}

/// A server that listens and does not answer yet.
pub struct Server {
    runtime: Runtime,
    listener: TcpListener,
    state: Arc<State>,
    url: String,
}

impl Server {
    /// Opens the folders and the port.
    pub fn bind(options: Options) -> Result<Server, ServeError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .max_blocking_threads(WORKERS_MAX)
            .build()
            .map_err(ServeError::System)?;
        let at = (options.bind, options.port);
        let listener =
            runtime
                .block_on(TcpListener::bind(at))
                .map_err(|source| ServeError::Port {
                    address: at.into(),
                    source,
                })?;
        let local = listener.local_addr().map_err(ServeError::System)?;
        let token = Token::random()?;
        let names = Names::new(local, &options.hosts);
        let url = format!("http://{}/#token={token}", names.spoken());
        let folder = Folder::make(&options.runs)?;
        let state = State {
            scenarios: Scenarios::new(Folder::open(&options.scenarios)?, options.scenarios),
            jobs: Jobs::new(options.program, options.jobs),
            runs: Runs::new(folder, options.runs),
            names,
            token,
            is_loopback: local.ip().is_loopback(),
            streams: Arc::new(tokio::sync::Semaphore::new(events::STREAMS_MAX)),
            ending: watch::Sender::new(false),
        };
        Ok(Server {
            runtime,
            listener,
            state: Arc::new(state),
            url,
        })
    }

    /// Where the page is, with the token that lets it start and stop runs.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// True when only this machine can reach it.
    pub fn is_loopback(&self) -> bool {
        self.state.is_loopback
    }

    /// Answers until `is_stopped`, then ends the runs it started, each with its checkpoint, and waits
    /// for them. The folders of runs that took too long come back: they end by themselves.
    pub fn run(self, is_stopped: impl Fn() -> bool) -> Result<Vec<String>, ServeError> {
        let router = routes::router(Arc::clone(&self.state));
        let ending = self.state.ending.clone();
        self.runtime.block_on(connections::accept(
            &self.listener,
            router,
            &ending,
            is_stopped,
        ));
        Ok(self.state.jobs.end_all(LAST_WORDS))
    }
}
