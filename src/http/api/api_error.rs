//! The headers and statuses of the API's errors.

use actix_web::http::StatusCode;

use crate::texts::problems::ApiError;

impl ApiError {
    pub fn status(self) -> StatusCode {
        // The table contains only statuses of HTTP.
        StatusCode::from_u16(self.status_number()).expect("a status of HTTP")
    }

    /// Returns the `WWW-Authenticate` header of a 401 (RFC 6750 §3, RFC 7617 §2).
    pub fn challenge(self) -> Option<&'static str> {
        match self {
            Self::InvalidToken => Some("Bearer error=\"invalid_token\""),
            Self::InvalidClient => Some("Basic realm=\"introspection\", charset=\"UTF-8\""),
            _ if self.status() == StatusCode::UNAUTHORIZED => Some("Bearer"),
            _ => None,
        }
    }
}
