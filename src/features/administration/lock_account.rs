//! The operations: lock and unlock an account. One transaction locks the account, ends its sessions
//! and queues an email to its owner. The server rejects the account's API tokens while it is
//! locked. Nothing is deleted.

use super::admin_action::{self, Outcome};
use crate::accounts::admin_log::AdminActor;
use crate::accounts::authentication::factor_recovery::{self, RecoveryEnd};
use crate::accounts::authentication::pending_logins;
use crate::accounts::sessions::{self, EndReason};
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::mail::emails::account::{AccountLocked, AccountUnlocked};
use crate::mail::{EmailKind, enqueue};
use crate::store::users;
use crate::values::{AdminVerb, ClientInfo, UserId};

/// Locks an account. Does nothing if it is already locked.
pub async fn lock_account(app: &App, by: AdminActor, target: UserId) -> Result<Outcome, Failure> {
    set_locked(app, by, target, true).await
}

/// Unlocks an account. Does nothing if it is not locked.
pub async fn unlock_account(app: &App, by: AdminActor, target: UserId) -> Result<Outcome, Failure> {
    set_locked(app, by, target, false).await
}

async fn set_locked(
    app: &App,
    by: AdminActor,
    target: UserId,
    lock: bool,
) -> Result<Outcome, Failure> {
    let verb = if lock {
        AdminVerb::Locked
    } else {
        AdminVerb::Unlocked
    };
    let work = move |tx: &mut Tx<'_>| {
        let account = match admin_action::authorize_on_account(tx, &by, &target)? {
            Ok(account) => account,
            Err(rejected) => return Ok(rejected),
        };
        if let Some(rejected) = admin_action::reject_administrator(&by, &account) {
            return Ok(rejected);
        }
        if account.locked_at.is_some() == lock {
            return Ok(Outcome::Changed(Box::new(account)));
        }
        let now = tx.now;
        users::set_locked(tx, &target, lock.then_some(now))?;
        if lock {
            sessions::end_all(tx, &target, EndReason::Locked)?;
            pending_logins::end_all_and_revoke_trust(tx, &target)?;
            factor_recovery::stop(tx, &target, RecoveryEnd::Locked)?;
        }
        let (name, at) = (account.name.clone(), now);
        let email: EmailKind = if lock {
            AccountLocked { name, at }.into()
        } else {
            AccountUnlocked { name, at }.into()
        };
        enqueue(tx, (&account).into(), email)?;
        admin_action::record_and_reload(tx, verb, &target, &by)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}
