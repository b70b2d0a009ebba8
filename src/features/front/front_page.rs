//! `GET /`: what this is, sign up, log in.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::web::{Error, Frame, SignedOut};

#[derive(Template)]
#[template(path = "front/front.html")]
struct FrontPage {
    frame: Frame,
}

/// Shows it.
pub async fn show(SignedOut { request }: SignedOut) -> Result<HttpResponse, Error> {
    request.page(StatusCode::OK, &FrontPage { frame: request.frame() })
}

/// Every state of the page, with the worst that a person can type.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    vec![FrontPage { frame: Frame::sample() }.render()]
}
