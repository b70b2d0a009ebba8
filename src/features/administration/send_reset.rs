//! The operation: emails a reset link to a user.

use super::admin_action::{self, Outcome};
use super::find_users::find_user;
use crate::accounts::admin_log::AdminActor;
use crate::accounts::authentication::reset_rule::goes_to_another_address;
use crate::accounts::links::{self, Purpose};
use crate::accounts::rate_limits::{self, Limit};
use crate::app::{App, Failure};
use crate::db::{DbError, LockKey, Tx};
use crate::mail::emails::password::ResetPassword;
use crate::mail::enqueue;
use crate::store::users::User;
use crate::values::{AdminVerb, ClientInfo, UserId};

/// Emails the link to the address of the account, within the rate limit of that address. If the
/// address has just changed, tries again with the new one.
pub async fn send_reset(app: &App, by: AdminActor, target: UserId) -> Result<Outcome, Failure> {
    loop {
        let Some(user) = find_user(app, target.clone()).await? else {
            return Ok(Outcome::Unknown);
        };
        let by = by.clone();
        let work = move |tx: &mut Tx<'_>| send(tx, &by, &user);
        if let Some(outcome) = app.write(ClientInfo::hidden(), work).await? {
            return Ok(outcome);
        }
    }
}

/// Returns `None` if the account has another email address than `user`.
fn send(tx: &mut Tx<'_>, by: &AdminActor, user: &User) -> Result<Option<Outcome>, DbError> {
    // The limit of emails is counted under the lock of the address.
    tx.lock_all([LockKey::Administrators, LockKey::Address(&user.email_key)])?;
    let account = match admin_action::authorize_on_account(tx, by, &user.id)? {
        Ok(account) => account,
        Err(rejected) => return Ok(Some(rejected)),
    };
    if account.email_key != user.email_key {
        return Ok(None);
    }
    if goes_to_another_address(tx, &account.id, &account.email_key)? {
        return Ok(Some(Outcome::ResetGoesElsewhere));
    }
    if !rate_limits::check(tx, Limit::Emails, &account.email_key)? {
        return Ok(Some(Outcome::EmailsLimited));
    }
    let token = links::issue(tx, Purpose::Reset, &account.id.0, &account.email)?.token;
    let name = account.name.clone();
    let email = ResetPassword {
        token,
        name,
        by_administrator: true,
    };
    enqueue(tx, (&account).into(), email)?;
    admin_action::record_and_reload(tx, AdminVerb::ResetSent, &account.id, by).map(Some)
}
