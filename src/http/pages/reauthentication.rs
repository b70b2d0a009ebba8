//! The fields of a sensitive form for the current password and the code of the second step. The
//! form shows them if the user last gave them more than ten minutes ago. There is no page in
//! between, so the user's input is not lost. Only a button in a list, which has no input, leads to
//! such a form.

use serde::Deserialize;

use super::current_user::SignedIn;
use crate::accounts::audit;
use crate::accounts::authentication::factor_check::{CodeOutcome, check_code};
use crate::accounts::authentication::reauthentication::{self, Reauthentication};
use crate::accounts::login_protection::{CodeSource, FailureCount, LoginBlocked};
use crate::app::{CheckOutcome, PasswordCheck};
use crate::db::{LockKey, Tx};
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::notifications::{notify_failed_logins, record_wrong_code};
use crate::security::password_hash::PasswordHash;
use crate::security::tokens::hash_device_id;
use crate::store::{password_credentials, users};
use crate::texts::reasons::Reason;
use crate::texts::second_step::SecondStepReason;
use crate::values::{Code, Event, Password};

const PASSWORD: &str = "current_password";
const CODE: &str = "code";

/// The fields of a reauthentication. A form without other fields consists of them.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ReauthenticationFields {
    pub current_password: String,
    pub code: String,
}

/// The fields of a reauthentication that a form must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequiredFields {
    None,
    Password,
    PasswordAndCode,
}

impl RequiredFields {
    /// Returns the fields of a form that asks only if the user last gave them too long ago.
    pub fn of(signed_in: &SignedIn) -> Self {
        let (session, now) = (
            &signed_in.current.session,
            signed_in.request.app.clock.now(),
        );
        if reauthentication::is_recent(session, now) {
            Self::None
        } else {
            Self::always(signed_in)
        }
    }

    /// Returns the fields of a form that always asks.
    pub fn always(signed_in: &SignedIn) -> Self {
        if signed_in.current.user.has_second_step() {
            Self::PasswordAndCode
        } else {
            Self::Password
        }
    }

    pub fn is_any(self) -> bool {
        self != Self::None
    }

    /// Returns true if the form asks for a code, too.
    pub fn has_code(self) -> bool {
        self == Self::PasswordAndCode
    }
}

/// Returns the reauthentication that a sensitive form needs. One that happened recently is enough.
/// Otherwise checks what the user typed. If that fails, returns `None` and adds errors to the
/// fields.
pub async fn reauthenticate(
    signed_in: &SignedIn,
    errors: &mut FormErrors,
    typed: &ReauthenticationFields,
) -> Result<Option<Reauthentication>, Error> {
    if RequiredFields::of(signed_in).is_any() {
        check_fields(signed_in, errors, typed).await
    } else {
        Ok(Some(Reauthentication::Recent))
    }
}

/// Checks the current password and the code, even if they were given recently. The code is used by
/// the change itself, so a form with another mistake does not use it up.
pub async fn check_fields(
    signed_in: &SignedIn,
    errors: &mut FormErrors,
    typed: &ReauthenticationFields,
) -> Result<Option<Reauthentication>, Error> {
    let known_errors = errors.all().len();
    if typed.current_password.is_empty() {
        errors.add(PASSWORD, Reason::NoCurrentPassword);
    }
    let code = if signed_in.current.user.has_second_step() {
        errors.check(CODE, Code::parse(&typed.code))
    } else {
        None
    };
    if errors.all().len() > known_errors {
        return Ok(None);
    }
    let Some(password) = check_password(signed_in, errors, &typed.current_password).await? else {
        return Ok(None);
    };
    if let Some(code) = &code
        && !is_right_code(signed_in, errors, code.clone()).await?
    {
        return Ok(None);
    }
    Ok(Some(Reauthentication::Given { password, code }))
}

/// Returns the reason for a code that was not compared.
pub fn code_blocked(blocked: LoginBlocked) -> Reason {
    match blocked {
        LoginBlocked::RetryAfter(wait) => SecondStepReason::CodesLimited(wait).into(),
        LoginBlocked::LockedOut => SecondStepReason::CodesLockedOut.into(),
        LoginBlocked::NetworkLimited(wait) => Reason::NetworkLimited(wait),
    }
}

/// Returns the hash that the password matches.
async fn check_password(
    signed_in: &SignedIn,
    errors: &mut FormErrors,
    typed: &str,
) -> Result<Option<PasswordHash>, Error> {
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
        (CheckOutcome::Match(_), Some(stored)) => return Ok(Some(stored)),
        (CheckOutcome::Match(_), None) => FailureCount::default(),
        (CheckOutcome::Mismatch(failures), _) => failures,
        (CheckOutcome::Blocked(blocked), _) => {
            signed_in.request.come_back_after(blocked.wait());
            errors.add_rate_limited(PASSWORD, password_blocked(blocked));
            return Ok(None);
        }
    };
    errors.add(PASSWORD, Reason::WrongCurrentPassword);
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

/// Returns true if the code is right and unused. Otherwise adds an error to the field.
async fn is_right_code(
    signed_in: &SignedIn,
    errors: &mut FormErrors,
    code: Code,
) -> Result<bool, Error> {
    let (app, actor) = (&signed_in.request.app, signed_in.actor());
    let source = CodeSource {
        user: actor.user.clone(),
        device: signed_in.request.device().as_ref().map(hash_device_id),
    };
    let wrong = SecondStepReason::wrong(&code);
    let check = move |tx: &mut Tx<'_>| {
        let network = tx.client.network.map(LockKey::Network);
        let user = LockKey::User(&source.user.0);
        tx.lock_all(network.into_iter().chain([user]))?;
        let outcome = check_code(tx, &source, &code)?;
        if let CodeOutcome::Mismatch(failures) | CodeOutcome::Used(failures) = &outcome
            && let Some(user) = users::by_id(tx, &source.user)?
        {
            record_wrong_code(tx, &user, *failures)?;
        }
        Ok(outcome)
    };
    match app.write(actor.client, check).await? {
        CodeOutcome::Match(()) => return Ok(true),
        CodeOutcome::Mismatch(_) => errors.add(CODE, wrong),
        CodeOutcome::Used(_) => errors.add(CODE, SecondStepReason::UsedCode),
        CodeOutcome::Unreadable => errors.add(CODE, SecondStepReason::CannotCheck),
        CodeOutcome::Blocked(blocked) => {
            signed_in.request.come_back_after(blocked.wait());
            errors.add_rate_limited(CODE, code_blocked(blocked));
        }
    }
    Ok(false)
}

fn password_blocked(blocked: LoginBlocked) -> Reason {
    match blocked {
        LoginBlocked::RetryAfter(wait) => Reason::PasswordLimited(wait),
        LoginBlocked::NetworkLimited(wait) => Reason::PasswordNetworkLimited(wait),
        LoginBlocked::LockedOut => Reason::PasswordLockedOut,
    }
}
