//! The operation: decides on a request to an app, and on the response that the proxy gets.

use crate::accounts::access::{Access, AppRule, DenyReason};
use crate::accounts::apps;
use crate::accounts::apps::logins::{self, AppUser};
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::security::app_session_token::AppSessionClaims;
use crate::values::{AppRequest, PublicPaths, UserId};

/// The decision about a request.
#[derive(Clone, Debug)]
pub enum Decision {
    /// The app answers, and the proxy tells it the user.
    Allowed(Box<AppUser>),
    /// The app answers without a user.
    Public,
    /// The app answers a CORS preflight request.
    Preflight,
    /// The app does not name the origin of the preflight request.
    RejectedPreflight,
    /// A page of another origin sent the request.
    ForbiddenOrigin,
    /// There is no session, or the app needs another login.
    LoginRequired,
    /// The user is `None` if the app is disabled and the request has no session.
    Denied(DenyReason, Option<UserId>),
}

/// The app at an origin, with the decision.
#[derive(Clone, Debug)]
pub struct Checked {
    pub rule: AppRule,
    pub decision: Decision,
}

/// Decides on a request. Returns `None` if no app is registered for the origin. Reads the session
/// each time, so that its end takes effect on the next request.
pub async fn check_access(
    app: &App,
    request: &AppRequest,
    claims: Option<AppSessionClaims>,
) -> Result<Option<Checked>, Failure> {
    let wanted = request.origin.clone();
    let find = move |tx: &mut Tx<'_>| {
        let Some(rule) = apps::at(tx, &wanted)? else {
            return Ok(None);
        };
        let user = match claims {
            Some(claims) => logins::app_user(tx, &claims, &rule.app.id)?,
            None => None,
        };
        Ok(Some((rule, user)))
    };
    let Some((rule, user)) = app.read(find).await? else {
        return Ok(None);
    };
    // A session that only leads to the setup of a second step opens no app.
    let user = user.filter(|user| !app.must_add_second_step(&user.user));
    let decision = decide(&rule, request, user, app.clock.now());
    Ok(Some(Checked { rule, decision }))
}

/// Decides by the first condition that applies.
fn decide(rule: &AppRule, request: &AppRequest, user: Option<AppUser>, now: Timestamp) -> Decision {
    let named = &rule.app.cross_origins;
    if rule.app.disabled_at.is_some() {
        let user = user.map(|user| user.user.id);
        return Decision::Denied(DenyReason::AppDisabled, user);
    }
    if request.is_preflight() {
        // A preflight request has no cookies, so its user is unknown. Only named origins may pass.
        return if request.named_origin(named).is_some() {
            Decision::Preflight
        } else {
            Decision::RejectedPreflight
        };
    }
    let access = user.as_ref().map(|user| user.access(rule, now));
    // Without a session and without a word about its source, the request is that of a program. It
    // learns that it needs a login.
    let is_foreign = request.is_foreign(named) && (user.is_some() || request.tells_source());
    let is_allowed = access == Some(Access::Allowed) && !is_foreign;
    if !is_allowed && PublicPaths(rule.app.public_paths.clone()).contain(&request.target) {
        return Decision::Public;
    }
    if is_foreign {
        return Decision::ForbiddenOrigin;
    }
    let Some((access, user)) = access.zip(user) else {
        return Decision::LoginRequired;
    };
    match access {
        Access::Allowed => Decision::Allowed(Box::new(user)),
        Access::Denied(reason) if reason.needs_login() => Decision::LoginRequired,
        Access::Denied(reason) => Decision::Denied(reason, Some(user.user.id)),
    }
}

#[cfg(test)]
#[path = "check_access_tests.rs"]
mod tests;
