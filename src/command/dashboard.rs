//! How a run advances, in the live view; plain progress where there is no terminal for it.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use super::progress::{self, Progress};
use super::recorded::Watcher;
use super::{colour, interrupt, output};
use crate::live::{Facts, Live, Palette};
use crate::record::{Accumulator, RecordError, TickRow, csv_file, names};
use crate::scenario::Scenario;
use crate::sim::{EngineInfo, TickRecord};

/// The live view of one run, which begins when the run does.
pub struct Dashboard {
    facts: Facts,
    folder: PathBuf,
    live: Option<Live>,
    /// Shows what happens where there is no terminal.
    plain: Progress,
    /// Told again when the view has gone with its log.
    said: Vec<String>,
}

impl Dashboard {
    /// Of a run into `folder`.
    pub fn new(scenario: &Scenario, folder: &Path) -> Dashboard {
        Dashboard {
            facts: Facts {
                name: scenario.name.clone(),
                seed: scenario.run.seed,
                ..Facts::default()
            },
            folder: folder.to_path_buf(),
            live: None,
            plain: Progress::new(&scenario.name, false),
            said: Vec::new(),
        }
    }

    /// Shows the end of a completed run until somebody has seen it.
    pub fn stay(&self) {
        if let Some(live) = &self.live {
            live.stay(interrupt::is_asked);
        }
    }

    /// What the folder of a continued run holds, so that its charts begin where the run did.
    fn show_earlier(&self, live: &Live) -> Result<(), RecordError> {
        let mut so_far = Accumulator::default();
        let mut of_tick: Vec<TickRow> = Vec::new();
        let mut take = |rows: &mut Vec<TickRow>| {
            so_far.add_tick(rows);
            live.earlier(rows, &so_far);
            rows.clear();
        };
        for row in csv_file::Rows::open(&self.folder.join(names::CSV))? {
            let row = row?;
            if of_tick.first().is_some_and(|first| first.tick != row.tick) {
                take(&mut of_tick);
            }
            of_tick.push(row);
        }
        take(&mut of_tick);
        Ok(())
    }
}

impl Watcher for Dashboard {
    fn say(&mut self, message: &str) {
        match &self.live {
            Some(live) => {
                live.say(message);
                self.said.push(message.to_owned());
            }
            None => self.plain.say(message),
        }
    }

    fn started(&mut self, machine: &EngineInfo, done: u64, planned: u64) {
        let facts = Facts {
            engine: progress::on(machine),
            planned,
            ..self.facts.clone()
        };
        let palette = Palette {
            has_colour: colour::is_wanted(&io::stderr()),
        };
        let begun = if is_screen() {
            Live::begin(facts, palette, interrupt::ask)
        } else {
            Err(io::ErrorKind::Unsupported.into())
        };
        match begun {
            Ok(live) => {
                if let Err(error) = self.show_earlier(&live) {
                    live.say(&format!("earlier ticks are not shown: {error}"));
                }
                self.live = Some(live);
            }
            Err(_) => self.plain.started(machine, done, planned),
        }
    }

    fn tick(&mut self, record: &TickRecord, so_far: &Accumulator) {
        match &self.live {
            Some(live) => live.tick(&record.rows, so_far, record.events),
            None => self.plain.tick(record, so_far),
        }
    }

    fn ended(&mut self) {
        self.plain.ended();
    }

    fn goes_on(&mut self) -> bool {
        match &self.live {
            Some(live) => live.goes_on(interrupt::is_asked),
            None => self.plain.goes_on(),
        }
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        if self.live.take().is_some() {
            for message in &self.said {
                output::tell(message);
            }
        }
    }
}

/// Is stderr a terminal that can be drawn on?
fn is_screen() -> bool {
    io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|kind| kind != "dumb")
}
