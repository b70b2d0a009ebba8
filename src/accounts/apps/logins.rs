//! The apps that a session has opened. A session opens an app once, through a hand-over.

use crate::accounts::access::{Access, AccessFacts, AppRule, may_use};
use crate::accounts::authentication::methods::LoginMethod;
use crate::accounts::sessions::policy::is_open;
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::security::app_session_token::AppSessionClaims;
use crate::store::app_logins::{self, AppSession, OpenedApp};
use crate::store::group_members;
use crate::store::sessions::CurrentSession;
use crate::store::users::User;
use crate::values::{AppId, GroupName, Origin, UserId};

/// A user with a live session, as an app sees them.
#[derive(Clone, Debug)]
pub struct AppUser {
    pub user: User,
    pub session: CurrentSession,
    /// The user's groups, in alphabetical order.
    pub groups: Vec<GroupName>,
    pub method: LoginMethod,
}

/// An app that a user with a live session asks for.
#[derive(Clone, Debug)]
pub struct RequestedApp {
    pub rule: AppRule,
    pub app_user: AppUser,
    pub origin: Origin,
}

impl AppUser {
    fn of(tx: &mut Tx<'_>, found: Option<AppSession>) -> Result<Option<Self>, DbError> {
        let now = tx.now;
        let is_live = |found: &AppSession| is_open(&found.session, &found.user, now);
        let Some(found) = found.filter(is_live) else {
            return Ok(None);
        };
        let groups = group_members::names_of(tx, &found.user.id)?;
        Ok(Some(Self {
            user: found.user,
            session: found.session,
            groups,
            method: LoginMethod::parse(&found.signed_in_by),
        }))
    }

    /// Decides on the access of this user to an app.
    pub fn access(&self, rule: &AppRule, now: Timestamp) -> Access {
        let facts = AccessFacts {
            is_locked: self.user.locked_at.is_some(),
            groups: &self.groups,
            method: self.method,
            has_second_step: self.user.has_second_step(),
            proven_at: self.session.proven_at,
        };
        may_use(rule, &facts, now)
    }
}

/// Returns the names of the apps that one of a user's sessions has opened, separated by commas.
pub fn names_of_session(logins: &[OpenedApp], handle: &str) -> String {
    let own = logins.iter().filter(|login| login.session_handle == handle);
    let names: Vec<&str> = own.map(|login| login.name.as_str()).collect();
    names.join(", ")
}

/// Returns the user of the cookie at an app's host, if the session is live and the app was not
/// removed from it.
pub fn app_user(
    tx: &mut Tx<'_>,
    claims: &AppSessionClaims,
    app: &AppId,
) -> Result<Option<AppUser>, DbError> {
    let login = (app, claims.login_id.as_str());
    let found = app_logins::session(tx, &claims.user, &claims.session_handle, login)?;
    AppUser::of(tx, found)
}

/// Returns the user of a live session, whether or not it has opened an app. `handle` is the public
/// id of the session.
pub fn session_user(
    tx: &mut Tx<'_>,
    user: &UserId,
    handle: &str,
) -> Result<Option<AppUser>, DbError> {
    let found = app_logins::session_by_handle(tx, user, handle)?;
    AppUser::of(tx, found)
}

/// Returns the app that a user asks for, if the origin is one of its own and the session is live.
/// `handle` is the public id of the session.
pub fn requested_app(
    tx: &mut Tx<'_>,
    (user, handle): (&UserId, &str),
    app: &AppId,
    origin: &Origin,
) -> Result<Option<RequestedApp>, DbError> {
    let Some(rule) = super::at(tx, origin)?.filter(|rule| rule.app.id == *app) else {
        return Ok(None);
    };
    let app_user = session_user(tx, user, handle)?;
    Ok(app_user.map(|app_user| RequestedApp {
        rule,
        app_user,
        origin: origin.clone(),
    }))
}
