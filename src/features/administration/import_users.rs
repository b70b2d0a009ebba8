//! The operation: imports the users of another system. Their email addresses count as confirmed,
//! because the operator vouches for them. The server sends no email to imported users.

use super::admin_action;
use crate::accounts::audit::{self, Event};
use crate::accounts::{new_users, signups};
use crate::app::{App, Failure};
use crate::db::{DbConnection, take_turn};
use crate::security::password_hash::PasswordHash;
use crate::store::users;
use crate::values::{DisplayName, EmailAddress};

#[derive(Clone, Debug)]
pub struct ImportedUser {
    pub email: EmailAddress,
    pub name: Option<DisplayName>,
    /// The other system's hash, or [`PasswordHash::none`]. A user without a password sets one with
    /// a reset link.
    pub password: PasswordHash,
}

/// Creates the accounts in one transaction and returns their number. Existing accounts stay as they
/// are. A caller with many users imports them in slices, to keep each transaction short.
pub async fn import_users(app: &App, mut users: Vec<ImportedUser>) -> Result<usize, Failure> {
    // Locks are taken in one fixed order. Otherwise two simultaneous imports could deadlock.
    users.sort_by(|one, other| one.email.key().cmp(other.email.key()));
    let (now, limits) = (app.clock.now(), app.limits.clone());
    let work = move |db: &mut DbConnection| {
        let mut made = 0;
        for ImportedUser { email, name, password } in &users {
            take_turn(db, email.key())?;
            if users::by_email_key(db, email.key())?.is_some() {
                continue;
            }
            let name = name.as_ref().map(DisplayName::as_str);
            let user = new_users::make(db, email.as_str(), name, &password.0, now)?;
            // The import takes precedence over a pending sign-up, as a change of address does.
            signups::remove_waiting(db, email.key())?;
            limits.reset_failures(db, email.key())?;
            audit::record(db, Event::Imported, &user, &admin_action::hidden(), now)?;
            made += 1;
        }
        Ok(made)
    };
    Ok(app.db.write(work).await?)
}
