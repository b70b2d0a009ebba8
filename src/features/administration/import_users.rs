//! The operation: imports the users of another system. Their email addresses count as confirmed,
//! because the operator vouches for them. The server sends no email to imported users.

use crate::accounts::audit;
use crate::accounts::users::create_user;
use crate::accounts::{groups, login_protection, signups};
use crate::app::{App, Failure};
use crate::db::{LockKey, Tx};
use crate::security::password_hash::PasswordHash;
use crate::store::users;
use crate::values::{ClientInfo, DisplayName, EmailAddress, Event, GroupName};

#[derive(Clone, Debug)]
pub struct ImportedUser {
    pub email: EmailAddress,
    pub name: Option<DisplayName>,
    /// The other system's hash, or [`PasswordHash::none`]. A user without a password sets one with
    /// a reset link.
    pub password: PasswordHash,
    /// Groups that the account joins. The caller has checked that they exist.
    pub groups: Vec<GroupName>,
}

/// Creates the accounts in one transaction and returns their number. Existing accounts stay as they
/// are. A caller with many users imports them in slices, to keep each transaction short.
pub async fn import_users(app: &App, users: Vec<ImportedUser>) -> Result<usize, Failure> {
    let work = move |tx: &mut Tx<'_>| {
        tx.lock_all(users.iter().map(|user| LockKey::Address(user.email.key())))?;
        let mut made = 0;
        for ImportedUser {
            email,
            name,
            password,
            groups,
        } in &users
        {
            if users::by_email_key(tx, email.key())?.is_some() {
                continue;
            }
            let name = name.as_ref().map(DisplayName::as_str);
            let user = create_user(tx, email.as_str(), name, password)?;
            groups::join_all(tx, &user.id, groups)?;
            // The import takes precedence over a pending sign-up, as a change of address does.
            signups::remove_pending(tx, email.key())?;
            login_protection::reset_failures(tx, email.key())?;
            audit::store(tx, Event::Imported, &user.id)?;
            made += 1;
        }
        Ok(made)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}
