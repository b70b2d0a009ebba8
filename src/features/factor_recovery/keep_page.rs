//! `/second-step/keep`: “Keep my second step”, by an emailed link or by the button that every page
//! shows while a removal is requested.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::stop_recovery::{is_usable, stop_by_link, stop_in_session};
use crate::accounts::authentication::reauthentication::{Actor, Credential};
use crate::accounts::links::Purpose;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::pages::current_user::Anyone;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::link_token::{LinkToken, incomplete_link};
use crate::http::pages::page_request::PageRequest;
use crate::texts::notices::Notice;
use crate::urls;

#[derive(Template)]
#[template(path = "factor_recovery/keep.html")]
struct KeepPage {
    frame: Frame,
    token: String,
}

#[derive(Template)]
#[template(path = "factor_recovery/unusable_link.html")]
struct UnusableLinkPage {
    frame: Frame,
}

/// Describes the effect. Changes nothing.
pub async fn show(
    request: PageRequest,
    Query(LinkToken { token }): Query<LinkToken>,
) -> Result<HttpResponse, Error> {
    let Some(token) = token else {
        return incomplete_link(&request, Purpose::KeepSecondStep);
    };
    if !is_usable(&request.app, &token).await? {
        return unusable_link(&request);
    }
    let page = KeepPage {
        frame: request.frame(),
        token: token.expose().to_owned(),
    };
    request.page(StatusCode::OK, &page)
}

pub async fn submit(
    Anyone { request, current }: Anyone,
    Form(LinkToken { token }): Form<LinkToken>,
) -> Result<HttpResponse, Error> {
    let kept = Flash::notice(Notice::SecondStepKept);
    if let Some(token) = token {
        return if stop_by_link(&request.app, &token, request.client.clone()).await? {
            Ok(request.redirect(urls::LOG_IN, &kept))
        } else {
            unusable_link(&request)
        };
    }
    let Some(current) = current else {
        return incomplete_link(&request, Purpose::KeepSecondStep);
    };
    let actor = Actor {
        user: current.user.id,
        by: Credential::Session(current.session.id_hash),
        client: request.client.clone(),
    };
    if stop_in_session(&request.app, actor).await? {
        Ok(request.redirect(urls::ACCOUNT_SECURITY, &kept))
    } else {
        Err(Error::SessionChanged)
    }
}

/// Shows that an emailed link of a removal no longer works.
pub(super) fn unusable_link(request: &PageRequest) -> Result<HttpResponse, Error> {
    let frame = request.frame();
    request.page(StatusCode::GONE, &UnusableLinkPage { frame })
}

/// Renders every state of the page.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    let frame = Frame::sample;
    let keep = KeepPage {
        frame: frame(),
        token: "a".repeat(43),
    };
    vec![keep.render(), UnusableLinkPage { frame: frame() }.render()]
}
