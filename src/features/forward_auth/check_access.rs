//! The operation: decides on a request to an app, and on the response that the proxy gets.

use crate::accounts::access::{Access, AppRule, DenyReason};
use crate::accounts::apps;
use crate::accounts::apps::logins::{self, Visitor};
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::security::app_session_token::AppSessionClaims;
use crate::values::{AppRequest, PublicPaths};

/// The decision about a request.
#[derive(Clone, Debug)]
pub enum Decision {
    /// The app answers, and the proxy tells it the user.
    Allowed(Box<Visitor>),
    /// The app answers without a user.
    Public,
    /// The app answers a CORS preflight request.
    Preflight,
    /// The preflight request comes from a page that may not call the app.
    ForeignPreflight,
    /// A page of another origin sent the request.
    Foreign,
    /// There is no session, or the app needs another login.
    LoginRequired,
    Denied(DenyReason),
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
        let visitor = match claims {
            Some(claims) => logins::visitor(tx, &claims.user, &claims.handle, &rule.app.id)?,
            None => None,
        };
        Ok(Some((rule, visitor)))
    };
    let Some((rule, visitor)) = app.read(find).await? else {
        return Ok(None);
    };
    // A session that only leads to the setup of a second step opens no app.
    let visitor = visitor.filter(|visitor| !app.must_add_second_step(&visitor.user));
    let decision = decide(&rule, request, visitor, app.clock.now());
    Ok(Some(Checked { rule, decision }))
}

/// Decides by the first condition that applies.
fn decide(
    rule: &AppRule,
    request: &AppRequest,
    visitor: Option<Visitor>,
    now: Timestamp,
) -> Decision {
    let named = &rule.app.cross_origins;
    if rule.app.disabled_at.is_some() {
        return Decision::Denied(DenyReason::AppDisabled);
    }
    if request.is_preflight() {
        // Only a page of another origin sends one.
        return if request.is_foreign(named) {
            Decision::ForeignPreflight
        } else {
            Decision::Preflight
        };
    }
    let access = visitor.as_ref().map(|visitor| visitor.access(rule, now));
    // Without a session and without a word about its source, the request is that of a program. It
    // learns that it needs a login.
    let is_foreign = request.is_foreign(named) && (visitor.is_some() || request.tells_source());
    let is_allowed = access == Some(Access::Allowed) && !is_foreign;
    if !is_allowed && PublicPaths(rule.app.public_paths.clone()).contain(&request.target) {
        return Decision::Public;
    }
    if is_foreign {
        return Decision::Foreign;
    }
    match (access, visitor) {
        (Some(Access::Allowed), Some(visitor)) => Decision::Allowed(Box::new(visitor)),
        (Some(Access::Denied(reason)), _) if !reason.needs_login() => Decision::Denied(reason),
        _ => Decision::LoginRequired,
    }
}
