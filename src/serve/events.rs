//! A run as it goes on, as server-sent events. The id of an event is a place in the run's record:
//! whoever comes back with it as `Last-Event-ID` goes on there, without gap or double.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::follow::Follower;
use super::routes::State;
use super::runs::Row;
use crate::record::columns::{COLUMNS, Cell, Column};
use crate::record::{RecordError, TickRow};

/// Streams at once; each holds a connection.
pub const STREAMS_MAX: usize = 32;
/// Ticks in an event, at most.
const TICKS_MAX: usize = 256;
/// Time between two looks at the folder.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// Time after which a client that lost us comes back.
const RETRY: Duration = Duration::from_secs(1);

/// What a stream has said so far.
pub struct Told {
    state: Arc<State>,
    id: String,
    columns: Vec<&'static Column>,
    /// Start of the run whose rows the client has, and where they end.
    last: Option<(String, u64)>,
    /// Start of the run whose rows are told, and where they are.
    place: Option<(String, Follower)>,
    row: Option<Row>,
    /// There may be more rows already.
    is_behind: bool,
    /// All was told.
    is_done: bool,
    _permit: OwnedSemaphorePermit,
}

impl Told {
    /// Nothing yet of the run `id`, or all up to `last_event`.
    pub fn new(
        state: Arc<State>,
        id: String,
        columns: Vec<&'static Column>,
        last_event: Option<&str>,
        permit: OwnedSemaphorePermit,
    ) -> Told {
        let last = last_event.and_then(|text| {
            let (start, offset) = text.rsplit_once('/')?;
            Some((start.to_owned(), offset.parse().ok()?))
        });
        Told {
            state,
            id,
            columns,
            last,
            place: None,
            row: None,
            is_behind: false,
            is_done: false,
            _permit: permit,
        }
    }

    /// What is new since the last look.
    fn look(&mut self) -> Vec<Event> {
        let Some(row) = self.state.runs.row(&self.id, &self.state.jobs) else {
            self.is_done = true;
            return vec![ended("the run is gone")];
        };
        let mut events = Vec::new();
        if !row.start.is_empty() {
            self.find_place(&row, &mut events);
            match self.rows() {
                Ok(rows) => events.extend(rows),
                Err(error) => {
                    self.is_done = true;
                    return vec![ended(&error.to_string())];
                }
            }
        }
        // Rows come first: when the end is told, all of them were.
        let is_waiting = !events.is_empty();
        if self.row.as_ref() != Some(&row) {
            events.push(Event::default().event("state").data(json!(row).to_string()));
        }
        if !row.state.is_at_work() && !is_waiting && self.row.as_ref() == Some(&row) {
            self.is_done = true;
            events.push(ended(""));
        }
        self.row = Some(row);
        events
    }

    /// Finds where to begin: at the start, also where the folder holds another run than the one that
    /// was told of, or where the client left off.
    fn find_place(&mut self, row: &Row, events: &mut Vec<Event>) {
        let known = self.place.as_ref().map(|(start, _)| start);
        if known == Some(&row.start) {
            return;
        }
        let Some(folder) = self.state.runs.find(&self.id) else {
            return;
        };
        let last = self.last.take().filter(|(start, _)| *start == row.start);
        let offset = last.map_or(0, |(_, offset)| offset);
        let labs = self.state.runs.labs(&self.id);
        self.place = Some((row.start.clone(), Follower::new(&folder, labs, offset)));
        let names: Vec<_> = self.columns.iter().map(|column| column.name).collect();
        let data = json!({ "columns": names, "from_start": offset == 0 });
        events.push(Event::default().event("columns").data(data.to_string()));
    }

    fn rows(&mut self) -> Result<Option<Event>, RecordError> {
        let Some((start, follower)) = &mut self.place else {
            return Ok(None);
        };
        let ticks = follower.next(TICKS_MAX)?;
        self.is_behind = ticks.len() == TICKS_MAX;
        if ticks.is_empty() {
            return Ok(None);
        }
        let rows: Vec<Value> = ticks
            .iter()
            .flatten()
            .map(|row| cells(&self.columns, row))
            .collect();
        let event = Event::default()
            .event("rows")
            .id(format!("{start}/{}", follower.offset()))
            .data(json!(rows).to_string());
        Ok(Some(event))
    }
}

/// The stream of a run, until it has ended and all was told, or the server ends.
pub fn stream(told: Told) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let ending = told.state.ending.subscribe();
    let events = stream::unfold((told, Vec::new(), ending), next);
    Sse::new(events).keep_alive(KeepAlive::default())
}

type Waiting = (Told, Vec<Event>, watch::Receiver<bool>);

/// The next event; events that wait stand last first.
async fn next(
    (mut told, mut waiting, mut ending): Waiting,
) -> Option<(Result<Event, Infallible>, Waiting)> {
    let mut is_first = told.row.is_none();
    loop {
        if let Some(event) = waiting.pop() {
            return Some((Ok(event), (told, waiting, ending)));
        }
        if told.is_done {
            return None;
        }
        if !is_first && !told.is_behind {
            tokio::select! {
                () = sleep(LOOK_EVERY) => {}
                _ = ending.wait_for(|is_ending| *is_ending) => return None,
            }
        }
        let looked = spawn_blocking(move || {
            let events = told.look();
            (told, events)
        });
        // A look that panicked ends its stream.
        (told, waiting) = looked.await.ok()?;
        if is_first {
            waiting.insert(0, Event::default().retry(RETRY).event("hello").data("{}"));
        }
        is_first = false;
        waiting.reverse();
    }
}

fn ended(why: &str) -> Event {
    Event::default()
        .event("end")
        .data(json!({ "error": why }).to_string())
}

/// Columns by name; the first that there is none of.
pub fn columns(names: &str) -> Result<Vec<&'static Column>, String> {
    names
        .split(',')
        .map(|name| {
            let found = COLUMNS.iter().find(|column| column.name == name);
            found.ok_or_else(|| format!("there is no column `{name}`"))
        })
        .collect()
}

fn cells(columns: &[&Column], row: &TickRow) -> Value {
    let cells = columns.iter().map(|column| match (column.get)(row) {
        Cell::Count(value) => json!(value),
        Cell::Real(value) => json!(value),
        Cell::Text(value) => json!(value),
    });
    cells.collect()
}
