//! `POST` and `DELETE /api/v1/token`, `POST /api/v1/token/second-factor` and `…/refresh`: login and
//! logout for API clients.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::complete_second_step::{self, SecondStep, complete_second_step};
use super::log_in::{self, log_in};
use super::log_out::log_out;
use super::login_page::credentials;
use super::refresh_session::{self, SessionForTokens, refresh_session};
use crate::accounts::authentication::factor_check::GivenFactor;
use crate::accounts::authentication::finish_login::FinishedLogin;
use crate::accounts::sessions::SessionKind;
use crate::app::App;
use crate::http::api::api_request::{ApiRequest, ApiUser};
use crate::http::api::json::{Json, NoContent};
use crate::http::error::Error;
use crate::security::access_token;
use crate::security::refresh_token::RefreshToken;
use crate::security::tokens::hash_program_secret;
use crate::texts::problems::ApiError;
use crate::values::{Code, CodeError, ProgramSecret, ProgramSecretKind};

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
    fn from_login(app: &App, login: FinishedLogin) -> Self {
        let session = login.session;
        let for_tokens = SessionForTokens {
            refresh_token: RefreshToken {
                user: session.user,
                session: session.id,
                generation: 0,
            },
            handle: session.handle,
            expires_at: session.expires_at,
            authentication: login.authentication,
        };
        Self::from_session(app, &for_tokens)
    }

    fn from_session(app: &App, session: &SessionForTokens) -> Self {
        Self {
            token_type: "Bearer",
            access_token: app.access_tokens.issue(
                &session.refresh_token.user,
                &session.handle,
                session.authentication.claims(),
                app.clock.now(),
            ),
            expires_in: access_token::LIFETIME.as_secs(),
            refresh_token: session.refresh_token.issue(&app.keys),
            refresh_expires_at: session.expires_at.iso(),
        }
    }
}

/// The code of the second step.
#[derive(Deserialize, JsonSchema)]
pub struct SecondFactor {
    /// Token from the `mfa_required` error. It works once, for 10 minutes.
    #[schemars(example = &"vsl_…")]
    mfa_token: String,
    /// Code from an authenticator app, or a recovery code.
    #[schemars(length(min = 1), example = &"123456")]
    code: String,
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
        log_in::Outcome::SignedIn(login) => Ok(Json(Tokens::from_login(&request.app, login))),
        log_in::Outcome::SecondStep(pending) => Err(Error::SecondStepRequired(pending)),
        log_in::Outcome::LoginBlocked(blocked) => Err(blocked.into()),
        log_in::Outcome::WrongCredentials => Err(Error::Api(ApiError::WrongCredentials)),
        log_in::Outcome::PasswordBlocked { .. } => Err(Error::Api(ApiError::PasswordBlocked)),
        log_in::Outcome::Locked => Err(Error::Api(ApiError::AccountLocked)),
        log_in::Outcome::AwaitingApproval { .. } => Err(Error::Api(ApiError::AwaitingApproval)),
    }
}

/// Completes a login whose account has a second step.
pub async fn second_factor(
    request: ApiRequest,
    Json(body): Json<SecondFactor>,
) -> Result<Json<Tokens>, Error> {
    use complete_second_step::Outcome;
    let token = ProgramSecret::parse(ProgramSecretKind::PendingLogin, &body.mfa_token)
        .ok_or(Error::Api(ApiError::InvalidMfaToken))?;
    let code = match Code::parse(&body.code) {
        Ok(code) => code,
        Err(CodeError::Empty) => {
            return Err(Error::invalid_member("code", CodeError::Empty.into()));
        }
        Err(_) => return Err(Error::Api(ApiError::WrongCode)),
    };
    let step = SecondStep {
        pending_login: hash_program_secret(&token),
        factor: GivenFactor::Code(code),
        kind: SessionKind::Api,
        device: request.device(),
        trusts_browser: false,
    };
    match complete_second_step(&request.app, step, request.client).await? {
        Outcome::SignedIn { login, .. } => Ok(Json(Tokens::from_login(&request.app, login))),
        Outcome::WrongFactor | Outcome::UsedFactor | Outcome::CopiedPasskey => {
            Err(Error::Api(ApiError::WrongCode))
        }
        Outcome::LoginBlocked(blocked) => Err(blocked.into()),
        Outcome::CannotCheck => Err(Error::Unavailable(
            "the secret of an authenticator app could not be opened".into(),
        )),
        Outcome::Expired => Err(Error::Api(ApiError::InvalidMfaToken)),
    }
}

pub async fn refresh(
    request: ApiRequest,
    Json(body): Json<Refresh>,
) -> Result<Json<Tokens>, Error> {
    match refresh_session(&request.app, &body.refresh_token, request.client).await? {
        refresh_session::Outcome::Refreshed(session) => {
            Ok(Json(Tokens::from_session(&request.app, &session)))
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
