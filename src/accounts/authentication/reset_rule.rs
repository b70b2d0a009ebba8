//! The rule that decides which mailbox may reset a password after an undo.

use std::time::Duration;

use crate::db::{DbError, Tx};
use crate::store::{links, password_credentials};
use crate::values::UserId;

/// Time after an undo in which only the mailbox that got its reset link can reset the password
/// (`docs/security.md`, 19).
const UNDO_GOES_FIRST: Duration = Duration::from_hours(24);

/// Returns true if an undo within the last 24 hours sent its reset link to another address than
/// `email_key`. The holder of the present address must not get in before the owner.
pub fn goes_to_another_address(
    tx: &mut Tx<'_>,
    user: &UserId,
    email_key: &str,
) -> Result<bool, DbError> {
    let earliest = tx.now - UNDO_GOES_FIRST;
    let stored = password_credentials::of(tx, user)?;
    let blocked_by = stored
        .filter(|stored| stored.blocked_at > Some(earliest))
        .and_then(|stored| stored.blocked_by);
    let reset_link = links::of_subject(tx, &user.0, blocked_by.as_deref().unwrap_or_default())?;
    Ok(reset_link.is_some_and(|link| link.email_key != email_key))
}
