//! The operation: grants or withdraws administrator rights. Only the operator can do this, at the
//! command line. There is no page and no API endpoint for it.

use super::admin_action::{self, AdminActor};
use crate::app::{App, Failure};
use crate::db::{LockKey, Tx};
use crate::store::users;
use crate::values::{ClientInfo, EmailAddress, Event};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The change takes effect with the next request.
    Changed,
    Unchanged,
    /// No account has this email address.
    Unknown,
}

pub async fn set_administrator(
    app: &App,
    email: EmailAddress,
    is_admin: bool,
) -> Result<Outcome, Failure> {
    let event = if is_admin {
        Event::MadeAdministrator
    } else {
        Event::AdministratorRemoved
    };
    let work = move |tx: &mut Tx<'_>| {
        tx.lock(LockKey::Address(email.key()))?;
        let Some(user) = users::by_email_key(tx, email.key())? else {
            return Ok(Outcome::Unknown);
        };
        tx.lock(LockKey::User(&user.id.0))?;
        // The account may have changed before it was locked.
        let is_the_same = |user: &users::User| user.email_key == email.key();
        let Some(user) = users::by_id(tx, &user.id)?.filter(is_the_same) else {
            return Ok(Outcome::Unknown);
        };
        if user.is_admin == is_admin {
            return Ok(Outcome::Unchanged);
        }
        users::set_admin(tx, &user.id, is_admin)?;
        admin_action::record(tx, event, &user.id, &AdminActor::Operator)?;
        Ok(Outcome::Changed)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}
