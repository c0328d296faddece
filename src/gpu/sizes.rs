//! Sizes of a batch: what its replicates have in common, and room for that in which they differ.

use crate::model::census::NODE_FIELDS;
use crate::model::engine::{EngineError, Setup, Shape};

/// Sizes of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Runs that advance together.
    pub replicates: usize,
    /// Sizes of each of them.
    pub shape: Shape,
    /// Mails of the replicate that has most.
    pub mails: usize,
    /// Lag classes of the replicate that has most.
    pub classes: usize,
    /// Edges of all replicates.
    pub edges: usize,
}

impl Sizes {
    /// Sizes of a batch of `setups`.
    ///
    /// # Errors
    /// If there is none, or one has another shape than the first.
    pub fn of(setups: &[Setup]) -> Result<Self, EngineError> {
        let Some(first) = setups.first() else {
            return Err(EngineError::Device("a batch of no runs".into()));
        };
        let shape = first.shape();
        for (replicate, setup) in setups.iter().enumerate() {
            if let Some((what, found, expected)) = setup.shape().difference(&shape) {
                return Err(EngineError::Unlike {
                    replicate,
                    what,
                    found,
                    expected,
                });
            }
        }
        let most = |rows: fn(&Setup) -> usize| setups.iter().map(rows).max().unwrap_or(0);
        Ok(Self {
            replicates: setups.len(),
            shape,
            mails: most(|setup| setup.mails.len()),
            classes: most(|setup| setup.classes),
            edges: setups.iter().map(|setup| setup.edges.len()).sum(),
        })
    }

    /// Topics of all replicates.
    pub fn columns(&self) -> usize {
        self.replicates * self.shape.topics
    }

    /// Populations of all replicates.
    pub fn populations(&self) -> usize {
        self.replicates * self.shape.populations
    }

    /// Boards of all replicates.
    pub fn boards(&self) -> usize {
        self.replicates * self.shape.boards
    }

    /// Boards, lab unions and the world of a replicate.
    pub fn nodes(&self) -> usize {
        self.shape.boards + self.shape.labs + 1
    }

    /// Words of a node's knowledge of one topic.
    pub fn cell(&self) -> usize {
        1 + self.shape.window_words
    }

    /// Words of knowledge of a replicate's nodes.
    pub fn node_words(&self) -> usize {
        self.shape.topics * self.nodes() * self.cell()
    }

    /// Alias entries of a replicate.
    pub fn alias_entries(&self) -> usize {
        self.shape.topics * self.shape.boards
    }

    /// Words of a replicate's first edges of boards and first boards of labs.
    pub fn wiring_words(&self) -> usize {
        self.shape.boards + 1 + self.shape.labs + 1
    }

    /// Words in which `share` counts the nodes of a replicate.
    pub fn node_count_words(&self) -> usize {
        NODE_FIELDS * self.nodes()
    }

    /// Words that `share` counts in for a replicate: the lanes of the digest, the counts of each node,
    /// two words a gain.
    pub fn shared_words(&self) -> usize {
        4 + self.node_count_words() + 2 * self.shape.labs * self.shape.kinds
    }

    /// Workgroups of `share` for a replicate.
    pub fn share_groups(&self, workgroup: u32) -> u32 {
        (self.shape.topics as u32).div_ceil(workgroup)
    }
}
