//! The operation: grants or withdraws administrator rights. Only the operator can do this, at the
//! command line. There is no page and no API endpoint for it.

use super::admin_action;
use crate::accounts::audit::{self, Event};
use crate::app::{App, Failure};
use crate::db::{DbConnection, take_turn};
use crate::store::users;
use crate::values::{EmailAddress, UserId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The change takes effect with the next request.
    Changed,
    Unchanged,
    /// No account has this email address.
    Unknown,
}

pub async fn set_administrator(app: &App, email: EmailAddress, is_admin: bool) -> Result<Outcome, Failure> {
    let event = if is_admin { Event::MadeAdministrator } else { Event::AdministratorRemoved };
    let now = app.clock.now();
    let work = move |db: &mut DbConnection| {
        take_turn(db, email.key())?;
        let Some(user) = users::by_email_key(db, email.key())? else { return Ok((Outcome::Unknown, None)) };
        take_turn(db, &user.id)?;
        if user.is_admin == is_admin {
            return Ok((Outcome::Unchanged, None));
        }
        users::set_admin(db, &user.id, is_admin)?;
        let id = UserId(user.id);
        audit::record(db, event, &id, &admin_action::hidden(), now)?;
        Ok((Outcome::Changed, Some(id)))
    };
    let (outcome, changed) = app.db.write(work).await?;
    if let Some(user) = changed {
        tracing::info!(event = event.name(), user = user.0);
    }
    Ok(outcome)
}
