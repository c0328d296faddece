//! What a run, several runs or a sweep say, as one page that opens offline.
//!
//! [`Data::read`] gathers everything that the page shows from run and sweep folders; [`page`] puts it,
//! with the scripts and styles under `src/report/page/`, into one HTML file that asks nothing of the
//! network. Numbers are exact as recorded; the scripts only sum over labs, scale and draw.

mod columns;
mod compare;
mod data;
mod error;
mod figures;
mod frontier;
mod html;
mod run;
mod sweep;
mod topics;

pub use columns::{ColumnNote, Series};
pub use compare::Difference;
pub use data::Data;
pub use error::ReportError;
pub use figures::{Figure, figures};
pub use frontier::Frontier;
pub use html::{STYLE, page};
pub use run::{Lab, Provenance, Run};
pub use sweep::{Sweep, SweepHead};
pub use topics::TopicMap;
