//! What is wrong with a scenario file, where, and what would be right.

use std::fmt;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// Problems listed at most; a broken megabyte would otherwise give a hundred thousand.
const LISTED: usize = 100;

/// Columns of a source line that are shown; a longer one is named by position alone.
const SHOWN_COLUMNS: usize = 200;

/// A text that was read, by the name messages use.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// Path as given, or `--set`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// Bytes `start..end` of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Index of the source.
    pub source: usize,
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Fault {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// The file has more bytes than the limit.
    #[error("larger than {0} bytes")]
    TooLarge(usize),
    /// The file is no UTF-8 from this byte on.
    #[error("not UTF-8 at byte {0}")]
    NotUtf8(usize),
    /// The file starts with a byte-order mark.
    #[error("starts with a byte-order mark")]
    ByteOrderMark,
    /// The file is no TOML.
    #[error("not valid TOML: {0}")]
    Syntax(String),
    /// Tables or lists inside one another beyond the limit.
    #[error("nested deeper than {0} levels")]
    TooDeep(usize),
    /// A file includes itself, by way of the others named.
    #[error("includes itself: {0}")]
    IncludeCycle(String),
    /// Files include one another beyond the limit.
    #[error("includes nested deeper than {0} files")]
    IncludeDepth(usize),
    /// More files than the limit.
    #[error("more than {0} files in all")]
    IncludeCount(usize),
    /// An include path that other people could not follow.
    #[error("an include must be a relative path to a file")]
    IncludePath,
    /// A key that does not exist.
    #[error("unknown key")]
    UnknownKey,
    /// A value of the wrong type.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// The type wanted.
        expected: &'static str,
        /// The type given.
        found: &'static str,
    },
    /// A value outside its range.
    #[error("out of range")]
    OutOfRange,
    /// NaN or an infinity.
    #[error("not a finite number")]
    NotFinite,
    /// A key without default was left out.
    #[error("missing")]
    Missing,
    /// A key that goes with another choice.
    #[error("only allowed where {0}")]
    NotHere(String),
    /// A key given twice.
    #[error("given twice, first in {0}")]
    Twice(String),
    /// A name that nothing has.
    #[error("nothing has this name")]
    UnknownName,
    /// A key that an event cannot change.
    #[error("fixed for a run: no event can change it")]
    Fixed,
    /// A `--set` that is not `key=value`.
    #[error("not a key and a TOML value: {0}")]
    BadSet(String),
    /// Keys that contradict each other.
    #[error("{0}")]
    Rule(String),
}

/// One thing that is wrong, with place, cause and remedy.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What is wrong.
    pub fault: Fault,
    /// The file as named by the user, or `--set`.
    pub file: String,
    /// Line from 1.
    pub line: usize,
    /// Column from 1, in characters.
    pub column: usize,
    /// Dotted key; empty when it is the file as a whole.
    pub key: String,
    /// The value as written; empty when there is none.
    pub value: String,
    /// What is allowed; empty when nothing can be said.
    pub allowed: String,
    /// What to do about it; empty when nothing is known.
    pub hint: String,
    /// The source line and the bytes of it that are meant.
    excerpt: (String, usize, usize),
}

impl Problem {
    fn title(&self) -> String {
        let mut title = match self.key.as_str() {
            "" => self.fault.to_string(),
            key => format!("{key}: {}", self.fault),
        };
        if !self.value.is_empty() {
            title.push_str(&format!(" (is {})", self.value));
        }
        title
    }

    /// The message with the source line, several lines of text.
    pub fn render(&self, renderer: &Renderer) -> String {
        let title = self.title();
        let (text, start, end) = &self.excerpt;
        let label = match self.allowed.as_str() {
            "" => String::new(),
            allowed => format!("allowed: {allowed}"),
        };
        let group = Group::with_title(Level::ERROR.primary_title(title));
        let mut group = if text.trim().is_empty() || text.len() > SHOWN_COLUMNS {
            let at = Origin::path(self.file.as_str())
                .line(self.line)
                .char_column(self.column);
            let group = group.element(at);
            if label.is_empty() {
                group
            } else {
                group.element(Level::NOTE.message(label))
            }
        } else {
            let mark = AnnotationKind::Primary.span(*start..*end);
            let mark = if label.is_empty() {
                mark
            } else {
                mark.label(label)
            };
            let snippet = Snippet::source(text.as_str()).line_start(self.line);
            group.element(snippet.path(self.file.as_str()).annotation(mark))
        };
        if !self.hint.is_empty() {
            group = group.element(Level::HELP.message(self.hint.as_str()));
        }
        renderer.render(&[group])
    }
}

