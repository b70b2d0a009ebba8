//! All errors that are not outcomes of an operation, and their pages. Handlers pass them on with
//! `?`. The layer `middleware::edge` logs each error once and renders its page. No page reveals
//! internal details.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use askama::Template;
use thiserror::Error as ThisError;

use super::page::{self, Frame};
use super::redirect::see_other;
use super::{ApiError, FormErrors, problem};
use crate::accounts::hasher::HasherBusy;
use crate::accounts::login_protection::LoginBlocked;
use crate::accounts::rate_limits::Wait;
use crate::app::{App, Failure};
use crate::clock::seconds_of;
use crate::db::DbError;
use crate::urls;

/// `Retry-After` of a 503. It is short, because the server keeps trying to reach the database.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// An error of a handler or an extractor.
#[derive(Debug, ThisError)]
pub enum Error {
    /// A redirect from an extractor, before the handler runs.
    #[error("led elsewhere")]
    Redirect {
        to: String,
        /// Cookies to set or clear with the redirect.
        cookies: Vec<HeaderValue>,
    },
    /// 400: no browser sends a request like this.
    #[error("the request is not well formed")]
    BadRequest,
    /// 401: a form of a signed-in page was sent without a session.
    #[error("not signed in")]
    LogInFirst {
        /// The page that the login leads back to.
        then: String,
    },
    /// 401: the session ended or got a new id while the request was in progress.
    #[error("the session changed meanwhile")]
    SessionChanged,
    /// 403: the request comes from another site, or its form was shown to another user.
    #[error("the request does not come from this site")]
    NotFromHere,
    #[error("no such page")]
    NotFound,
    #[error("the method is not for this page")]
    MethodNotAllowed {
        /// The methods of the page, for the `Allow` header.
        allow: String,
    },
    /// An error that only the API returns.
    #[error("{}", .0.title())]
    Refused(ApiError),
    /// 422 in the API. A page shows its form again instead.
    #[error("something that was sent can't be taken")]
    Invalid(FormErrors),
    #[error("the body came too slowly")]
    RequestTimeout,
    #[error("the body is too large")]
    TooLarge,
    #[error("the body is of another type")]
    UnsupportedMediaType,
    #[error("too often")]
    TooMany(Wait),
    #[error("the head is too large")]
    HeadTooLarge,
    /// 503: a later attempt may succeed.
    #[error("not available: {0}")]
    Unavailable(Box<dyn std::error::Error>),
    /// 503: the client's network has used up its share of a queue.
    #[error("the client's network has used up its share: {0}")]
    ShareUsedUp(Box<dyn std::error::Error>),
    /// 500: a bug in this server.
    #[error("internal error: {0}")]
    Internal(Box<dyn std::error::Error>),
}

/// A link on an error page.
pub struct ErrorAction {
    /// A path of this site.
    pub href: String,
    pub label: String,
}

#[derive(Template)]
#[template(path = "errors/error.html")]
struct ErrorPage<'a> {
    frame: Frame,
    title: String,
    message: String,
    action: Option<ErrorAction>,
    reference: &'a str,
}

impl Error {
    /// Creates a redirect that replaces the requested page.
    pub fn redirect(to: &str, cookies: Vec<HeaderValue>) -> Self {
        Self::Redirect { to: to.to_owned(), cookies }
    }

    /// Returns the error page. `path` is the requested path, `reference` the request id.
    pub fn page(&self, app: &App, path: &str, reference: &str) -> HttpResponse {
        if let Self::Redirect { to, cookies } = self {
            let mut response = see_other(to);
            for cookie in cookies {
                response.headers_mut().append(SET_COOKIE, cookie.clone());
            }
            return response;
        }
        let (title, message, action) = self.message(path);
        let page = ErrorPage {
            frame: Frame::bare(app),
            title: title.to_owned(),
            message: message.to_owned(),
            action,
            reference,
        };
        let mut response = page::render(self.status_code(), &page)
            // If even the error page cannot be rendered, the status has to do.
            .unwrap_or_else(|_| HttpResponseBuilder::new(StatusCode::INTERNAL_SERVER_ERROR).finish());
        self.add_headers(&mut response);
        response
    }

