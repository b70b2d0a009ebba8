//! The operation: finds every obstacle between a user and a registered app, apart from those at the
//! login.

use crate::accounts::access::AppRule;
use crate::accounts::apps as registered;
use crate::accounts::sessions::policy::live_at;
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::store::{group_members, session_lists, users};
use crate::texts::obstacles::AppObstacle;
use crate::values::{AppId, EmailAddress, UserId};

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
