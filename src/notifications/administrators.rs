//! Emails to administrators: about sign-ups that await approval, and about a new administrator.

use std::time::Duration;

use crate::db::{DbError, LockKey, Tx};
use crate::mail::emails::administrator::AdministratorMade;
use crate::mail::emails::approval::ApprovalsWaiting;
use crate::mail::enqueue;
use crate::store::users::{self, User};
use crate::store::{instance, pending_signups};

/// Shortest time between two of these emails.
const MIN_INTERVAL: Duration = Duration::from_hours(1);

/// Returns true if a sign-up awaits approval that no email has announced, and the last email is at
/// least an hour old.
pub fn has_new_approvals(tx: &mut Tx<'_>) -> Result<bool, DbError> {
    let now = tx.now;
    if !pending_signups::has_unannounced(tx, now)? {
        return Ok(false);
    }
    let last = instance::approvals_notified_at(tx)?;
    Ok(last.is_none_or(|last| now.since(last) >= MIN_INTERVAL))
}

/// Notifies every administrator how many sign-ups await approval. Does nothing if another node has
/// done so in the meantime. If there is no administrator yet, the first one gets it.
pub fn notify_of_approvals(tx: &mut Tx<'_>) -> Result<(), DbError> {
    tx.lock(LockKey::Administrators)?;
    let administrators = users::unlocked_administrators(tx)?;
    if administrators.is_empty() || !has_new_approvals(tx)? {
        return Ok(());
    }
    let now = tx.now;
    let count = pending_signups::count_awaiting_approval(tx, now)?;
    for administrator in administrators {
        let name = administrator.name.clone();
        enqueue(
            tx,
            (&administrator).into(),
            ApprovalsWaiting { name, count },
        )?;
    }
    pending_signups::set_announced(tx)?;
    Ok(instance::set_approvals_notified_at(tx, now)?)
}

/// Notifies every administrator about a new one, the new one included.
pub fn notify_new_administrator(tx: &mut Tx<'_>, new: &User) -> Result<(), DbError> {
    let at = tx.now;
    for administrator in users::unlocked_administrators(tx)? {
        let email = AdministratorMade {
            name: administrator.name.clone(),
            at,
            email: new.email.clone(),
        };
        enqueue(tx, (&administrator).into(), email)?;
    }
    Ok(())
}
