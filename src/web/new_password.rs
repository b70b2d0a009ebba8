//! A field for a new password: judged by the same rules at sign-up, at the link, at the reset and at a change.

use super::{Error, FormErrors};
use crate::accounts::passwords::{self, AcceptedPassword};
use crate::app::App;
use crate::store::users::User;
use crate::values::{DisplayName, EmailAddress, Password};

/// Judges what was typed in the field `password`, or notes its error. `email` and `name` are what is known of the
/// person: they must not make up the password.
pub async fn judge_new_password(
    app: &App,
    errors: &mut FormErrors,
    typed: &str,
    email: Option<&EmailAddress>,
    name: Option<&DisplayName>,
) -> Result<Option<AcceptedPassword>, Error> {
    let Some(password) = errors.check("password", Password::parse_new(typed)) else { return Ok(None) };
    let accepted = passwords::accept(&app.hasher, password, app.password_hints(email, name)).await?;
    Ok(errors.check("password", accepted))
}

/// The same for a user whom we know: the stored address and name are theirs.
pub async fn judge_new_password_of(
    app: &App,
    errors: &mut FormErrors,
    typed: &str,
    user: &User,
) -> Result<Option<AcceptedPassword>, Error> {
    let email = EmailAddress::parse(&user.email).ok();
    let name = user.name.as_deref().and_then(|name| DisplayName::parse(name).ok().flatten());
    judge_new_password(app, errors, typed, email.as_ref(), name.as_ref()).await
}
