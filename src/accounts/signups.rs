//! Sign-ups that wait: how one goes, with everything that was made for it.

use crate::db::{DbConnection, DbError};
use crate::store::pending_signups::{self, PendingSignup};
use crate::store::{links, outbox};

/// Lets a sign-up wait, in the place of one whose time has run out.
pub fn wait(connection: &mut DbConnection, signup: &PendingSignup) -> Result<(), DbError> {
    remove_waiting(connection, &signup.email_key)?;
    Ok(pending_signups::insert(connection, signup)?)
}

/// Removes the sign-up for an address, if there is one, with its links and mails: it has been replaced, or the address is an
/// account's by other means.
pub fn remove_waiting(connection: &mut DbConnection, email_key: &str) -> Result<(), DbError> {
    if let Some(id) = pending_signups::remove(connection, email_key)? {
        links::delete_all(connection, &id)?;
        outbox::delete_all(connection, &id)?;
    }
    Ok(())
}
