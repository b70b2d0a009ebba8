//! `GET /password/sent`: check your email.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::web::{Error, Frame, Visit};

#[derive(Template)]
#[template(path = "password_reset/sent.html")]
struct SentPage {
    frame: Frame,
    email: Option<String>,
    dev_mailbox: bool,
}

/// Shows it.
pub async fn show(visit: Visit) -> Result<HttpResponse, Error> {
    let page =
        SentPage { frame: visit.frame(), email: visit.flash.email.clone(), dev_mailbox: visit.app.has_dev_mailbox() };
    visit.page(StatusCode::OK, &page)
}

/// Every state of the page, with the worst that a person can type.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::web::page::HOSTILE;
    let page = |email, dev_mailbox| SentPage { frame: Frame::sample(), email, dev_mailbox };
    vec![page(None, true).render(), page(Some(HOSTILE.to_owned()), false).render()]
}
