//! The operation: deletes an account. One transaction removes the user's data from every table and
//! queues a final email. After its commit, the email address and the handle are free again.

use crate::accounts::audit::Event;
use crate::accounts::links::{self, Purpose};
use crate::accounts::reauthentication::{self, Actor, Reauthentication};
use crate::accounts::throttle::Limits;
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, take_turn};
use crate::mail::{EmailKind, Outbox, Recipient};
use crate::store::outbox;
use crate::store::users::{self, User};
use crate::values::{EmailAddress, UserId, address_key};

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
    proof: Reauthentication,
    mut email: String,
) -> Result<Outcome, Failure> {
    let outcome = loop {
        let (now, limits, actor, proof) = (app.clock.now(), app.limits.clone(), actor.clone(), proof.clone());
        let work =
            move |db: &mut DbConnection, mailbox: &Outbox| delete(db, mailbox, &limits, &actor, &proof, &email, now);
        match app.write_with_mail(work).await? {
            Try::Finished(outcome) => break outcome,
            Try::AddressIsNow(present) => email = present,
        }
    };
    if matches!(outcome, Outcome::Deleted) {
        app.db.erase_deleted().await;
        tracing::info!(event = Event::AccountDeleted.name(), user = actor.user.0, client = actor.client.address);
    }
    Ok(outcome)
}

fn delete(
    db: &mut DbConnection,
    mailbox: &Outbox,
    limits: &Limits,
    actor: &Actor,
    proof: &Reauthentication,
    email: &str,
    now: Timestamp,
) -> Result<Try, DbError> {
    let key = address_key(email);
    take_turn(db, &key)?;
    take_turn(db, &actor.user.0)?;
    if let Some(user) = users::by_id(db, &actor.user.0)?.filter(|user| user.email_key != key) {
        return Ok(Try::AddressIsNow(user.email));
    }
    let Some(authorized) = reauthentication::authorize(db, actor, proof, now)? else {
        return Ok(Try::Finished(Outcome::SessionEnded));
    };
    remove(db, mailbox, limits, &authorized.user, now)?;
    Ok(Try::Finished(Outcome::Deleted))
}

/// Deletes the account with this email address for the operator. Returns false if there is none.
pub async fn delete_account_of(app: &App, email: EmailAddress) -> Result<bool, Failure> {
    let (now, limits) = (app.clock.now(), app.limits.clone());
    let work = move |db: &mut DbConnection, mailbox: &Outbox| {
        take_turn(db, email.key())?;
        let Some(user) = users::by_email_key(db, email.key())? else { return Ok(None) };
        take_turn(db, &user.id)?;
        // The account's email address may have changed before the user was locked.
        let Some(user) = users::by_id(db, &user.id)?.filter(|user| user.email_key == email.key()) else {
            return Ok(None);
        };
        remove(db, mailbox, &limits, &user, now)?;
        Ok(Some(user.id))
    };
    let deleted = app.write_with_mail(work).await?;
    if let Some(user) = &deleted {
        app.db.erase_deleted().await;
        tracing::info!(event = Event::AccountDeleted.name(), user, administrator = "operator");
    }
    Ok(deleted.is_some())
}

/// Removes all data of a user and queues the final email. The caller has locked the email address
/// and the user.
fn remove(
    db: &mut DbConnection,
    mailbox: &Outbox,
    limits: &Limits,
    user: &User,
    now: Timestamp,
) -> Result<(), DbError> {
    let id = UserId(user.id.clone());
    let told = told_of_the_end(db, user, now)?;
    outbox::delete_all(db, &user.id)?;
    links::remove_all(db, &id)?;
    limits.forget_account(db, &id)?;
    limits.reset_failures(db, &user.email_key)?;
    users::delete(db, &user.id)?;
    for email in &told {
        let kind = EmailKind::AccountDeleted { name: user.name.clone(), at: now.millis() };
        mailbox.enqueue(db, Recipient { email, subject_id: None }, kind, now)?;
    }
    Ok(())
}

/// Returns the recipients of the final email: the account's own address, and each address with a
/// live undo link. The latter must learn that the link can no longer restore the account.
fn told_of_the_end(db: &mut DbConnection, user: &User, now: Timestamp) -> Result<Vec<String>, DbError> {
    let mut told = vec![user.email.clone()];
    for email in
        links::live(db, Purpose::Undo, &UserId(user.id.clone()), now)?.into_iter().filter_map(|link| link.email)
    {
        if !told.iter().any(|known| address_key(known) == address_key(&email)) {
            told.push(email);
        }
    }
    Ok(told)
}
