//! The query parameter of a list on a page, which leads to older entries.

use serde::{Deserialize, Deserializer};

use crate::values::Cursor;

/// Query parameters of a list. An invalid cursor counts as a missing one, so the list starts at its
/// first page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    #[serde(deserialize_with = "lenient_cursor")]
    pub before: Option<Cursor>,
}

/// The query of a list by name. `before` is the last name of the previous page, or empty.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NameListQuery {
    pub before: String,
}

fn lenient_cursor<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Cursor>, D::Error> {
    Ok(Cursor::parse(&String::deserialize(value)?))
}
