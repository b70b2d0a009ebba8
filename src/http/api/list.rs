//! A page of a list in the API, and the query parameter that requests the next page.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::openapi::{Parameter, Parameters};
use crate::http::error::Error;
use crate::texts::reasons::Reason;
use crate::values::Cursor;

/// A page of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ListOf{T}")]
pub struct List<T> {
    /// Items on this page.
    pub items: Vec<T>,
    /// Value of `after` for the next page, or `null` on the last one.
    pub next: Option<String>,
}

/// The `after` parameter of a list in chronological order.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct After {
    after: String,
}

/// Documentation of the parameter for lists in chronological order.
pub const AFTER: Parameter = Parameter {
    name: "after",
    detail: AFTER_DETAIL,
    example: "1795348800000.AZaz09-_",
    pattern: r"^([0-9]{1,18}\.[A-Za-z0-9_-]{1,43})?$",
};
/// Description of the parameter for every list.
pub const AFTER_DETAIL: &str =
    "Value of `next` from the previous page. Leave it out for the first page.";

impl After {
    /// Returns the cursor, or `None` for the first page. Returns a 422 if the value is malformed.
    pub fn cursor(&self) -> Result<Option<Cursor>, Error> {
        if self.after.is_empty() {
            return Ok(None);
        }
        match Cursor::parse(&self.after) {
            Some(cursor) => Ok(Some(cursor)),
            None => Err(Error::invalid_member("after", Reason::Cursor)),
        }
    }
}

impl Parameters for After {
    const ALL: &'static [Parameter] = &[AFTER];
}
