//! The cookie at the host of an app, which names the session that has opened it.

use actix_web::http::header::{HeaderMap, HeaderValue};

use super::cookies;
use crate::app::App;
use crate::clock::Timestamp;
use crate::security::app_session_token::AppSessionClaims;
use crate::values::Origin;

/// Returns the content of the cookie, if this site issued it for this origin and it is valid now.
pub fn claims(app: &App, headers: &HeaderMap, origin: &Origin) -> Option<AppSessionClaims> {
    let token = cookies::read_at(headers, origin, cookies::APP)?;
    let now = app.clock.now();
    app.app_session_tokens.verify(token, origin, now)
}

/// Returns the cookie of a session that ends at `end` at the latest. Without `remember`, the
/// browser deletes it when it closes.
pub fn set(
    app: &App,
    origin: &Origin,
    claims: &AppSessionClaims,
    end: Timestamp,
    remember: bool,
) -> HeaderValue {
    let now = app.clock.now();
    let token = app.app_session_tokens.issue(claims, origin, now, end);
    let left = remember.then(|| end.since(now));
    cookies::set_at(origin, cookies::APP, &token, left)
}
