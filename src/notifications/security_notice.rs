//! Security notices about changes that an attacker could have made. Every notice takes the same
//! three steps, so that none lacks an undo link: create the link, record the event with it, queue
//! the email.

use crate::accounts::audit;
use crate::accounts::links::{self, Purpose};
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::mail::emails::security_notice::SecurityNotice;
use crate::mail::{EmailKind, enqueue};
use crate::store::users::User;
use crate::values::{Event, display_device};

/// Records `event` and sends a security notice to the email address in `user`. The undo link gives
/// the account back to that address. `email` makes the email from the notice's data.
///
/// Returns the time of the undo link, which restores the account as it was then.
pub fn notify_with_undo<E: Into<EmailKind>>(
    tx: &mut Tx<'_>,
    event: Event,
    user: &User,
    email: impl FnOnce(SecurityNotice) -> E,
) -> Result<Timestamp, DbError> {
    let undo = links::issue(tx, Purpose::Undo, &user.id.0, &user.email)?;
    audit::record_with_undo(tx, event, &user.id, &undo)?;
    let notice = SecurityNotice {
        name: user.name.clone(),
        at: tx.now,
        device: display_device(&tx.client.user_agent),
        undo: Some(undo.token),
    };
    enqueue(tx, user.into(), email(notice))?;
    Ok(undo.created_at)
}
