//! Extractors for the signed-in user. The signature of the cookie is checked first, without the
//! database. Then the row of the session is read on every request, so a revocation takes effect at
//! once.
//!
//! A handler takes [`SignedIn`], [`SignedOut`], [`Anyone`] or a plain [`PageRequest`]. The pages
//! where a user adds a second step take [`SignedInToEnrol`].

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::flash::Flash;
use super::form_page::form_page;
use super::frame::FrameAccount;
use super::page_request::PageRequest;
use super::redirect::safe_next;
use super::{cookies, session_cookie};
use crate::accounts::authentication::reauthentication::{Actor, Credential};
use crate::accounts::devices;
use crate::accounts::sessions::{self, EndReason, policy};
use crate::app::App;
use crate::db::{DbError, Tx};
use crate::http::app_data::app_of;
use crate::http::edge::same_origin::is_safe;
use crate::http::error::Error;
use crate::http::fields::Fields;
use crate::security::session_token::{SessionClaims, Validity};
use crate::security::tokens::{hash_device_id, hash_session_id};
use crate::store::account_summary::AccountSummary;
use crate::store::sessions::Current;
use crate::store::users;
use crate::texts::notices::Notice;
use crate::urls;
use crate::values::OwnedSession;

type ExtractorFuture<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

/// A page request of a signed-in user. Other clients are redirected to the login and then back.
pub struct SignedIn {
    pub request: PageRequest,
    pub current: Current,
}

/// A page request of a signed-in user who may lack a second step that the operator requires. Only
/// the pages that lead to one take it.
pub struct SignedInToEnrol(pub SignedIn);

/// A page request of a signed-in user, with a summary of the account.
pub struct SignedInWithSummary {
    pub signed_in: SignedIn,
    pub summary: AccountSummary,
}

/// A page request with or without a signed-in user. A handler that does not need the user takes a
/// [`PageRequest`]. The frame links to the account if there is one.
pub struct Anyone {
    pub request: PageRequest,
    pub current: Option<Current>,
}

/// A page request without a live session. A signed-in user is redirected to `next` or the
/// dashboard.
pub struct SignedOut {
    pub request: PageRequest,
}

/// The session in the request's cookie, live or ended, if this server signed the cookie.
pub struct PresentedSession(pub Option<OwnedSession>);

/// The status of the session in a request.
enum SessionStatus<G> {
    /// No valid cookie that this server signed.
    None,
    /// The account was deleted or the session renewed, perhaps by the same form sent before.
    Gone,
    Live(Box<(Current, G)>),
    /// The session has ended. The notice gives the reason.
    Ended(Notice),
}

/// A function that looks up a session, with or without a summary of the account.
type Find<G> = fn(&mut Tx<'_>, &OwnedSession) -> Result<Option<(Current, G)>, DbError>;

impl FromRequest for SignedIn {
    type Error = Error;
    type Future = ExtractorFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { signed_in(&request, find).await?.0.with_required_factor() })
    }
}

impl FromRequest for SignedInToEnrol {
    type Error = Error;
    type Future = ExtractorFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(signed_in(&request, find).await?.0)) })
    }
}

impl FromRequest for SignedInWithSummary {
    type Error = Error;
    type Future = ExtractorFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let (signed_in, summary) = signed_in(&request, sessions::find_with_summary).await?;
            let signed_in = signed_in.with_required_factor()?;
            Ok(Self { signed_in, summary })
        })
    }
}

impl SignedIn {
    /// Redirects a user who must add a second step first.
    fn with_required_factor(self) -> Result<Self, Error> {
        let app = &self.request.app;
        if !app.must_add_second_step(&self.current.user) {
            return Ok(self);
        }
        let flash = Flash::notice(Notice::SecondStepRequired).for_page(urls::ACCOUNT_SECURITY);
        let cookies = vec![flash.cookie(app)];
        Err(Error::redirect(urls::ACCOUNT_SECURITY, cookies))
    }

    pub fn actor(&self) -> Actor {
        Actor {
            user: self.current.user.id.clone(),
            by: Credential::Session(self.current.session.id_hash.clone()),
            client: self.request.client.clone(),
        }
    }
}

