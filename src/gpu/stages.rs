//! The stage table: what runs on the device, from which sources, with which bindings.
//!
//! A stage has one name: of its WGSL file, its entry point, its twin in `cpu`, its pipeline label and
//! its row here. Resources have one binding number in all stages, their position in [`Resource`].

use std::fmt::Write as _;

use crate::model::{census, layout};

/// A buffer that stages bind; its discriminant is the binding number in group 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Resource {
    /// [`super::layout::Dispatch`], one a dispatch at a dynamic offset.
    Dispatch,
    /// [`super::layout::Span`]s.
    Spans,
    /// `due` of the agents of a chunk.
    Due,
    /// `work` of the agents of a chunk.
    Work,
    /// `PopulationTick` by population.
    Populations,
    /// [`super::layout::Tally`] by population.
    Tallies,
    /// `KindTick` by population and kind.
    Kinds,
    /// `BoardTick` by board.
    Boards,
    /// Current knowledge.
    Nodes,
    /// Knowledge at the last turn of news.
    Older,
    /// Finds of the tick.
    Finds,
    /// Kind of each topic.
    TopicKind,
    /// Alias tables by board.
    Alias,
    /// Binomial tables.
    Binomial,
    /// Standard normal.
    Normal,
    /// What mails hold.
    Snapshots,
    /// `KindGain` by kind.
    KindGains,
    /// `Mail`s.
    Mails,
    /// `Edge`s.
    Edges,
    /// First edges of boards, first boards of labs.
    Wiring,
    /// States of lag classes.
    Classes,
    /// Lanes, node counts and gains of `share`.
    SharedTally,
}

/// Number of resources.
pub const RESOURCES: usize = Resource::SharedTally as usize + 1;

/// How a stage uses a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Uniform buffer.
    Uniform,
    /// Storage buffer, read only.
    Read,
    /// Storage buffer, read and written.
    Write,
}

/// A row of the stage table.
#[derive(Debug)]
pub struct Stage {
    /// Its one name.
    pub name: &'static str,
    /// WGSL in the order of concatenation, after the generated constants.
    pub sources: &'static [&'static str],
    /// What it binds.
    pub bindings: &'static [(Resource, Access)],
    /// Pipeline constants it takes.
    pub overrides: &'static [&'static str],
}

const LAYOUT: &str = include_str!("../../shaders/shared/layout.wgsl");
const FIXED: &str = include_str!("../../shaders/shared/fixed.wgsl");
const RNG: &str = include_str!("../../shaders/shared/rng.wgsl");
const AGENT: &str = include_str!("../../shaders/shared/agent.wgsl");
const BOARD: &str = include_str!("../../shaders/shared/board.wgsl");
const RESEARCHER: &str = include_str!("../../shaders/shared/researcher.wgsl");
const SIGHT: &str = include_str!("../../shaders/shared/sight.wgsl");
const BLOCK: &str = include_str!("../../shaders/shared/block.wgsl");
const TALLY: &str = include_str!("../../shaders/shared/tally.wgsl");

use Access::{Read, Uniform, Write};

/// Fits slots to the sizes of populations.
pub static SPAWN: Stage = Stage {
    name: "spawn",
    sources: &[
        LAYOUT,
        FIXED,
        RNG,
        AGENT,
        BLOCK,
        TALLY,
        include_str!("../../shaders/spawn.wgsl"),
    ],
    bindings: &[
        (Resource::Dispatch, Uniform),
        (Resource::Spans, Read),
        (Resource::Due, Write),
        (Resource::Work, Write),
        (Resource::Populations, Read),
        (Resource::Tallies, Write),
    ],
    overrides: &["WORKGROUP", "BLOCK"],
};

