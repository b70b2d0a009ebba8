//! The operation of the operator: removes every factor of an account, ends its sessions, and sends
//! the owner a security notice.

use crate::accounts::authentication::factors;
use crate::accounts::sessions::{self, EndReason};
use crate::accounts::users::lock_by_address;
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::mail::emails::second_step::SecondStepsRemoved;
use crate::notifications::notify_with_undo;
use crate::values::{ClientInfo, EmailAddress, Event};

/// Outcome of a removal.
#[derive(Debug)]
pub enum Outcome {
    Removed,
    NoSecondStep,
    /// The address has no account.
    Unknown,
}

pub async fn remove_second_steps(app: &App, email: EmailAddress) -> Result<Outcome, Failure> {
    let work = move |tx: &mut Tx<'_>| {
        let Some(user) = lock_by_address(tx, &email)? else {
            return Ok(Outcome::Unknown);
        };
        if !user.has_second_step() {
            return Ok(Outcome::NoSecondStep);
        }
        let event = Event::SecondStepsRemoved;
        let removed_at =
            notify_with_undo(tx, event, &user, |notice| SecondStepsRemoved { notice })?;
        factors::remove_all(tx, &user.id, removed_at)?;
        sessions::end_all(tx, &user.id, EndReason::SecondStepsRemoved)?;
        Ok(Outcome::Removed)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}
