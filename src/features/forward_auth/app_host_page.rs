//! The pages at the host of an app that begin a hand-over, log out, and say that there is no
//! access.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::handover_cookie::{self, HandoverCookie};
use super::message_page::{self, MessageAction};
use crate::http::app_data::app_of;
use crate::http::edge::app_host::AppHost;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::pages::cookies;
use crate::http::pages::redirect::{safe_target, see_other};
use crate::texts::handover::HandoverText;
use crate::urls;

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct InQuery {
    to: String,
}

/// `GET /.vestibule/in`: leads to the public site. The cookie binds what comes back to this
/// browser.
pub async fn show(
    request: HttpRequest,
    host: AppHost,
    Query(query): Query<InQuery>,
) -> Result<HttpResponse, Error> {
    let app = app_of(&request)?;
    let to = safe_target(&query.to);
    let cookie = cookies::read_at(request.headers(), &host.origin, cookies::HANDOVER);
    let mut cookie = cookie
        .and_then(HandoverCookie::parse)
        .unwrap_or_else(HandoverCookie::new);
    let is_loop = cookie.begin(to, app.clock.now());
    let registered = &host.rule.app;
    let mut response = if is_loop {
        app.warn_of_handover_loop(&registered.id);
        let text = HandoverText::Loop {
            app: registered.name.clone(),
        };
        let mut page = message_page::at_app(&app, StatusCode::TOO_MANY_REQUESTS, &text, None)?;
        page.headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("60"));
        page
    } else {
        let origin = host.origin.as_str();
        let enter = urls::app_enter(&registered.id.0, origin, &cookie.challenge(), to);
        see_other(&urls::absolute(&app.public_url, &enter))
    };
    let lifetime = Some(handover_cookie::LIFETIME);
    let cookie = cookies::set_at(&host.origin, cookies::HANDOVER, &cookie.value(), lifetime);
    cookies::add(&mut response, [cookie]);
    Ok(response)
}

/// `GET /.vestibule/out`: leads to the log-out button of the public site.
pub async fn log_out(request: HttpRequest, _: AppHost) -> Result<HttpResponse, Error> {
    let app = app_of(&request)?;
    Ok(see_other(&urls::absolute(&app.public_url, urls::LOG_OUT)))
}

/// `GET /.vestibule/denied`: says that the user may not use the app.
pub async fn show_denied(request: HttpRequest, host: AppHost) -> Result<HttpResponse, Error> {
    let app = app_of(&request)?;
    let registered = host.rule.app;
    let app_name = registered.name;
    let text = if registered.disabled_at.is_some() {
        HandoverText::Disabled { app: app_name }
    } else {
        HandoverText::NoAccess { app: app_name }
    };
    let action = MessageAction {
        href: urls::absolute(&app.public_url, urls::DASHBOARD),
        label: format!("Go to {}", app.settings.app_name),
    };
    message_page::at_app(&app, StatusCode::FORBIDDEN, &text, Some(action))
}
