//! Field for a new password at a confirmation, reset or change. The attempt is counted first, then
//! judged by the same rules as at a sign-up.

use super::{Error, FormErrors};
use crate::accounts::passwords::{self, AcceptedPassword};
use crate::accounts::throttle::Limit;
use crate::app::App;
use crate::db::{DbConnection, take_turn};
use crate::store::users::User;
use crate::values::{DisplayName, EmailAddress, Password};

/// Judges what was typed in the field `password`, or notes its error. It counts for `subject`: an account, a pending
/// sign-up, or a reset link. A link has a count of its own, or the holder of a session could keep the owner from resetting. The address and name in `hints` must not make up the password.
pub async fn judge_new_password(
    app: &App,
    errors: &mut FormErrors,
    typed: &str,
    subject: &str,
    hints: (Option<&EmailAddress>, Option<&DisplayName>),
) -> Result<Option<AcceptedPassword>, Error> {
    let Some(password) = errors.check("password", Password::parse_new(typed)) else { return Ok(None) };
    let (limits, now, subject) = (app.limits.clone(), app.clock.now(), subject.to_owned());
    let count = move |db: &mut DbConnection| {
        take_turn(db, &subject)?;
        limits.try_acquire(db, Limit::NewPasswords, &subject, now)
    };
    app.db.write(count).await?.map_err(Error::TooMany)?;
    let accepted = passwords::accept(&app.hasher, password, app.password_hints(hints.0, hints.1)).await?;
    Ok(errors.check("password", accepted))
}

/// Judges it for a known user: the stored address and name are the hints.
pub async fn judge_new_password_of(
    app: &App,
    errors: &mut FormErrors,
    typed: &str,
    subject: &str,
    user: &User,
) -> Result<Option<AcceptedPassword>, Error> {
    let email = EmailAddress::parse(&user.email).ok();
    let name = user.name.as_deref().and_then(|name| DisplayName::parse(name).ok().flatten());
    judge_new_password(app, errors, typed, subject, (email.as_ref(), name.as_ref())).await
}
