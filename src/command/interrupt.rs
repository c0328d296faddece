//! Ctrl-C and SIGTERM: the first asks the run to end after its tick, the second ends the process
//! at once, which leaves a folder as `kill -9` does: readable and resumable.

use std::io;
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

/// Takes the end of standard input as a signal too: a program that starts runs has a way to end them
/// that is the same on every system, and they end with it, however it ends.
pub fn listen_to_stdin() {
    std::thread::spawn(|| {
        // Whatever keeps it from being read ends it as well.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        ASKED.store(true, Ordering::SeqCst);
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
