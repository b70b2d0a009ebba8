//! The operation: ends every session of an account, API sessions included. The user can log in
//! again at once.

use super::admin_action::{self, Outcome};
use crate::accounts::admin_log::AdminActor;
use crate::accounts::authentication::pending_logins;
use crate::accounts::sessions::{self, EndReason};
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::mail::emails::account::SessionsEnded;
use crate::mail::enqueue;
use crate::values::{AdminVerb, ClientInfo, UserId};

pub async fn end_all_sessions(
    app: &App,
    by: AdminActor,
    target: UserId,
) -> Result<Outcome, Failure> {
    let work = move |tx: &mut Tx<'_>| {
        let account = match admin_action::authorize_on_account(tx, &by, &target)? {
            Ok(account) => account,
            Err(rejected) => return Ok(rejected),
        };
        if admin_action::is_other_administrator(&by, &account) {
            return Ok(Outcome::AdministratorAccount);
        }
        pending_logins::end_all_and_revoke_trust(tx, &target)?;
        // Without a live session there is nothing to record.
        if !sessions::end_all(tx, &target, EndReason::EndedByAdministrator)? {
            return Ok(Outcome::Changed(Box::new(account)));
        }
        let (name, at) = (account.name.clone(), tx.now);
        enqueue(tx, (&account).into(), SessionsEnded { name, at })?;
        admin_action::record_and_reload(tx, AdminVerb::SessionsEnded, &target, &by)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}
