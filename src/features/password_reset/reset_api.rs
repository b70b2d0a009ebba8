//! `POST /api/v1/password/forgot` and `POST /api/v1/password/reset`: password reset for API
//! clients.

use schemars::JsonSchema;
use serde::Deserialize;

use super::request_reset::{self, request_reset};
use super::reset_password::{self, Choice, Outcome, peek};
use crate::http::api::api_request::ApiRequest;
use crate::http::api::json::{Accepted, Json, NoContent};
use crate::http::api::mail_request::{MailRequest, SentTo};
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::http::new_password::judge_new_password_of;
use crate::texts::problems::ApiError;
use crate::texts::reasons::Reason;
use crate::values::Token;

/// The new password, with the token of a reset link.
#[derive(Deserialize, JsonSchema)]
pub struct Reset {
    /// Token from the emailed link.
    #[schemars(example = &"Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8")]
    token: String,
    /// Password of at least 8 characters that isn’t easy to guess.
    #[schemars(length(min = 8, max = 256), example = &"harbour velvet onion clock")]
    password: String,
    /// True to keep the API tokens of an account younger than a day. Otherwise its first reset
    /// revokes them, because someone else may have created them.
    #[serde(default)]
    keep_tokens: bool,
}

/// Requests a reset link. The answer is the same whether or not the address has an account.
pub async fn forgot(
    request: ApiRequest,
    Json(body): Json<MailRequest>,
) -> Result<Accepted<SentTo>, Error> {
    let email = body.address()?;
    let sent_to = SentTo::from(&email);
    match request_reset(&request.app, email, request.client).await? {
        request_reset::Outcome::Accepted => Ok(Accepted(sent_to)),
        request_reset::Outcome::RateLimited(wait) => Err(Error::RateLimited(wait)),
    }
}

/// Sets the password. If the new password is rejected, the link still works.
pub async fn submit(request: ApiRequest, Json(body): Json<Reset>) -> Result<NoContent, Error> {
    let unusable = || Error::Api(ApiError::LinkUnusable);
    let token = Token::parse(&body.token).ok_or_else(unusable)?;
    let link = peek(&request.app, &token).await?.ok_or_else(unusable)?;
    let mut errors = FormErrors::default();
    let accepted = judge_new_password_of(
        &request.app,
        &mut errors,
        &body.password,
        &link.id,
        &link.user,
    )
    .await?;
    let password = accepted.ok_or(Error::Invalid(errors))?;
    let choice = Choice {
        password,
        keep_tokens: body.keep_tokens,
    };
    match reset_password::reset_password(&request.app, &token, choice, None, request.client).await?
    {
        Outcome::Saved(_) => Ok(NoContent),
        Outcome::LinkUnusable => Err(unusable()),
        Outcome::BlockedPassword => {
            let errors = FormErrors::of_member("password", Reason::SamePassword);
            Err(Error::Invalid(errors))
        }
    }
}
