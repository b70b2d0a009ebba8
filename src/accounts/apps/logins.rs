//! The apps that a session has opened. A session opens an app once, through a hand-over.

use crate::accounts::access::{Access, AccessFacts, AppRule, may_use};
use crate::accounts::authentication::methods::LoginMethod;
use crate::accounts::sessions::policy::is_open;
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::store::app_logins::{self, AppSession};
use crate::store::group_members;
use crate::store::sessions::CurrentSession;
use crate::store::users::User;
use crate::values::{AppId, GroupName, UserId};

/// A user with a live session, as an app sees them.
#[derive(Clone, Debug)]
pub struct AppUser {
    pub user: User,
    pub session: CurrentSession,
    /// The user's groups, in alphabetical order.
    pub groups: Vec<GroupName>,
    pub method: LoginMethod,
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

    /// Decides if the visitor may use an app.
    pub fn access(&self, rule: &AppRule, now: Timestamp) -> Access {
        let facts = AccessFacts {
            is_locked: self.user.locked_at.is_some(),
            groups: self.groups.clone(),
            method: self.method,
            proven_at: self.session.proven_at,
        };
        may_use(rule, &facts, now)
    }
}

/// Returns the user of a live session that has opened the app. `handle` is the public id of the
/// session.
pub fn app_user(
    tx: &mut Tx<'_>,
    user: &UserId,
    handle: &str,
    app: &AppId,
) -> Result<Option<AppUser>, DbError> {
    let found = app_logins::session(tx, user, handle, app)?;
    AppUser::of(tx, found)
}

/// Returns the user of a live session, which may not have opened an app yet.
pub fn session_user(
    tx: &mut Tx<'_>,
    user: &UserId,
    handle: &str,
) -> Result<Option<AppUser>, DbError> {
    let found = app_logins::session_by_handle(tx, user, handle)?;
    AppUser::of(tx, found)
}
