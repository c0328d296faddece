//! Tables of named columns in Parquet files. No Arrow: the low-level column writers.
//!
//! A file depends on its values and on the cut into row groups alone: the same tables give the
//! same bytes.

use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::column::reader::get_typed_column_reader;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::atomic;
use super::error::RecordError;

/// Columns of one length, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Name and values of each.
    pub columns: Vec<(String, Values)>,
}

/// Values of a column. Nulls are allowed in reals and texts.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Parquet INT64, unsigned.
    Counts(Vec<u64>),
    /// Parquet DOUBLE.
    Reals(Vec<f64>),
    /// Parquet BYTE_ARRAY, string.
    Texts(Vec<String>),
    /// Parquet DOUBLE, optional.
    RealsOrNull(Vec<Option<f64>>),
    /// Parquet BYTE_ARRAY, string, optional.
    TextsOrNull(Vec<Option<String>>),
}

impl Values {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Self::Counts(values) => values.len(),
            Self::Reals(values) => values.len(),
            Self::Texts(values) => values.len(),
            Self::RealsOrNull(values) => values.len(),
            Self::TextsOrNull(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts `more` of the same kind behind; false if it is of another.
    fn append(&mut self, more: &Self) -> bool {
        match (self, more) {
            (Self::Counts(all), Self::Counts(more)) => all.extend(more),
            (Self::Reals(all), Self::Reals(more)) => all.extend(more),
            (Self::Texts(all), Self::Texts(more)) => all.extend(more.iter().cloned()),
            (Self::RealsOrNull(all), Self::RealsOrNull(more)) => all.extend(more),
            (Self::TextsOrNull(all), Self::TextsOrNull(more)) => all.extend(more.iter().cloned()),
            _ => return false,
        }
        true
    }
}

impl Table {
    /// Rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, values)| values.len())
    }

    /// The values of a column.
    pub fn get(&self, name: &str) -> Option<&Values> {
        self.columns
            .iter()
            .find(|(column, _)| column == name)
            .map(|(_, values)| values)
    }

    /// The counts of a column, if it holds counts.
    pub fn counts(&self, name: &str) -> Option<&[u64]> {
        match self.get(name)? {
            Values::Counts(values) => Some(values),
            _ => None,
        }
    }

    /// The reals of a column that has no nulls, if it holds reals.
    pub fn reals(&self, name: &str) -> Option<&[f64]> {
        match self.get(name)? {
            Values::Reals(values) => Some(values),
            _ => None,
        }
    }

    /// Some of the rows.
    pub fn slice(&self, rows: Range<usize>) -> Self {
        let columns = self.columns.iter().map(|(name, values)| {
            let values = match values {
                Values::Counts(values) => Values::Counts(values[rows.clone()].to_vec()),
                Values::Reals(values) => Values::Reals(values[rows.clone()].to_vec()),
                Values::Texts(values) => Values::Texts(values[rows.clone()].to_vec()),
                Values::RealsOrNull(values) => Values::RealsOrNull(values[rows.clone()].to_vec()),
                Values::TextsOrNull(values) => Values::TextsOrNull(values[rows.clone()].to_vec()),
            };
            (name.clone(), values)
        });
        Self {
            columns: columns.collect(),
        }
    }

    /// Puts the rows of a table with the same columns behind.
    pub fn append(&mut self, more: &Self) -> Result<(), &'static str> {
        if self.columns.is_empty() {
            self.clone_from(more);
            return Ok(());
        }
        if self.columns.len() != more.columns.len() {
            return Err("other columns");
        }
        for ((name, values), (other, more)) in self.columns.iter_mut().zip(&more.columns) {
            if name != other || !values.append(more) {
                return Err("other columns");
            }
        }
        Ok(())
    }
}

/// A note in a file's footer.
pub type Note<'note> = (&'note str, String);

/// Writes `groups`, each a row group with the columns of `like`, as one file, atomically. An error
/// of the iterator is passed on.
pub fn write(
    path: &Path,
    name: &str,
    like: &Table,
    note: Option<Note<'_>>,
    groups: impl Iterator<Item = Result<Table, RecordError>>,
) -> Result<(), RecordError> {
    let notes = note.map(|(key, value)| vec![KeyValue::new(key.to_owned(), value)]);
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(format!("takeoff {}", env!("CARGO_PKG_VERSION")))
        .set_key_value_metadata(notes)
        .build();
    atomic::write_with(path, |file| {
        let to_error = RecordError::parquet("write", path);
        let mut writer = SerializedFileWriter::new(file, schema(name, like), Arc::new(properties))
            .map_err(&to_error)?;
        for group in groups {
            let group = group?;
            writer
                .next_row_group()
                .and_then(|out| write_group(out, &group))
                .map_err(&to_error)?;
        }
        writer.close().map(|_| ()).map_err(&to_error)
    })
}

