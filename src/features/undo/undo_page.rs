//! `/undo`: the page behind the undo link of a security notice. The `GET` describes the effect and
//! changes nothing.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::undo_change::{AddressReturn, LinkStatus, Outcome, Preview, peek, undo_change};
use crate::accounts::links::Purpose;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::pages::flash::{Flash, Sent};
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::link_token::{LinkToken, incomplete_link};
use crate::http::pages::page_request::PageRequest;
use crate::texts::notices::Notice;
use crate::urls;

#[derive(Template)]
#[template(path = "undo/undo.html")]
struct UndoPage {
    frame: Frame,
    token: String,
    email: String,
    address: AddressReturn,
    restores_second_step: bool,
}

#[derive(Template)]
#[template(path = "undo/unusable_link.html")]
struct UnusableLinkPage {
    frame: Frame,
    used: bool,
}

/// Describes the effect of the undo.
pub async fn show(
    request: PageRequest,
    Query(LinkToken { token }): Query<LinkToken>,
) -> Result<HttpResponse, Error> {
    let Some(token) = token else {
        return incomplete_link(&request, Purpose::Undo);
    };
    match peek(&request.app, &token).await? {
        LinkStatus::Live(Preview {
            email,
            address,
            restores_second_step,
        }) => {
            let token = token.expose().to_owned();
            request.page(
                StatusCode::OK,
                &UndoPage {
                    frame: request.frame(),
                    token,
                    email,
                    address,
                    restores_second_step,
                },
            )
        }
        LinkStatus::Used => unusable_link(&request, true),
        LinkStatus::Unusable => unusable_link(&request, false),
    }
}

pub async fn submit(
    request: PageRequest,
    Form(LinkToken { token }): Form<LinkToken>,
) -> Result<HttpResponse, Error> {
    let Some(token) = token else {
        return incomplete_link(&request, Purpose::Undo);
    };
    match undo_change(&request.app, &token, request.client.clone()).await? {
        Outcome::Undone(email) => Ok(done(&request, email)),
        Outcome::AlreadyUndone => unusable_link(&request, true),
        Outcome::LinkUnusable | Outcome::SessionEnded => unusable_link(&request, false),
    }
}

/// Redirects to the page that points to the email with the reset link.
pub(super) fn done(request: &PageRequest, email: String) -> HttpResponse {
    let flash = Flash {
        notice: Some(Notice::Undone),
        email: Some(email),
        sent: Some(Sent::Reset),
        ..Flash::default()
    };
    request.redirect(urls::PASSWORD_SENT, &flash)
}

fn unusable_link(request: &PageRequest, used: bool) -> Result<HttpResponse, Error> {
    request.page(
        StatusCode::GONE,
        &UnusableLinkPage {
            frame: request.frame(),
            used,
        },
    )
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |address| UndoPage {
        frame: Frame::sample(),
        token: "a".repeat(43),
        email: HOSTILE.to_owned(),
        address,
        restores_second_step: matches!(address, AddressReturn::Returns),
    };
    let unusable = |used| UnusableLinkPage {
        frame: Frame::sample(),
        used,
    };
    vec![
        page(AddressReturn::Same).render(),
        page(AddressReturn::Returns).render(),
        page(AddressReturn::Taken).render(),
        unusable(true).render(),
        unusable(false).render(),
    ]
}
