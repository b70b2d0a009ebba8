//! A request to the API: the program's parts, and who asks. Cookies are never read here. What a token opens is
//! `accounts::bearer`'s to say.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use super::form::app_of;
use super::{Error, Refusal, client};
use crate::accounts::audit::Client;
use crate::accounts::bearer::{BearerToken, Holder};
use crate::accounts::reauthentication::{self, Actor, Proof};
use crate::app::App;
use crate::store::sessions::CurrentSession;
use crate::values::{DeviceId, OwnedSession, UserId};

type ExtractorFuture<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

/// A request to the API, by anybody.
pub struct Call {
    /// The program's parts.
    pub app: Data<App>,
    /// Who asks.
    pub client: Client,
}

/// A request to the API with a token that opens something.
pub struct Caller {
    /// The request.
    pub call: Call,
    holder: Holder,
}

/// The same, of an administrator.
pub struct Administrator(pub Caller);

impl Call {
    pub(super) fn of(request: &HttpRequest) -> Result<Self, Error> {
        let app = app_of(request)?;
        Ok(Self { client: client::client_of(request, &app), app })
    }

    /// What stands in for the cookie of a browser.
    pub fn device(&self) -> DeviceId {
        self.app.keys.device_of_program(&self.client.address, &self.client.user_agent)
    }
}

impl Caller {
    /// As an operation knows who acts.
    pub fn actor(&self) -> Actor {
        Actor { user: self.id(), by: self.holder.means(), client: self.call.client.clone() }
    }

    /// The user's id.
    pub fn id(&self) -> UserId {
        UserId(self.holder.user().id.clone())
    }

    /// The session; none if it is a personal access token.
    pub fn session(&self) -> Option<&CurrentSession> {
        match &self.holder {
            Holder::Session(current) => Some(&current.session),
            Holder::Owner(..) => None,
        }
    }

    /// The same, as an operation knows it.
    pub fn owned_session(&self) -> Option<OwnedSession> {
        self.holder.means().session().map(|hash| OwnedSession { user: self.id(), hash: hash.clone() })
    }

    /// The proof that a sensitive change needs: the password was given for this session a short while ago.
    pub fn proof(&self) -> Result<Proof, Error> {
        let now = self.call.app.clock.now();
        let is_recent = self.session().is_some_and(|session| reauthentication::is_recent(session, now));
        if is_recent { Ok(Proof::Recent) } else { Err(Error::Refused(Refusal::PasswordNeededAgain)) }
    }
}

impl FromRequest for Call {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Self::of(request))
    }
}

impl FromRequest for Caller {
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
            let caller = identify(&request).await?;
            if caller.holder.user().is_admin {
                Ok(Self(caller))
            } else {
                Err(Error::Refused(Refusal::AdministratorsOnly))
            }
        })
    }
}

async fn identify(request: &HttpRequest) -> Result<Caller, Error> {
    let call = Call::of(request)?;
    let token = bearer(request.headers())?;
    let refused = || Error::Refused(Refusal::InvalidToken);
    let token = BearerToken::read(&call.app.access_tokens, token, call.app.clock.now()).ok_or_else(refused)?;
    let holder = call.app.holder_of(&token).await?.ok_or_else(refused)?;
    Ok(Caller { call, holder })
}

/// The token of `Authorization: Bearer` (RFC 6750 §2.1): in no other place, and once.
fn bearer(headers: &HeaderMap) -> Result<&str, Error> {
    let mut values = headers.get_all(AUTHORIZATION);
    let Some(value) = values.next() else { return Err(Error::Refused(Refusal::Unauthenticated)) };
    let parts = value.to_str().ok().and_then(|value| value.split_once(' '));
    match parts {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && values.next().is_none() => Ok(token),
        Some(_) | None => Err(Error::Refused(Refusal::Unauthenticated)),
    }
}
