//! `/account/email/confirm`: the page behind the confirmation link. `GET` shows a button and
//! changes nothing. `POST` changes the address.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::confirm_change::{LinkStatus, Outcome, confirm_change, peek};
use crate::accounts::links::Purpose;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::link_token::{LinkToken, incomplete_link};
use crate::texts::notices::Notice;
use crate::urls;

#[derive(Template)]
#[template(path = "email_change/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    token: String,
    present: String,
    email: String,
}

#[derive(Template)]
#[template(path = "email_change/unusable_link.html")]
struct UnusableLinkPage {
    frame: Frame,
    present: String,
    taken: Option<String>,
}

/// Shows the confirmation button, or says why the link does not work.
pub async fn show(
    signed_in: SignedIn,
    Query(LinkToken { token }): Query<LinkToken>,
) -> Result<HttpResponse, Error> {
    let Some(token) = token else {
        return incomplete_link(&signed_in.request, Purpose::ChangeAddress);
    };
    let request = &signed_in.request;
    match peek(&request.app, &token, signed_in.actor().user).await? {
        LinkStatus::Live(email) => {
            let (token, present) = (
                token.expose().to_owned(),
                signed_in.current.user.email.clone(),
            );
            request.page(
                StatusCode::OK,
                &ConfirmPage {
                    frame: request.frame(),
                    token,
                    present,
                    email,
                },
            )
        }
        LinkStatus::Taken(email) => unusable_link(&signed_in, Some(email)),
        LinkStatus::Unusable => unusable_link(&signed_in, None),
    }
}

pub async fn submit(
    signed_in: SignedIn,
    Form(LinkToken { token }): Form<LinkToken>,
) -> Result<HttpResponse, Error> {
    let Some(token) = token else {
        return incomplete_link(&signed_in.request, Purpose::ChangeAddress);
    };
    let request = &signed_in.request;
    match confirm_change(&request.app, signed_in.actor(), &token).await? {
        Outcome::Changed => {
            Ok(request.redirect(urls::ACCOUNT, &Flash::notice(Notice::AddressChanged)))
        }
        Outcome::LinkUnusable(LinkStatus::Taken(email)) => unusable_link(&signed_in, Some(email)),
        Outcome::LinkUnusable(LinkStatus::Live(_) | LinkStatus::Unusable) => {
            unusable_link(&signed_in, None)
        }
        Outcome::SessionEnded => Err(Error::SessionChanged),
    }
}

fn unusable_link(signed_in: &SignedIn, taken: Option<String>) -> Result<HttpResponse, Error> {
    let (request, present) = (&signed_in.request, signed_in.current.user.email.clone());
    request.page(
        StatusCode::GONE,
        &UnusableLinkPage {
            frame: request.frame(),
            present,
            taken,
        },
    )
}

/// Renders every state of the page with hostile input.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let frame = Frame::sample_signed_in;
    let hostile = || HOSTILE.to_owned();
    vec![
        ConfirmPage {
            frame: frame(),
            token: "a".repeat(43),
            present: hostile(),
            email: hostile(),
        }
        .render(),
        UnusableLinkPage {
            frame: frame(),
            present: hostile(),
            taken: None,
        }
        .render(),
        UnusableLinkPage {
            frame: frame(),
            present: hostile(),
            taken: Some(hostile()),
        }
        .render(),
    ]
}