fn write_group<W: std::io::Write + Send>(
    mut writer: SerializedRowGroupWriter<'_, W>,
    group: &Table,
) -> Result<(), ParquetError> {
    for (_, values) in &group.columns {
        let Some(mut column) = writer.next_column()? else {
            break;
        };
        write_values(column.untyped(), values)?;
        column.close()?;
    }
    writer.close().map(|_| ())
}

fn write_values(out: &mut ColumnWriter<'_>, values: &Values) -> Result<(), ParquetError> {
    let wrong = || ParquetError::General("a group has other columns than its file".to_owned());
    match (out, values) {
        (ColumnWriter::Int64ColumnWriter(out), Values::Counts(values)) => {
            // The logical type says unsigned: the bits are the value.
            let values: Vec<i64> = values.iter().map(|&value| value as i64).collect();
            out.write_batch(&values, None, None)?;
        }
        (ColumnWriter::DoubleColumnWriter(out), Values::Reals(values)) => {
            out.write_batch(values, None, None)?;
        }
        (ColumnWriter::DoubleColumnWriter(out), Values::RealsOrNull(values)) => {
            let present: Vec<f64> = values.iter().flatten().copied().collect();
            out.write_batch(&present, Some(&levels(values)), None)?;
        }
        (ColumnWriter::ByteArrayColumnWriter(out), Values::Texts(values)) => {
            let values: Vec<ByteArray> = values.iter().map(|text| text.as_str().into()).collect();
            out.write_batch(&values, None, None)?;
        }
        (ColumnWriter::ByteArrayColumnWriter(out), Values::TextsOrNull(values)) => {
            let present = values.iter().flatten().map(|text| text.as_str().into());
            let present: Vec<ByteArray> = present.collect();
            out.write_batch(&present, Some(&levels(values)), None)?;
        }
        _ => return Err(wrong()),
    }
    Ok(())
}

/// 1 where a value is, 0 where none is.
fn levels<T>(values: &[Option<T>]) -> Vec<i16> {
    values
        .iter()
        .map(|value| i16::from(value.is_some()))
        .collect()
}

fn schema(name: &str, like: &Table) -> TypePtr {
    let fields = like.columns.iter().map(|(name, values)| {
        let text = Some(LogicalType::String);
        let (physical, logical, repetition) = match values {
            Values::Counts(_) => (
                Physical::INT64,
                Some(LogicalType::integer(64, false)),
                Repetition::REQUIRED,
            ),
            Values::Reals(_) => (Physical::DOUBLE, None, Repetition::REQUIRED),
            Values::RealsOrNull(_) => (Physical::DOUBLE, None, Repetition::OPTIONAL),
            Values::Texts(_) => (Physical::BYTE_ARRAY, text, Repetition::REQUIRED),
            Values::TextsOrNull(_) => (Physical::BYTE_ARRAY, text, Repetition::OPTIONAL),
        };
        Type::primitive_type_builder(name, physical)
            .with_repetition(repetition)
            .with_logical_type(logical)
            .build()
            .map(Arc::new)
            .expect("these types go together")
    });
    let group = Type::group_type_builder(name)
        .with_fields(fields.collect())
        .build();
    Arc::new(group.expect("columns have unique names"))
}

/// A file to be read back, group by group.
pub struct Reader {
    file: SerializedFileReader<File>,
}

impl Reader {
    /// Opens the file.
    pub fn open(path: &Path) -> Result<Self, ParquetError> {
        let file = File::open(path).map_err(|error| ParquetError::External(Box::new(error)))?;
        SerializedFileReader::new(file).map(|file| Self { file })
    }

    /// Row groups.
    pub fn groups(&self) -> usize {
        self.file.num_row_groups()
    }

    /// The note under `key` in the footer.
    pub fn note(&self, key: &str) -> Option<&str> {
        let notes = self.file.metadata().file_metadata().key_value_metadata()?;
        notes.iter().find(|note| note.key == key)?.value.as_deref()
    }

    /// Can every row group be read?
    pub fn is_readable(&self) -> bool {
        (0..self.groups()).all(|index| self.group(index, |_| true).is_ok())
    }

