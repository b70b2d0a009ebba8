//! Checks the fields of a sensitive form for the current password and the second step. The form
//! shows them if the user last gave them more than ten minutes ago. There is no page in between, so
//! the user's input is not lost. Only a button in a list, which has no input, leads to such a form.

use serde::Deserialize;

use super::current_user::SignedIn;
use super::page_request::PageRequest;
use super::required_fields::{CodeField, RequiredFields, ceremony, reauthenticated_recently};
use crate::accounts::audit;
use crate::accounts::authentication::factor_check::{FactorOutcome, GivenFactor, check_factor};
use crate::accounts::authentication::passkeys::Ceremony;
use crate::accounts::authentication::reauthentication::Reauthentication;
use crate::accounts::login_protection::{FactorSource, FailureCount, LoginBlocked};
use crate::accounts::sessions::NewSession;
use crate::app::{CheckOutcome, PasswordCheck};
use crate::db::{LockKey, Tx};
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::notifications::{authorize, notify_failed_logins, record_rejected_factor};
use crate::security::password_hash::PasswordHash;
use crate::security::tokens::hash_device_id;
use crate::security::webauthn::UserVerification;
use crate::store::password_credentials;
use crate::store::users::{self, User};
use crate::texts::passkeys::PasskeyReason;
use crate::texts::reasons::Reason;
use crate::texts::second_step::SecondStepReason;
use crate::values::{Code, Event, Password};

const PASSWORD: &str = "current_password";
pub const CODE: &str = "code";
pub const PASSKEY: &str = "passkey";

/// The fields of a reauthentication. A form without other fields consists of them.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ReauthenticationFields {
    pub current_password: String,
    pub code: String,
    /// The response of a passkey, in JSON. Script fills it in.
    pub passkey: String,
}

/// Returns the reauthentication that a sensitive form needs. One that happened recently is enough.
/// Otherwise checks what the user gave. If that fails, returns `None` and adds errors to the
/// fields.
pub async fn reauthenticate(
    signed_in: &SignedIn,
    errors: &mut FormErrors,
    given: &ReauthenticationFields,
) -> Result<Option<Reauthentication>, Error> {
    if reauthenticated_recently(signed_in) {
        Ok(Some(Reauthentication::Recent))
    } else {
        check_fields(signed_in, errors, given).await
    }
}

/// Checks the current password and the second step, even if they were given recently. The second
/// step is used by the change itself, so a form with another mistake does not use it up.
pub async fn check_fields(
    signed_in: &SignedIn,
    errors: &mut FormErrors,
    given: &ReauthenticationFields,
) -> Result<Option<Reauthentication>, Error> {
    let known_errors = errors.all().len();
    let required = RequiredFields::always(signed_in).await?;
    let factor = if !given.passkey.is_empty() && required.passkey.is_some() {
        given_passkey(signed_in, errors, given)
    } else if required.has_password {
        if given.current_password.is_empty() {
            errors.add(PASSWORD, Reason::NoCurrentPassword);
        }
        let code = match required.code {
            CodeField::None => None,
            CodeField::AnyCode => errors.check(CODE, Code::parse(&given.code)),
            CodeField::RecoveryCode => errors.check(CODE, Code::parse_recovery(&given.code)),
        };
        code.map(GivenFactor::Code)
    } else {
        errors.add(PASSKEY, PasskeyReason::Missing);
        None
    };
    if errors.all().len() > known_errors {
        return Ok(None);
    }
    let password = if given.current_password.is_empty() {
        None
    } else {
        let (request, user) = (&signed_in.request, &signed_in.current.user);
        let typed = &given.current_password;
        match check_current_password(request, user, errors, (PASSWORD, typed)).await? {
            Some(password) => Some(password),
            None => return Ok(None),
        }
    };
    if let Some(factor) = &factor
        && !is_right_factor(signed_in, errors, factor.clone()).await?
    {
        return Ok(None);
    }
    Ok(Some(Reauthentication::Given { password, factor }))
}

/// Uses a reauthentication before the change itself, and renews the session. The setup of a factor
/// and the actions of administrators need this.
pub async fn renew_session(
    signed_in: &SignedIn,
    given: Reauthentication,
) -> Result<NewSession, Error> {
    let (app, actor) = (&signed_in.request.app, signed_in.actor());
    let renewed = app.write(actor.client.clone(), move |tx| {
        Ok(authorize(tx, &actor, &given)?.and_then(|authorized| authorized.renewed))
    });
    renewed.await?.ok_or(Error::SessionChanged)
}

/// Reads the response of a passkey. If the user gave no password, the passkey must verify the user,
/// and stands for the password.
fn given_passkey(
    signed_in: &SignedIn,
    errors: &mut FormErrors,
    given: &ReauthenticationFields,
) -> Option<GivenFactor> {
    let ceremony = Ceremony {
        user_verification: if given.current_password.is_empty() {
            UserVerification::Required
        } else {
            UserVerification::Preferred
        },
        ..ceremony(signed_in)
    };
    let presented = ceremony
        .present(&given.passkey)
        .map_err(PasskeyReason::from);
    let presented = errors.check(PASSKEY, presented);
    presented.map(|presented| GivenFactor::Passkey(Box::new(presented)))
}

