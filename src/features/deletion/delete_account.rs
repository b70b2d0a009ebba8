//! The operation: deletes an account. One transaction removes everything of the person from every table and writes the last
//! mail; address and handle are free again with its commit.

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

/// What the form did.
#[derive(Debug)]
pub enum Outcome {
    /// There is no such account any more.
    Deleted,
    /// The session has ended meanwhile.
    SessionEnded,
}

/// What one try came to.
enum Try {
    Finished(Outcome),
    /// The turn that was taken is another address's: the account's was changed in this very moment.
    AddressIsNow(String),
}

/// Deletes it. `email` is the address that the account has, as far as the caller knows.
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

/// Deletes the account with this address for the operator; tells whether there was one.
pub async fn delete_account_of(app: &App, email: EmailAddress) -> Result<bool, Failure> {
    let (now, limits) = (app.clock.now(), app.limits.clone());
    let work = move |db: &mut DbConnection, mailbox: &Outbox| {
        take_turn(db, email.key())?;
        let Some(user) = users::by_email_key(db, email.key())? else { return Ok(None) };
        take_turn(db, &user.id)?;
        // It may have another address by now.
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

/// Removes everything of a user, in the turns of the address and of the user, and writes the last mail.
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

/// The account's address, and each that could still have taken the account back: it must hear that nothing is left to take.
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
