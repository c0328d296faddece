//! `ticks.csv`: appended tick by tick, so it is the record that survives a kill; the Parquet
//! files are made from it. Numbers are written so that reading them gives the same bits.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::columns::{COLUMNS, Cell, TickRow};
use super::error::RecordError;

/// The header line, with its newline.
pub fn header() -> String {
    let names: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
    names.join(",") + "\n"
}

/// The line of a row, with its newline.
pub fn line(row: &TickRow) -> String {
    let mut line = String::with_capacity(16 * COLUMNS.len());
    for column in COLUMNS {
        match (column.get)(row) {
            Cell::Count(value) => write!(line, "{value},"),
            // `{:?}` is the shortest text that reads back to the same bits, and always looks
            // like a real number ("1.0").
            Cell::Real(value) => write!(line, "{value:?},"),
            Cell::Text(value) => write!(line, "{},", quoted(value)),
        }
        .expect("a String takes any text");
    }
    line.pop();
    line.push('\n');
    line
}

/// A field by RFC 4180; line breaks become spaces, because a line is what survives a kill whole.
fn quoted(text: &str) -> String {
    let text = text.replace(['\r', '\n'], " ");
    if text.contains([',', '"']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// Reads the rows of a `ticks.csv`; ends before a last line that was torn by a kill.
pub struct Rows {
    path: PathBuf,
    input: BufReader<File>,
    /// One parser for all lines: to build one takes longer than a line.
    parser: csv_core::Reader,
    line: Vec<u8>,
    number: u64,
    offset: u64,
}

impl Rows {
    /// Opens the file and checks its header.
    pub fn open(path: &Path) -> Result<Rows, RecordError> {
        let file = File::open(path).map_err(RecordError::io("read", path))?;
        let mut rows = Rows {
            path: path.to_path_buf(),
            input: BufReader::new(file),
            parser: csv_core::Reader::new(),
            line: Vec::new(),
            number: 0,
            offset: 0,
        };
        if !rows.read_line()? || rows.line != header().as_bytes() {
            return Err(rows.malformed("its header is not this version's".to_owned()));
        }
        Ok(rows)
    }

    /// Goes on where [`Self::offset`] of an earlier reader of this file was.
    pub fn skip_to(&mut self, offset: u64) -> Result<(), RecordError> {
        if offset > self.offset {
            self.input
                .seek(SeekFrom::Start(offset))
                .map_err(RecordError::io("read", &self.path))?;
            self.offset = offset;
        }
        Ok(())
    }

    /// Bytes up to the end of the last row that was read.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Reads one whole line; false at the end or at a line without its newline.
    fn read_line(&mut self) -> Result<bool, RecordError> {
        self.line.clear();
        self.input
            .read_until(b'\n', &mut self.line)
            .map_err(RecordError::io("read", &self.path))?;
        if self.line.last() != Some(&b'\n') {
            return Ok(false);
        }
        self.number += 1;
        self.offset += self.line.len() as u64;
        Ok(true)
    }

    fn malformed(&self, why: String) -> RecordError {
        RecordError::Malformed {
            path: self.path.clone(),
            place: format!("line {}", self.number.max(1)),
            why,
            remedy: "restore the file from a copy, or run the scenario again",
        }
    }

    /// The row of the line in hand.
    fn parse(&mut self) -> Result<TickRow, RecordError> {
        let mut texts = vec![0; self.line.len()];
        let mut ends = vec![0; COLUMNS.len() + 1];
        self.parser.reset();
        let (_, _, _, fields) = self.parser.read_record(&self.line, &mut texts, &mut ends);
        if fields != COLUMNS.len() {
            let want = COLUMNS.len();
            return Err(self.malformed(format!("{fields} fields instead of {want}")));
        }
        let mut row = TickRow::default();
        let mut from = 0;
        for (column, &end) in COLUMNS.iter().zip(&ends) {
            let Ok(text) = std::str::from_utf8(&texts[from..end]) else {
                return Err(self.malformed(format!("`{}` is not UTF-8", column.name)));
            };
            from = end;
            let cell = column.kind.parse(text);
            if !cell.is_some_and(|cell| (column.set)(&mut row, cell)) {
                let (name, kind) = (column.name, column.kind.name());
                return Err(self.malformed(format!("`{name}` is `{text}`, not a {kind}")));
            }
        }
        Ok(row)
    }
}

impl Iterator for Rows {
    type Item = Result<TickRow, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.read_line() {
            Ok(true) => Some(self.parse()),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn row() -> TickRow {
        TickRow {
            tick: u64::MAX,
            day: -1.0 / 3.0,
            lab: "a, \"b\"".to_owned(),
            flop: 1.234_567_890_123e42,
            tokens: 5e-324,
            ..TickRow::default()
        }
    }

    #[test]
    fn rows_read_back_to_the_same_bits_and_a_torn_line_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ticks.csv");
        let whole = header() + &line(&row()) + &line(&row());
        File::create(&path)
            .unwrap()
            .write_all((whole.clone() + "7,1.0,torn").as_bytes())
            .unwrap();
        let mut rows = Rows::open(&path).unwrap();
        assert_eq!(rows.next().unwrap().unwrap(), row());
        assert_eq!(rows.next().unwrap().unwrap(), row());
        assert!(rows.next().is_none());
        assert_eq!(rows.offset(), whole.len() as u64);
    }

    #[test]
    fn a_wrong_field_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ticks.csv");
        let text = header() + &line(&row()).replace("1.234567890123e42", "much");
        File::create(&path)
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        let message = Rows::open(&path)
            .unwrap()
            .next()
            .unwrap()
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("line 2: `flop` is `much`, not a f64"),
            "{message}"
        );
    }
}
