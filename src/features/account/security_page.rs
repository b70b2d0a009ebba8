//! `GET /account/security`: the ways to log in, each with its state.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::http::error::Error;
use crate::http::pages::current_user::SignedInWithSummary;
use crate::http::pages::frame::Frame;
use crate::http::pages::times::PastTime;

#[derive(Template)]
#[template(path = "account/security.html")]
struct SecurityPage {
    frame: Frame,
    password_changed: Option<PastTime>,
}

pub async fn show(
    SignedInWithSummary { signed_in, summary }: SignedInWithSummary,
) -> Result<HttpResponse, Error> {
    let request = signed_in.request;
    let now = request.app.clock.now();
    let page = SecurityPage {
        frame: request.frame(),
        password_changed: summary.password_changed_at.map(|at| PastTime::new(at, now)),
    };
    request.page(StatusCode::OK, &page)
}

/// Renders the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    vec![
        SecurityPage {
            frame: Frame::sample_signed_in(),
            password_changed: Some(PastTime::sample()),
        }
        .render(),
    ]
}
