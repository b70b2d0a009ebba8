//! Bodies of requests. Their size and the time to send them are limited.

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, TRANSFER_ENCODING,
};
use actix_web::web::{Bytes, BytesMut};
use futures_util::StreamExt;

use super::app_data::app_of;
use super::error::Error;
use super::headers::sole_header;

pub const FORM: &str = "application/x-www-form-urlencoded";
pub const JSON: &str = "application/json";

const LARGEST_BODY: usize = 64 * 1024;

/// Returns the content type in lower case and without parameters. Returns `None` if the header is
/// missing or occurs twice.
pub fn sole_type(headers: &HeaderMap) -> Option<String> {
    let whole = sole_header(headers, CONTENT_TYPE)?;
    let essence = whole.split(';').next().unwrap_or_default();
    Some(essence.trim().to_ascii_lowercase())
}

/// Returns true if the request has a body (RFC 9112 §6.3).
pub fn has_body(headers: &HeaderMap) -> bool {
    headers.contains_key(TRANSFER_ENCODING)
        || headers
            .get(CONTENT_LENGTH)
            .is_some_and(|length| length.as_bytes() != b"0")
}

/// Reads the body of a request within the limits of size and time.
pub async fn read_bounded(request: &HttpRequest, payload: Payload) -> Result<Bytes, Error> {
    let limit = app_of(request)?.settings.edge.body_timeout;
    check_head(request.headers())?;
    tokio::time::timeout(limit, read_body(payload))
        .await
        .map_err(|_| Error::RequestTimeout)?
}

async fn read_body(mut payload: Payload) -> Result<Bytes, Error> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Error::BadRequest)?;
        if body.len() + chunk.len() > LARGEST_BODY {
            return Err(Error::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Rejects a request by its headers, before the body is read.
fn check_head(headers: &HeaderMap) -> Result<(), Error> {
    // The server never decompresses a body, because a small one could become large.
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(Error::UnsupportedEncoding);
    }
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > LARGEST_BODY) {
        return Err(Error::TooLarge);
    }
    Ok(())
}
