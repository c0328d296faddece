//! Rows to Parquet and back, by the column table.

use std::path::Path;

use parquet::errors::ParquetError;

use super::columns::{COLUMNS, Cell, ColumnKind, TickRow};
use super::error::RecordError;
use super::table::{self, Reader, Table, Values};

/// Rows of a row group: fixed, so that a file depends on its rows alone and not on how they came.
pub const ROW_GROUP_ROWS: usize = 65_536;

/// Writes the rows as one file, atomically. An error of the iterator is passed on.
pub fn write(
    path: &Path,
    rows: impl Iterator<Item = Result<TickRow, RecordError>>,
) -> Result<(), RecordError> {
    let mut rows = rows.peekable();
    let groups = std::iter::from_fn(|| {
        rows.peek()?;
        let group: Result<Vec<_>, _> = rows.by_ref().take(ROW_GROUP_ROWS).collect();
        Some(group.map(|group| table_of(&group)))
    });
    table::write(path, "ticks", &table_of(&[]), None, groups)
}

/// Rows as columns, in the order of the column table.
pub fn table_of(rows: &[TickRow]) -> Table {
    let columns = COLUMNS.iter().map(|column| {
        let cells = rows.iter().map(|row| (column.get)(row));
        let values = match column.kind {
            ColumnKind::Count => Values::Counts(cells.map(count).collect()),
            ColumnKind::Real => Values::Reals(cells.map(real).collect()),
            ColumnKind::Text => Values::Texts(cells.map(text).collect()),
        };
        (column.name.to_owned(), values)
    });
    Table {
        columns: columns.collect(),
    }
}

fn count(cell: Cell<'_>) -> u64 {
    if let Cell::Count(value) = cell {
        value
    } else {
        unreachable!("a count column")
    }
}

fn real(cell: Cell<'_>) -> f64 {
    if let Cell::Real(value) = cell {
        value
    } else {
        unreachable!("a real column")
    }
}

fn text(cell: Cell<'_>) -> String {
    if let Cell::Text(value) = cell {
        value.to_owned()
    } else {
        unreachable!("a text column")
    }
}

/// Reads a file back. Columns are found by name: those the file lacks keep their default, those
/// it has beyond the table are ignored, because columns are only ever added.
pub fn read(path: &Path) -> Result<Vec<TickRow>, RecordError> {
    let to_error = RecordError::parquet("read", path);
    let reader = Reader::open(path).map_err(&to_error)?;
    let mut rows = Vec::new();
    for index in 0..reader.groups() {
        let known = |name: &str| COLUMNS.iter().any(|column| column.name == name);
        let group = reader.group(index, known).map_err(&to_error)?;
        rows.extend(rows_of(&group).map_err(&to_error)?);
    }
    Ok(rows)
}

/// Columns as rows.
fn rows_of(table: &Table) -> Result<Vec<TickRow>, ParquetError> {
    let mut rows = vec![TickRow::default(); table.rows()];
    for (name, values) in &table.columns {
        let Some(column) = COLUMNS.iter().find(|column| column.name == name) else {
            continue;
        };
        for (index, row) in rows.iter_mut().enumerate() {
            let cell = match values {
                Values::Counts(values) => Some(Cell::Count(values[index])),
                Values::Reals(values) => Some(Cell::Real(values[index])),
                Values::Texts(values) => Some(Cell::Text(&values[index])),
                Values::RealsOrNull(_) | Values::TextsOrNull(_) => None,
            };
            if !cell.is_some_and(|cell| (column.set)(row, cell)) {
                let wanted = column.kind.name();
                return Err(ParquetError::General(format!(
                    "column `{name}` is not {wanted}"
                )));
            }
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_over_several_row_groups() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ticks.parquet");
        let row = |tick: u64| TickRow {
            tick,
            events: u64::MAX - tick,
            day: tick as f64 / 3.0,
            lab: format!("lab {}", tick % 3),
            ..TickRow::default()
        };
        let count = ROW_GROUP_ROWS as u64 + 5;
        write(&path, (0..count).map(|tick| Ok(row(tick)))).unwrap();
        let rows = read(&path).unwrap();
        assert_eq!(rows.len() as u64, count);
        assert!((0..count).all(|tick| rows[tick as usize] == row(tick)));
    }

    #[test]
    fn no_rows_are_a_readable_file_and_garbage_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ticks.parquet");
        write(&path, std::iter::empty()).unwrap();
        assert_eq!(read(&path).unwrap(), []);
        std::fs::write(&path, b"PAR1 nothing").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("ticks.csv"));
    }
}
