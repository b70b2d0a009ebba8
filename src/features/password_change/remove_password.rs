//! The operation: removes the password. From then on, the user logs in with a passkey. A reset link
//! sets a password again, and the second step stays.

use crate::accounts::authentication::reauthentication::{Actor, Authorized, Reauthentication};
use crate::accounts::authentication::replace_password::replace_password;
use crate::accounts::authentication::{passkeys, recovery_codes};
use crate::accounts::sessions::NewSession;
use crate::app::{App, Failure};
use crate::db::{DbError, Tx};
use crate::mail::emails::password::PasswordRemoved;
use crate::notifications::{authorize, notify_with_undo};
use crate::security::password_hash::PasswordHash;
use crate::store::passkeys as passkey_rows;
use crate::values::{Event, UserId};

/// Outcome of a removal.
#[derive(Debug)]
pub enum Outcome {
    Removed,
    /// The account has no passkey that can log in, or no recovery code.
    NotReady,
    SessionEnded,
}

/// Returns true if the user has another way in: a passkey that can log in, and a recovery code.
pub async fn is_ready(app: &App, user: UserId) -> Result<bool, Failure> {
    Ok(app.read(move |tx| has_other_way(tx, &user)).await?)
}

/// Removes the password. The second value is the renewed session, if the session was renewed.
pub async fn remove_password(
    app: &App,
    actor: Actor,
    reauthentication: Reauthentication,
) -> Result<(Outcome, Option<NewSession>), Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        let Some(authorized) = authorize(tx, &actor, &reauthentication)? else {
            return Ok((Outcome::SessionEnded, None));
        };
        let outcome = remove(tx, &authorized)?;
        Ok((outcome, authorized.renewed))
    };
    Ok(app.write(client, work).await?)
}

fn remove(tx: &mut Tx<'_>, authorized: &Authorized) -> Result<Outcome, DbError> {
    let user = &authorized.user;
    if !has_other_way(tx, &user.id)? {
        return Ok(Outcome::NotReady);
    }
    replace_password(tx, &user.id, &PasswordHash::none())?;
    let event = Event::PasswordRemoved;
    notify_with_undo(tx, event, user, |notice| PasswordRemoved { notice })?;
    Ok(Outcome::Removed)
}

fn has_other_way(tx: &mut Tx<'_>, user: &UserId) -> Result<bool, DbError> {
    let live = passkey_rows::live(tx, user)?;
    let has_passkey = live.iter().any(passkeys::can_log_in);
    Ok(has_passkey && recovery_codes::count_left(tx, user)? > 0)
}
