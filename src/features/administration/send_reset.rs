//! The operation: emails a reset link to a user.

use super::admin_action::{self, Outcome};
use super::find_users::find_user;
use crate::accounts::admin_log::AdminActor;
use crate::accounts::authentication::reset_rule::goes_to_another_address;
use crate::accounts::links::{self, Purpose};
use crate::accounts::rate_limits::{self, Limit};
use crate::app::{App, Failure};
use crate::db::{LockKey, Tx};
use crate::mail::emails::password::ResetPassword;
use crate::mail::enqueue;
use crate::values::{AdminVerb, ClientInfo, UserId};

/// Emails the link to the address of the account, within the rate limit of that address. Sends none
/// if the address has just changed, or if an undo sent its link to another address.
pub async fn send_reset(app: &App, by: AdminActor, target: UserId) -> Result<Outcome, Failure> {
    let Some(user) = find_user(app, target.clone()).await? else {
        return Ok(Outcome::Unknown);
    };
    let work = move |tx: &mut Tx<'_>| {
        // The limit of emails is counted under the lock of the address.
        tx.lock_all([LockKey::Administrators, LockKey::Address(&user.email_key)])?;
        let account = match admin_action::begin(tx, &by, &target)? {
            Ok(account) => account,
            Err(rejected) => return Ok(rejected),
        };
        if account.email_key != user.email_key
            || goes_to_another_address(tx, &account.id, &account.email_key)?
        {
            return Ok(Outcome::AddressChanged);
        }
        if !rate_limits::check(tx, Limit::Emails, &account.email_key)? {
            return Ok(Outcome::EmailsLimited);
        }
        let token = links::issue(tx, Purpose::Reset, &account.id.0, &account.email)?.token;
        let name = account.name.clone();
        enqueue(tx, (&account).into(), ResetPassword { token, name })?;
        admin_action::finish(tx, AdminVerb::ResetSent, &target, &by)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}
