//! The terminal: taking it over, giving it back whatever happens, frames and keys.

use std::io::{self, BufWriter, Stderr, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::crossterm::{cursor, execute, terminal};

use super::Shared;
use super::draw::{self, Palette};
use super::pace::Pace;
use super::state::{Hold, Phase, State};

/// Time between two frames while nobody presses a key.
const FRAME: Duration = Duration::from_millis(125);

/// stderr, since stdout carries results; a frame is one write.
pub type Screen = Terminal<CrosstermBackend<BufWriter<Stderr>>>;

/// True while the terminal is ours.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Takes the terminal over. A panic of any thread gives it back before its message.
///
/// # Errors
/// If there is no terminal to read keys from or to draw on.
pub fn enter() -> io::Result<Screen> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            leave();
            told(panic);
        }));
    });
    TAKEN.store(true, Ordering::SeqCst);
    let taken = terminal::enable_raw_mode().and_then(|()| {
        execute!(io::stderr(), terminal::EnterAlternateScreen, cursor::Hide)?;
        let frame = BufWriter::with_capacity(1 << 16, io::stderr());
        Terminal::new(CrosstermBackend::new(frame))
    });
    if taken.is_err() {
        leave();
    }
    taken
}

/// Gives the terminal back as it was; does nothing when it is not ours.
pub fn leave() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // Whoever reads the terminal may have gone: there is nobody left to tell.
        let _ = execute!(io::stderr(), terminal::LeaveAlternateScreen, cursor::Show);
        let _ = terminal::disable_raw_mode();
        let _ = io::stderr().flush();
    }
}

/// Draws and reads keys until the view is closed. Without a terminal a held run goes on: nobody could
/// ever let it.
pub(super) fn show(mut screen: Screen, shared: &Shared, palette: Palette, interrupt: fn()) {
    if frames(&mut screen, shared, palette, interrupt).is_err() {
        let mut state = shared.state();
        if state.hold != Hold::Quit {
            state.hold = Hold::No;
        }
        shared.wake.notify_all();
    }
}

fn frames(
    screen: &mut Screen,
    shared: &Shared,
    palette: Palette,
    interrupt: fn(),
) -> io::Result<()> {
    let mut pace = Pace::default();
    loop {
        let state = shared.state().clone();
        if state.phase == Phase::Closed || !TAKEN.load(Ordering::SeqCst) {
            return Ok(());
        }
        if state.is_waiting {
            pace.restart();
        } else if state.phase == Phase::Running {
            pace.see(Instant::now(), state.ticks_here, state.events_here);
        }
        screen.draw(|frame| draw::all(frame, &state, pace.rates(), palette))?;
        let mut wait = FRAME;
        while event::poll(wait)? {
            match event::read()? {
                Event::Key(key) if key.kind != KeyEventKind::Release => {
                    match control(key) {
                        // In raw mode a terminal sends it as a key, not as a signal.
                        Some('c') => interrupt(),
                        // As in shells: when something else has written over the screen.
                        Some('l') => screen.clear()?,
                        Some(_) => {}
                        None => pressed(key.code, &mut shared.state()),
                    }
                    shared.wake.notify_all();
                }
                // The next frame looks for the size itself.
                _ => {}
            }
            wait = Duration::ZERO;
        }
    }
}

/// The letter that was pressed with the control key.
fn control(key: KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char(letter) if key.modifiers.contains(KeyModifiers::CONTROL) => Some(letter),
        _ => None,
    }
}

/// What a key does.
fn pressed(key: KeyCode, state: &mut State) {
    state.hold = match (key, state.hold) {
        (_, Hold::Quit) => return,
        (KeyCode::Char('q') | KeyCode::Esc, _) => Hold::Quit,
        _ if state.phase != Phase::Running => return,
        (KeyCode::Char(' ' | 'p'), Hold::After(_)) => Hold::No,
        (KeyCode::Char(' ' | 'p'), Hold::No) => Hold::After(0),
        (KeyCode::Char('s') | KeyCode::Right, Hold::After(ticks)) => Hold::After(ticks + 1),
        (KeyCode::Char('s') | KeyCode::Right, Hold::No) => Hold::After(0),
        _ => return,
    };
}

#[cfg(test)]
mod tests {
    use super::super::state::Facts;
    use super::*;

    fn after(keys: &[KeyCode]) -> Hold {
        let mut state = State::new(Facts::default());
        for key in keys {
            pressed(*key, &mut state);
        }
        state.hold
    }

    #[test]
    fn keys_hold_step_and_end_a_run() {
        let [space, step, quit] = [' ', 's', 'q'].map(KeyCode::Char);
        assert_eq!(after(&[]), Hold::No);
        assert_eq!(after(&[space]), Hold::After(0));
        assert_eq!(after(&[space, space]), Hold::No);
        assert_eq!(after(&[step]), Hold::After(0));
        assert_eq!(after(&[space, step, step]), Hold::After(2));
        assert_eq!(after(&[space, quit, space]), Hold::Quit);
    }

    #[test]
    fn a_letter_alone_is_no_control_key() {
        let key = |modifiers| KeyEvent::new(KeyCode::Char('c'), modifiers);
        assert_eq!(control(key(KeyModifiers::CONTROL)), Some('c'));
        assert_eq!(control(key(KeyModifiers::NONE)), None);
        assert_eq!(after(&[KeyCode::Char('c')]), Hold::No);
    }
}
