//! A request to the API: the program's parts, and who asks. Cookies are never read here. A token's signature is checked
//! first and without the database; then the session's row is read, each time, so that revocation holds on the next request.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use super::form::app_of;
use super::{Error, Refusal, client};
use crate::accounts::audit::Client;
use crate::accounts::reauthentication::{self, Actor, Means, Proof};
use crate::accounts::{personal_tokens, sign_in};
use crate::app::App;
use crate::security::tokens::hash_program_secret;
use crate::store::sessions::CurrentSession;
use crate::store::users::User;
use crate::values::{DeviceId, OwnedSession, ProgramSecret, ProgramSecretKind, SessionIdHash, UserId};

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
    /// Whose token it is.
    pub user: User,
    /// Its session; none if it is a personal access token.
    pub session: Option<CurrentSession>,
    by: Means,
}

/// The same, of an administrator.
pub struct Administrator(pub Caller);

impl Call {
    fn of(request: &HttpRequest) -> Result<Self, Error> {
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
        Actor { user: self.id(), by: self.by.clone(), client: self.call.client.clone() }
    }

    /// The user's id.
    pub fn id(&self) -> UserId {
        UserId(self.user.id.clone())
    }

    /// The session, if it is not a personal access token.
    pub fn owned_session(&self) -> Option<OwnedSession> {
        self.by.session().map(|hash| OwnedSession { user: self.id(), hash: hash.clone() })
    }

    /// The proof that a sensitive change needs: the password was given for this session a short while ago.
    pub fn proof(&self) -> Result<Proof, Error> {
        let now = self.call.app.clock.now();
        let is_recent = self.session.as_ref().is_some_and(|session| reauthentication::is_recent(session, now));
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
            if caller.user.is_admin { Ok(Self(caller)) } else { Err(Error::Refused(Refusal::AdministratorsOnly)) }
        })
    }
}

async fn identify(request: &HttpRequest) -> Result<Caller, Error> {
    let call = Call::of(request)?;
    let token = bearer(request.headers())?;
    let found = if token.starts_with(ProgramSecretKind::PersonalToken.prefix()) {
        by_personal_token(&call.app, token).await?
    } else {
        by_access_token(&call.app, token).await?
    };
    let (user, session, by) = found.ok_or(Error::Refused(Refusal::InvalidToken))?;
    Ok(Caller { call, user, session, by })
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

type Identity = (User, Option<CurrentSession>, Means);

async fn by_access_token(app: &App, token: &str) -> Result<Option<Identity>, Error> {
    let now = app.clock.now();
    let Some(claims) = app.access_tokens.verify(token, now) else { return Ok(None) };
    let (user, handle) = (UserId(claims.sub), claims.sid);
    let found = {
        let user = user.clone();
        app.db.read(move |db| sign_in::find_of_program(db, &user, &handle)).await?
    };
    let Some(current) = found.filter(|current| sign_in::is_live(&current.session, now)) else { return Ok(None) };
    let hash = SessionIdHash(current.session.id_hash.clone());
    if sign_in::is_seen_due(&current.session, now) {
        let session = OwnedSession { user, hash: hash.clone() };
        app.db.write_later(move |db| sign_in::note_seen(db, &session, now));
    }
    Ok(Some((current.user, Some(current.session), Means::Session(hash))))
}

async fn by_personal_token(app: &App, token: &str) -> Result<Option<Identity>, Error> {
    let now = app.clock.now();
    let Some(secret) = ProgramSecret::parse(ProgramSecretKind::PersonalToken, token) else { return Ok(None) };
    let hash = hash_program_secret(&secret);
    let found = app.db.read(move |db| personal_tokens::find_live(db, &hash, now)).await?;
    let Some((token, user)) = found else { return Ok(None) };
    if personal_tokens::is_use_due(&token, now) {
        let (user, id) = (UserId(user.id.clone()), token.id.clone());
        app.db.write_later(move |db| personal_tokens::note_used(db, &user, &id, now));
    }
    Ok(Some((user, None, Means::PersonalToken(token.id))))
}
