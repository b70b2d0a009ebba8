//! The operation: deletes an account. One transaction removes the user's data from every table and
//! queues a final email. After its commit, the email address and the handle are free again.

use crate::accounts::audit;
use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::accounts::links::{self, Purpose};
use crate::accounts::users::lock_by_address;
use crate::accounts::{login_protection, rate_limits};
use crate::app::{App, Failure};
use crate::db::{DbError, LockKey, Tx};
use crate::mail::emails::account::AccountDeleted;
use crate::mail::{Recipient, enqueue};
use crate::notifications::authorize;
use crate::store::users::{self, User};
use crate::values::{ClientInfo, EmailAddress, Event, address_key};

#[derive(Debug)]
pub enum Outcome {
    Deleted,
    SessionEnded,
}

/// Outcome of one attempt.
enum Try {
    Finished(Outcome),
    /// The account now has this email address, so the attempt has locked the wrong one.
    AddressIsNow(String),
}

/// Deletes the actor's account. `email` is its email address as far as the caller knows. If the
/// address has just changed, the operation tries again with the new one.
pub async fn delete_account(
    app: &App,
    actor: Actor,
    reauthentication: Reauthentication,
    mut email: String,
) -> Result<Outcome, Failure> {
    let outcome = loop {
        let (client, actor, reauthentication) = (
            actor.client.clone(),
            actor.clone(),
            reauthentication.clone(),
        );
        let work = move |tx: &mut Tx<'_>| delete(tx, &actor, &reauthentication, &email);
        match app.write(client, work).await? {
            Try::Finished(outcome) => break outcome,
            Try::AddressIsNow(present) => email = present,
        }
    };
    if matches!(outcome, Outcome::Deleted) {
        app.db.erase_deleted().await;
    }
    Ok(outcome)
}

fn delete(
    tx: &mut Tx<'_>,
    actor: &Actor,
    reauthentication: &Reauthentication,
    email: &str,
) -> Result<Try, DbError> {
    let key = address_key(email);
    tx.lock_all([LockKey::Address(&key), LockKey::User(&actor.user.0)])?;
    if let Some(user) = users::by_id(tx, &actor.user)?.filter(|user| user.email_key != key) {
        return Ok(Try::AddressIsNow(user.email));
    }
    let Some(authorized) = authorize(tx, actor, reauthentication)? else {
        return Ok(Try::Finished(Outcome::SessionEnded));
    };
    remove(tx, &authorized.user)?;
    audit::log(tx, Event::AccountDeleted, Some(&actor.user));
    Ok(Try::Finished(Outcome::Deleted))
}

/// Deletes the account with this email address for the operator. Returns false if there is none.
pub async fn delete_account_of(app: &App, email: EmailAddress) -> Result<bool, Failure> {
    let work = move |tx: &mut Tx<'_>| {
        let Some(user) = lock_by_address(tx, &email)? else {
            return Ok(false);
        };
        remove(tx, &user)?;
        let event = Event::AccountDeleted.name();
        tx.after_commit(move || {
            tracing::info!(event, user = user.id.0, administrator = "operator");
        });
        Ok(true)
    };
    let is_deleted = app.write(ClientInfo::hidden(), work).await?;
    if is_deleted {
        app.db.erase_deleted().await;
    }
    Ok(is_deleted)
}

/// Removes all data of a user and queues the final email. The caller has locked the email address
/// and the user.
fn remove(tx: &mut Tx<'_>, user: &User) -> Result<(), DbError> {
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
