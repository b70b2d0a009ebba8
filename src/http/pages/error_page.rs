//! The page of an error.

use actix_web::http::StatusCode;
use actix_web::http::header::SET_COOKIE;
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use askama::Template;

use super::form_page::form_page;
use super::frame::{Frame, render};
use super::redirect::see_other;
use crate::app::App;
use crate::http::error::Error;
use crate::urls;

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

/// Returns the page of an error. `path` is the requested path, `reference` the request id.
pub fn error_page(error: &Error, app: &App, path: &str, reference: &str) -> HttpResponse {
    if let Error::Redirect { to, cookies } = error {
        let mut response = see_other(to);
        for cookie in cookies {
            response.headers_mut().append(SET_COOKIE, cookie.clone());
        }
        return response;
    }
    let (title, message, action) = message(error, path);
    let page =
        ErrorPage { frame: Frame::bare(app), title: title.to_owned(), message: message.to_owned(), action, reference };
    let mut response = render(error.status_code(), &page)
        // If even the error page cannot be rendered, the status has to do.
        .unwrap_or_else(|_| HttpResponseBuilder::new(StatusCode::INTERNAL_SERVER_ERROR).finish());
    error.add_headers(&mut response);
    response
}

fn message(error: &Error, path: &str) -> (&'static str, &'static str, Option<ErrorAction>) {
    const NOTHING_CHANGED: &str = "Nothing was changed.";
    let to = |href: &str, label: &str| Some(ErrorAction { href: href.to_owned(), label: label.to_owned() });
    let front = || to(urls::FRONT, "Front page");
    let back = || {
        let (href, page) = form_page(path);
        to(href, &format!("Back to {page}"))
    };
    match error {
        Error::Redirect { .. } => ("Elsewhere", "", None),
        Error::BadRequest => ("That didn't arrive as expected", NOTHING_CHANGED, back()),
        Error::LogInFirst { then } => (
            "Log in first",
            "You're not logged in any more, so nothing was changed. Log in, and you come back to the form.",
            to(&urls::log_in_then(then), "Log in"),
        ),
        Error::SessionChanged => (
            "Something changed meanwhile",
            "You were logged out while this form was on its way, your password was changed, or the form was sent \
             twice. Look whether it was done before you send it again.",
            back(),
        ),
        Error::NotFromHere => (
            "This form can't be used any more",
            "It was sent from another page or an old tab, so nothing was changed. Open the page again and retry.",
            back(),
        ),
        Error::NotFound => (
            "Page not found",
            "If you typed the address, check it. If you followed a link from a mail, copy all of it.",
            front(),
        ),
        Error::MethodNotAllowed { .. } => ("This page can't be opened like that", NOTHING_CHANGED, front()),
        Error::RequestTimeout => (
            "That took too long to arrive",
            "The connection may be slow or was interrupted. Nothing was changed.",
            back(),
        ),
        Error::TooLarge => ("That's too large", NOTHING_CHANGED, back()),
        Error::UnsupportedMediaType => ("We can't read that", NOTHING_CHANGED, back()),
        Error::TooMany(_) => ("Too many requests", "Wait a while, then try again. Nothing was changed.", back()),
        Error::HeadTooLarge => (
            "Your browser sent too much",
            "Its cookies or the address of the page are too large. Remove this site's cookies, then try again.",
            front(),
        ),
        Error::Unavailable(_) | Error::ShareUsedUp(_) => {
            ("Sorry, we're not available right now", "Try again in a few minutes. Your account is safe.", None)
        }
        // Pages never return `Refused` or `Invalid`.
        Error::Refused(_) | Error::Invalid(_) | Error::Internal(_) => {
            ("Sorry, there is a problem", "Try again later. What you sent may not have been saved.", front())
        }
    }
}

/// Renders the error pages with the most hostile values that an operator can set.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use std::time::Duration;

    use crate::accounts::rate_limits::Wait;
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
        let (title, message, action) = message(&error, urls::LOG_IN);
        let (title, message) = (title.to_owned(), message.to_owned());
        ErrorPage { frame: Frame::sample(), title, message, action, reference: "0123456789abcdef" }.render()
    };
    errors.into_iter().map(page).collect()
}
