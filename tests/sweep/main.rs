//! Claim: a sweep is a dataset that depends on its runs alone, whatever split, kill or number of
//! workers made it; each of its runs is the run that `takeoff run` makes of the same values; what
//! is wrong with it is told.

#[path = "../record/support.rs"]
#[expect(dead_code, reason = "shared with the tests of run folders")]
mod support;

#[path = "../record/documented.rs"]
#[expect(dead_code, reason = "shared with the tests of run folders")]
mod documented;

mod analysis;
mod calibrate;
mod dataset;
mod formats;
mod opened;
mod uncertain;
