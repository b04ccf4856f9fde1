//! Between the model's values and SQLite's: times as milliseconds, numbers that fit, enums as words.

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Value, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::health::confirm::Verdict;
use crate::model::{ArticleState, GapReason, PassEnd, PassKind, PostedAt, Precision};

/// A time, stored as whole milliseconds since 1970 in UTC.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ms(pub Timestamp);

impl ToSql for Ms {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_millisecond().into())
    }
}

impl FromSql for Ms {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let ms = value.as_i64()?;
        Timestamp::from_millisecond(ms)
            .map(Ms)
            .map_err(|_| FromSqlError::OutOfRange(ms))
    }
}

/// A count. SQLite's integers are signed: what a hostile page claims beyond them is the greatest of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count(pub u64);

impl ToSql for Count {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(i64::try_from(self.0).unwrap_or(i64::MAX).into())
    }
}

impl FromSql for Count {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        u64::try_from(number)
            .map(Count)
            .map_err(|_| FromSqlError::OutOfRange(number))
    }
}

/// A value kept as JSON text.
#[derive(Debug, Clone)]
pub(super) struct Json<T>(pub T);

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        serde_json::to_string(&self.0)
            .map(|text| ToSqlOutput::Owned(Value::Text(text)))
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?)
            .map(Json)
            .map_err(FromSqlError::other)
    }
}

/// An enum kept as its word.
pub(super) trait Word: Copy {
    fn word(self) -> &'static str;
    fn parse(word: &str) -> Option<Self>
    where
        Self: Sized;
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Named<T>(pub T);

impl<T: Word> ToSql for Named<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.word().into())
    }
}

impl<T: Word> FromSql for Named<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        T::parse(word)
            .map(Named)
            .ok_or_else(|| FromSqlError::other(UnknownWord(word.to_owned())))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a word that this boardwalk writes")]
struct UnknownWord(String);

impl Word for crate::store::RevisionKind {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn parse(word: &str) -> Option<Self> {
        Self::parse(word)
    }
}

impl Word for crate::health::verdict::Verdict {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn parse(word: &str) -> Option<Self> {
        Self::parse(word)
    }
}

impl Word for crate::model::EventKind {
    fn word(self) -> &'static str {
        self.as_str()
    }

    fn parse(word: &str) -> Option<Self> {
        Self::parse(word)
    }
}

impl Word for ArticleState {
    fn word(self) -> &'static str {
        self.as_str()
    }
    fn parse(word: &str) -> Option<Self> {
        ArticleState::parse(word)
    }
}

impl Word for PassEnd {
    fn word(self) -> &'static str {
        self.as_str()
    }
    fn parse(word: &str) -> Option<Self> {
        PassEnd::parse(word)
    }
}

impl Word for Precision {
    fn word(self) -> &'static str {
        self.as_str()
    }
    fn parse(word: &str) -> Option<Self> {
        Precision::parse(word)
    }
}

impl Word for PassKind {
    fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Incremental => "incremental",
        }
    }
    fn parse(word: &str) -> Option<Self> {
        [Self::Full, Self::Incremental]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

impl Word for Verdict {
    fn word(self) -> &'static str {
        self.as_str()
    }
    fn parse(word: &str) -> Option<Self> {
        Verdict::parse(word)
    }
}

impl Word for GapReason {
    fn word(self) -> &'static str {
        match self {
            Self::Unread => "unread",
            Self::Torn => "torn",
        }
    }
    fn parse(word: &str) -> Option<Self> {
        [Self::Unread, Self::Torn]
            .into_iter()
            .find(|reason| reason.word() == word)
    }
}

/// A date in its three columns.
pub(super) fn posted_at(
    row: &rusqlite::Row<'_>,
    first: usize,
) -> rusqlite::Result<Option<PostedAt>> {
    let Some(Ms(at)) = row.get(first)? else {
        return Ok(None);
    };
    let Named(precision) = row.get(first + 1)?;
    let text = row.get(first + 2)?;
    Ok(Some(PostedAt {
        at,
        precision,
        text,
    }))
}

/// Of two readings of one moment the finer one; the one already held if they are equal.
pub(super) fn finer(held: Option<PostedAt>, read: Option<PostedAt>) -> Option<PostedAt> {
    match held {
        Some(held) => Some(held.finer(read)),
        None => read,
    }
}

/// A URL that must be one: it was one when it was stored.
pub(super) fn url(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Url> {
    let text: String = row.get(column)?;
    Url::parse(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Text,
            Box::new(error),
        )
    })
}

pub(super) fn optional_url(
    row: &rusqlite::Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<Url>> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        _ => url(row, column).map(Some),
    }
}
