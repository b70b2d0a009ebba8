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
    use std::sync::Arc;

    use crate::brand::{Brand, Logo};
    use crate::config::{SignUpMode, SignUpPolicy};
    use crate::http::samples::HOSTILE;
    let mut brand = Brand::default();
    brand.heading = Some(HOSTILE.to_owned());
    brand.line = Some(HOSTILE.to_owned());
    brand.logo = Some(Logo {
        width: 96,
        has_dark: true,
    });
    let branded = Frame {
        brand: Arc::new(brand),
        ..Frame::sample()
    };
    let mut closed = Frame::sample();
    closed.site.sign_up = SignUpPolicy::sample(SignUpMode::Invitation, &[]);
    [Frame::sample(), branded, closed]
        .map(|frame| FrontPage { frame }.render())
        .into()
}
