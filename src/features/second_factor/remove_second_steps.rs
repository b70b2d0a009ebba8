//! The operation of the operator: removes every factor of an account, ends its sessions, and sends
//! the owner a security notice.

use crate::accounts::admin_log::{self, AdminActor};
use crate::accounts::users::find_and_lock_by_email;
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::notifications::remove_second_step;
use crate::values::{AdminVerb, ClientInfo, EmailAddress};

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
        let Some(user) = find_and_lock_by_email(tx, &email)? else {
            return Ok(Outcome::Unknown);
        };
        if !user.has_second_step() {
            return Ok(Outcome::NoSecondStep);
        }
        remove_second_step(tx, &user)?;
        let (by, verb) = (AdminActor::Operator, AdminVerb::SecondStepRemoved);
        admin_log::record(tx, &by, verb, &user.id.0)?;
        Ok(Outcome::Removed)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}
