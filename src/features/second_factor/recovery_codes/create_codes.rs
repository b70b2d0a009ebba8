//! The operation: creates a new set of recovery codes. Earlier codes stop working.

use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::accounts::authentication::{pending_logins, recovery_codes};
use crate::accounts::rate_limits::{self, Limit, Wait};
use crate::accounts::sessions::NewSession;
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::mail::emails::second_step::RecoveryCodesCreated;
use crate::notifications::{authorize, notify_with_undo};
use crate::values::{Event, RecoveryCode, UserId};

/// Outcome of a new set.
#[derive(Debug)]
pub enum Outcome {
    Created(Vec<RecoveryCode>),
    /// The account has no second step, so codes would be of no use.
    NoSecondStep,
    RateLimited(Wait),
    SessionEnded,
}

/// Returns the number of codes that a user can still use.
pub async fn count_codes(app: &App, user: UserId) -> Result<i64, Failure> {
    Ok(app
        .read(move |tx| recovery_codes::count_left(tx, &user))
        .await?)
}

/// Creates the codes. The second value is the renewed session, if the session was renewed.
pub async fn create_codes(
    app: &App,
    actor: Actor,
    reauthentication: Reauthentication,
) -> Result<(Outcome, Option<NewSession>), Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        let Some(authorized) = authorize(tx, &actor, &reauthentication)? else {
            return Ok((Outcome::SessionEnded, None));
        };
        let (user, renewed) = (authorized.user, authorized.renewed);
        if !user.has_second_step() {
            return Ok((Outcome::NoSecondStep, renewed));
        }
        if let Err(wait) = rate_limits::try_acquire(tx, Limit::FactorChanges, &user.id.0)? {
            return Ok((Outcome::RateLimited(wait), renewed));
        }
        let created_at = notify_with_undo(tx, Event::RecoveryCodesCreated, &user, |notice| {
            RecoveryCodesCreated { notice }
        })?;
        pending_logins::end_all_and_revoke_trust(tx, &user.id)?;
        let codes = recovery_codes::create(tx, &user.id, created_at)?;
        Ok((Outcome::Created(codes), renewed))
    };
    Ok(app.write(client, work).await?)
}
