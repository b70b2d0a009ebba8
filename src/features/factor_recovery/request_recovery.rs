//! The operation: asks for the removal of a lost second step. It needs a pending login, which
//! proves the password.

use crate::accounts::audit;
use crate::accounts::authentication::factor_recovery::{self, RequestedBy};
use crate::accounts::authentication::pending_logins;
use crate::accounts::rate_limits::{self, Limit, Wait};
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{DbError, LockKey, Tx};
use crate::notifications;
use crate::store::users::{self, User};
use crate::values::{ClientInfo, Event, ProgramSecretHash, UserId};

/// State of the removal for the user of a pending login.
#[derive(Clone, Copy, Debug)]
pub enum RecoveryState {
    /// A request is open. Contains the end of the wait.
    Open(Timestamp),
    /// The wait is over. The link for the removal follows within minutes.
    Ready,
    /// No request is open. Contains the wait in days.
    None { days: u64 },
    /// Administrators cannot ask for it.
    Administrator,
}

/// Outcome of a user's request.
#[derive(Debug)]
pub enum Outcome {
    /// The wait has begun. Contains its end.
    Requested(Timestamp),
    /// A request was open before.
    AlreadyOpen,
    Administrator,
    RateLimited(Wait),
    /// There is no such pending login any more.
    Expired,
}

pub async fn recovery_state(app: &App, user: UserId) -> Result<RecoveryState, Failure> {
    Ok(app.read(move |tx| state(tx, &user)).await?)
}

fn state(tx: &mut Tx<'_>, user: &UserId) -> Result<RecoveryState, DbError> {
    let found = users::by_id(tx, user)?;
    Ok(match found {
        Some(user) if user.is_admin => RecoveryState::Administrator,
        Some(User {
            recovery_ready_at: Some(ready_at),
            ..
        }) if ready_at <= tx.now => RecoveryState::Ready,
        Some(User {
            recovery_ready_at: Some(ready_at),
            ..
        }) => RecoveryState::Open(ready_at),
        _ => RecoveryState::None {
            days: factor_recovery::wait(tx, user)?.as_secs() / (24 * 60 * 60),
        },
    })
}

/// Asks for the removal. A second request changes nothing.
pub async fn request_recovery(
    app: &App,
    pending_login: ProgramSecretHash,
    user: UserId,
    client: ClientInfo,
) -> Result<Outcome, Failure> {
    let work = move |tx: &mut Tx<'_>| {
        tx.lock(LockKey::User(&user.0))?;
        let is_pending = pending_logins::find(tx, &pending_login, false)?.is_some();
        let Some(user) = users::by_id(tx, &user)?.filter(|_| is_pending) else {
            return Ok(Outcome::Expired);
        };
        if user.is_admin {
            return Ok(Outcome::Administrator);
        }
        if user.recovery_ready_at.is_some() {
            return Ok(Outcome::AlreadyOpen);
        }
        if let Err(wait) = rate_limits::try_acquire(tx, Limit::RecoveryRequests, &user.id.0)? {
            return Ok(Outcome::RateLimited(wait));
        }
        let ready_at = notifications::request_recovery(tx, &user, RequestedBy::Owner)?;
        audit::record(tx, Event::RecoveryRequested, &user.id)?;
        Ok(Outcome::Requested(ready_at))
    };
    Ok(app.write(client, work).await?)
}
