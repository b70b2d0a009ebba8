//! The operation: deletes an account. One transaction removes the user's data from every table and
//! queues a final email. After its commit, the email address and the handle are free again.

use crate::accounts::audit;
use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::accounts::users::is_last_administrator;
use crate::app::{App, Failure};
use crate::db::{DbError, LockKey, Tx};
use crate::notifications::{authorize, remove_account};
use crate::store::users;
use crate::values::{Event, address_key};

#[derive(Debug)]
pub enum Outcome {
    Deleted,
    /// No other administrator would be left.
    LastAdministrator,
    SessionEnded,
}

/// Outcome of one attempt.
enum Try {
    Finished(Outcome),
    /// The account now has this email address, or other rights, so the attempt has not locked the
    /// right subjects.
    Again(String),
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
            Try::Again(present) => email = present,
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
    let was_admin = users::by_id(tx, &actor.user)?.is_some_and(|user| user.is_admin);
    let administrators = was_admin.then_some(LockKey::Administrators);
    let own = [LockKey::Address(&key), LockKey::User(&actor.user.0)];
    tx.lock_all(administrators.into_iter().chain(own))?;
    if let Some(user) = users::by_id(tx, &actor.user)? {
        // A user who became an administrator since the first read needs the lock of the
        // administrators, too.
        if user.email_key != key || user.is_admin != was_admin {
            return Ok(Try::Again(user.email));
        }
        // Checked before the reauthentication, which would give the session a new id.
        if is_last_administrator(tx, &user)? {
            return Ok(Try::Finished(Outcome::LastAdministrator));
        }
    }
    let Some(authorized) = authorize(tx, actor, reauthentication)? else {
        return Ok(Try::Finished(Outcome::SessionEnded));
    };
    remove_account(tx, &authorized.user)?;
    audit::log(tx, Event::AccountDeleted, Some(&actor.user));
    Ok(Try::Finished(Outcome::Deleted))
}
