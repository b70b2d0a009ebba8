//! The deletion of an account, with its last email.

use crate::accounts::links::{self, Purpose};
use crate::accounts::{login_protection, rate_limits};
use crate::db::{DbError, Tx};
use crate::mail::emails::account::AccountDeleted;
use crate::mail::{Recipient, enqueue};
use crate::store::users::{self, User};
use crate::values::address_key;

/// Removes all data of a user and queues the final email. The caller has locked the email address
/// and the user.
pub fn remove_account(tx: &mut Tx<'_>, user: &User) -> Result<(), DbError> {
    let recipients = recipients(tx, user)?;
    links::delete_with_emails(tx, &user.id.0)?;
    rate_limits::forget_account(tx, &user.id)?;
    login_protection::reset_failures(tx, &user.email_key)?;
    users::delete(tx, &user.id)?;
    for email in &recipients {
        let (name, at) = (user.name.clone(), tx.now);
        enqueue(
            tx,
            Recipient {
                email,
                subject_id: None,
            },
            AccountDeleted { name, at },
        )?;
    }
    Ok(())
}

/// Returns the recipients of the final email: the account's own address, and each address with a
/// live undo link. The latter must learn that the link can no longer restore the account.
fn recipients(tx: &mut Tx<'_>, user: &User) -> Result<Vec<String>, DbError> {
    let mut recipients = vec![user.email.clone()];
    let undo_links = links::live(tx, Purpose::Undo, &user.id)?;
    for email in undo_links.into_iter().filter_map(|link| link.email) {
        if !recipients
            .iter()
            .any(|known| address_key(known) == address_key(&email))
        {
            recipients.push(email);
        }
    }
    Ok(recipients)
}
