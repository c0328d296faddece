//! `digests.txt`: one line a tick, the tick and the link of the digest chain in hex.

use std::fs;
use std::path::Path;

use super::error::RecordError;

/// A line, with its newline.
pub fn line(tick: u64, digest: &str) -> String {
    format!("{tick} {digest}\n")
}

/// The file as far as it can be read.
pub struct Digests {
    /// Tick and digest of every good line.
    pub links: Vec<(u64, [u8; 32])>,
    /// Bytes up to the end of each good line.
    pub ends: Vec<u64>,
    /// What is wrong with the first bad line, which is where reading ended.
    pub problem: Option<String>,
}

/// Reads the file; reading ends at a line that was torn or altered.
pub fn read(path: &Path) -> Result<Digests, RecordError> {
    let bytes = fs::read(path).map_err(RecordError::io("read", path))?;
    let mut digests = Digests {
        links: Vec::new(),
        ends: Vec::new(),
        problem: None,
    };
    let mut end = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        end += line.len() as u64;
        let number = digests.links.len() + 1;
        let expected = digests.links.last().map(|(tick, _)| tick + 1);
        match parse(line) {
            Some(link) if expected.is_none_or(|tick| tick == link.0) => {
                digests.links.push(link);
                digests.ends.push(end);
            }
            Some((tick, _)) => {
                let expected = expected.unwrap_or_default();
                digests.problem = Some(format!("line {number} is of tick {tick}, not {expected}"));
                break;
            }
            None => {
                digests.problem = Some(if line.ends_with(b"\n") {
                    format!("line {number} is not a tick and 64 hex digits")
                } else {
                    format!("line {number} is cut off")
                });
                break;
            }
        }
    }
    Ok(digests)
}

fn parse(line: &[u8]) -> Option<(u64, [u8; 32])> {
    let text = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (tick, digest) = text.split_once(' ')?;
    Some((
        tick.parse().ok()?,
        *blake3::Hash::from_hex(digest).ok()?.as_bytes(),
    ))
}
