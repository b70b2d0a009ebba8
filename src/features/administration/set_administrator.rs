//! The operation: grants or withdraws administrator rights. Only the operator can do this, at the
//! command line. There is no page and no API endpoint for it.

use crate::accounts::admin_log::{self, AdminActor};
use crate::accounts::users::{find_and_lock_by_email, is_last_administrator};
use crate::app::{App, Failure};
use crate::db::{LockKey, Tx};
use crate::notifications::notify_new_administrator;
use crate::store::users;
use crate::values::{AdminVerb, ClientInfo, EmailAddress};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The change takes effect with the next request.
    Changed,
    Unchanged,
    /// No other administrator would be left.
    LastAdministrator,
    /// No account has this email address.
    Unknown,
}

/// Changes the rights of an account. Withdraws those of the last administrator only if
/// `even_last`. Notifies every administrator about a new one.
pub async fn set_administrator(
    app: &App,
    email: EmailAddress,
    is_admin: bool,
    even_last: bool,
) -> Result<Outcome, Failure> {
    let verb = if is_admin {
        AdminVerb::AdministratorMade
    } else {
        AdminVerb::AdministratorRemoved
    };
    let work = move |tx: &mut Tx<'_>| {
        tx.lock(LockKey::Administrators)?;
        let Some(user) = find_and_lock_by_email(tx, &email)? else {
            return Ok(Outcome::Unknown);
        };
        if user.is_admin == is_admin {
            return Ok(Outcome::Unchanged);
        }
        if !is_admin && !even_last && is_last_administrator(tx, &user)? {
            return Ok(Outcome::LastAdministrator);
        }
        users::set_admin(tx, &user.id, is_admin)?;
        if is_admin {
            notify_new_administrator(tx, &user)?;
        }
        admin_log::record(tx, &AdminActor::Operator, verb, &user.id.0)?;
        Ok(Outcome::Changed)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}
