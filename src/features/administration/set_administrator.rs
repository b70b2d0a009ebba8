//! The operation: grants or withdraws administrator rights. Only the operator can do this, at the
//! command line. There is no page and no API endpoint for it.

use super::admin_action::{self, AdminActor};
use crate::accounts::users::lock_by_address;
use crate::app::{App, Failure};
use crate::db::Tx;
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
        let Some(user) = lock_by_address(tx, &email)? else {
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