impl FromRequest for Anyone {
    type Error = Error;
    type Future = ExtractorFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let mut page_request = PageRequest::of(&request)?;
            let current = current(&request, &page_request.app).await?;
            page_request.account = current.as_ref().map(|current| (&current.user).into());
            Ok(Self {
                request: page_request,
                current,
            })
        })
    }
}

impl FromRequest for PageRequest {
    type Error = Error;
    type Future = ExtractorFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Anyone::extract(&request).await?.request) })
    }
}

impl FromRequest for SignedOut {
    type Error = Error;
    type Future = ExtractorFuture<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let mut page_request = PageRequest::of(&request)?;
            match session_status(&request, &page_request.app, find).await? {
                SessionStatus::Live(found) => {
                    let next = match request.path() {
                        urls::LOG_IN => {
                            Fields::parse(request.query_string().as_bytes())?.take("next")
                        }
                        _ => String::new(),
                    };
                    let to = safe_next(&next).unwrap_or(urls::DASHBOARD);
                    let email = page_request.flash.email.as_deref().unwrap_or_default();
                    let account = &found.0.user.email;
                    let notice = page_request
                        .notice()
                        .and_then(|notice| notice.while_logged_in(email, account));
                    let cookies = notice
                        .map(|notice| Flash::notice(notice).for_page(to).cookie(&page_request.app));
                    Err(Error::redirect(to, cookies.into_iter().collect()))
                }
                SessionStatus::Ended(why) => {
                    page_request.session_has_ended(why);
                    Ok(Self {
                        request: page_request,
                    })
                }
                SessionStatus::Gone | SessionStatus::None => Ok(Self {
                    request: page_request,
                }),
            }
        })
    }
}

impl FromRequest for PresentedSession {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let claims = app_of(request).map(|app| session_cookie::read(request, &app));
        std::future::ready(claims.map(|claims| Self(claims.map(owned))))
    }
}

async fn signed_in<G: Send + 'static>(
    request: &HttpRequest,
    find: Find<G>,
) -> Result<(SignedIn, G), Error> {
    let mut page_request = PageRequest::of(request)?;
    match session_status(request, &page_request.app, find).await? {
        SessionStatus::Live(found) => {
            let (current, summary) = *found;
            record_last_seen(&page_request.app, &current);
            page_request.account = Some((&current.user).into());
            Ok((
                SignedIn {
                    request: page_request,
                    current,
                },
                summary,
            ))
        }
        SessionStatus::Ended(why) => Err(login_required(request, &page_request, Some(why))),
        SessionStatus::Gone if !is_safe(request.method()) => Err(Error::SessionChanged),
        SessionStatus::Gone | SessionStatus::None => {
            Err(login_required(request, &page_request, None))
        }
    }
}

/// Returns the signed-in administrator. For every other client, the page does not exist. A form
/// whose session has ended gets [`Error::LoginRequired`], so that nothing typed is lost. After a
/// logout in another tab, the form has no session cookie. It gets the same error if it comes from a
/// known device of an administrator.
pub(super) async fn administrator(request: &HttpRequest) -> Result<SignedIn, Error> {
    let mut page_request = PageRequest::of(request)?;
    let is_form = !is_safe(request.method());
    match session_status(request, &page_request.app, find).await? {
        SessionStatus::Live(found) if found.0.user.is_admin => {
            let current = found.0;
            record_last_seen(&page_request.app, &current);
            page_request.account = Some((&current.user).into());
            let request = page_request;
            SignedIn { request, current }.with_required_factor()
        }
        SessionStatus::Ended(why) if is_form => {
            Err(login_required(request, &page_request, Some(why)))
        }
        SessionStatus::Gone if is_form => Err(Error::SessionChanged),
        SessionStatus::None
            if is_form && is_known_device_of_administrator(&page_request).await? =>
        {
            Err(login_required(request, &page_request, None))
        }
        _ => Err(Error::NotFound),
    }
}

async fn is_known_device_of_administrator(request: &PageRequest) -> Result<bool, Error> {
    let Some(device) = request.device() else {
        return Ok(false);
    };
    let hash = hash_device_id(&device);
    let find = move |tx: &mut Tx<'_>| {
        for user in users::unlocked_administrators(tx)? {
            if devices::is_known(tx, &user.id, &hash)? {
                return Ok(true);
            }
        }
        Ok(false)
    };
    Ok(request.app.read(find).await?)
}