/// All that is wrong with a scenario.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub struct ScenarioErrors {
    /// The problems in the order found; never empty.
    pub problems: Vec<Problem>,
    /// Problems beyond those listed.
    pub more: usize,
}

impl ScenarioErrors {
    /// The messages, one after another; with terminal colours if `colour`.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let all: Vec<_> = self.problems.iter().map(|p| p.render(&renderer)).collect();
        let mut text = all.join("\n\n");
        if self.more > 0 {
            text.push_str(&format!("\n\nand {} more", self.more));
        }
        text
    }
}

impl fmt::Display for ScenarioErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

/// The sources read so far and what was found wrong with them.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    pub sources: Vec<Source>,
    pub problems: Vec<Problem>,
    pub more: usize,
}

/// A problem before its place is looked up.
#[derive(Clone, Debug, Default)]
pub(super) struct Detail {
    pub key: String,
    pub value: String,
    pub allowed: String,
    pub hint: String,
}

impl Notes {
    /// Adds a source and returns its index.
    pub fn source(&mut self, name: String, text: String) -> usize {
        self.sources.push(Source { name, text });
        self.sources.len() - 1
    }

    /// Counts a problem that there is no room to describe; finding the words for a hundred
    /// thousand would take minutes.
    pub fn is_full(&mut self) -> bool {
        let full = self.problems.len() >= LISTED;
        self.more += usize::from(full);
        full
    }

    /// Adds a problem.
    pub fn add(&mut self, place: Place, fault: Fault, detail: Detail) {
        if self.is_full() {
            return;
        }
        let source = &self.sources[place.source];
        let (line, column, excerpt) = excerpt(&source.text, place);
        let Detail {
            key,
            value,
            allowed,
            hint,
        } = detail;
        let file = source.name.clone();
        self.problems.push(Problem {
            fault,
            file,
            line,
            column,
            key,
            value,
            allowed,
            hint,
            excerpt,
        });
    }

    /// `name:line` of a place.
    pub fn spot(&self, place: Place) -> String {
        let source = &self.sources[place.source];
        format!("{}:{}", source.name, excerpt(&source.text, place).0)
    }

    /// The text of a place, for a message.
    pub fn written(&self, place: Place) -> String {
        let text = self.sources[place.source]
            .text
            .get(place.start..place.end)
            .unwrap_or("");
        let line = text.lines().next().unwrap_or("");
        match line.char_indices().nth(60) {
            Some((cut, _)) => format!("{}…", &line[..cut]),
            None => line.to_owned(),
        }
    }

    /// The problems, if there are any.
    pub fn into_result<T>(self, value: Option<T>) -> Result<T, ScenarioErrors> {
        match value {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => Err(ScenarioErrors {
                problems: self.problems,
                more: self.more,
            }),
        }
    }
}

/// Line and column from 1, the line's text, and the bytes of it that `place` covers.
fn excerpt(text: &str, place: Place) -> (usize, usize, (String, usize, usize)) {
    let start = text.floor_char_boundary(place.start);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..]
        .find(['\n', '\r'])
        .map_or(text.len(), |at| start + at);
    let end = text.floor_char_boundary(place.end).clamp(start, line_end);
    let line = text[..line_start]
        .bytes()
        .filter(|byte| *byte == b'\n')
        .count()
        + 1;
    let column = text[line_start..start].chars().count() + 1;
    let shown = &text[line_start..line_end];
    // A line that is never shown need not be kept: it may be a megabyte.
    let shown = if shown.len() > SHOWN_COLUMNS {
        ""
    } else {
        shown
    };
    (
        line,
        column,
        (shown.to_owned(), start - line_start, end - line_start),
    )
}
