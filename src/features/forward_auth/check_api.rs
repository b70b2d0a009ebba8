//! `GET /forward-auth/nginx`, `/caddy` and `/traefik`: a proxy asks about each request to an app.
//! A 2xx lets the request pass, and its headers tell the app the user.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, COOKIE, HeaderMap, HeaderName,
    HeaderValue, LOCATION, VARY, WWW_AUTHENTICATE,
};
use actix_web::{HttpRequest, HttpResponse};

use super::check_access::{Decision, check_access};
use super::identity::identity;
use super::message_page;
use super::record_rejection::record_rejection;
use crate::accounts::access::{AppRule, DenyReason};
use crate::accounts::apps::logins::AppUser;
use crate::accounts::sessions::{self, policy};
use crate::app::App;
use crate::http::app_data::app_of;
use crate::http::edge::client::{client_of, is_trusted_proxy};
use crate::http::edge::original_request::{Dialect, read_request};
use crate::http::error::Error;
use crate::http::pages::redirect::safe_target;
use crate::http::pages::{app_cookie, cookies};
use crate::texts::handover::HandoverText;
use crate::texts::problems::ApiError;
use crate::urls;
use crate::values::{AppRequest, OwnedSession};

/// The `Cookie` header without Vestibule's own cookies.
const COOKIES: HeaderName = HeaderName::from_static("x-vestibule-cookie");

pub async fn nginx(request: HttpRequest) -> Result<HttpResponse, Error> {
    check(&request, Dialect::Nginx).await
}

pub async fn caddy(request: HttpRequest) -> Result<HttpResponse, Error> {
    check(&request, Dialect::Caddy).await
}

pub async fn traefik(request: HttpRequest) -> Result<HttpResponse, Error> {
    check(&request, Dialect::Traefik).await
}

async fn check(request: &HttpRequest, dialect: Dialect) -> Result<HttpResponse, Error> {
    let app = app_of(request)?;
    if !comes_from_proxy(request, &app) {
        return Ok(HttpResponse::Forbidden().finish());
    }
    let headers = request.headers();
    let Ok(original) = read_request(dialect, headers) else {
        tracing::info!(
            ?dialect,
            "rejecting check, headers are missing, doubled or malformed"
        );
        return Ok(HttpResponse::Forbidden().finish());
    };
    let origin = &original.origin;
    let claims = app_cookie::claims(&app, headers, origin);
    let Some(checked) = check_access(&app, &original, claims).await? else {
        app.warn_of_unknown_origin(origin);
        if original.wants_document() {
            let text = HandoverText::UnknownApp;
            return message_page::at_app(&app, StatusCode::FORBIDDEN, &text, None);
        }
        return Err(rejected(ApiError::UnknownApp, Vec::new()));
    };
    if let Decision::Denied(_, Some(user)) = &checked.decision
        && original.wants_document()
    {
        let (client, app_id) = (client_of(request, &app), checked.rule.app.id.clone());
        // A failure to record must not change the response.
        if let Err(error) = record_rejection(&app, client, user.clone(), app_id).await {
            tracing::warn!(%error, "recording rejection failed");
        }
    }
    let responder = CheckResponder {
        app: &app,
        original: &original,
        rule: &checked.rule,
        dialect,
    };
    responder.respond(&checked.decision, headers)
}

/// Returns true if the peer is a trusted proxy. No other client may learn who has a session, or
/// which cookies an app gets.
fn comes_from_proxy(request: &HttpRequest, app: &App) -> bool {
    let Some(peer) = request.peer_addr() else {
        return false;
    };
    let is_trusted = is_trusted_proxy(Some(peer), app);
    if !is_trusted {
        let peer = peer.ip().to_canonical();
        app.warn_of_untrusted_check(peer);
        app.warn_of_unknown_proxy(peer);
    }
    is_trusted
}

fn rejected(error: ApiError, mut headers: Vec<(HeaderName, HeaderValue)>) -> Error {
    headers.push((VARY, HeaderValue::from_static("Cookie")));
    Error::Check { error, headers }
}

/// The response to a check whose app is known.
struct CheckResponder<'a> {
    app: &'a App,
    original: &'a AppRequest,
    rule: &'a AppRule,
    dialect: Dialect,
}

