//! The field for the present password in a sensitive form: it is there when the password was last given more than ten
//! minutes ago. No page in between, so nothing that was typed is lost.

use super::{Error, Fields, FormErrors, FromFields, SignedIn};
use crate::accounts::audit::{self, Event};
use crate::accounts::passwords;
use crate::accounts::reauthentication::{self, Proof};
use crate::app::Failure;
use crate::db::{DbConnection, take_turn};
use crate::security::password_hash::PasswordHash;
use crate::store::{password_credentials, users};
use crate::values::Password;

/// The field's name.
const FIELD: &str = "current_password";

/// A form with that field alone.
pub struct PasswordAgain {
    /// As typed.
    pub current_password: String,
}

impl FromFields for PasswordAgain {
    fn from_fields(fields: &mut Fields) -> Self {
        Self { current_password: fields.take(FIELD) }
    }
}

/// Whether a form has to ask.
pub fn asks_for_password(signed_in: &SignedIn) -> bool {
    !reauthentication::is_recent(&signed_in.current.session, signed_in.visit.app.clock.now())
}

/// The proof that a sensitive form needs: the password that was given a short while ago, or the one that is `typed` now, or
/// an error noted for its field.
pub async fn password_again(
    signed_in: &SignedIn,
    errors: &mut FormErrors,
    typed: &str,
) -> Result<Option<Proof>, Error> {
    if asks_for_password(signed_in) { check_password(signed_in, errors, typed).await } else { Ok(Some(Proof::Recent)) }
}

/// The same where the password is asked for each time.
pub async fn check_password(
    signed_in: &SignedIn,
    errors: &mut FormErrors,
    typed: &str,
) -> Result<Option<Proof>, Error> {
    if typed.is_empty() {
        errors.add(FIELD, &"Enter your current password");
        return Ok(None);
    }
    let (app, actor) = (&signed_in.visit.app, signed_in.actor());
    let id = actor.user.0.clone();
    let stored = app.db.read(move |db| Ok(password_credentials::of(db, &id)?)).await?;
    let stored = stored.map(|stored| PasswordHash(stored.password_hash));
    let password = Password::from_login(typed);
    let (right, _) = passwords::compare(&app.hasher, password, stored.clone(), app.settings.bcrypt_cost)
        .await
        .map_err(Failure::from)?;
    if let Some(stored) = stored.filter(|_| right) {
        return Ok(Some(Proof::Typed(stored)));
    }
    errors.add(FIELD, &"Current password is wrong. Try again, or set a new one if you've forgotten it");
    let (now, event, client) = (app.clock.now(), Event::PasswordRefused, actor.client.address.clone());
    tracing::info!(event = event.name(), user = actor.user.0, client);
    let note = move |db: &mut DbConnection| {
        take_turn(db, &actor.user.0)?;
        match users::by_id(db, &actor.user.0)? {
            Some(_) => audit::record(db, event, Some(&actor.user), &actor.client, now),
            // Deleted meanwhile: nothing is kept of it.
            None => Ok(()),
        }
    };
    app.db.write(note).await?;
    Ok(None)
}