/// Runs agents.
pub static RESEARCH: Stage = Stage {
    name: "research",
    sources: &[
        LAYOUT,
        FIXED,
        RNG,
        AGENT,
        BOARD,
        BLOCK,
        TALLY,
        RESEARCHER,
        SIGHT,
        include_str!("../../shaders/research.wgsl"),
    ],
    bindings: &[
        (Resource::Dispatch, Uniform),
        (Resource::Spans, Read),
        (Resource::Due, Write),
        (Resource::Work, Write),
        (Resource::Populations, Read),
        (Resource::Tallies, Write),
        (Resource::Kinds, Read),
        (Resource::Boards, Read),
        (Resource::Nodes, Read),
        (Resource::Older, Read),
        (Resource::Finds, Write),
        (Resource::TopicKind, Read),
        (Resource::Alias, Read),
        (Resource::Binomial, Read),
        (Resource::Normal, Read),
    ],
    overrides: &[
        "WORKGROUP",
        "BLOCK",
        "BATCH",
        "TOPICS",
        "NODE_ROWS",
        "BOARD_ROWS",
        "KINDS",
    ],
};

/// Exchanges knowledge.
pub static SHARE: Stage = Stage {
    name: "share",
    sources: &[
        LAYOUT,
        FIXED,
        RNG,
        BOARD,
        include_str!("../../shaders/share.wgsl"),
    ],
    bindings: &[
        (Resource::Boards, Read),
        (Resource::Nodes, Write),
        (Resource::Older, Write),
        (Resource::Finds, Write),
        (Resource::TopicKind, Read),
        (Resource::Normal, Read),
        (Resource::Snapshots, Write),
        (Resource::KindGains, Read),
        (Resource::Mails, Read),
        (Resource::Edges, Read),
        (Resource::Wiring, Read),
        (Resource::Classes, Read),
        (Resource::SharedTally, Write),
    ],
    overrides: &[
        "WORKGROUP",
        "TOPICS",
        "NODE_ROWS",
        "BOARD_ROWS",
        "MAIL_ROWS",
        "LABS",
        "KINDS",
        "IDEAS_KEY_0",
        "IDEAS_KEY_1",
    ],
};

/// Counts agents anew.
pub static CENSUS: Stage = Stage {
    name: "census",
    sources: &[
        LAYOUT,
        FIXED,
        RNG,
        AGENT,
        BLOCK,
        TALLY,
        include_str!("../../shaders/census.wgsl"),
    ],
    bindings: &[
        (Resource::Dispatch, Uniform),
        (Resource::Spans, Read),
        (Resource::Due, Write),
        (Resource::Work, Write),
        (Resource::Populations, Read),
        (Resource::Tallies, Write),
    ],
    overrides: &["WORKGROUP", "BLOCK"],
};

/// Every stage.
pub static STAGES: [&Stage; 4] = [&SPAWN, &RESEARCH, &SHARE, &CENSUS];

impl Stage {
    /// The whole WGSL of the stage for windows of `window_words` words.
    pub fn source(&self, window_words: usize) -> String {
        let mut text = layout::wgsl_constants();
        let _ = writeln!(text, "const WINDOW_WORDS: u32 = {window_words}u;");
        for source in self.sources {
            text.push_str(source);
        }
        if self.sources.contains(&TALLY) {
            text.push_str(&gather_tally());
        }
        text
    }

    /// Storage buffers bound.
    pub fn storage_buffers(&self) -> u32 {
        self.bindings
            .iter()
            .filter(|(_, access)| *access != Access::Uniform)
            .count() as u32
    }
}

/// `gather` once a counter, written out: a loop's index would be known only at run time, and drivers
/// that do not unroll it move all of a thread's counters from registers to memory.
fn gather_tally() -> String {
    let mut text = String::from("fn gather_tally() {\n");
    for name in census::COUNTER_NAMES {
        let count = format!("COUNT_{}", name.to_uppercase());
        let _ = writeln!(
            text,
            "    gather({count}, tally_low[{count}], tally_high[{count}]);"
        );
    }
    text.push_str("}\n");
    text
}
