//! `takeoff` runs an intelligence explosion from the bottom up: automated researchers are agents in
//! GPU buffers, advanced by WGSL compute shaders; what they find feeds back into how many run, how
//! fast they think and how much compute they get. Start with `ARCHITECTURE.md`.

pub mod bench;
pub mod cli;
pub mod command;
pub mod cpu;
pub mod gpu;
pub mod live;
pub mod model;
pub mod probe;
pub mod readable;
pub mod record;
pub mod report;
pub mod scenario;
pub mod serve;
pub mod sim;
pub mod statistics;
pub mod study;
pub mod world;
