//! All errors that are not outcomes of an operation. Handlers pass them on with `?`. The edge logs
//! each error once and renders it (`edge::error_response`). No response reveals internal details.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_ENCODING, ALLOW, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use thiserror::Error as ThisError;

use super::form_errors::FormErrors;
use super::methods::allow_header;
use super::typed::Typed;
use crate::accounts::authentication::hasher::HasherBusy;
use crate::accounts::authentication::pending_logins::PendingSecondStep;
use crate::accounts::login_protection::LoginBlocked;
use crate::accounts::rate_limits::Wait;
use crate::app::Failure;
use crate::clock::seconds_of;
use crate::db::DbError;
use crate::texts::problems::ApiError;
use crate::texts::reasons::Reason;

/// `Retry-After` of a 503. It is short, because the server keeps trying to reach the database.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// An error of a handler or an extractor.
#[derive(Debug, ThisError)]
pub enum Error {
    /// A redirect from an extractor, before the handler runs.
    #[error("redirected")]
    Redirect {
        to: String,
        /// Cookies to set or clear with the redirect.
        cookies: Vec<HeaderValue>,
    },
    /// 400: no browser sends a request like this.
    #[error("malformed request")]
    BadRequest,
    /// 401: a form of a signed-in page was sent without a session.
    #[error("not logged in")]
    LoginRequired {
        /// The page that the login leads back to.
        then: String,
        /// The text of the form, to be copied.
        typed: Vec<Typed>,
    },
    /// 401: the session ended or got a new id while the request was in progress.
    #[error("the session ended or changed during the request")]
    SessionChanged,
    /// 403: the request comes from another site.
    #[error("cross-site request")]
    CrossSite,
    /// 403: the form was shown to another user.
    #[error("the form was shown to another user")]
    OtherAccount,
    /// 403: the browser does not say which site the form comes from.
    #[error("the browser does not reveal where the request comes from")]
    OriginHidden,
    #[error("page not found")]
    NotFound,
    #[error("method not allowed")]
    MethodNotAllowed {
        /// The methods of the page, for the `Allow` header.
        allow: String,
    },
    /// An error that only the API returns.
    #[error("{}", .0.title())]
    Api(ApiError),
    /// A rejected check of a proxy.
    #[error("{}", .error.title())]
    Check {
        error: ApiError,
        /// Headers for the proxy and the browser.
        headers: Vec<(HeaderName, HeaderValue)>,
    },
    /// 403 in the API: the password is right, and the account has a second step. Contains the
    /// secret of the pending login.
    #[error("second step required")]
    SecondStepRequired(PendingSecondStep),
    /// 422 in the API. A page shows its form again instead.
    #[error("invalid input")]
    Invalid(FormErrors),
    #[error("the body arrived too slowly")]
    RequestTimeout,
    #[error("the body is too large")]
    TooLarge,
    #[error("unsupported media type")]
    UnsupportedMediaType,
    #[error("unsupported content encoding")]
    UnsupportedEncoding,
    #[error("rate-limited")]
    RateLimited(Wait),
    #[error("the request head is too large")]
    HeadTooLarge,
    /// 503: a later attempt may succeed.
    #[error("unavailable: {0}")]
    Unavailable(Box<dyn std::error::Error>),
    /// 503: the client's network has used up its share of a queue.
    #[error("the client's network has used up its share: {0}")]
    ShareUsedUp(Box<dyn std::error::Error>),
    /// 500: a bug in this server.
    #[error("internal error: {0}")]
    Internal(Box<dyn std::error::Error>),
}

impl Error {
    /// Returns the error of a request in which one member is invalid.
    pub fn invalid_member(name: &str, reason: Reason) -> Self {
        Self::Invalid(FormErrors::of_member(name, reason))
    }

    /// Creates a redirect that replaces the requested page.
    pub fn redirect(to: &str, cookies: Vec<HeaderValue>) -> Self {
        Self::Redirect {
            to: to.to_owned(),
            cookies,
        }
    }

