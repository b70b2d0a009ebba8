//! `GET /signup/sent`: asks the user to check the inbox. Shows the email address as typed, so that
//! the user can spot a typo.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::http::error::Error;
use crate::http::pages::flash::Sent;
use crate::http::pages::frame::Frame;
use crate::http::pages::page_request::PageRequest;

#[derive(Template)]
#[template(path = "sign_up/sent.html")]
struct SentPage {
    frame: Frame,
    email: Option<String>,
    resent: bool,
    dev_mailbox: bool,
}

pub async fn show(request: PageRequest) -> Result<HttpResponse, Error> {
    let page = SentPage {
        frame: request.frame(),
        email: request.flash.email.clone(),
        resent: request.flash.sent == Some(Sent::Again),
        dev_mailbox: request.app.has_dev_mailbox(),
    };
    request.page(StatusCode::OK, &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let states = [
        (None, false, true),
        (Some(HOSTILE.to_owned()), false, false),
        (Some(HOSTILE.to_owned()), true, true),
    ];
    let page = |(email, resent, dev_mailbox)| SentPage {
        frame: Frame::sample(),
        email,
        resent,
        dev_mailbox,
    };
    states
        .into_iter()
        .map(|state| page(state).render())
        .collect()
}
