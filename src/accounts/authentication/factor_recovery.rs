//! The removal of a lost second step after a wait, in which the owner can stop it. The request
//! needs the password, and the removal needs the mailbox and the password.

use std::time::Duration;

use strum::IntoStaticStr;

use crate::accounts::audit;
use crate::accounts::links::{self, Purpose};
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::security::tokens;
use crate::store::factor_recoveries::{self, FactorRecovery};
use crate::store::password_credentials;
use crate::store::users::{self, User};
use crate::values::{Event, UserId};

const DAY: Duration = Duration::from_hours(24);
const WAIT: Duration = DAY.saturating_mul(7);
/// The wait if an emailed link has set the password lately. Otherwise the mailbox alone would be
/// enough for both factors.
const WAIT_AFTER_RESET: Duration = DAY.saturating_mul(14);
const RECENT_RESET: Duration = DAY.saturating_mul(30);
/// The wait if an administrator asked. A deceived administrator opens nothing at once.
const WAIT_OF_ADMINISTRATOR: Duration = DAY;
/// Time before the end of the wait at which the last reminder is due.
const LAST_REMINDER: Duration = DAY;

/// The person who asked for the removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RequestedBy {
    /// A client that gave the right password.
    Owner,
    Administrator,
}

/// The reason why a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RecoveryEnd {
    /// The owner kept the second step, on a page or with an emailed link.
    Kept,
    SecondStepUsed,
    PasswordChanged,
    Undone,
    Locked,
    /// The second step was removed.
    Removed,
    /// The link that removes the second step was not used in time.
    Expired,
}

/// A step of an open request that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueStep {
    Reminder,
    /// The email with the link that removes the second step.
    Ready,
    /// The link was not used in time.
    Expiry,
}

/// Returns the wait that a user's own request would have.
pub fn wait(tx: &mut Tx<'_>, user: &UserId) -> Result<Duration, DbError> {
    let stored = password_credentials::of(tx, user)?;
    let set_by_link_at = stored.and_then(|stored| stored.set_by_link_at);
    let is_recent = set_by_link_at.is_some_and(|at| at > tx.now - RECENT_RESET);
    Ok(if is_recent { WAIT_AFTER_RESET } else { WAIT })
}

/// Begins the wait, and returns its end. The caller has checked that the user has no open request.
pub fn begin(tx: &mut Tx<'_>, user: &User, by: RequestedBy) -> Result<Timestamp, DbError> {
    let wait = match by {
        RequestedBy::Owner => wait(tx, &user.id)?,
        RequestedBy::Administrator => WAIT_OF_ADMINISTRATOR,
    };
    let requested_by: &str = by.into();
    let recovery = FactorRecovery {
        id: tokens::random_id(),
        user_id: user.id.clone(),
        requested_by: requested_by.to_owned(),
        requested_at: tx.now,
        ready_at: tx.now + wait,
        reminded_at: None,
        ready_notified_at: None,
        ended_at: None,
        end_reason: None,
        user_agent: tx.client.user_agent.clone(),
        client_address: tx.client.address.clone(),
    };
    factor_recoveries::insert(tx, &recovery)?;
    users::set_recovery_ready_at(tx, &user.id, Some(recovery.ready_at))?;
    Ok(recovery.ready_at)
}

/// Ends a user's open request, and invalidates its links. Returns false if there is none.
pub fn end(tx: &mut Tx<'_>, user: &UserId, why: RecoveryEnd) -> Result<bool, DbError> {
    let now = tx.now;
    if !factor_recoveries::end(tx, user, why.into(), now)? {
        return Ok(false);
    }
    users::set_recovery_ready_at(tx, user, None)?;
    links::invalidate_of(
        tx,
        user,
        &[Purpose::KeepSecondStep, Purpose::RemoveSecondStep],
    )?;
    Ok(true)
}

/// Stops a user's open request, and records it. Changes nothing if there is none.
pub fn stop(tx: &mut Tx<'_>, user: &UserId, why: RecoveryEnd) -> Result<(), DbError> {
    if end(tx, user, why)? {
        audit::record(tx, Event::RecoveryStopped, user)?;
    }
    Ok(())
}

/// Returns the step of an open request that is due at `now`.
pub fn due_step(recovery: &FactorRecovery, now: Timestamp) -> Option<DueStep> {
    if let Some(notified) = recovery.ready_notified_at {
        let end = notified + Purpose::RemoveSecondStep.lifetime();
        return (now >= end).then_some(DueStep::Expiry);
    }
    if now >= recovery.ready_at {
        return Some(DueStep::Ready);
    }
    let half = recovery.requested_at + recovery.ready_at.since(recovery.requested_at) / 2;
    let is_missed = |due: Timestamp| {
        now >= due
            && due > recovery.requested_at
            && recovery.reminded_at.is_none_or(|reminded| reminded < due)
    };
    let is_due = is_missed(half) || is_missed(recovery.ready_at - LAST_REMINDER);
    is_due.then_some(DueStep::Reminder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recovery(days: u32) -> FactorRecovery {
        let start = Timestamp::from_millis(0);
        FactorRecovery {
            id: "id".to_owned(),
            user_id: UserId("user".to_owned()),
            requested_by: "owner".to_owned(),
            requested_at: start,
            ready_at: start + DAY * days,
            reminded_at: None,
            ready_notified_at: None,
            ended_at: None,
            end_reason: None,
            user_agent: String::new(),
            client_address: String::new(),
        }
    }

    /// Walks through the hours, and returns those with a step.
    fn steps(mut recovery: FactorRecovery) -> Vec<(u64, DueStep)> {
        let mut steps = Vec::new();
        for hour in 0..30 * 24 {
            let now = Timestamp::from_millis(0) + Duration::from_hours(hour);
            let Some(step) = due_step(&recovery, now) else {
                continue;
            };
            steps.push((hour, step));
            match step {
                DueStep::Reminder => recovery.reminded_at = Some(now),
                DueStep::Ready => recovery.ready_notified_at = Some(now),
                DueStep::Expiry => break,
            }
        }
        steps
    }

    #[test]
    fn reminders_come_halfway_and_a_day_before_ready() {
        use DueStep::{Expiry, Ready, Reminder};
        assert_eq!(
            steps(recovery(7)),
            [(84, Reminder), (144, Reminder), (168, Ready), (240, Expiry)]
        );
        assert_eq!(
            steps(recovery(14)),
            [
                (168, Reminder),
                (312, Reminder),
                (336, Ready),
                (408, Expiry)
            ]
        );
        assert_eq!(
            steps(recovery(1)),
            [(12, Reminder), (24, Ready), (96, Expiry)]
        );
    }
}
