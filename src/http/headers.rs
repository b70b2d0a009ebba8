//! Reads headers that must occur only once.

use actix_web::http::header::{AUTHORIZATION, AsHeaderName, HeaderMap};

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

/// Returns the credentials of the `Authorization` header if it has this scheme. The case of the
/// scheme does not matter, and one or more spaces follow it (RFC 9110 §11.4). Returns `None` if the
/// header is missing or occurs twice.
pub fn credentials<'request>(headers: &'request HeaderMap, scheme: &str) -> Option<&'request str> {
    let (given, credentials) = sole_header(headers, AUTHORIZATION)?.split_once(' ')?;
    given
        .eq_ignore_ascii_case(scheme)
        .then(|| credentials.trim_start_matches(' '))
}
