//! `POST /api/v1/signup`: sign-up for API clients.

use schemars::JsonSchema;
use serde::Deserialize;

use super::start_sign_up::{self, Outcome, start_sign_up};
use crate::http::api::api_request::ApiRequest;
use crate::http::api::json::{Accepted, Json};
use crate::http::api::mail_request::SentTo;
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::texts::problems::ApiError;
use crate::values::{DisplayName, EmailAddress, Password};

/// A sign-up.
#[derive(Deserialize, JsonSchema)]
pub struct SignUp {
    /// Email address. The confirmation link is sent there.
    #[schemars(email, length(max = 254), example = &"grace@example.org")]
    email: String,
    /// Password of at least 8 characters that isn’t easy to guess.
    #[schemars(length(min = 8, max = 256), example = &"harbour velvet onion clock")]
    password: String,
    /// Display name.
    #[serde(default)]
    #[schemars(length(max = 100), example = &"Grace Hopper")]
    name: Option<String>,
}

/// Signs up. The answer is the same whether or not the address has an account.
pub async fn submit(
    request: ApiRequest,
    Json(body): Json<SignUp>,
) -> Result<Accepted<SentTo>, Error> {
    let policy = &request.app.settings.site.sign_up;
    if policy.is_closed() {
        return Err(Error::Api(ApiError::SignUpClosed));
    }
    let mut errors = FormErrors::default();
    let email = errors.check("email", EmailAddress::parse(&body.email));
    let password = errors.check("password", Password::parse_new(&body.password));
    let name = errors.check(
        "name",
        DisplayName::parse(body.name.as_deref().unwrap_or_default()),
    );
    let (Some(email), Some(password), Some(name)) = (email, password, name) else {
        return Err(Error::Invalid(errors));
    };
    let sent_to = SentTo::from(&email);
    let email = policy.permit(email);
    let email = email.map_err(|_| Error::Api(ApiError::DomainNotAllowed))?;
    let sign_up = start_sign_up::SignUp {
        email,
        name,
        password,
    };
    match start_sign_up(&request.app, sign_up, request.client).await? {
        Outcome::Accepted(_) => Ok(Accepted(sent_to)),
        Outcome::Guessable(guessable) => {
            errors.add("password", guessable);
            Err(Error::Invalid(errors))
        }
        Outcome::RateLimited(wait) => Err(Error::RateLimited(wait)),
    }
}