    pub fn api_error(&self) -> ApiError {
        match self {
            Self::BadRequest => ApiError::MalformedRequest,
            Self::LoginRequired { .. } => ApiError::Unauthenticated,
            Self::SessionChanged => ApiError::InvalidToken,
            Self::CrossSite | Self::OtherAccount | Self::OriginHidden => ApiError::ForbiddenOrigin,
            Self::NotFound => ApiError::NotFound,
            Self::MethodNotAllowed { .. } => ApiError::MethodNotAllowed,
            Self::RequestTimeout => ApiError::RequestTimeout,
            Self::TooLarge => ApiError::TooLarge,
            Self::UnsupportedMediaType => ApiError::UnsupportedMediaType,
            Self::UnsupportedEncoding => ApiError::UnsupportedEncoding,
            Self::RateLimited(_) => ApiError::RateLimited,
            Self::HeadTooLarge => ApiError::HeadTooLarge,
            Self::Api(error) | Self::Check { error, .. } => *error,
            Self::SecondStepRequired(_) => ApiError::MfaRequired,
            Self::Invalid(_) => ApiError::Invalid,
            Self::Unavailable(_) | Self::ShareUsedUp(_) => ApiError::Unavailable,
            // API handlers never redirect.
            Self::Internal(_) | Self::Redirect { .. } => ApiError::Internal,
        }
    }

    /// Adds the headers that belong to the error, such as `Retry-After`.
    pub fn add_headers(&self, response: &mut HttpResponse) {
        match self {
            Self::MethodNotAllowed { allow } => {
                response.headers_mut().insert(ALLOW, allow_header(allow));
            }
            Self::Check { headers, .. } => {
                for (name, value) in headers {
                    response.headers_mut().insert(name.clone(), value.clone());
                }
            }
            // RFC 9110 §12.5.3.
            Self::UnsupportedEncoding => {
                response
                    .headers_mut()
                    .insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            }
            Self::Unavailable(_) | Self::ShareUsedUp(_) => {
                response
                    .headers_mut()
                    .insert(RETRY_AFTER, HeaderValue::from(TRY_AGAIN_AFTER.as_secs()));
            }
            Self::RateLimited(Wait(wait)) => {
                response
                    .headers_mut()
                    .insert(RETRY_AFTER, HeaderValue::from(seconds_of(*wait)));
            }
            // The rest of this request must not be read as another request.
            Self::RequestTimeout | Self::TooLarge | Self::HeadTooLarge => {
                response
                    .head_mut()
                    .set_connection_type(actix_web::http::ConnectionType::Close);
            }
            _ => {}
        }
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Redirect { .. } => StatusCode::SEE_OTHER,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::LoginRequired { .. } | Self::SessionChanged => StatusCode::UNAUTHORIZED,
            Self::CrossSite | Self::OtherAccount | Self::OriginHidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType | Self::UnsupportedEncoding => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
            Self::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Api(_) | Self::Check { .. } | Self::Invalid(_) | Self::SecondStepRequired(_) => {
                self.api_error().status()
            }
            Self::Unavailable(_) | Self::ShareUsedUp(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns an empty response. The edge replaces it with the page.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl From<DbError> for Error {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(_) => Self::Unavailable(Box::new(error)),
            DbError::ShareUsedUp => Self::ShareUsedUp(Box::new(error)),
            DbError::Query(_) | DbError::Panicked => Self::Internal(Box::new(error)),
        }
    }
}

impl From<LoginBlocked> for Error {
    fn from(blocked: LoginBlocked) -> Self {
        Self::RateLimited(Wait(blocked.wait()))
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Db(error) => error.into(),
            Failure::Hasher(error) => error.into(),
            Failure::Mail(error) => Self::Internal(Box::new(error)),
        }
    }
}

impl From<HasherBusy> for Error {
    fn from(error: HasherBusy) -> Self {
        match error {
            HasherBusy::QueueFull(_) | HasherBusy::Stopped => Self::Unavailable(Box::new(error)),
            HasherBusy::ShareUsedUp => Self::ShareUsedUp(Box::new(error)),
            HasherBusy::Broken => Self::Internal(Box::new(error)),
        }
    }
}
