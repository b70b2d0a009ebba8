//! Emails to administrators: about sign-ups that await approval, and about a new administrator.

use std::time::Duration;

use crate::db::{DbError, LockKey, Tx};
use crate::mail::emails::administrator::AdministratorMade;
use crate::mail::emails::approval::ApprovalsWaiting;
use crate::mail::enqueue;
use crate::store::users::{self, User};
use crate::store::{instance, pending_signups};

/// Time between two of these emails.
const AT_MOST_EVERY: Duration = Duration::from_hours(1);

/// Returns true if a sign-up awaits approval that the last email to administrators did not count,
/// and if that email is an hour old.
pub fn has_new_approvals(tx: &mut Tx<'_>) -> Result<bool, DbError> {
    let now = tx.now;
    let Some(newest) = pending_signups::last_confirmed_at(tx, now)? else {
        return Ok(false);
    };
    let last = instance::approvals_notified_at(tx)?;
    Ok(last.is_none_or(|last| last < newest && now.since(last) >= AT_MOST_EVERY))
}

/// Tells every administrator how many sign-ups await approval. Does nothing if another node has
/// done so in the meantime.
pub fn notify_of_approvals(tx: &mut Tx<'_>) -> Result<(), DbError> {
    tx.lock(LockKey::Administrators)?;
    if !has_new_approvals(tx)? {
        return Ok(());
    }
    let now = tx.now;
    let count = pending_signups::count_confirmed(tx, now)?;
    for administrator in users::administrators(tx)? {
        let name = administrator.name.clone();
        enqueue(
            tx,
            (&administrator).into(),
            ApprovalsWaiting { name, count },
        )?;
    }
    Ok(instance::set_approvals_notified_at(tx, now)?)
}

/// Tells every administrator about a new one, who is told, too.
pub fn notify_of_administrator(tx: &mut Tx<'_>, new: &User) -> Result<(), DbError> {
    let at = tx.now;
    for administrator in users::administrators(tx)? {
        let email = AdministratorMade {
            name: administrator.name.clone(),
            at,
            email: new.email.clone(),
        };
        enqueue(tx, (&administrator).into(), email)?;
    }
    Ok(())
}
