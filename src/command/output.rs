//! stdout carries results, stderr the rest.

use std::io::{self, Write};

use super::CommandError;

/// Prints a result on stdout. A reader that has gone is an error the caller ends quietly on.
pub fn print(text: &str) -> Result<(), CommandError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// Tells something on stderr; when that has gone there is nobody left to tell.
pub fn tell(message: &str) {
    let _ = writeln!(io::stderr().lock(), "{message}");
}
