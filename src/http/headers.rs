//! Reads a header that must occur only once.

use actix_web::http::header::{AsHeaderName, HeaderMap};

/// Returns the value of a header as text. Returns `None` if the header is missing, occurs twice or
/// is not text.
pub fn sole_header(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    let mut values = headers.get_all(name);
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    value.to_str().ok()
}
