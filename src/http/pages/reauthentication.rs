//! The field for the current password in a sensitive form. The form shows it if the password was
//! last given more than ten minutes ago. There is no page in between, so the user's input is not
//! lost. Only a button in a list, which has no input, leads to such a form.

use serde::Deserialize;

use super::current_user::SignedIn;
use crate::accounts::audit;
use crate::accounts::authentication::reauthentication::{self, Reauthentication};
use crate::accounts::login_protection::{FailureCount, LoginBlocked};
use crate::app::{CheckOutcome, PasswordCheck};
use crate::db::{LockKey, Tx};
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::notifications::notify_failed_logins;
use crate::store::{password_credentials, users};
use crate::texts::reasons::Reason;
use crate::values::{Event, Password};

const FIELD: &str = "current_password";

/// A form with no field but the current password.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CurrentPassword {
    pub current_password: String,
}

/// Returns true if the form must ask for the current password.
pub fn requires_reauthentication(signed_in: &SignedIn) -> bool {
    !reauthentication::is_recent(
        &signed_in.current.session,
        signed_in.request.app.clock.now(),
    )
}

/// Returns the reauthentication that a sensitive form needs. A password that was given recently is
/// enough. Otherwise checks `typed`. If that fails, returns `None` and adds an error to the field.
pub async fn reauthenticate(
    signed_in: &SignedIn,
    errors: &mut FormErrors,
    typed: &str,
) -> Result<Option<Reauthentication>, Error> {
    if requires_reauthentication(signed_in) {
        check_password(signed_in, errors, typed).await
    } else {
        Ok(Some(Reauthentication::Recent))
    }
}

/// Checks the current password even if it was given recently.
pub async fn check_password(
    signed_in: &SignedIn,
    errors: &mut FormErrors,
    typed: &str,
) -> Result<Option<Reauthentication>, Error> {
    if typed.is_empty() {
        errors.add(FIELD, Reason::NoCurrentPassword);
        return Ok(None);
    }
    let (app, actor) = (&signed_in.request.app, signed_in.actor());
    let id = actor.user.clone();
    let stored = app
        .read(move |tx| Ok(password_credentials::of(tx, &id)?))
        .await?;
    let stored = stored.map(|stored| stored.password_hash);
    let check = PasswordCheck {
        email_key: Some(signed_in.current.user.email_key.clone()),
        user: Some(actor.user.clone()),
        device: signed_in.request.device(),
        client: actor.client.clone(),
    };
    let outcome = app
        .check_password(check, Password::from_login(typed), stored.clone())
        .await?;
    let failures = match (outcome, stored) {
        (CheckOutcome::Match(_), Some(stored)) => return Ok(Some(Reauthentication::Typed(stored))),
        (CheckOutcome::Match(_), None) => FailureCount::default(),
        (CheckOutcome::Mismatch(failures), _) => failures,
        (CheckOutcome::Blocked(blocked), _) => {
            signed_in.request.come_back_after(blocked.wait());
            errors.add_rate_limited(FIELD, reason_of(blocked));
            return Ok(None);
        }
    };
    errors.add(FIELD, Reason::WrongCurrentPassword);
    let (client, email_key) = (
        actor.client.clone(),
        signed_in.current.user.email_key.clone(),
    );
    let note = move |tx: &mut Tx<'_>| {
        // Security notices are counted per email address, as at a login, so the address is locked
        // too.
        tx.lock_all([LockKey::Address(&email_key), LockKey::User(&actor.user.0)])?;
        // The account was deleted in the meantime, so there is nothing to record.
        let Some(user) = users::by_id(tx, &actor.user)? else {
            return Ok(());
        };
        audit::record(tx, Event::PasswordRejected, &actor.user)?;
        notify_failed_logins(tx, Some(&user), &email_key, failures)
    };
    app.write(client, note).await?;
    Ok(None)
}

fn reason_of(blocked: LoginBlocked) -> Reason {
    match blocked {
        LoginBlocked::RetryAfter(wait) => Reason::PasswordLimited(wait),
        LoginBlocked::NetworkLimited(wait) => Reason::PasswordNetworkLimited(wait),
        LoginBlocked::LockedOut => Reason::PasswordLockedOut,
    }
}
