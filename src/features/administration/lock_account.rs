//! The operations: lock and unlock an account. One transaction locks the account, ends its sessions
//! and queues an email to its owner. The server rejects the account's API tokens while it is
//! locked. Nothing is deleted.

use super::admin_action::{self, AdminActor, Outcome};
use crate::accounts::audit::{self, Event};
use crate::accounts::sign_out::{self, EndReason};
use crate::app::{App, Failure};
use crate::db::DbConnection;
use crate::mail::{EmailKind, Outbox, Recipient};
use crate::store::users;
use crate::values::UserId;

/// Locks the account with this id. Does nothing if it is already locked.
pub async fn lock_account(app: &App, by: AdminActor, id: String) -> Result<Outcome, Failure> {
    set_locked(app, by, id, true).await
}

/// Unlocks the account with this id. Does nothing if it is not locked.
pub async fn unlock_account(app: &App, by: AdminActor, id: String) -> Result<Outcome, Failure> {
    set_locked(app, by, id, false).await
}

async fn set_locked(app: &App, by: AdminActor, id: String, lock: bool) -> Result<Outcome, Failure> {
    let event = if lock { Event::AccountLocked } else { Event::AccountUnlocked };
    let (now, acting) = (app.clock.now(), by.clone());
    let (target, user) = (id.clone(), UserId(id));
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        let account = match admin_action::begin(db, &acting, &user.0, now)? {
            Ok(account) => account,
            Err(refused) => return Ok((refused, false)),
        };
        // If the last administrator could lock their own account, no account could unlock any
        // other.
        let is_own = matches!(&acting, AdminActor::Administrator(actor) if actor.user == user);
        if lock && is_own {
            return Ok((Outcome::OwnAccount, false));
        }
        if account.locked_at.is_some() == lock {
            return Ok((Outcome::Changed(account), false));
        }
        users::set_locked(db, &user.0, lock.then_some(now.millis()))?;
        if lock {
            sign_out::end_all(db, &user, EndReason::Locked, now)?;
        }
        let (name, at) = (account.name, now.millis());
        let kind = if lock { EmailKind::AccountLocked { name, at } } else { EmailKind::AccountUnlocked { name, at } };
        outbox.enqueue(db, Recipient { email: &account.email, subject_id: Some(&account.id) }, kind, now)?;
        audit::record(db, event, &user, &admin_action::hidden(), now)?;
        Ok((admin_action::done(db, &user.0)?, true))
    };
    let (outcome, has_changed) = app.write_with_mail(work).await?;
    if has_changed {
        admin_action::log(event, &target, &by);
    }
    Ok(outcome)
}
