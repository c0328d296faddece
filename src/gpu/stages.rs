//! The stage table: what runs on the device, from which sources, with which bindings.
//!
//! A stage has one name: of its WGSL file, its entry point, its twin in `cpu`, its pipeline label and
//! its row here. A source says what it declares; a stage binds what its sources do. Resources have one binding number in all stages, their position in [`Resource`].
//!
//! A batch of replicates is one longer table: "by population" and "by board" below mean those of the
//! first replicate, then those of the second. A run alone is a batch of one.

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
    /// Current knowledge, by replicate, topic and node.
    Nodes,
    /// Knowledge at the last turn of news.
    Older,
    /// Finds of the tick.
    Finds,
    /// Kind of each topic, by replicate and topic.
    TopicKind,
    /// Alias tables by board.
    Alias,
    /// Binomial tables, each once.
    Binomial,
    /// Standard normal.
    Normal,
    /// What mails hold.
    Snapshots,
    /// `KindGain` by replicate and kind.
    KindGains,
    /// `Mail`s.
    Mails,
    /// `Edge`s.
    Edges,
    /// First edges of boards, first boards of labs, by replicate.
    Wiring,
    /// States of lag classes, by replicate.
    Classes,
    /// Lanes, node counts and gains of `share`, by replicate.
    SharedTally,
    /// [`super::layout::Replicate`]s.
    Replicates,
}

/// Number of resources.
pub const RESOURCES: usize = Resource::Replicates as usize + 1;

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

/// A WGSL file and what it declares.
#[derive(Debug)]
pub struct Source {
    text: &'static str,
    bindings: &'static [(Resource, Access)],
    overrides: &'static [&'static str],
}

/// Words of the windows that stages are made for.
pub const WINDOWS: [usize; 3] = [1, 2, 4];

/// A row of the stage table.
#[derive(Debug)]
pub struct Stage {
    /// Its one name.
    pub name: &'static str,
    /// WGSL in the order of concatenation, after the generated constants.
    pub sources: &'static [&'static Source],
}

use Access::{Read, Uniform, Write};

/// A source of functions and structures alone.
const fn plain(text: &'static str) -> Source {
    Source {
        text,
        bindings: &[],
        overrides: &[],
    }
}

static LAYOUT: Source = plain(include_str!("../../shaders/shared/layout.wgsl"));
static FIXED: Source = plain(include_str!("../../shaders/shared/fixed.wgsl"));
static RNG: Source = plain(include_str!("../../shaders/shared/rng.wgsl"));
static AGENT: Source = plain(include_str!("../../shaders/shared/agent.wgsl"));
static BOARD: Source = plain(include_str!("../../shaders/shared/board.wgsl"));

static BLOCK: Source = Source {
    text: include_str!("../../shaders/shared/block.wgsl"),
    bindings: &[
        (Resource::Dispatch, Uniform),
        (Resource::Spans, Read),
        (Resource::Due, Write),
        (Resource::Work, Write),
        (Resource::Populations, Read),
    ],
    overrides: &["BLOCK"],
};

static TALLY: Source = Source {
    text: include_str!("../../shaders/shared/tally.wgsl"),
    bindings: &[(Resource::Tallies, Write)],
    overrides: &["WORKGROUP"],
};

static RESEARCHER: Source = Source {
    text: include_str!("../../shaders/shared/researcher.wgsl"),
    bindings: &[(Resource::Kinds, Read), (Resource::TopicKind, Read)],
    overrides: &["TOPICS", "BOARD_ROWS", "KINDS", "POPULATIONS"],
};

static SIGHT: Source = Source {
    text: include_str!("../../shaders/shared/sight.wgsl"),
    bindings: &[
        (Resource::Boards, Read),
        (Resource::Nodes, Read),
        (Resource::Older, Read),
        (Resource::Finds, Write),
    ],
    overrides: &["NODE_ROWS"],
};

/// Fits slots to the sizes of populations.
pub static SPAWN: Stage = Stage {
    name: "spawn",
    sources: &[
        &LAYOUT,
        &FIXED,
        &RNG,
        &AGENT,
        &BLOCK,
        &TALLY,
        &plain(include_str!("../../shaders/spawn.wgsl")),
    ],
};

/// Runs agents.
pub static RESEARCH: Stage = Stage {
    name: "research",
    sources: &[
        &LAYOUT,
        &FIXED,
        &RNG,
        &AGENT,
        &BOARD,
        &BLOCK,
        &TALLY,
        &RESEARCHER,
        &SIGHT,
        &Source {
            text: include_str!("../../shaders/research.wgsl"),
            bindings: &[
                (Resource::Alias, Read),
                (Resource::Binomial, Read),
                (Resource::Normal, Read),
            ],
            overrides: &["SCAN", "BALANCED"],
        },
    ],
};

/// Exchanges knowledge.
pub static SHARE: Stage = Stage {
    name: "share",
    sources: &[
        &LAYOUT,
        &FIXED,
        &RNG,
        &BOARD,
        &Source {
            text: include_str!("../../shaders/share.wgsl"),
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
                (Resource::Replicates, Read),
            ],
            overrides: &[
                "WORKGROUP",
                "TOPICS",
                "NODE_ROWS",
                "BOARD_ROWS",
                "MAIL_ROWS",
                "CLASS_ROWS",
                "LABS",
                "KINDS",
                "SHARE_GROUPS",
            ],
        },
    ],
};

/// Counts agents anew.
pub static CENSUS: Stage = Stage {
    name: "census",
    sources: &[
        &LAYOUT,
        &FIXED,
        &RNG,
        &AGENT,
        &BLOCK,
        &TALLY,
        &plain(include_str!("../../shaders/census.wgsl")),
    ],
};

/// Every stage.
pub static STAGES: [&Stage; 4] = [&SPAWN, &RESEARCH, &SHARE, &CENSUS];

impl Stage {
    /// The whole WGSL of the stage for windows of `window_words` words.
    pub fn source(&self, window_words: usize) -> String {
        let mut text = layout::wgsl_constants();
        let _ = writeln!(text, "const WINDOW_WORDS: u32 = {window_words}u;");
        for source in self.sources {
            text.push_str(source.text);
        }
        if self
            .sources
            .iter()
            .any(|source| std::ptr::eq(*source, &TALLY))
        {
            text.push_str(&gather_tally());
        }
        text
    }

    /// What it binds.
    pub fn bindings(&self) -> impl Iterator<Item = (Resource, Access)> {
        self.sources
            .iter()
            .flat_map(|source| source.bindings.iter().copied())
    }

    /// Pipeline constants it takes.
    pub fn overrides(&self) -> impl Iterator<Item = &'static str> {
        self.sources
            .iter()
            .flat_map(|source| source.overrides.iter().copied())
    }

    /// Storage buffers bound.
    pub fn storage_buffers(&self) -> u32 {
        self.bindings()
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
        let high = if name.starts_with("delta_") {
            // Changes keep a low word with its sign.
            format!("u32(bitcast<i32>(tally_low[{count}]) >> 31u)")
        } else {
            format!("tally_high[{count}]")
        };
        let _ = writeln!(text, "    gather({count}, tally_low[{count}], {high});");
    }
    text.push_str("}\n");
    text
}
