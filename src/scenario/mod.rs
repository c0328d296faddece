//! Scenario files: TOML -> checked -> one immutable [`Scenario`].
//!
//! The key table ([`keys`]) says what a file may hold. `files` reads and merges, `overrides`
//! changes, `walk` checks every key and `rules` what keys owe each other; `layout` makes the
//! types. Nothing here prints.

mod canonical;
mod check;
mod date;
mod economy;
mod events;
mod files;
pub mod keys;
mod layout;
mod load;
mod overrides;
mod parameters;
mod problem;
mod remarks;
mod rules;
mod schema;
mod series;
mod tree;
mod types;
mod uncertain;
mod values;
mod walk;
mod write;

pub use canonical::CanonicalError;
pub use check::{Check, PopulationCheck};
pub use date::date_after;
pub use economy::*;
pub use files::{FILE_BYTES_MAX, INCLUDE_DEPTH_MAX};
pub use keys::QUANTITIES;
pub use layout::file as in_file_layout;
pub use load::{Head, ScenarioFile, head, variants};
pub use overrides::Overrides;
pub use parameters::{Grounds, Parameter, parameters};
pub use problem::{Fault, Problem, ScenarioErrors};
pub use remarks::Remarks;
pub use schema::{json_schema, key_list_markdown};
pub use types::*;
pub use uncertain::{Spread, Uncertain, Uncertainty};
pub use write::{new_template, show};
