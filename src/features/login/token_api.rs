//! `POST` and `DELETE /api/v1/token`, `POST /api/v1/token/refresh`: login and logout for API
//! clients.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::log_in::{self, log_in};
use super::log_out::log_out;
use super::login_page::credentials;
use super::refresh_session::{self, Refreshed, refresh_session};
use crate::accounts::sessions::SessionKind;
use crate::app::App;
use crate::http::api::api_request::{ApiRequest, ApiUser};
use crate::http::api::json::{Json, NoContent};
use crate::http::error::Error;
use crate::security::access_token;
use crate::security::refresh_token::RefreshToken;
use crate::texts::problems::ApiError;

/// The credentials of a login.
#[derive(Deserialize, JsonSchema)]
pub struct LogIn {
    /// Email address.
    #[schemars(email, length(min = 1), example = &"ada@example.org")]
    email: String,
    /// Password.
    #[schemars(length(min = 1), example = &"harbour velvet onion clock")]
    password: String,
    /// True for a session that lasts 30 days idle and 180 days in all, instead of 24 hours and 7
    /// days.
    #[serde(default)]
    remember: bool,
}

/// The request for new tokens.
#[derive(Deserialize, JsonSchema)]
pub struct Refresh {
    /// Refresh token from the last response.
    #[schemars(example = &"vsr_…")]
    refresh_token: String,
}

/// The tokens of a session.
#[derive(Serialize, JsonSchema)]
pub struct Tokens {
    /// Always `Bearer`.
    #[schemars(example = &"Bearer")]
    token_type: &'static str,
    /// Access token for all other requests.
    access_token: String,
    /// Lifetime of the access token in seconds.
    #[schemars(example = 900)]
    expires_in: u64,
    /// Refresh token for the next pair. It works once.
    refresh_token: String,
    /// Latest end of the session, however often it is refreshed.
    #[schemars(extend("format" = "date-time"))]
    refresh_expires_at: String,
}

impl Tokens {
    fn of(app: &App, session: &Refreshed) -> Self {
        Self {
            token_type: "Bearer",
            access_token: app.access_tokens.issue(
                &session.next.user,
                &session.handle,
                app.clock.now(),
            ),
            expires_in: access_token::LIFETIME.as_secs(),
            refresh_token: session.next.issue(&app.keys),
            refresh_expires_at: session.expires_at.iso(),
        }
    }
}

/// Logs in. Like the form, it does not reveal which of email address and password is wrong.
pub async fn submit(request: ApiRequest, Json(body): Json<LogIn>) -> Result<Json<Tokens>, Error> {
    let credentials =
        credentials(&body.email, &body.password, body.remember).map_err(Error::Invalid)?;
    let device = request.device();
    match log_in(
        &request.app,
        credentials,
        SessionKind::Api,
        device,
        request.client,
    )
    .await?
    {
        log_in::Outcome::SignedIn(new) => {
            let next = RefreshToken {
                user: new.user,
                session: new.id,
                generation: 0,
            };
            let session = Refreshed {
                next,
                handle: new.handle,
                expires_at: new.expires_at,
            };
            Ok(Json(Tokens::of(&request.app, &session)))
        }
        log_in::Outcome::LoginBlocked(blocked) => Err(blocked.into()),
        log_in::Outcome::WrongCredentials => Err(Error::Api(ApiError::WrongCredentials)),
        log_in::Outcome::PasswordBlocked { .. } => Err(Error::Api(ApiError::PasswordBlocked)),
        log_in::Outcome::Locked => Err(Error::Api(ApiError::AccountLocked)),
    }
}

pub async fn refresh(
    request: ApiRequest,
    Json(body): Json<Refresh>,
) -> Result<Json<Tokens>, Error> {
    match refresh_session(&request.app, &body.refresh_token, request.client).await? {
        refresh_session::Outcome::Refreshed(session) => {
            Ok(Json(Tokens::of(&request.app, &session)))
        }
        refresh_session::Outcome::Rejected => Err(Error::Api(ApiError::InvalidRefreshToken)),
    }
}

/// Ends the session of the request. From the next request on, neither of its tokens works.
pub async fn end(api_user: ApiUser) -> Result<NoContent, Error> {
    let session = api_user
        .owned_session()
        .ok_or(Error::Api(ApiError::SessionNeeded))?;
    log_out(&api_user.request.app, session, api_user.request.client).await?;
    Ok(NoContent)
}
