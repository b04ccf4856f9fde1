//! Articles as Parquet, for analyses: a column for each field of the JSON lines, with a type of its own.
//!
//! Moments are timestamps in milliseconds, lists are JSON in a cell, `vanished` is two columns. What is not known is null.
//! Rows are written a group at a time, so that memory does not grow with the archive.

use std::io::{self, Write};
use std::sync::Arc;

use jiff::Timestamp;
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{BoolType, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;
use serde_json::Value;

use super::OutputError;
use crate::store::{Archive, ArticleFilter};

#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Json,
    Number,
    Moment,
    Flag,
}

impl Kind {
    /// In the language of Parquet's schemas.
    fn as_type(self) -> (&'static str, &'static str) {
        match self {
            Self::Text => ("binary", " (STRING)"),
            Self::Json => ("binary", " (JSON)"),
            Self::Number => ("int64", ""),
            Self::Moment => ("int64", " (TIMESTAMP(MILLIS,true))"),
            Self::Flag => ("boolean", ""),
        }
    }
}

/// Names are those of the JSON lines; a dot leads into an object and becomes an underscore.
const COLUMNS: [(&str, Kind); 33] = [
    ("id", Kind::Number),
    ("board", Kind::Text),
    ("key", Kind::Text),
    ("url", Kind::Text),
    ("rank", Kind::Number),
    ("title", Kind::Text),
    ("author", Kind::Text),
    ("posted_at", Kind::Moment),
    ("posted_at_precision", Kind::Text),
    ("posted_text", Kind::Text),
    ("category", Kind::Text),
    ("source", Kind::Text),
    ("text", Kind::Text),
    ("images", Kind::Json),
    ("attachments", Kind::Json),
    ("comments", Kind::Json),
    ("tags", Kind::Json),
    ("views", Kind::Number),
    ("votes", Kind::Number),
    ("comment_count", Kind::Number),
    ("notice", Kind::Flag),
    ("state", Kind::Text),
    ("state_reason", Kind::Text),
    ("first_seen_at", Kind::Moment),
    ("fetched_at", Kind::Moment),
    ("gone_at", Kind::Moment),
    ("revision_count", Kind::Number),
    ("content_hash", Kind::Text),
    ("story", Kind::Number),
    ("duplicate_of", Kind::Text),
    ("comments_complete", Kind::Flag),
    ("vanished.after", Kind::Moment),
    ("vanished.before", Kind::Moment),
];

/// Articles in a group of rows, and bytes of their texts: whichever is full first.
const MOST_ROWS: usize = 5_000;
const MOST_TEXT_BYTES: usize = 16 << 20;

/// Writes each article that fits; how many there were.
///
/// # Errors
/// The store's and the writer's; a file that is not whole cannot be read.
pub fn export(
    archive: &dyn Archive,
    filter: &ArticleFilter,
    out: &mut dyn Write,
) -> Result<u64, OutputError> {
    let mut file = begin().map_err(io_error)?;
    let (mut rows, mut n_text_bytes, mut n_written) = (Vec::new(), 0, 0);
    let mut failure = None;
    archive.articles(filter, &mut |article| {
        let of_comments = article.comments.iter().map(|comment| &comment.text);
        let texts = std::iter::once(&article.text).chain(of_comments).flatten();
        n_text_bytes += texts.map(String::len).sum::<usize>();
        n_written += 1;
        rows.push(serde_json::to_value(&article).expect("records hold nothing that JSON cannot"));
        if rows.len() >= MOST_ROWS || n_text_bytes >= MOST_TEXT_BYTES {
            n_text_bytes = 0;
            failure = write_rows(&mut file, &std::mem::take(&mut rows), out).err();
        }
        failure.is_none()
    })?;
    if let Some(error) = failure {
        return Err(error.into());
    }
    write_rows(&mut file, &rows, out)?;
    out.write_all(&file.into_inner().map_err(io_error)?)?;
    Ok(n_written)
}

fn begin() -> Result<SerializedFileWriter<Vec<u8>>, ParquetError> {
    let columns = COLUMNS.map(|(path, kind)| {
        let (name, (of, more)) = (path.replace('.', "_"), kind.as_type());
        format!("optional {of} {name}{more};")
    });
    let schema = parse_message_type(&format!("message article {{ {} }}", columns.join(" ")))?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))
}

/// A group of rows, from memory into `out`.
fn write_rows(
    file: &mut SerializedFileWriter<Vec<u8>>,
    rows: &[Value],
    out: &mut dyn Write,
) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    write_group(file, rows).map_err(io_error)?;
    file.flush()?;
    out.write_all(file.inner())?;
    file.inner_mut().clear();
    Ok(())
}

