//! `GET /.vestibule/done`: the browser brings the code of a hand-over to the host of the app, and
//! gets the cookie there. This GET changes something: the code is like the password of a form, and
//! works once, in the browser that began.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::handover_cookie::HandoverCookie;
use super::message_page::{self, MessageAction};
use super::redeem_code::{Outcome, redeem_code};
use crate::accounts::apps::logins;
use crate::app::App;
use crate::db::Tx;
use crate::http::app_data::app_of;
use crate::http::edge::app_host::AppHost;
use crate::http::edge::client::client_of;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::pages::redirect::{safe_target, see_other};
use crate::http::pages::{app_cookie, cookies};
use crate::security::handover_code::HandoverCode;
use crate::security::tokens::hash_text;
use crate::store::used_codes;
use crate::texts::handover::HandoverText;
use crate::urls;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct DoneQuery {
    code: String,
}

pub async fn show(
    request: HttpRequest,
    host: AppHost,
    Query(query): Query<DoneQuery>,
) -> Result<HttpResponse, Error> {
    let app = app_of(&request)?;
    let Some(code) = HandoverCode::open(&app.keys, &query.code).filter(|code| is_for(code, &host))
    else {
        return unusable(&app, &host);
    };
    // Reloading the page, or going back to it, must not end the login.
    let is_used =
        app.clock.now().millis() >= code.expires_at || is_redeemed(&app, &query.code).await?;
    if is_used && has_opened(&request, &app, &host).await? {
        return Ok(see_other(safe_target(&code.to)));
    }
    if let Some(text) = browser_problem(&request, &host, &code) {
        let action = Some(again(&host, &code));
        return message_page::at_app(&app, StatusCode::BAD_REQUEST, &text, action);
    }
    let (client, to) = (client_of(&request, &app), code.to.clone());
    let to = safe_target(&to);
    Ok(match redeem_code(&app, code, &query.code, client).await? {
        Outcome::Opened(opened) => {
            let (claims, end) = (&opened.claims, opened.expires_at);
            let cookie = app_cookie::set(&app, &host.origin, claims, end, opened.remember);
            let mut response = see_other(to);
            cookies::add(&mut response, [cookie]);
            response
        }
        Outcome::StartAgain => see_other(&urls::app_host_in(to)),
        Outcome::NoAccess => see_other(urls::APP_HOST_DENIED),
    })
}

/// Returns why the code is not for this browser.
fn browser_problem(
    request: &HttpRequest,
    host: &AppHost,
    code: &HandoverCode,
) -> Option<HandoverText> {
    let cookie = cookies::read_at(request.headers(), &host.origin, cookies::HANDOVER);
    let app = host.rule.app.name.clone();
    match cookie.and_then(HandoverCookie::parse) {
        None => Some(HandoverText::NoCookies {
            app,
            host: host.origin.host().to_owned(),
        }),
        Some(cookie) if cookie.challenge() != code.challenge => {
            Some(HandoverText::Unusable { app })
        }
        Some(_) => None,
    }
}

/// Returns true if the code is for the app at this host.
fn is_for(code: &HandoverCode, host: &AppHost) -> bool {
    code.origin == host.origin.as_str() && code.app == host.rule.app.id.0
}

async fn is_redeemed(app: &App, code: &str) -> Result<bool, Error> {
    let hash = hash_text(code);
    let find = move |tx: &mut Tx<'_>| Ok(used_codes::is_used(tx, &hash)?);
    Ok(app.read(find).await?)
}

/// Returns true if the browser has a cookie that opens the app.
async fn has_opened(request: &HttpRequest, app: &App, host: &AppHost) -> Result<bool, Error> {
    let Some(claims) = app_cookie::claims(app, request.headers(), &host.origin) else {
        return Ok(false);
    };
    let id = host.rule.app.id.clone();
    let find = move |tx: &mut Tx<'_>| logins::app_user(tx, &claims, &id);
    Ok(app.read(find).await?.is_some())
}

/// Returns a link that starts the hand-over again. The login may have taken too long.
fn again(host: &AppHost, code: &HandoverCode) -> MessageAction {
    MessageAction {
        href: urls::app_host_in(safe_target(&code.to)),
        label: format!("Open {}", host.rule.app.name),
    }
}

fn unusable(app: &App, host: &AppHost) -> Result<HttpResponse, Error> {
    let text = HandoverText::Unusable {
        app: host.rule.app.name.clone(),
    };
    message_page::at_app(app, StatusCode::BAD_REQUEST, &text, None)
}