    /// One row group: the columns that are wanted, in the order of the file.
    pub fn group(
        &self,
        index: usize,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Table, ParquetError> {
        let group = self.file.get_row_group(index)?;
        let descriptors = group.metadata().schema_descr().columns().to_vec();
        let mut table = Table::default();
        for (at, column) in descriptors.iter().enumerate() {
            if !wanted(column.name()) {
                continue;
            }
            let optional = column.max_def_level() > 0;
            let values = read_values(&*group, at, column.physical_type(), optional)?;
            table.columns.push((column.name().to_owned(), values));
        }
        Ok(table)
    }
}

fn read_values(
    group: &dyn RowGroupReader,
    index: usize,
    physical: Physical,
    optional: bool,
) -> Result<Values, ParquetError> {
    let text = |bytes: ByteArray| bytes.as_utf8().unwrap_or("\u{fffd}").to_owned();
    Ok(match (physical, optional) {
        (Physical::INT64, false) => Values::Counts(
            required::<Int64Type>(group, index)?
                .into_iter()
                .map(|value| value as u64)
                .collect(),
        ),
        (Physical::DOUBLE, false) => Values::Reals(required::<DoubleType>(group, index)?),
        (Physical::BYTE_ARRAY, false) => Values::Texts(
            required::<ByteArrayType>(group, index)?
                .into_iter()
                .map(text)
                .collect(),
        ),
        (Physical::DOUBLE, true) => Values::RealsOrNull(nullable::<DoubleType>(group, index)?),
        (Physical::BYTE_ARRAY, true) => Values::TextsOrNull(
            nullable::<ByteArrayType>(group, index)?
                .into_iter()
                .map(|value| value.map(text))
                .collect(),
        ),
        (other, _) => {
            return Err(ParquetError::General(format!(
                "column {index} has type {other}, which takeoff never writes"
            )));
        }
    })
}

fn required<T: DataType>(
    group: &dyn RowGroupReader,
    index: usize,
) -> Result<Vec<T::T>, ParquetError> {
    let (values, _) = records::<T>(group, index, false)?;
    Ok(values)
}

fn nullable<T: DataType>(
    group: &dyn RowGroupReader,
    index: usize,
) -> Result<Vec<Option<T::T>>, ParquetError> {
    let (values, levels) = records::<T>(group, index, true)?;
    let mut values = values.into_iter();
    Ok(levels
        .into_iter()
        .map(|level| if level > 0 { values.next() } else { None })
        .collect())
}

/// All values of a column and, if it is optional, a level for each row.
fn records<T: DataType>(
    group: &dyn RowGroupReader,
    index: usize,
    optional: bool,
) -> Result<(Vec<T::T>, Vec<i16>), ParquetError> {
    let rows = group.metadata().num_rows() as usize;
    let mut reader = get_typed_column_reader::<T>(group.get_column_reader(index)?);
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    let into = optional.then_some(&mut levels);
    let (records, ..) = reader.read_records(rows, into, None, &mut values)?;
    let found = if optional { levels.len() } else { values.len() };
    if records != rows || found != rows {
        return Err(ParquetError::General(format!(
            "column {index} has {found} values instead of {rows}"
        )));
    }
    Ok((values, levels))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table {
            columns: vec![
                ("n".to_owned(), Values::Counts(vec![0, u64::MAX])),
                ("x".to_owned(), Values::Reals(vec![-0.5, 1e300])),
                (
                    "t".to_owned(),
                    Values::Texts(vec![String::new(), "é".to_owned()]),
                ),
                ("y".to_owned(), Values::RealsOrNull(vec![None, Some(2.0)])),
                (
                    "u".to_owned(),
                    Values::TextsOrNull(vec![Some("a".to_owned()), None]),
                ),
            ],
        }
    }

    #[test]
    fn groups_and_notes_come_back_and_the_same_tables_give_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["one", "two"].map(|name| folder.path().join(name));
        for path in &paths {
            let note = Some(("run", "{}".to_owned()));
            let groups = [Ok(table()), Ok(table())].into_iter();
            write(path, "things", &table(), note, groups).unwrap();
        }
        assert_eq!(
            std::fs::read(&paths[0]).unwrap(),
            std::fs::read(&paths[1]).unwrap()
        );
        let reader = Reader::open(&paths[0]).unwrap();
        assert_eq!((reader.groups(), reader.note("run")), (2, Some("{}")));
        assert_eq!(reader.group(1, |_| true).unwrap(), table());
        let some = reader.group(0, |name| name == "y").unwrap();
        assert_eq!(some.columns, table().columns[3..4]);
    }

    #[test]
    fn other_columns_are_refused() {
        let mut one = table();
        let other = Table {
            columns: table().columns[1..].to_vec(),
        };
        assert!(one.append(&other).is_err());
        assert!(one.append(&table()).is_ok());
        assert_eq!(one.rows(), 4);
    }
}
