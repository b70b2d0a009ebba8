//! `POST /api/v1/password/forgot` and `/password/reset`: the same for programs.

use schemars::JsonSchema;
use serde::Deserialize;

use super::request_reset::request_reset;
use super::reset_password::{Outcome, look_at, reset_password};
use crate::values::Token;
use crate::web::{Accepted, Call, Done, Error, FormErrors, Json, MailRequest, Refusal, SentTo, judge_new_password_of};

/// A new password, by a link.
#[derive(Deserialize, JsonSchema)]
pub struct Reset {
    /// The token of the link in the mail.
    #[schemars(example = &"Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8")]
    token: String,
    /// The new password: 8 characters or more, and not easy to guess.
    #[schemars(length(min = 8, max = 256), example = &"harbour velvet onion clock")]
    password: String,
}

/// Asks for a link. Always the same answer.
pub async fn forgot(call: Call, Json(body): Json<MailRequest>) -> Result<Accepted<SentTo>, Error> {
    let email = body.address()?;
    let sent_to = SentTo::from(&email);
    request_reset(&call.app, email, call.client).await?;
    Ok(Accepted(sent_to))
}

/// Sets the password. A refused one keeps the link alive.
pub async fn submit(call: Call, Json(body): Json<Reset>) -> Result<Done, Error> {
    let dead = || Error::Refused(Refusal::LinkDead);
    let token = Token::parse(&body.token).ok_or_else(dead)?;
    let user = look_at(&call.app, &token).await?.ok_or_else(dead)?;
    let mut errors = FormErrors::default();
    let accepted = judge_new_password_of(&call.app, &mut errors, &body.password, &user).await?;
    let password = accepted.ok_or(Error::Invalid(errors))?;
    match reset_password(&call.app, &token, password, None, call.client).await? {
        Outcome::Saved { .. } => Ok(Done),
        Outcome::LinkUnusable => Err(dead()),
    }
}