/// Returns the live session of a request and its user.
async fn current(request: &HttpRequest, app: &App) -> Result<Option<Current>, Error> {
    Ok(match session_status(request, app, find).await? {
        SessionStatus::Live(found) => Some(found.0),
        SessionStatus::Ended(_) | SessionStatus::Gone | SessionStatus::None => None,
    })
}

/// Returns the signed-in user for the frame of an error page. An error of the database must not
/// replace the error that the page is about.
pub async fn account_of(request: &HttpRequest, app: &App) -> Option<FrameAccount> {
    let current = current(request, app).await.ok().flatten()?;
    Some((&current.user).into())
}

fn owned(claims: SessionClaims) -> OwnedSession {
    OwnedSession {
        hash: hash_session_id(&claims.session),
        user: claims.user,
    }
}

fn find(tx: &mut Tx<'_>, session: &OwnedSession) -> Result<Option<(Current, ())>, DbError> {
    Ok(sessions::find(tx, session)?.map(|current| (current, ())))
}

async fn session_status<G: Send + 'static>(
    request: &HttpRequest,
    app: &App,
    find: Find<G>,
) -> Result<SessionStatus<G>, Error> {
    let Some(claims) = session_cookie::read(request, app) else {
        return Ok(SessionStatus::None);
    };
    match claims.validity {
        Validity::NotYetValid => return Ok(SessionStatus::None),
        Validity::Expired => return Ok(SessionStatus::Ended(Notice::SessionEnded)),
        Validity::Valid => {}
    }
    let (session, now) = (owned(claims), app.clock.now());
    // Boxed early, because moving the large row is slow.
    let found = app.read(move |tx| Ok(find(tx, &session)?.map(Box::new)));
    Ok(match found.await? {
        Some(found) if policy::is_open(&found.0.session, &found.0.user, now) => {
            SessionStatus::Live(found)
        }
        Some(found) if found.0.user.locked_at.is_some() => {
            SessionStatus::Ended(Notice::AccountLocked)
        }
        Some(found) => SessionStatus::Ended(
            found
                .0
                .session
                .end_reason
                .as_deref()
                .and_then(EndReason::parse)
                .into(),
        ),
        // After a renewal, the browser already has a new cookie, which must stay.
        None => SessionStatus::Gone,
    })
}

/// Records the time of the request, at most once a minute. The request does not wait for the write,
/// so a slow disk does not slow down the page.
fn record_last_seen(app: &App, current: &Current) {
    let now = app.clock.now();
    if policy::is_last_seen_outdated(&current.session, now) {
        let hash = current.session.id_hash.clone();
        let session = OwnedSession {
            user: current.user.id.clone(),
            hash,
        };
        app.write_later(move |tx| sessions::record_last_seen(tx, &session));
    }
}

/// Redirects to the login and back. If the session has ended, the redirect also clears its cookie
/// and leaves a notice with the reason. A form gets [`Error::LoginRequired`] instead.
fn login_required(
    request: &HttpRequest,
    page_request: &PageRequest,
    ended: Option<Notice>,
) -> Error {
    let app = &page_request.app;
    if !is_safe(request.method()) {
        return Error::LoginRequired {
            then: form_page(request.path()).0.to_owned(),
            typed: Vec::new(),
        };
    }
    let next = request
        .uri()
        .path_and_query()
        .map_or(urls::DASHBOARD, |path| path.as_str());
    let mut cookies = ended.map_or_else(Vec::new, |why| {
        let flash = Flash {
            notice: Some(why),
            ..page_request.flash.clone()
        }
        .for_page(urls::LOG_IN);
        vec![
            flash.cookie(app),
            cookies::clear(&app.public_url, cookies::SESSION),
        ]
    });
    cookies.extend(cookies::clear_duplicates(
        request.headers(),
        &app.public_url,
        cookies::SESSION,
        request.path(),
    ));
    Error::redirect(
        &urls::log_in_then(safe_next(next).unwrap_or(urls::DASHBOARD)),
        cookies,
    )
}