fn write_group(
    file: &mut SerializedFileWriter<Vec<u8>>,
    rows: &[Value],
) -> Result<(), ParquetError> {
    let mut group = file.next_row_group()?;
    for (path, kind) in COLUMNS {
        let cells = rows.iter().map(|row| {
            let mut parts = path.split('.');
            parts.try_fold(row, |value, part| value.get(part))
        });
        let mut column = group.next_column()?.expect("a column for each name");
        match kind {
            Kind::Text => write::<ByteArrayType>(&mut column, cells, |cell| {
                cell.as_str().map(|text| text.as_bytes().to_vec().into())
            }),
            Kind::Json => write::<ByteArrayType>(&mut column, cells, |cell| {
                Some(cell.to_string().into_bytes().into())
            }),
            Kind::Number => write::<Int64Type>(&mut column, cells, Value::as_i64),
            Kind::Moment => write::<Int64Type>(&mut column, cells, |cell| {
                let at: Timestamp = cell.as_str()?.parse().ok()?;
                Some(at.as_millisecond())
            }),
            Kind::Flag => write::<BoolType>(&mut column, cells, Value::as_bool),
        }?;
        column.close()?;
    }
    group.close()?;
    Ok(())
}

fn write<'a, T: DataType>(
    column: &mut SerializedColumnWriter<'_>,
    cells: impl Iterator<Item = Option<&'a Value>>,
    read: impl Fn(&Value) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    for cell in cells {
        let value = cell.and_then(&read);
        levels.push(i16::from(value.is_some()));
        values.extend(value);
    }
    column
        .typed::<T>()
        .write_batch(&values, Some(&levels), None)?;
    Ok(())
}

fn io_error(error: ParquetError) -> io::Error {
    io::Error::other(error)
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;

    use super::super::test_archive::{TestArchive, article};
    use super::*;
    use crate::store::{ArticleRecord, Vanished};

    fn exported(articles: Vec<ArticleRecord>) -> SerializedFileReader<std::fs::File> {
        let mut file = tempfile::tempfile().expect("a temporary file");
        let archive = TestArchive::with(articles);
        export(&archive, &ArticleFilter::default(), &mut file).expect("a disk with room");
        SerializedFileReader::new(file).expect("a Parquet file")
    }

    #[test]
    fn each_field_is_read_back_as_it_was() {
        let mut one = article(1);
        one.author = None;
        one.text = Some("첫 문단\n\"둘째\" \u{0}".into());
        one.votes = Some(-3);
        one.vanished = Some(Vanished {
            after: "2026-11-20T01:00:00Z".parse().expect("a moment"),
            before: "2026-11-21T13:00:00.250Z".parse().expect("a moment"),
        });
        let mut json = serde_json::to_value(&one).expect("JSON");
        let fields = json.as_object_mut().expect("an object");
        let Some(Value::Object(vanished)) = fields.remove("vanished") else {
            panic!("no interval");
        };
        fields.extend(
            vanished
                .into_iter()
                .map(|(name, at)| (format!("vanished_{name}"), at)),
        );

        let file = exported(vec![one]);
        let rows: Vec<_> = file.into_iter().collect::<Result<_, _>>().expect("rows");
        assert_eq!(rows.len(), 1);
        let mut n_columns = 0;
        for (name, field) in rows[0].get_column_iter() {
            let expected = &fields[name];
            let read = match field {
                Field::Null => Value::Null,
                Field::Bool(flag) => (*flag).into(),
                Field::Long(number) => (*number).into(),
                Field::Str(text) if expected.is_array() => {
                    serde_json::from_str(text).expect("JSON")
                }
                Field::Str(text) => text.as_str().into(),
                Field::Bytes(json) => serde_json::from_slice(json.data()).expect("JSON"),
                Field::TimestampMillis(ms) => Timestamp::from_millisecond(*ms)
                    .expect("a moment")
                    .to_string()
                    .into(),
                other => panic!("{name}: {other:?}"),
            };
            assert_eq!(&read, expected, "{name}");
            n_columns += 1;
        }
        assert_eq!(n_columns, fields.len(), "each field has a column");
    }

    #[test]
    fn many_articles_are_several_groups_and_none_is_a_file_too() {
        let n = MOST_ROWS + 1;
        let file = exported((1..=n as i64).map(article).collect());
        assert_eq!(file.num_row_groups(), 2);
        let ids = file
            .into_iter()
            .map(|row| match row.expect("a row").get_column_iter().next() {
                Some((_, Field::Long(id))) => *id,
                other => panic!("{other:?}"),
            });
        assert!(ids.eq(1..=n as i64));
        assert_eq!(
            exported(Vec::new()).metadata().file_metadata().num_rows(),
            0
        );
    }
}