    /// Returns the error as a problem document of the API. `reference` is the request id.
    pub fn problem(&self, app: &App, reference: &str) -> HttpResponse {
        let mut response = problem::answer(self, app, reference);
        if let Some(challenge) = self.api_error().challenge() {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        self.add_headers(&mut response);
        response
    }

    pub fn api_error(&self) -> ApiError {
        match self {
            Self::BadRequest => ApiError::MalformedRequest,
            Self::LogInFirst { .. } => ApiError::Unauthenticated,
            Self::SessionChanged => ApiError::InvalidToken,
            Self::NotFromHere => ApiError::ForbiddenOrigin,
            Self::NotFound => ApiError::NotFound,
            Self::MethodNotAllowed { .. } => ApiError::MethodNotAllowed,
            Self::RequestTimeout => ApiError::RequestTimeout,
            Self::TooLarge => ApiError::TooLarge,
            Self::UnsupportedMediaType => ApiError::UnsupportedMediaType,
            Self::TooMany(_) => ApiError::TooMany,
            Self::HeadTooLarge => ApiError::HeadTooLarge,
            Self::Refused(api_error) => *api_error,
            Self::Invalid(_) => ApiError::Invalid,
            Self::Unavailable(_) | Self::ShareUsedUp(_) => ApiError::Unavailable,
            // API handlers never redirect.
            Self::Internal(_) | Self::Redirect { .. } => ApiError::Internal,
        }
    }

    fn add_headers(&self, response: &mut HttpResponse) {
        match self {
            Self::MethodNotAllowed { allow } => {
                // The value consists of method names from the route table.
                response.headers_mut().insert(ALLOW, HeaderValue::from_str(allow).expect("methods are a header value"));
            }
            Self::Unavailable(_) | Self::ShareUsedUp(_) => {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(TRY_AGAIN_AFTER.as_secs()));
            }
            Self::TooMany(Wait(wait)) => {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds_of(*wait)));
            }
            // The rest of this request must not be read as another request.
            Self::RequestTimeout | Self::TooLarge | Self::HeadTooLarge => {
                response.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
            }
            _ => {}
        }
    }

    fn message(&self, path: &str) -> (&'static str, &'static str, Option<ErrorAction>) {
        const NOTHING_CHANGED: &str = "Nothing was changed.";
        let to = |href: &str, label: &str| Some(ErrorAction { href: href.to_owned(), label: label.to_owned() });
        let front = || to(urls::FRONT, "Front page");
        let back = || {
            let (href, page) = form_page(path);
            to(href, &format!("Back to {page}"))
        };
        match self {
            Self::Redirect { .. } => ("Elsewhere", "", None),
            Self::BadRequest => ("That didn't arrive as expected", NOTHING_CHANGED, back()),
            Self::LogInFirst { then } => (
                "Log in first",
                "You're not logged in any more, so nothing was changed. Log in, and you come back to the form.",
                to(&urls::log_in_then(then), "Log in"),
            ),
            Self::SessionChanged => (
                "Something changed meanwhile",
                "You were logged out while this form was on its way, your password was changed, or the form was sent \
                 twice. Look whether it was done before you send it again.",
                back(),
            ),
            Self::NotFromHere => (
                "This form can't be used any more",
                "It was sent from another page or an old tab, so nothing was changed. Open the page again and retry.",
                back(),
            ),
            Self::NotFound => (
                "Page not found",
                "If you typed the address, check it. If you followed a link from a mail, copy all of it.",
                front(),
            ),
            Self::MethodNotAllowed { .. } => ("This page can't be opened like that", NOTHING_CHANGED, front()),
            Self::RequestTimeout => (
                "That took too long to arrive",
                "The connection may be slow or was interrupted. Nothing was changed.",
                back(),
            ),
            Self::TooLarge => ("That's too large", NOTHING_CHANGED, back()),
            Self::UnsupportedMediaType => ("We can't read that", NOTHING_CHANGED, back()),
            Self::TooMany(_) => ("Too many requests", "Wait a while, then try again. Nothing was changed.", back()),
            Self::HeadTooLarge => (
                "Your browser sent too much",
                "Its cookies or the address of the page are too large. Remove this site's cookies, then try again.",
                front(),
            ),
            Self::Unavailable(_) | Self::ShareUsedUp(_) => {
                ("Sorry, we're not available right now", "Try again in a few minutes. Your account is safe.", None)
            }
            // Pages never return `Refused` or `Invalid`.
            Self::Refused(_) | Self::Invalid(_) | Self::Internal(_) => {
                ("Sorry, there is a problem", "Try again later. What you sent may not have been saved.", front())
            }
        }
    }
}

