//! Who is signed in. The cookie's signature is checked first and without the database; then the session's row is read,
//! each time, so that revocation holds on the next request. Routes are of three kinds, told by what a handler takes:
//! [`SignedIn`], [`SignedOut`], or a plain [`Visit`] for all.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::cookies;
use super::form::{Fields, app_of};
use super::redirect::safe_next;
use super::same_origin::is_safe;
use super::{Error, Flash, Notice, Visit};
use crate::accounts::sign_in;
use crate::accounts::sign_out::EndReason;
use crate::app::App;
use crate::security::session_token::SessionClaims;
use crate::security::tokens::hash_session_id;
use crate::store::sessions::{Current, CurrentSession};
use crate::urls;
use crate::values::SessionIdHash;

type ExtractorFuture<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

/// A page for signed-in people. Anyone else is led to the login and back.
pub struct SignedIn {
    /// The request.
    pub visit: Visit,
    /// Who is signed in, and by which session.
    pub current: Current,
}

/// A page for people who are not signed in. Who is goes on to `next` or the dashboard.
pub struct SignedOut {
    /// The request.
    pub visit: Visit,
}

/// The session that a request came with, if we signed it; live or not.
pub struct PresentedSession(pub Option<SessionIdHash>);

/// How the session of a request stands.
enum Standing {
    /// No cookie of ours.
    None,
    /// It lives.
    Live(Box<Current>),
    /// It was ours, and has ended.
    Ended(Notice),
}

impl FromRequest for SignedIn {
    type Error = Error;
    type Future = ExtractorFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let mut visit = Visit::of(&request)?;
            match standing(&request, &visit.app).await? {
                Standing::Live(current) => {
                    note_seen(&visit.app, &current.session);
                    visit.signed_in = true;
                    Ok(Self { visit, current: *current })
                }
                Standing::Ended(why) => Err(log_in_first(&request, &visit, Some(why))),
                Standing::None => Err(log_in_first(&request, &visit, None)),
            }
        })
    }
}

impl FromRequest for SignedOut {
    type Error = Error;
    type Future = ExtractorFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let visit = Visit::of(&request)?;
            match standing(&request, &visit.app).await? {
                Standing::Live(_) => {
                    let next = match request.path() {
                        urls::LOG_IN => Fields::parse(request.query_string().as_bytes())?.take("next"),
                        _ => String::new(),
                    };
                    // The message of the page before stays in its cookie and is shown there.
                    Err(Error::redirect(safe_next(&next).unwrap_or(urls::DASHBOARD), Vec::new()))
                }
                Standing::Ended(_) | Standing::None => Ok(Self { visit }),
            }
        })
    }
}

impl FromRequest for PresentedSession {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let claims = app_of(request).map(|app| claims_of(request, &app));
        std::future::ready(claims.map(|claims| Self(claims.map(|claims| hash_session_id(&claims.session)))))
    }
}

fn claims_of(request: &HttpRequest, app: &App) -> Option<SessionClaims> {
    let token = cookies::read(request.headers(), &app.public_url, cookies::SESSION)?;
    app.session_tokens.verify(token, app.clock.now())
}

async fn standing(request: &HttpRequest, app: &App) -> Result<Standing, Error> {
    let Some(claims) = claims_of(request, app) else { return Ok(Standing::None) };
    if claims.expired {
        return Ok(Standing::Ended(Notice::SessionEnded));
    }
    let (session, now) = (hash_session_id(&claims.session), app.clock.now());
    Ok(match app.db.read(move |db| sign_in::find(db, &session, &claims.user, now)).await? {
        Some(current) if sign_in::is_live(&current.session, now) => Standing::Live(Box::new(current)),
        Some(current) => Standing::Ended(current.session.end_reason.as_deref().and_then(EndReason::parse).into()),
        None => Standing::Ended(Notice::SessionEnded),
    })
}

/// At most once a minute, and never waited for: a slow disk must not slow a page.
fn note_seen(app: &App, session: &CurrentSession) {
    let now = app.clock.now();
    if sign_in::is_seen_due(session, now) {
        let session = SessionIdHash(session.id_hash.clone());
        app.db.write_later(move |db| sign_in::note_seen(db, &session, now));
    }
}

/// To the login and back. The cookie of an ended session is cleared with the redirect that says why it ended.
fn log_in_first(request: &HttpRequest, visit: &Visit, ended: Option<Notice>) -> Error {
    let app = &visit.app;
    if !is_safe(request.method()) {
        return Error::LogInFirst { then: request.path().to_owned() };
    }
    let next = request.uri().path_and_query().map_or(urls::DASHBOARD, |path| path.as_str());
    let cookies = ended.map_or_else(Vec::new, |why| {
        let flash = Flash { notice: Some(why), ..visit.flash.clone() };
        vec![flash.cookie(app), cookies::clear(&app.public_url, cookies::SESSION)]
    });
    Error::redirect(&urls::log_in_then(safe_next(next).unwrap_or(urls::DASHBOARD)), cookies)
}
