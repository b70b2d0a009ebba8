//! `GET /`: introduces the site and links to sign-up and login.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::http::error::Error;
use crate::http::pages::current_user::SignedOut;
use crate::http::pages::frame::Frame;

#[derive(Template)]
#[template(path = "front/front.html")]
struct FrontPage {
    frame: Frame,
}

pub async fn show(SignedOut { request }: SignedOut) -> Result<HttpResponse, Error> {
    request.page(
        StatusCode::OK,
        &FrontPage {
            frame: request.frame(),
        },
    )
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    vec![
        FrontPage {
            frame: Frame::sample(),
        }
        .render(),
    ]
}
