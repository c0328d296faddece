//! Rows to Parquet and back, by the column table. No Arrow: the low-level column writers.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::atomic;
use super::columns::{COLUMNS, Cell, Column, ColumnKind, TickRow};
use super::error::RecordError;

/// Rows of a row group: fixed, so that a file depends on its rows alone and not on how they came.
pub const ROW_GROUP_ROWS: usize = 65_536;

/// Writes the rows as one file, atomically. An error of the iterator is passed on.
pub fn write(
    path: &Path,
    rows: impl Iterator<Item = Result<TickRow, RecordError>>,
) -> Result<(), RecordError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(format!("takeoff {}", env!("CARGO_PKG_VERSION")))
        .build();
    atomic::write_with(path, |file| {
        let to_error = RecordError::parquet("write", path);
        let mut writer =
            SerializedFileWriter::new(file, schema(), Arc::new(properties)).map_err(&to_error)?;
        let mut rows = rows.peekable();
        while rows.peek().is_some() {
            let group: Vec<TickRow> = rows
                .by_ref()
                .take(ROW_GROUP_ROWS)
                .collect::<Result<_, _>>()?;
            writer
                .next_row_group()
                .and_then(|group_writer| write_group(group_writer, &group))
                .map_err(&to_error)?;
        }
        writer.close().map(|_| ()).map_err(&to_error)
    })
}

fn write_group<W: std::io::Write + Send>(
    mut writer: SerializedRowGroupWriter<'_, W>,
    rows: &[TickRow],
) -> Result<(), ParquetError> {
    for column in COLUMNS {
        let Some(mut out) = writer.next_column()? else {
            break;
        };
        let cells = rows.iter().map(|row| (column.get)(row));
        match column.kind {
            ColumnKind::Count => {
                // The logical type says unsigned: the bits are the value.
                let values: Vec<i64> = cells.map(|cell| count(cell) as i64).collect();
                out.typed::<Int64Type>().write_batch(&values, None, None)?;
            }
            ColumnKind::Real => {
                let values: Vec<f64> = cells.map(real).collect();
                out.typed::<DoubleType>().write_batch(&values, None, None)?;
            }
            ColumnKind::Text => {
                let values: Vec<ByteArray> = cells.map(text).collect();
                out.typed::<ByteArrayType>()
                    .write_batch(&values, None, None)?;
            }
        }
        out.close()?;
    }
    writer.close().map(|_| ())
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

fn text(cell: Cell<'_>) -> ByteArray {
    if let Cell::Text(value) = cell {
        value.into()
    } else {
        unreachable!("a text column")
    }
}

fn schema() -> TypePtr {
    let fields = COLUMNS.iter().map(|column| {
        let (physical, logical) = match column.kind {
            ColumnKind::Count => (Physical::INT64, Some(LogicalType::integer(64, false))),
            ColumnKind::Real => (Physical::DOUBLE, None),
            ColumnKind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        Type::primitive_type_builder(column.name, physical)
            .with_repetition(Repetition::REQUIRED)
            .with_logical_type(logical)
            .build()
            .map(Arc::new)
            .expect("the column table has valid types")
    });
    let group = Type::group_type_builder("ticks")
        .with_fields(fields.collect())
        .build();
    Arc::new(group.expect("the column table has unique names"))
}

/// Reads a file back. Columns are found by name: those the file lacks keep their default, those
/// it has beyond the table are ignored, because columns are only ever added.
pub fn read(path: &Path) -> Result<Vec<TickRow>, RecordError> {
    let file = File::open(path).map_err(RecordError::io("read", path))?;
    let to_error = RecordError::parquet("read", path);
    let reader = SerializedFileReader::new(file).map_err(&to_error)?;
    let mut rows = Vec::new();
    for index in 0..reader.num_row_groups() {
        let group = reader.get_row_group(index).map_err(&to_error)?;
        let first = rows.len();
        rows.resize(
            first + group.metadata().num_rows() as usize,
            TickRow::default(),
        );
        for column in COLUMNS {
            read_column(&*group, column, &mut rows[first..]).map_err(&to_error)?;
        }
    }
    Ok(rows)
}

fn read_column(
    group: &dyn RowGroupReader,
    column: &Column,
    rows: &mut [TickRow],
) -> Result<(), ParquetError> {
    let descriptors = group.metadata().schema_descr().columns();
    let Some(index) = descriptors
        .iter()
        .position(|found| found.name() == column.name)
    else {
        return Ok(());
    };
    let wanted = match column.kind {
        ColumnKind::Count => Physical::INT64,
        ColumnKind::Real => Physical::DOUBLE,
        ColumnKind::Text => Physical::BYTE_ARRAY,
    };
    if descriptors[index].physical_type() != wanted {
        return Err(ParquetError::General(format!(
            "column `{}` is not {wanted}",
            column.name
        )));
    }
    match column.kind {
        ColumnKind::Count => fill(rows, column, &values::<Int64Type>(group, index)?, |value| {
            Cell::Count(*value as u64)
        }),
        ColumnKind::Real => fill(
            rows,
            column,
            &values::<DoubleType>(group, index)?,
            |value| Cell::Real(*value),
        ),
        ColumnKind::Text => fill(
            rows,
            column,
            &values::<ByteArrayType>(group, index)?,
            |value| Cell::Text(value.as_utf8().unwrap_or("\u{fffd}")),
        ),
    }
}

fn values<T: DataType>(
    group: &dyn RowGroupReader,
    index: usize,
) -> Result<Vec<T::T>, ParquetError> {
    let mut reader = get_typed_column_reader::<T>(group.get_column_reader(index)?);
    let mut values = Vec::new();
    reader.read_records(
        group.metadata().num_rows() as usize,
        None,
        None,
        &mut values,
    )?;
    Ok(values)
}

fn fill<T>(
    rows: &mut [TickRow],
    column: &Column,
    values: &[T],
    cell: impl Fn(&T) -> Cell<'_>,
) -> Result<(), ParquetError> {
    if values.len() != rows.len() {
        let (found, want) = (values.len(), rows.len());
        let message = format!(
            "column `{}` has {found} values instead of {want}",
            column.name
        );
        return Err(ParquetError::General(message));
    }
    for (row, value) in rows.iter_mut().zip(values) {
        (column.set)(row, cell(value));
    }
    Ok(())
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
