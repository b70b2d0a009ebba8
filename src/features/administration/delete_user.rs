//! The operation: deletes another user's account, for the operator and administrators.

use super::admin_action::{self, Outcome, authorize};
use super::find_users::find_user;
use crate::accounts::admin_log::{self, AdminActor};
use crate::app::{App, Failure};
use crate::db::{DbError, LockKey, Tx};
use crate::notifications::remove_account;
use crate::store::users::{self, User};
use crate::values::{AdminVerb, ClientInfo, UserId};

/// Deletes an account. If its email address has just changed, tries again with the new one.
pub async fn delete_user(app: &App, by: AdminActor, target: UserId) -> Result<Outcome, Failure> {
    let outcome = loop {
        let Some(user) = find_user(app, target.clone()).await? else {
            return Ok(Outcome::Unknown);
        };
        let by = by.clone();
        let work = move |tx: &mut Tx<'_>| delete(tx, &by, &user);
        if let Some(outcome) = app.write(ClientInfo::hidden(), work).await? {
            break outcome;
        }
    };
    if matches!(outcome, Outcome::Changed(_)) {
        app.db.erase_deleted().await;
    }
    Ok(outcome)
}

/// Returns `None` if the account has another email address than `user`.
fn delete(tx: &mut Tx<'_>, by: &AdminActor, user: &User) -> Result<Option<Outcome>, DbError> {
    let subjects = [
        LockKey::Administrators,
        LockKey::Address(&user.email_key),
        LockKey::User(&user.id.0),
    ];
    if !authorize(tx, by, subjects)? {
        return Ok(Some(Outcome::NotAllowed));
    }
    let Some(present) = users::by_id(tx, &user.id)? else {
        return Ok(Some(Outcome::Unknown));
    };
    if present.email_key != user.email_key {
        return Ok(None);
    }
    if let Some(rejected) = admin_action::reject_administrator(by, &present) {
        return Ok(Some(rejected));
    }
    remove_account(tx, &present)?;
    admin_log::record(tx, by, AdminVerb::Deleted, &present.id.0)?;
    Ok(Some(Outcome::Changed(Box::new(present))))
}
