//! Query parameters of lists on pages: the search, and the start of the page.

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

/// The query parameters of a list with a search. `q` is empty for all rows.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SearchQuery {
    pub q: String,
    #[serde(flatten)]
    pub list: ListQuery,
}

/// The query parameters of a list by name, with a search. `before` is the last name of the previous
/// page, or empty.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NameSearchQuery {
    pub q: String,
    pub before: String,
}

fn lenient_cursor<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Cursor>, D::Error> {
    Ok(Cursor::parse(&String::deserialize(value)?))
}
