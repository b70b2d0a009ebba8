//! The methods of a path, in the `Allow` header. Every path with a route answers OPTIONS.

use actix_web::HttpResponse;
use actix_web::http::header::{ALLOW, HeaderValue};

/// The methods of a static file.
pub const OF_FILE: &str = "GET, HEAD";

/// Returns the value of `Allow` for a path with these methods.
pub fn allow_header(methods: &str) -> HeaderValue {
    // Methods come from the route table and consist of letters.
    HeaderValue::from_str(&format!("{methods}, OPTIONS")).expect("methods are a header value")
}

/// Returns the response to OPTIONS (RFC 9110 §9.3.7). Load balancers use it as a health check.
pub fn methods_response(methods: &str) -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((ALLOW, allow_header(methods)))
        .finish()
}
