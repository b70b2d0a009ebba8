//! A field for a new password: judged by the same rules at sign-up, at the link and at the reset.

use super::{Error, FormErrors};
use crate::accounts::passwords::{self, AcceptedPassword};
use crate::app::App;
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
