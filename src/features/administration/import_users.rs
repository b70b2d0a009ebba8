//! The operation: makes accounts of people who had one in another system. Their addresses are taken as confirmed: the operator
//! vouches for them. Nobody gets a mail.

use super::admin_action;
use crate::accounts::audit::{self, Event};
use crate::accounts::{new_users, signups};
use crate::app::{App, Failure};
use crate::db::{DbConnection, take_turn};
use crate::security::password_hash::PasswordHash;
use crate::store::users;
use crate::values::{DisplayName, EmailAddress};

/// Somebody who is to have an account.
#[derive(Clone, Debug)]
pub struct ImportedUser {
    /// Where they are written to, and how they log in.
    pub email: EmailAddress,
    /// What they are called.
    pub name: Option<DisplayName>,
    /// As the other system has hashed it; or none, until they set one by a mailed link.
    pub password: PasswordHash,
}

/// Makes their accounts, in one transaction, which should be a short one; tells how many. Who has an account keeps it as it is.
pub async fn import_users(app: &App, mut users: Vec<ImportedUser>) -> Result<usize, Failure> {
    // So that of two who do this at once neither waits for a turn that the other has, while the other waits for its own.
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
            // Whoever has signed up with it and not confirmed it comes too late, as at a change of address.
            signups::remove_waiting(db, email.key())?;
            limits.reset_failures(db, email.key())?;
            audit::record(db, Event::Imported, &user, &admin_action::hidden(), now)?;
            made += 1;
        }
        Ok(made)
    };
    Ok(app.db.write(work).await?)
}
