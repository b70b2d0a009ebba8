//! The operation: asks for the removal of a user's lost second step. It begins a wait, in which the
//! user can stop it.

use super::admin_action::{self, Outcome};
use crate::accounts::admin_log::AdminActor;
use crate::accounts::authentication::factor_recovery::RequestedBy;
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::notifications::request_recovery;
use crate::store::password_credentials;
use crate::values::{AdminVerb, ClientInfo, UserId};

/// Asks for the removal. Does nothing if a request is open, or if the account has no second step.
/// Rejects an account without a usable password. The owner must set one with a reset first, because
/// a reset during the wait stops the removal.
pub async fn request_factor_recovery(
    app: &App,
    by: AdminActor,
    target: UserId,
) -> Result<Outcome, Failure> {
    let work = move |tx: &mut Tx<'_>| {
        let account = match admin_action::authorize_on_account(tx, &by, &target)? {
            Ok(account) => account,
            Err(rejected) => return Ok(rejected),
        };
        if account.is_admin {
            return Ok(Outcome::AdministratorAccount);
        }
        if account.recovery_ready_at.is_some() || !account.has_second_step() {
            return Ok(Outcome::Changed(Box::new(account)));
        }
        let stored = password_credentials::of(tx, &target)?;
        if !stored.is_some_and(|stored| stored.is_usable()) {
            return Ok(Outcome::NoPassword);
        }
        request_recovery(tx, &account, RequestedBy::Administrator)?;
        admin_action::record_and_reload(tx, AdminVerb::SecondStepRemovalStarted, &target, &by)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}
