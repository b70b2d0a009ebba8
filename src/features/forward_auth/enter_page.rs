//! `GET /apps/{id}/enter`: the part of a hand-over at the public site. A user who may use the app
//! is led back to its host with a code. This GET hands out the code, as OAuth does, and changes
//! nothing.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use serde::Deserialize;

use super::message_page;
use super::record_rejection::record_rejection;
use super::redeem_code::LIFETIME;
use crate::accounts::access::{Access, DenyReason};
use crate::accounts::apps::logins::RequestedApp;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::flash::Flash;
use crate::http::pages::handover_target::requested;
use crate::http::pages::page_request::PageRequest;
use crate::http::pages::redirect::{safe_target, see_other};
use crate::security::handover_code::HandoverCode;
use crate::texts::handover::HandoverText;
use crate::texts::notices::Notice;
use crate::urls;
use crate::values::Token;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct EnterQuery {
    origin: String,
    challenge: String,
    to: String,
}

pub async fn show(
    signed_in: SignedIn,
    id: Path<String>,
    Query(query): Query<EnterQuery>,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    // A hash of 256 bits has the same form as a token.
    let is_challenge =
        Token::parse(&query.challenge).is_some_and(|token| token.expose() == query.challenge);
    let wanted = requested(&request.app, &signed_in.current, &id, &query.origin).await?;
    let Some(wanted) = wanted.filter(|_| is_challenge) else {
        let text = HandoverText::UnknownApp;
        return message_page::at_site(request.frame(), StatusCode::BAD_REQUEST, &text);
    };
    let to = safe_target(&query.to);
    let app = &wanted.rule.app;
    match wanted
        .app_user
        .access(&wanted.rule, request.app.clock.now())
    {
        Access::Allowed => Ok(redirect_with_code(request, &wanted, &query.challenge, to)),
        Access::Denied(DenyReason::NoSecondStep) if !wanted.app_user.user.has_second_step() => {
            let flash = Flash::notice(Notice::SecondStepNeeded {
                app: app.name.clone(),
            });
            Ok(request.redirect(urls::ACCOUNT_SECURITY, &flash))
        }
        Access::Denied(reason) if reason.needs_login() => {
            let again = urls::app_enter(&app.id.0, wanted.origin.as_str(), &query.challenge, to);
            Ok(see_other(&urls::log_in_again(&again)))
        }
        Access::Denied(reason) => {
            let user = wanted.app_user.user.id.clone();
            record_rejection(&request.app, request.client.clone(), user, app.id.clone()).await?;
            let text = message_page::text_of_denial(&app.name, reason);
            message_page::at_site(request.frame(), StatusCode::FORBIDDEN, &text)
        }
    }
}

/// Redirects to the host of the app with a code. Only the browser whose hand-over cookie matches
/// the challenge can redeem it.
fn redirect_with_code(
    request: &PageRequest,
    wanted: &RequestedApp,
    challenge: &str,
    to: &str,
) -> HttpResponse {
    let app = &request.app;
    let code = HandoverCode {
        app: wanted.rule.app.id.0.clone(),
        origin: wanted.origin.as_str().to_owned(),
        user: wanted.app_user.user.id.0.clone(),
        session: wanted.app_user.session.handle.clone(),
        challenge: challenge.to_owned(),
        to: to.to_owned(),
        expires_at: (app.clock.now() + LIFETIME).millis(),
    };
    let path = urls::app_host_done(&code.seal(&app.keys));
    see_other(&format!("{}{path}", wanted.origin))
}
