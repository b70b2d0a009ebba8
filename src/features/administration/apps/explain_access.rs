//! The operation: finds every obstacle between a user and a registered app, apart from those at the
//! login.

use std::time::Duration;

use serde::Serialize;

use crate::accounts::access::AppRule;
use crate::accounts::apps as registered;
use crate::accounts::sessions::policy::live_at;
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::store::{group_members, session_lists, users};
use crate::texts::waits::display_wait;
use crate::values::{AppId, EmailAddress, UserId};

/// An obstacle that keeps a user from opening an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "gate", rename_all = "snake_case")]
pub enum AppObstacle {
    AppDisabled,
    /// The user is in none of the groups that may open the app.
    NotInGroup {
        groups: Vec<String>,
    },
    /// The app needs a login with a second step, and the account has none.
    NoSecondStep,
    /// The app needs a more recent login than any session of the user.
    LoginTooOld {
        minutes: i32,
    },
}

impl AppObstacle {
    /// Explains the obstacle and its remedy. `app` is the id of the app.
    pub fn message(&self, app: &str) -> String {
        match self {
            Self::AppDisabled => format!(
                "The app {app} is disabled. `vestibule app set {app} disabled=off` enables it."
            ),
            Self::NotInGroup { groups } if groups.is_empty() => format!(
                "No group may open the app {app}. `vestibule app allow {app} GROUP` opens it."
            ),
            Self::NotInGroup { groups } => format!(
                "The user is in none of the groups that may open the app {app}: {}. `vestibule \
                 group add GROUP ADDRESS` adds the user.",
                groups.join(", ")
            ),
            Self::NoSecondStep => format!(
                "The app {app} needs a login with a second step, and the account has none. The \
                 user adds one at /account/security."
            ),
            Self::LoginTooOld { minutes } => format!(
                "The app {app} needs a login that is at most {} old, and no session has one. It \
                 asks for the login again.",
                display_wait(Duration::from_mins(u64::try_from(*minutes).unwrap_or(0)))
            ),
        }
    }
}

/// Returns the obstacles between the account of an address and an app, the most important first.
/// Returns `None` if no app has this id. An address without an account has none.
pub async fn explain_access(
    app: &App,
    email: EmailAddress,
    id: AppId,
) -> Result<Option<Vec<AppObstacle>>, Failure> {
    let find = move |tx: &mut Tx<'_>| {
        let Some(rule) = registered::by_id(tx, &id)? else {
            return Ok(None);
        };
        let Some(user) = users::by_email_key(tx, email.key())? else {
            return Ok(Some(Vec::new()));
        };
        let mut obstacles = Vec::new();
        if rule.app.disabled_at.is_some() {
            obstacles.push(AppObstacle::AppDisabled);
        }
        let own = group_members::names_of(tx, &user.id)?;
        if !rule.is_open_to(&own) {
            let groups = rule.groups.iter().map(|group| group.0.clone()).collect();
            obstacles.push(AppObstacle::NotInGroup { groups });
        }
        if rule.needs_second_step() && !user.has_second_step() {
            obstacles.push(AppObstacle::NoSecondStep);
        }
        if let Some(minutes) = rule.app.password_within
            && !has_recent_login(tx, &user.id, &rule)?
        {
            obstacles.push(AppObstacle::LoginTooOld { minutes });
        }
        Ok(Some(obstacles))
    };
    Ok(app.read(find).await?)
}

/// Returns true if a live session of the user has a login that is recent enough. Also returns true
/// without a session, because the user must log in anyway.
fn has_recent_login(tx: &mut Tx<'_>, user: &UserId, rule: &AppRule) -> Result<bool, DbError> {
    let now = tx.now;
    let newest = session_lists::newest_proof(tx, user, live_at(now))?;
    Ok(newest.is_none_or(|proven_at| rule.access_end(proven_at, Timestamp::MAX) > now))
}
