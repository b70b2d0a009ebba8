//! Extractors for API requests. They never read cookies. The module `accounts::sessions::bearer`
//! decides what a token permits.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use crate::accounts::admin_log::AdminActor;
use crate::accounts::authentication::reauthentication::{self, Actor, Reauthentication};
use crate::accounts::sessions::bearer::{BearerToken, Principal};
use crate::app::App;
use crate::http::app_data::app_of;
use crate::http::edge::client;
use crate::http::error::Error;
use crate::http::headers::credentials;
use crate::store::sessions::CurrentSession;
use crate::store::users::User;
use crate::texts::problems::ApiError;
use crate::values::{ClientInfo, DeviceId, OwnedSession, UserId};

type ExtractorFuture<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

/// An API request, with or without a token.
pub struct ApiRequest {
    pub app: Data<App>,
    pub client: ClientInfo,
}

/// An API request with a valid token.
pub struct ApiUser {
    pub request: ApiRequest,
    principal: Principal,
}

/// An API request with the token of an administrator.
pub struct Administrator(pub ApiUser);

impl ApiRequest {
    pub(super) fn of(request: &HttpRequest) -> Result<Self, Error> {
        let app = app_of(request)?;
        Ok(Self {
            client: client::client_of(request, &app),
            app,
        })
    }

    /// Returns a device id derived from the IP address and the `User-Agent`. It replaces the device
    /// cookie of a browser.
    pub fn device(&self) -> DeviceId {
        self.app
            .keys
            .device_of_program(&self.client.address, &self.client.user_agent)
    }
}

impl ApiUser {
    pub fn actor(&self) -> Actor {
        Actor {
            user: self.id(),
            by: self.principal.credential(),
            client: self.request.client.clone(),
        }
    }

    pub fn user(&self) -> &User {
        self.principal.user()
    }

    pub fn id(&self) -> UserId {
        self.user().id.clone()
    }

    /// Returns the session, or `None` for an API token.
    pub fn session(&self) -> Option<&CurrentSession> {
        match &self.principal {
            Principal::Session(current) => Some(&current.session),
            Principal::Owner(..) => None,
        }
    }

    /// Returns the owner and hash of the session, or `None` for an API token.
    pub fn owned_session(&self) -> Option<OwnedSession> {
        self.principal
            .credential()
            .session()
            .map(|hash| OwnedSession {
                user: self.id(),
                hash: hash.clone(),
            })
    }

    /// Returns the reauthentication that a sensitive change needs. Fails if the password was last
    /// given too long ago, or if the token has no session.
    pub fn reauthentication(&self) -> Result<Reauthentication, Error> {
        let now = self.request.app.clock.now();
        let is_recent = self
            .session()
            .is_some_and(|session| reauthentication::is_recent(session, now));
        if is_recent {
            Ok(Reauthentication::Recent)
        } else {
            Err(Error::Api(ApiError::PasswordNeededAgain))
        }
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

impl Administrator {
    /// Returns the actor of a change. Rejects an API token, because a token in a script must only
    /// read.
    pub fn actor(&self) -> Result<AdminActor, Error> {
        if self.0.session().is_none() {
            return Err(Error::Api(ApiError::SessionNeeded));
        }
        let actor = self.0.actor();
        Ok(AdminActor::Administrator(
            actor,
            Reauthentication::NotNeeded,
        ))
    }
}

impl FromRequest for Administrator {
    type Error = Error;
    type Future = ExtractorFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let api_user = identify(&request).await?;
            if api_user.user().is_admin {
                Ok(Self(api_user))
            } else {
                Err(Error::Api(ApiError::AdministratorsOnly))
            }
        })
    }
}

async fn identify(http_request: &HttpRequest) -> Result<ApiUser, Error> {
    let request = ApiRequest::of(http_request)?;
    // Tokens in other places are ignored (RFC 6750 §2.1).
    let token = credentials(http_request.headers(), "Bearer")
        .ok_or(Error::Api(ApiError::Unauthenticated))?;
    let rejected = || Error::Api(ApiError::InvalidToken);
    let token = BearerToken::read(&request.app.access_tokens, token, request.app.clock.now())
        .ok_or_else(rejected)?;
    let principal = request
        .app
        .principal_of(&token)
        .await?
        .ok_or_else(rejected)?;
    if request.app.must_add_second_step(principal.user()) {
        return Err(Error::Api(ApiError::MfaEnrolmentRequired));
    }
    Ok(ApiUser { request, principal })
}
