//! The check of a new password at a confirmation, invitation, reset or change. The attempt counts
//! towards a rate limit first. Then the rules of a sign-up apply.

use super::error::Error;
use super::form_errors::FormErrors;
use crate::accounts::authentication::passwords::{self, AcceptedPassword};
use crate::accounts::rate_limits::{self, Limit};
use crate::app::App;
use crate::db::{LockKey, Tx};
use crate::store::pending_signups::PendingSignup;
use crate::store::users::User;
use crate::values::{ClientInfo, DisplayName, EmailAddress, Password};

/// Returns the new password if it is acceptable. Otherwise adds an error to the field `password`.
/// The password must not be built from the email address and name in `hints`.
///
/// The attempt counts for `subject`, the id of an account, a pending sign-up, an invitation or a
/// reset link. A link has a limit of its own. Otherwise an attacker with a session could use up the
/// limit and prevent a reset.
pub async fn judge_new_password(
    app: &App,
    errors: &mut FormErrors,
    typed: &str,
    subject: &str,
    hints: (Option<&EmailAddress>, Option<&DisplayName>),
) -> Result<Option<AcceptedPassword>, Error> {
    let Some(password) = errors.check("password", Password::parse_new(typed)) else {
        return Ok(None);
    };
    let subject = subject.to_owned();
    let count = move |tx: &mut Tx<'_>| {
        tx.lock(LockKey::User(&subject))?;
        rate_limits::try_acquire(tx, Limit::NewPasswords, &subject)
    };
    app.write(ClientInfo::hidden(), count)
        .await?
        .map_err(Error::RateLimited)?;
    let accepted = passwords::accept(
        &app.hasher,
        password,
        app.password_context(hints.0, hints.1),
    )
    .await?;
    Ok(errors.check("password", accepted))
}

/// Checks a new password for an existing user. The stored email address and name are the hints.
pub async fn judge_new_password_of(
    app: &App,
    errors: &mut FormErrors,
    typed: &str,
    subject: &str,
    user: &User,
) -> Result<Option<AcceptedPassword>, Error> {
    let email = EmailAddress::parse(&user.email).ok();
    let name = user
        .name
        .as_deref()
        .and_then(|name| DisplayName::parse(name).ok().flatten());
    judge_new_password(app, errors, typed, subject, (email.as_ref(), name.as_ref())).await
}

/// Checks the password that a user chooses at the confirmation. The email address is the hint.
pub async fn judge_new_password_of_signup(
    app: &App,
    errors: &mut FormErrors,
    typed: &str,
    signup: &PendingSignup,
) -> Result<Option<AcceptedPassword>, Error> {
    let email = EmailAddress::parse(&signup.email).ok();
    judge_new_password(app, errors, typed, &signup.id, (email.as_ref(), None)).await
}
