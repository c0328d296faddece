//! The options of `takeoff serve`.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::Args;

use crate::serve::Options;

#[derive(Args)]
pub struct Serve {
    /// Folder of run folders
    #[arg(default_value = "runs")]
    runs: PathBuf,
    /// Folder of scenario files that can be run
    #[arg(long, value_name = "DIR", default_value = "scenarios")]
    scenarios: PathBuf,
    /// Port; 0: any that is free
    #[arg(long, value_name = "N", default_value = "8642")]
    port: u16,
    /// Address to listen at; other than loopback it is open to other machines
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    bind: IpAddr,
    /// Another name, without port, by which browsers may call this server; may be repeated
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
    /// Runs at once, at most
    #[arg(long, value_name = "N", default_value = "2",
        value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
}

impl From<Serve> for Options {
    fn from(serve: Serve) -> Options {
        Options {
            runs: serve.runs,
            scenarios: serve.scenarios,
            bind: serve.bind,
            port: serve.port,
            hosts: serve.host,
            jobs: serve.jobs.into(),
            // Where the system does not say, the shell's search finds it.
            program: std::env::current_exe().unwrap_or_else(|_| "takeoff".into()),
        }
    }
}