/// Returns the field of the form that the user gave a factor in.
pub fn field_of(factor: &GivenFactor) -> &'static str {
    match factor {
        GivenFactor::Code(_) => CODE,
        GivenFactor::Passkey(_) => PASSKEY,
    }
}

/// Returns the reason for a factor that matches nothing.
pub fn wrong_factor(factor: &GivenFactor) -> Reason {
    match factor {
        GivenFactor::Code(Code::App(_)) => SecondStepReason::WrongCode.into(),
        GivenFactor::Code(Code::Recovery(_)) => SecondStepReason::WrongRecoveryCode.into(),
        GivenFactor::Passkey(_) => PasskeyReason::Rejected.into(),
    }
}

/// Returns the reason for a factor that was used before.
pub fn used_factor(factor: &GivenFactor) -> Reason {
    match factor {
        GivenFactor::Code(_) => SecondStepReason::UsedCode.into(),
        GivenFactor::Passkey(_) => PasskeyReason::Expired.into(),
    }
}

/// Returns the reason for a code that was not compared.
pub fn code_blocked(blocked: LoginBlocked) -> Reason {
    match blocked {
        LoginBlocked::RetryAfter(wait) => SecondStepReason::CodesLimited(wait).into(),
        LoginBlocked::LockedOut => SecondStepReason::CodesLockedOut.into(),
        LoginBlocked::NetworkLimited(wait) => Reason::NetworkLimited(wait),
    }
}

/// Compares the current password that the user typed into a field. Returns the hash that it
/// matches. Otherwise adds an error to the field, and notifies the owner of many failures.
pub async fn check_current_password(
    request: &PageRequest,
    user: &User,
    errors: &mut FormErrors,
    (field, typed): (&'static str, &str),
) -> Result<Option<PasswordHash>, Error> {
    let (app, client) = (&request.app, request.client.clone());
    let (id, email_key) = (user.id.clone(), user.email_key.clone());
    let stored = app
        .read({
            let id = id.clone();
            move |tx| Ok(password_credentials::of(tx, &id)?)
        })
        .await?;
    let stored = stored.map(|stored| stored.password_hash);
    let check = PasswordCheck {
        email_key: Some(email_key.clone()),
        user: Some(id.clone()),
        device: request.device(),
        client: client.clone(),
    };
    let outcome = app
        .check_password(check, Password::from_login(typed), stored.clone())
        .await?;
    let failures = match (outcome, stored) {
        (CheckOutcome::Match(_), Some(stored)) => return Ok(Some(stored)),
        (CheckOutcome::Match(_), None) => FailureCount::default(),
        (CheckOutcome::Mismatch(failures), _) => failures,
        (CheckOutcome::Blocked(blocked), _) => {
            request.set_retry_after(blocked.wait());
            errors.add_rate_limited(field, password_blocked(blocked));
            return Ok(None);
        }
    };
    errors.add(field, Reason::WrongCurrentPassword);
    let note = move |tx: &mut Tx<'_>| {
        // Security notices are counted per email address, as at a login, so the address is locked
        // too.
        tx.lock_all([LockKey::Address(&email_key), LockKey::User(&id.0)])?;
        // The account was deleted in the meantime, so there is nothing to record.
        let Some(user) = users::by_id(tx, &id)? else {
            return Ok(());
        };
        audit::record(tx, Event::PasswordRejected, &id)?;
        notify_failed_logins(tx, Some(&user), &email_key, failures)
    };
    app.write(client, note).await?;
    Ok(None)
}

/// Returns true if the factor is right and unused. Otherwise adds an error to its field.
async fn is_right_factor(
    signed_in: &SignedIn,
    errors: &mut FormErrors,
    factor: GivenFactor,
) -> Result<bool, Error> {
    let (app, actor) = (&signed_in.request.app, signed_in.actor());
    let source = FactorSource {
        user: actor.user.clone(),
        device: signed_in.request.device().as_ref().map(hash_device_id),
    };
    let (if_wrong, if_used) = (wrong_factor(&factor), used_factor(&factor));
    let field = field_of(&factor);
    let check = move |tx: &mut Tx<'_>| {
        let network = tx.client.network.map(LockKey::Network);
        let user = LockKey::User(&source.user.0);
        tx.lock_all(network.into_iter().chain([user]))?;
        let outcome = check_factor(tx, &source, &factor)?;
        if let Some(user) = users::by_id(tx, &source.user)? {
            record_rejected_factor(tx, &user, &outcome)?;
        }
        Ok(outcome)
    };
    match app.write(actor.client, check).await? {
        FactorOutcome::Match(()) => return Ok(true),
        FactorOutcome::Mismatch(_) => errors.add(field, if_wrong),
        FactorOutcome::Used(_) => errors.add(field, if_used),
        FactorOutcome::Copied(_) => errors.add(field, PasskeyReason::Copied),
        FactorOutcome::UserNotVerified => errors.add(field, PasskeyReason::PasswordNeeded),
        FactorOutcome::Unreadable => errors.add(field, SecondStepReason::CannotCheck),
        FactorOutcome::Blocked(blocked) => {
            signed_in.request.set_retry_after(blocked.wait());
            errors.add_rate_limited(field, code_blocked(blocked));
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
