//! What researchers are told of kinds of ideas.

use crate::model::layout::KindTick;

/// What [`KindTick`] says, by kind: small enough to look up in a register.
pub struct Kinds {
    pub think_base: [u32; 16],
    pub experiment_base: [u32; 16],
    pub odds_base: [u32; 16],
    pub score_base: [u32; 16],
    pub work_slope: [u32; 16],
    pub odds_slope: [u32; 16],
    pub score_slope: [u32; 16],
    pub idea_end: [u32; 16],
}

impl Kinds {
    /// Of at most 16 kinds.
    pub fn new(kinds: &[KindTick]) -> Self {
        let column = |field: fn(&KindTick) -> u32| {
            let mut column = [0; 16];
            for (entry, kind) in column.iter_mut().zip(kinds) {
                *entry = field(kind);
            }
            column
        };
        Self {
            think_base: column(|kind| kind.think_base as u32),
            experiment_base: column(|kind| kind.experiment_base as u32),
            odds_base: column(|kind| kind.odds_base as u32),
            score_base: column(|kind| kind.score_base as u32),
            work_slope: column(|kind| kind.work_slope as u32),
            odds_slope: column(|kind| kind.odds_slope as u32),
            score_slope: column(|kind| kind.score_slope as u32),
            idea_end: column(|kind| kind.idea_end),
        }
    }
}