impl CheckResponder<'_> {
    fn respond(&self, decision: &Decision, headers: &HeaderMap) -> Result<HttpResponse, Error> {
        match decision {
            Decision::Allowed(app_user) => {
                record_last_seen(self.app, app_user);
                Ok(self.pass(Some(app_user), headers))
            }
            Decision::Public | Decision::Preflight => Ok(self.pass(None, headers)),
            // The app names no such origin, so there are no CORS headers either.
            Decision::RejectedPreflight => Err(rejected(ApiError::LoginRequired, Vec::new())),
            Decision::ForbiddenOrigin => {
                Err(rejected(ApiError::ForbiddenOrigin, self.cors_headers()))
            }
            Decision::LoginRequired => self.lead_to_login(),
            Decision::Denied(reason, _) => self.no_access(*reason),
        }
    }

    /// Lets the request pass, and tells the app the user.
    fn pass(&self, app_user: Option<&AppUser>, headers: &HeaderMap) -> HttpResponse {
        let mut response = HttpResponse::Ok().finish();
        let mut add = |name: HeaderName, value: Vec<u8>| {
            // Names and addresses have no control characters, so each value fits a header.
            let value = HeaderValue::from_maybe_shared(value);
            let value = value.unwrap_or(HeaderValue::from_static(""));
            response.headers_mut().insert(name, value);
        };
        for (name, value) in identity(self.app, self.rule, &self.original.origin, app_user) {
            add(HeaderName::from_static(name), value.into_bytes());
        }
        let cookie = headers.get(COOKIE).map_or(&b""[..], HeaderValue::as_bytes);
        let cookies_of_app = cookies::without_own(cookie, &self.original.origin);
        // Traefik copies headers under their own name only.
        if self.dialect == Dialect::Traefik {
            add(COOKIE, cookies_of_app.clone());
        }
        add(COOKIES, cookies_of_app);
        add(VARY, b"Cookie".to_vec());
        response
    }

    /// Leads to the login, or says where it is.
    fn lead_to_login(&self) -> Result<HttpResponse, Error> {
        let to = safe_target(&self.original.target);
        if self.original.can_be_redirected() {
            // nginx passes on nothing but 401 and 403, so its configuration makes the redirect.
            let status = match self.dialect {
                Dialect::Nginx => StatusCode::UNAUTHORIZED,
                Dialect::Caddy | Dialect::Traefik => StatusCode::SEE_OTHER,
            };
            let location = format!("{}{}", self.original.origin, urls::app_host_in(to));
            return Ok(HttpResponse::build(status)
                .insert_header((LOCATION, location))
                .insert_header((VARY, "Cookie"))
                .finish());
        }
        if self.original.wants_document() {
            // The form of a page whose session has ended. Going back keeps what was typed.
            let text = HandoverText::LoggedOut;
            let mut page = self.page(StatusCode::UNAUTHORIZED, &text)?;
            add_headers(&mut page, self.login_headers());
            return Ok(page);
        }
        Err(rejected(ApiError::LoginRequired, self.login_headers()))
    }

    fn no_access(&self, reason: DenyReason) -> Result<HttpResponse, Error> {
        let mut headers = self.cors_headers();
        if self.dialect == Dialect::Nginx && self.original.can_be_redirected() {
            let denied = format!("{}{}", self.original.origin, urls::APP_HOST_DENIED);
            headers.extend(HeaderValue::try_from(denied).map(|denied| (LOCATION, denied)));
        }
        if !self.original.wants_document() {
            return Err(rejected(ApiError::NoAccess, headers));
        }
        let text = message_page::text_of_denial(&self.rule.app.name, reason);
        let mut page = self.page(StatusCode::FORBIDDEN, &text)?;
        add_headers(&mut page, headers);
        Ok(page)
    }

    fn page(&self, status: StatusCode, text: &HandoverText) -> Result<HttpResponse, Error> {
        message_page::at_app(self.app, status, text, None)
    }

    /// Returns the headers that tell a program where the login is (RFC 9110 §11.6.1).
    fn login_headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let (app, origin) = (&self.rule.app, &self.original.origin);
        let is_plain =
            |byte: u8| byte == b' ' || (byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
        let realm = if app.name.bytes().all(is_plain) {
            &app.name
        } else {
            &app.id.0
        };
        let login = format!("{origin}{}", urls::APP_HOST_IN);
        let challenge = format!("Vestibule realm=\"{realm}\", login=\"{login}\"");
        let mut headers = self.cors_headers();
        headers.extend(HeaderValue::try_from(challenge).map(|value| (WWW_AUTHENTICATE, value)));
        headers
    }

    /// Returns the headers that let the script of a named origin read the status.
    fn cors_headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let from = self.original.named_origin(&self.rule.app.cross_origins);
        let Some(from) = from.and_then(|from| HeaderValue::from_str(from).ok()) else {
            return Vec::new();
        };
        vec![
            (ACCESS_CONTROL_ALLOW_ORIGIN, from),
            (
                ACCESS_CONTROL_ALLOW_CREDENTIALS,
                HeaderValue::from_static("true"),
            ),
        ]
    }
}

fn add_headers(page: &mut HttpResponse, headers: Vec<(HeaderName, HeaderValue)>) {
    for (name, value) in headers {
        page.headers_mut().insert(name, value);
    }
    page.headers_mut()
        .insert(VARY, HeaderValue::from_static("Cookie"));
}

/// Keeps the session alive, at most once a minute. The check does not wait for the write.
fn record_last_seen(app: &App, app_user: &AppUser) {
    if policy::is_last_seen_outdated(&app_user.session, app.clock.now()) {
        let session = OwnedSession {
            user: app_user.user.id.clone(),
            hash: app_user.session.id_hash.clone(),
        };
        app.write_later(move |tx| sessions::record_last_seen(tx, &session));
    }
}
