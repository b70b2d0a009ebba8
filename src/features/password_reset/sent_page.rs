//! `GET /password/sent`: asks the user to check the inbox.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::http::error::Error;
use crate::http::pages::frame::Frame;
use crate::http::pages::page_request::PageRequest;

#[derive(Template)]
#[template(path = "password_reset/sent.html")]
struct SentPage {
    frame: Frame,
    email: Option<String>,
    dev_mailbox: bool,
}

pub async fn show(request: PageRequest) -> Result<HttpResponse, Error> {
    let page = SentPage {
        frame: request.frame(),
        email: request.flash.email.clone(),
        dev_mailbox: request.app.has_dev_mailbox(),
    };
    request.page(StatusCode::OK, &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |email, dev_mailbox| SentPage {
        frame: Frame::sample(),
        email,
        dev_mailbox,
    };
    vec![
        page(None, true).render(),
        page(Some(HOSTILE.to_owned()), false).render(),
    ]
}
