//! The token of an emailed link. It comes in the query of the link, and in the hidden field of the
//! form behind it. A link without a whole token has a page of its own.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::{Deserialize, Deserializer};

use super::frame::Frame;
use super::page_request::PageRequest;
use crate::accounts::links::Purpose;
use crate::http::error::Error;
use crate::values::Token;

/// A link token, or `None` if the value cannot be one.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct LinkToken {
    #[serde(deserialize_with = "lenient_token")]
    pub token: Option<Token>,
}

#[derive(Template)]
#[template(path = "errors/incomplete_link.html")]
struct IncompleteLinkPage {
    frame: Frame,
    purpose: Purpose,
}

/// Returns the page for a link whose token is missing or damaged. The page offers the next step for
/// `purpose`.
pub fn incomplete_link(request: &PageRequest, purpose: Purpose) -> Result<HttpResponse, Error> {
    let frame = request.frame();
    request.page(StatusCode::GONE, &IncompleteLinkPage { frame, purpose })
}

fn lenient_token<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Token>, D::Error> {
    Ok(Token::parse(&String::deserialize(value)?))
}

/// Renders the page for every kind of link.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use strum::VariantArray;
    let page = |purpose: &Purpose| IncompleteLinkPage {
        frame: Frame::sample(),
        purpose: *purpose,
    };
    let pages = Purpose::VARIANTS.iter().map(page);
    pages.map(|page| page.render()).collect()
}
