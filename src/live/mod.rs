//! A run as it goes, on a terminal: charts, labs, what happened, speed; pause, step, quit.
//!
//! The simulation hands each tick over under a lock that is held for microseconds; a thread of its own
//! draws copies of the state some times a second and reads keys. Nothing here reaches the simulation but
//! when its next tick begins, so no bit of a run depends on being watched.

mod course;
mod draw;
mod news;
mod pace;
mod screen;
mod state;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::record::{Accumulator, TickRow};

pub use draw::Palette;
pub use screen::leave;
pub use state::{Facts, Phase};
use state::{Hold, State};

/// How often a run that waits looks whether it was asked to end by a signal.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How long a view that was closed may take for its last frame. crossterm 0.29 never comes back from reading a
/// terminal that has gone away (an ssh session that broke): the process must end without it.
const CLOSING_MAX: Duration = Duration::from_secs(1);

/// What the simulation and the thread that draws share.
#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Told when a key changes what the simulation may do.
    wake: Condvar,
}

impl Shared {
    /// A panic elsewhere leaves numbers that can still be shown.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The live view of one run.
#[derive(Debug)]
pub struct Live {
    shared: Arc<Shared>,
    drawing: JoinHandle<()>,
}

impl Live {
    /// Takes the terminal over and begins to draw. Ctrl-C, which no longer is a signal then, calls
    /// `interrupt`.
    ///
    /// # Errors
    /// If there is no terminal to read keys from or to draw on.
    pub fn begin(facts: Facts, palette: Palette, interrupt: fn()) -> std::io::Result<Live> {
        let terminal = screen::enter()?;
        let shared = Arc::new(Shared {
            state: Mutex::new(State::new(facts)),
            wake: Condvar::new(),
        });
        let theirs = Arc::clone(&shared);
        let drawing = std::thread::Builder::new()
            .name("live".to_owned())
            .spawn(move || screen::show(terminal, &theirs, palette, interrupt));
        match drawing {
            Ok(drawing) => Ok(Live { shared, drawing }),
            Err(error) => {
                leave();
                Err(error)
            }
        }
    }

    /// Takes in a tick: its rows, one a lab, the sums of all ticks with it, and its events.
    pub fn tick(&self, rows: &[TickRow], so_far: &Accumulator, events: u64) {
        let mut state = self.shared.state();
        state.tick(rows, so_far);
        state.ticks_here += 1;
        state.events_here += events;
    }

    /// The same of a tick that an earlier session ran: no part of the speed of this one.
    pub fn earlier(&self, rows: &[TickRow], so_far: &Accumulator) {
        self.shared.state().tick(rows, so_far);
    }

    /// Adds a line to the log.
    pub fn say(&self, message: &str) {
        self.shared.state().say(message);
    }

    /// Before every tick: waits while the run is held, unless `is_asked` to end; false when it shall end.
    pub fn goes_on(&self, is_asked: impl Fn() -> bool) -> bool {
        let mut state = self.shared.state();
        loop {
            if is_asked() || state.hold == Hold::Quit {
                state.phase = Phase::Ending;
                return false;
            }
            if state.may_begin_tick() {
                return true;
            }
            let woken = self.shared.wake.wait_timeout(state, LOOK_EVERY);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Shows the end of a run until a key, or `is_asked`, ends the view.
    pub fn stay(&self, is_asked: impl Fn() -> bool) {
        self.shared.state().phase = Phase::Completed;
        while self.is_drawn() && !is_asked() && self.shared.state().hold != Hold::Quit {
            std::thread::sleep(LOOK_EVERY);
        }
    }

    fn is_drawn(&self) -> bool {
        !self.drawing.is_finished()
    }
}

/// Gives the terminal back as it was.
impl Drop for Live {
    fn drop(&mut self) {
        self.shared.state().phase = Phase::Closed;
        let asked = Instant::now();
        while self.is_drawn() && asked.elapsed() < CLOSING_MAX {
            std::thread::sleep(Duration::from_millis(5));
        }
        leave();
    }
}
