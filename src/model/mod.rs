//! Pure data and integer arithmetic of the agent model: what both engines share.
//!
//! Nothing here knows about scenarios, engines, files or time. `docs/model.md` is the normative text;
//! every function names the section that it implements.

pub mod agent;
pub mod board;
pub mod census;
pub mod digest;
pub mod engine;
pub mod fixed;
pub mod layout;
pub mod rng;
pub mod tables;
