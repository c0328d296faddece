//! Scenario files: TOML -> checked -> one immutable [`Scenario`].

mod types;

pub use types::*;
