//! Ctrl-C and SIGTERM: the first asks the run to end after its tick, the second ends the process
//! at once, which leaves a folder as `kill -9` does: readable and resumable.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Exit, output};
use crate::live;

static ASKED: AtomicBool = AtomicBool::new(false);

/// Catches the signals from here on.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Over whatever is there: a parent such as `nohup` or a shell's `&` leaves signals ignored,
        // and a run that cannot be asked to end loses its summary.
        let set = ctrlc::set_handler(ask);
        if let Err(error) = set {
            output::tell(&format!("signals will end the run at once: {error}"));
        }
    });
}

/// What a signal does; a key that stands for one does the same.
pub fn ask() {
    if ASKED.swap(true, Ordering::SeqCst) {
        live::leave();
        std::process::exit(Exit::Interrupted as i32);
    }
}

/// True once a signal came.
pub fn is_asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}
