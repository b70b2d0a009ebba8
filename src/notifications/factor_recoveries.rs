//! Emails about the removal of a lost second step. All but the last contain a link that stops it.

use crate::accounts::authentication::factor_recovery::{self, RequestedBy};
use crate::accounts::links::{self, Purpose};
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::mail::emails::factor_recovery::{RecoveryReady, RecoveryReminder, RecoveryRequested};
use crate::mail::enqueue;
use crate::store::factor_recoveries::{self, FactorRecovery};
use crate::store::users::User;
use crate::values::display_device;

/// Begins the wait for a user without an open request, and notifies the owner. Returns its end. The
/// caller records the event.
pub fn request_recovery(
    tx: &mut Tx<'_>,
    user: &User,
    by: RequestedBy,
) -> Result<Timestamp, DbError> {
    let ready_at = factor_recovery::begin(tx, user, by)?;
    let link = links::issue(tx, Purpose::KeepSecondStep, &user.id.0, &user.email)?;
    let device = match by {
        RequestedBy::Owner => display_device(&tx.client.user_agent),
        RequestedBy::Administrator => String::new(),
    };
    let email = RecoveryRequested {
        name: user.name.clone(),
        at: tx.now,
        by_administrator: by == RequestedBy::Administrator,
        device,
        ready_at,
        token: link.token,
    };
    enqueue(tx, user.into(), email)?;
    Ok(ready_at)
}

/// Reminds the user that the second step will be removed, with a link to stop it.
pub fn remind_of_recovery(
    tx: &mut Tx<'_>,
    user: &User,
    recovery: &FactorRecovery,
) -> Result<(), DbError> {
    let administrator: &str = RequestedBy::Administrator.into();
    let link = links::issue(tx, Purpose::KeepSecondStep, &user.id.0, &user.email)?;
    let email = RecoveryReminder {
        name: user.name.clone(),
        by_administrator: recovery.requested_by == administrator,
        ready_at: recovery.ready_at,
        token: link.token,
    };
    enqueue(tx, user.into(), email)?;
    let now = tx.now;
    Ok(factor_recoveries::set_reminded(tx, &user.id, now)?)
}

/// Sends the link that removes the second step.
pub fn notify_recovery_ready(tx: &mut Tx<'_>, user: &User) -> Result<(), DbError> {
    let link = links::issue(tx, Purpose::RemoveSecondStep, &user.id.0, &user.email)?;
    let email = RecoveryReady {
        name: user.name.clone(),
        token: link.token,
    };
    enqueue(tx, user.into(), email)?;
    let now = tx.now;
    Ok(factor_recoveries::set_ready_notified(tx, &user.id, now)?)
}
