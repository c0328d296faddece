//! Ctrl-C and SIGTERM: the first asks the run to end after its tick, the second ends the process
//! at once, which leaves a folder as `kill -9` does: readable and resumable.

use std::sync::atomic::{AtomicBool, Ordering};

use super::Exit;

static ASKED: AtomicBool = AtomicBool::new(false);

/// Catches the signals from here on.
pub fn listen() {
    // It fails when a handler is there already: the one that an earlier call set.
    let _ = ctrlc::try_set_handler(|| {
        if ASKED.swap(true, Ordering::SeqCst) {
            std::process::exit(Exit::Interrupted as i32);
        }
    });
}

/// True once a signal came.
pub fn is_asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}