/// Returns the path and title of the page whose form is sent to `path`.
pub(super) fn form_page(path: &str) -> (&'static str, &'static str) {
    match path {
        urls::SIGN_UP => (urls::SIGN_UP, "Create an account"),
        urls::LOG_IN => (urls::LOG_IN, "Log in"),
        urls::LOG_OUT => (urls::DASHBOARD, "Dashboard"),
        urls::VERIFY | urls::VERIFY_RESEND => (urls::VERIFY_RESEND, "Send the link again"),
        urls::PASSWORD_FORGOT | urls::PASSWORD_RESET => (urls::PASSWORD_FORGOT, "Forgot your password?"),
        urls::ACCOUNT_PROFILE => (urls::ACCOUNT_PROFILE, "Your profile"),
        urls::ACCOUNT_PASSWORD => (urls::ACCOUNT_PASSWORD, "Change your password"),
        urls::ACCOUNT_EMAIL | urls::ACCOUNT_EMAIL_CONFIRM => (urls::ACCOUNT_EMAIL, "Change your email address"),
        urls::ACCOUNT_EXPORT => (urls::ACCOUNT_EXPORT, "Download your data"),
        urls::ACCOUNT_DELETE => (urls::ACCOUNT_DELETE, "Delete your account"),
        path if path.starts_with(urls::ACCOUNT_SESSIONS) => (urls::ACCOUNT_SESSIONS, "Where you're logged in"),
        path if path.starts_with(urls::ACCOUNT_TOKENS) => (urls::ACCOUNT_TOKENS, "Access tokens"),
        path if path.starts_with(urls::ACCOUNT_ACTIVITY) => (urls::ACCOUNT_ACTIVITY, "Activity"),
        _ => (urls::FRONT, "the front page"),
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Redirect { .. } => StatusCode::SEE_OTHER,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::LogInFirst { .. } | Self::SessionChanged => StatusCode::UNAUTHORIZED,
            Self::NotFromHere => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Refused(_) | Self::Invalid(_) => self.api_error().status(),
            Self::Unavailable(_) | Self::ShareUsedUp(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns an empty response. `middleware::edge` replaces it with the page.
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
        Self::TooMany(Wait(blocked.wait()))
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

/// Renders the error pages with the most hostile values that an operator can set.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    let errors = [
        Error::BadRequest,
        Error::LogInFirst { then: urls::DASHBOARD.to_owned() },
        Error::SessionChanged,
        Error::NotFromHere,
        Error::NotFound,
        Error::MethodNotAllowed { allow: "GET".to_owned() },
        Error::RequestTimeout,
        Error::TooLarge,
        Error::UnsupportedMediaType,
        Error::TooMany(Wait(Duration::from_secs(1))),
        Error::HeadTooLarge,
        Error::Unavailable("away".into()),
        Error::Internal("secret details".into()),
    ];
    let page = |error: Error| {
        let (title, message, action) = error.message(urls::LOG_IN);
        let (title, message) = (title.to_owned(), message.to_owned());
        ErrorPage { frame: Frame::sample(), title, message, action, reference: "0123456789abcdef" }.render()
    };
    errors.into_iter().map(page).collect()
}
