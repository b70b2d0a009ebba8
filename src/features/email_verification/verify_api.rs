//! `POST /api/v1/verify` and `/verify/resend`: email confirmation for API clients, which extract
//! the token from the link.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::resend_link::{self, resend_link};
use super::verify_email::{ConfirmRequest, LinkStatus, Outcome, peek, verify_email};
use crate::http::api::api_request::ApiRequest;
use crate::http::api::json::{Accepted, Json};
use crate::http::api::mail_request::{MailRequest, SentTo};
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::http::new_password::judge_new_password_of_signup;
use crate::texts::problems::ApiError;
use crate::values::Token;

/// The token of a confirmation link.
#[derive(Deserialize, JsonSchema)]
pub struct Verify {
    /// Token from the emailed link.
    #[schemars(example = &"Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8")]
    token: String,
    /// Password. Required if the email asks for one.
    #[serde(default)]
    password: Option<String>,
}

/// The new account.
#[derive(Serialize, JsonSchema)]
pub struct Verified {
    /// Email address.
    #[schemars(example = &"ada@example.org")]
    email: String,
}

pub async fn submit(
    request: ApiRequest,
    Json(body): Json<Verify>,
) -> Result<Json<Verified>, Error> {
    let token = Token::parse(&body.token).ok_or(Error::Api(ApiError::LinkUnusable))?;
    let chosen = match peek(&request.app, &token).await? {
        LinkStatus::Pending(pending) if pending.signup.password_hash.is_none() => {
            let mut errors = FormErrors::default();
            let (app, typed) = (&request.app, body.password.unwrap_or_default());
            let judged =
                judge_new_password_of_signup(app, &mut errors, &typed, &pending.signup).await?;
            Some(judged.ok_or(Error::Invalid(errors))?)
        }
        LinkStatus::Pending(_)
        | LinkStatus::AlreadyConfirmed
        | LinkStatus::AwaitingApproval(_)
        | LinkStatus::Unusable => None,
    };
    let confirmation = ConfirmRequest {
        token,
        chosen,
        device: request.device(),
        starts_session: false,
    };
    match verify_email(&request.app, confirmation, request.client).await? {
        Outcome::Confirmed { email, .. } => Ok(Json(Verified { email })),
        Outcome::AwaitingApproval(_) => Err(Error::Api(ApiError::AwaitingApproval)),
        Outcome::AlreadyConfirmed => Err(Error::Api(ApiError::LinkUsed)),
        Outcome::LinkUnusable => Err(Error::Api(ApiError::LinkUnusable)),
    }
}

/// Sends the confirmation link again. The response never reveals whether a sign-up is pending.
pub async fn resend(
    request: ApiRequest,
    Json(body): Json<MailRequest>,
) -> Result<Accepted<SentTo>, Error> {
    let email = body.address()?;
    let sent_to = SentTo::from(&email);
    match resend_link(&request.app, email, request.client).await? {
        resend_link::Outcome::Accepted => Ok(Accepted(sent_to)),
        resend_link::Outcome::RateLimited(wait) => Err(Error::RateLimited(wait)),
    }
}
