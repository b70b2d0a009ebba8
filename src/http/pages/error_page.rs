//! The page of an error.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use askama::Template;

use super::cookies;
use super::form_page::form_page;
use super::frame::{Frame, render};
use super::redirect::see_other;
use crate::accounts::rate_limits::Wait;
use crate::http::error::Error;
use crate::http::typed::Typed;
use crate::texts::error_pages::{self, ErrorText, back};
use crate::urls;

/// A link on an error page.
pub struct ErrorAction {
    /// A path of this site.
    pub href: String,
    pub label: &'static str,
}

#[derive(Template)]
#[template(path = "errors/error.html")]
struct ErrorPage<'a> {
    frame: Frame,
    title: &'static str,
    message: Cow<'static, str>,
    /// The text of a form that was not accepted.
    typed: &'a [Typed],
    action: Option<ErrorAction>,
    reference: &'a str,
}

/// Returns the page of an error. `path` is the requested path, `reference` the request id.
pub fn error_page(error: &Error, frame: Frame, path: &str, reference: &str) -> HttpResponse {
    if let Error::Redirect { to, cookies: set } = error {
        let mut response = see_other(to);
        cookies::add(&mut response, set.iter().cloned());
        return response;
    }
    let is_admin = frame
        .account
        .as_ref()
        .is_some_and(|account| account.is_admin);
    // For others, a page below `/admin` is like any unknown path.
    let path = if urls::is_administration(path) && !is_admin {
        ""
    } else {
        path
    };
    let (text, action) = (text(error), action(error, path));
    let page = ErrorPage {
        frame,
        title: text.title(),
        message: text.message(),
        typed: typed(error),
        action,
        reference,
    };
    let mut response = render(error.status_code(), &page)
        // If even the error page cannot be rendered, the status has to do.
        .unwrap_or_else(|_| HttpResponseBuilder::new(StatusCode::INTERNAL_SERVER_ERROR).finish());
    error.add_headers(&mut response);
    response
}

fn text(error: &Error) -> ErrorText {
    match error {
        Error::BadRequest => ErrorText::BadRequest,
        Error::LoginRequired { typed, .. } if typed.is_empty() => ErrorText::LoginRequired,
        Error::LoginRequired { .. } => ErrorText::LoginRequiredTyped,
        Error::SessionChanged => ErrorText::SessionChanged,
        Error::CrossSite => ErrorText::CrossSite,
        Error::OtherAccount => ErrorText::OtherAccount,
        Error::OriginHidden => ErrorText::OriginHidden,
        Error::NotFound => ErrorText::NotFound,
        Error::MethodNotAllowed { .. } => ErrorText::MethodNotAllowed,
        Error::RequestTimeout => ErrorText::RequestTimeout,
        Error::TooLarge => ErrorText::TooLarge,
        Error::UnsupportedMediaType | Error::UnsupportedEncoding => ErrorText::UnsupportedMediaType,
        Error::RateLimited(Wait(wait)) => ErrorText::RateLimited(*wait),
        Error::HeadTooLarge => ErrorText::HeadTooLarge,
        Error::Unavailable(_) | Error::ShareUsedUp(_) => ErrorText::Unavailable,
        // Only the API and the checks return `Api`, `Check`, `SecondStepRequired` and `Invalid`. A
        // redirect has no page.
        Error::Api(_)
        | Error::Check { .. }
        | Error::SecondStepRequired(_)
        | Error::Invalid(_)
        | Error::Internal(_)
        | Error::Redirect { .. } => ErrorText::Internal,
    }
}

fn typed(error: &Error) -> &[Typed] {
    match error {
        Error::LoginRequired { typed, .. } => typed,
        _ => &[],
    }
}

/// Returns the link of an error page: to the login, the failed form or the front page. Returns
/// `None` if the server can show no other page at the moment.
fn action(error: &Error, path: &str) -> Option<ErrorAction> {
    let (href, label) = match error {
        Error::LoginRequired { then, .. } => (urls::log_in_then(then), error_pages::LOG_IN),
        Error::Unavailable(_) | Error::ShareUsedUp(_) => return None,
        Error::NotFound
        | Error::HeadTooLarge
        | Error::Api(_)
        | Error::Check { .. }
        | Error::SecondStepRequired(_)
        | Error::Invalid(_)
        | Error::Internal(_)
        | Error::Redirect { .. } => (urls::FRONT.to_owned(), back::HOME),
        Error::BadRequest
        | Error::SessionChanged
        | Error::CrossSite
        | Error::OtherAccount
        | Error::OriginHidden
        | Error::MethodNotAllowed { .. }
        | Error::RequestTimeout
        | Error::TooLarge
        | Error::UnsupportedMediaType
        | Error::UnsupportedEncoding
        | Error::RateLimited(_) => {
            let (page, label) = form_page(path);
            (page.to_owned(), label)
        }
    };
    Some(ErrorAction { href, label })
}

/// Renders the error pages with the most hostile values that an operator can set.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use std::time::Duration;

    use crate::http::samples::HOSTILE;
    use crate::texts::labels;

    let errors = [
        Error::BadRequest,
        Error::LoginRequired {
            then: urls::DASHBOARD.to_owned(),
            typed: Vec::new(),
        },
        Error::SessionChanged,
        Error::CrossSite,
        Error::OtherAccount,
        Error::OriginHidden,
        Error::NotFound,
        Error::MethodNotAllowed {
            allow: "GET".to_owned(),
        },
        Error::RequestTimeout,
        Error::TooLarge,
        Error::UnsupportedMediaType,
        Error::RateLimited(Wait(Duration::from_secs(1))),
        Error::HeadTooLarge,
        Error::Unavailable("away".into()),
        Error::Internal("secret details".into()),
        Error::LoginRequired {
            then: urls::ACCOUNT_PROFILE.to_owned(),
            typed: vec![
                Typed::new(labels::NAME, HOSTILE),
                Typed::new(labels::BIO, &format!("\n{HOSTILE}\n{HOSTILE}")),
            ],
        },
    ];
    let page = |error: Error| {
        let (text, action) = (text(&error), action(&error, urls::LOG_IN));
        let (frame, title, message) = (Frame::sample(), text.title(), text.message());
        ErrorPage {
            frame,
            title,
            message,
            typed: typed(&error),
            action,
            reference: "0123456789abcdef",
        }
        .render()
    };
    errors.into_iter().map(page).collect()
}
