//! Columns whose rows from earlier versions are corrected when they are read. A row names these
//! types in `deserialize_as`.

use diesel::Queryable;
use diesel::backend::Backend;
use diesel::deserialize::{FromStaticSqlRow, Result};

use super::email_address::as_shown;
use super::visible::shows_something;

/// An email address, `String` or `Option<String>`, with its domain in its own letters. Earlier
/// versions stored the domain in punycode.
pub struct StoredAddress<Text>(Text);

/// A name or a bio. One without anything visible, which earlier versions accepted, counts as none.
pub struct StoredText(Option<String>);

impl<SqlType, DB> Queryable<SqlType, DB> for StoredAddress<String>
where
    DB: Backend,
    String: FromStaticSqlRow<SqlType, DB>,
{
    type Row = String;

    fn build(row: String) -> Result<Self> {
        Ok(Self(as_shown(row)))
    }
}

impl<SqlType, DB> Queryable<SqlType, DB> for StoredAddress<Option<String>>
where
    DB: Backend,
    Option<String>: FromStaticSqlRow<SqlType, DB>,
{
    type Row = Option<String>;

    fn build(row: Option<String>) -> Result<Self> {
        Ok(Self(row.map(as_shown)))
    }
}

impl<SqlType, DB> Queryable<SqlType, DB> for StoredText
where
    DB: Backend,
    Option<String>: FromStaticSqlRow<SqlType, DB>,
{
    type Row = Option<String>;

    fn build(row: Option<String>) -> Result<Self> {
        Ok(Self(row.filter(|text| shows_something(text))))
    }
}

impl From<StoredAddress<Self>> for String {
    fn from(stored: StoredAddress<Self>) -> Self {
        stored.0
    }
}

impl From<StoredAddress<Self>> for Option<String> {
    fn from(stored: StoredAddress<Self>) -> Self {
        stored.0
    }
}

impl From<StoredText> for Option<String> {
    fn from(stored: StoredText) -> Self {
        stored.0
    }
}
