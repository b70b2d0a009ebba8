//! The page for a sign-up that awaits approval, after the confirmation link and at the login.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::frame::Frame;
use super::page_request::PageRequest;
use crate::http::error::Error;

#[derive(Template)]
#[template(path = "errors/awaiting_approval.html")]
struct AwaitingApprovalPage {
    frame: Frame,
    email: String,
}

pub fn awaiting_approval(
    request: &PageRequest,
    status: StatusCode,
    email: String,
) -> Result<HttpResponse, Error> {
    let frame = request.frame();
    request.page(status, &AwaitingApprovalPage { frame, email })
}

/// Renders the page with hostile input.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    let page = AwaitingApprovalPage {
        frame: Frame::sample(),
        email: crate::http::samples::HOSTILE.to_owned(),
    };
    vec![page.render()]
}
