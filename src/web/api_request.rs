//! A request to the API: the program's parts, and who asks. Cookies are never read here. What a token opens is
//! `accounts::bearer`'s to say.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use super::form::app_of;
use super::{ApiError, Error, client};
use crate::accounts::audit::ClientInfo;
use crate::accounts::bearer::{BearerToken, Principal};
use crate::accounts::reauthentication::{self, Actor, Reauthentication};
use crate::app::App;
use crate::store::sessions::CurrentSession;
use crate::values::{DeviceId, OwnedSession, UserId};

type ExtractorFuture<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

/// A request to the API, by anybody.
pub struct ApiRequest {
    /// The program's parts.
    pub app: Data<App>,
    /// Who asks.
    pub client: ClientInfo,
}

/// A request to the API with a token that opens something.
pub struct ApiUser {
    /// The request.
    pub request: ApiRequest,
    principal: Principal,
}

/// The same, of an administrator.
pub struct Administrator(pub ApiUser);

impl ApiRequest {
    pub(super) fn of(request: &HttpRequest) -> Result<Self, Error> {
        let app = app_of(request)?;
        Ok(Self { client: client::client_of(request, &app), app })
    }

    /// What stands in for the cookie of a browser.
    pub fn device(&self) -> DeviceId {
        self.app.keys.device_of_program(&self.client.address, &self.client.user_agent)
    }
}

impl ApiUser {
    /// As an operation knows who acts.
    pub fn actor(&self) -> Actor {
        Actor { user: self.id(), by: self.principal.credential(), client: self.request.client.clone() }
    }

    /// The user's id.
    pub fn id(&self) -> UserId {
        UserId(self.principal.user().id.clone())
    }

    /// The session; none if it is a personal access token.
    pub fn session(&self) -> Option<&CurrentSession> {
        match &self.principal {
            Principal::Session(current) => Some(&current.session),
            Principal::Owner(..) => None,
        }
    }

    /// The same, as an operation knows it.
    pub fn owned_session(&self) -> Option<OwnedSession> {
        self.principal.credential().session().map(|hash| OwnedSession { user: self.id(), hash: hash.clone() })
    }

    /// The proof that a sensitive change needs: the password was given for this session a short while ago.
    pub fn proof(&self) -> Result<Reauthentication, Error> {
        let now = self.request.app.clock.now();
        let is_recent = self.session().is_some_and(|session| reauthentication::is_recent(session, now));
        if is_recent { Ok(Reauthentication::Recent) } else { Err(Error::Refused(ApiError::PasswordNeededAgain)) }
    }
}

impl FromRequest for ApiRequest {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Self::of(request))
    }
}

impl FromRequest for ApiUser {
    type Error = Error;
    type Future = ExtractorFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { identify(&request).await })
    }
}

impl FromRequest for Administrator {
    type Error = Error;
    type Future = ExtractorFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let api_user = identify(&request).await?;
            if api_user.principal.user().is_admin {
                Ok(Self(api_user))
            } else {
                Err(Error::Refused(ApiError::AdministratorsOnly))
            }
        })
    }
}

async fn identify(http_request: &HttpRequest) -> Result<ApiUser, Error> {
    let request = ApiRequest::of(http_request)?;
    let token = bearer(http_request.headers())?;
    let refused = || Error::Refused(ApiError::InvalidToken);
    let token = BearerToken::read(&request.app.access_tokens, token, request.app.clock.now()).ok_or_else(refused)?;
    let principal = request.app.principal_of(&token).await?.ok_or_else(refused)?;
    Ok(ApiUser { request, principal })
}

/// The token of `Authorization: Bearer` (RFC 6750 §2.1): in no other place, and once.
fn bearer(headers: &HeaderMap) -> Result<&str, Error> {
    let mut values = headers.get_all(AUTHORIZATION);
    let Some(value) = values.next() else { return Err(Error::Refused(ApiError::Unauthenticated)) };
    let parts = value.to_str().ok().and_then(|value| value.split_once(' '));
    match parts {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && values.next().is_none() => Ok(token),
        Some(_) | None => Err(Error::Refused(ApiError::Unauthenticated)),
    }
}
