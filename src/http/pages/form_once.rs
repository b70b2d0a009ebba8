//! The layer around every form. It makes each form take effect once.
//!
//! A page puts a random id into each of its forms (`components/form_id.html`). A form with the same
//! id, content, path and cookies is the same form, submitted again. Without script a browser then
//! drops the first request and waits for the second one. So the first one is handled to its end,
//! and the second one gets its result with every cookie.
//!
//! This happens before the extractors of the handler. After the first submission they would find
//! the session ended or renewed.
//!
//! The key of a form also protects its result, which may set a session cookie. Different content or
//! a different browser has a different key, and its submission is an attempt of its own. A client
//! that sends no id is not protected from its own second submission.
//!
//! A result is whatever page or redirect a handler made. A failed form shows a page with a new id.
//! Two kinds are not kept:
//! - An error before the form had any effect. Another submission may succeed.
//! - A download, because it may be large. If it renewed the session, the new cookies are kept. A
//!   second submission with the old cookies gets them and returns to the form.
//!
//! After an internal error or a crash, the server cannot know the effect. It says so until the
//! claim expires.

use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CONTENT_DISPOSITION, HeaderMap, HeaderName, HeaderValue, SET_COOKIE,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use tracing::Instrument;

use super::cookies;
use super::flash::Flash;
use super::form_page::form_page;
use super::redirect::see_other;
use crate::accounts::form_results::{self, Claim};
use crate::app::{App, at_even_time};
use crate::clock::Stopwatch;
use crate::db::{Tx, with_shared_wait};
use crate::fair_queue::{current_network, serve_for};
use crate::http::app_data::app_of;
use crate::http::body::{FORM, read_bounded, sole_type};
use crate::http::error::Error;
use crate::http::fields::Fields;
use crate::security::form_key::FormKey;
use crate::texts::notices::Notice;
use crate::values::ClientInfo;

/// The hidden field with the form's id.
const FORM_ID: &str = "form_id";
/// In bytes.
const LONGEST_FORM_ID: usize = 64;
/// Cookies that influence the effect of a form. The flash cookie has no influence, and it differs
/// from page to page.
const COOKIES: [&str; 4] = [
    cookies::SESSION,
    cookies::DEVICE,
    cookies::SIGN_UP,
    cookies::PENDING_LOGIN,
];
/// First pause between two queries for the result of the first submission. Each pause is twice the
/// previous one.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(320);

/// A submitted form with an id.
struct Submission {
    app: Data<App>,
    content: Content,
    key: FormKey,
}

/// The parts of a form that identify it.
struct Content {
    path: String,
    body: Bytes,
    /// The values of [`COOKIES`]. A missing cookie counts as empty.
    cookies: [String; COOKIES.len()],
}

/// The result of a form, as it is kept.
#[derive(Serialize, Deserialize)]
struct FormResult {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// Handles a form unless it is a second submission, which gets the result of the first one.
pub async fn once(
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let submission = match Submission::take(&mut request).await {
        Ok(Some(submission)) => submission,
        Ok(None) => return next.call(request).await,
        Err(error) => return Ok(request.error_response(error)),
    };
    // A separate task runs to completion even if the client disconnects, as a browser does at a
    // second submission. Otherwise a claim could stay without a result.
    let handled = serve_for(current_network(), submission.handle(request, next)).in_current_span();
    match actix_web::rt::spawn(handled).await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(error) => Err(Error::Internal(error.into()).into()),
        },
    }
}

impl Submission {
    /// Reads the form and puts its body back for the handler. Returns `None` if the request is not
    /// a form, or if its id is missing or too long.
    async fn take(request: &mut ServiceRequest) -> Result<Option<Self>, Error> {
        let is_form = request.method() == Method::POST
            && sole_type(request.headers()).as_deref() == Some(FORM);
        if !is_form {
            return Ok(None);
        }
        let payload = request.take_payload();
        let body = read_bounded(request.request(), payload).await?;
        request.set_payload(body.clone().into());
        // The handler rejects a body that cannot be parsed.
        let id = Fields::parse(&body).map_or_else(|_| String::new(), |mut all| all.take(FORM_ID));
        if !(1..=LONGEST_FORM_ID).contains(&id.len()) {
            return Ok(None);
        }
        let app = app_of(request.request())?;
        let content = Content::of(request.request(), &app, body);
        let key = content.key(&app);
        Ok(Some(Self { app, content, key }))
    }

    /// Claims the form. If another submission is being handled, waits for its outcome.
    async fn claim(&self) -> Result<Claim, Error> {
        let (begun, mut pause) = (Stopwatch::start(), FIRST_PAUSE);
        loop {
            let key = self.key.clone();
            let claim = move |tx: &mut Tx<'_>| form_results::claim(tx, &key);
            let claim = self.app.write(ClientInfo::hidden(), claim).await?;
            let is_over = begun.elapsed() >= self.app.settings.longest_form_wait;
            if !matches!(claim, Claim::Pending) || is_over {
                return Ok(claim);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn open(&self, sealed: &[u8]) -> Option<HttpResponse> {
        let result = self.key.open(&self.app.keys, sealed).ok()?;
        serde_json::from_slice::<FormResult>(&result)
            .ok()?
            .response()
    }

    /// Handles the first submission and keeps its result, or returns the kept one. Errors are
    /// responses, because only those get the frame of the signed-in user.
    async fn handle(
        self,
        request: ServiceRequest,
        next: Next<BoxBody>,
    ) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
        // The separate task does not share the wait that the request had before.
        let response = match with_shared_wait(self.claim_and_call(request, next)).await? {
            ControlFlow::Continue(response) => response,
            ControlFlow::Break(response) => return Ok(response),
        };
        if response.response().error().is_some() {
            match response.status() {
                StatusCode::INTERNAL_SERVER_ERROR => {}
                // The client has waited long enough for the database.
                StatusCode::SERVICE_UNAVAILABLE => {
                    actix_web::rt::spawn(self.release().in_current_span());
                }
                _ => self.release().await,
            }
            return Ok(response);
        }
        let (request, response) = response.into_parts();
        let (response, result) = FormResult::of(response);
        match result {
            Some(result) => self.keep(&result, response.headers()).await,
            None => self.keep_cookies(response.headers()).await,
        }
        Ok(ServiceResponse::new(request, response))
    }

    /// Claims the form and calls its handler. Returns `Break` for a second submission, or if the
    /// claim fails.
    async fn claim_and_call(
        &self,
        request: ServiceRequest,
        next: Next<BoxBody>,
    ) -> Result<ControlFlow<ServiceResponse<BoxBody>, ServiceResponse<BoxBody>>, actix_web::Error>
    {
        let response = match self.claim().await {
            Ok(Claim::Granted) => {
                self.app.write_later(form_results::remove_expired);
                return next.call(request).await.map(ControlFlow::Continue);
            }
            Ok(Claim::Pending) => request.error_response(Error::SessionChanged),
            Ok(Claim::Finished(sealed)) => match self.open(&sealed) {
                Some(kept) => request.into_response(kept),
                None => request.error_response(Error::SessionChanged),
            },
            Err(error) => request.error_response(error),
        };
        Ok(ControlFlow::Break(response))
    }

    /// Keeps a result. The next submission may already have its cookies, so there is a key for
    /// them, too.
    async fn keep(self, result: &FormResult, headers: &HeaderMap) {
        let Self {
            app,
            mut content,
            key,
        } = self;
        let mut keys = vec![key];
        if content.apply_cookies(headers, &app) {
            keys.push(content.key(&app));
        }
        store(&app, keys, result).await;
    }

    /// Keeps the cookies of the session that a download renewed. A second submission with the old
    /// cookies gets them. A submission with the new cookies is another download.
    async fn keep_cookies(mut self, headers: &HeaderMap) {
        let page = form_page(&self.content.path).0;
        if !self.content.apply_cookies(headers, &self.app) {
            return self.release().await;
        }
        let flash = Flash::notice(Notice::DownloadDropped).for_page(page);
        let set = headers.get_all(SET_COOKIE).cloned();
        let mut response = see_other(page);
        cookies::add(&mut response, set.chain([flash.cookie(&self.app)]));
        match FormResult::of(response).1 {
            Some(result) => store(&self.app, vec![self.key], &result).await,
            None => self.release().await,
        }
    }

    async fn release(self) {
        let key = self.key;
        let release = move |tx: &mut Tx<'_>| form_results::release(tx, &key);
        if let Err(error) = self.app.write(ClientInfo::hidden(), release).await {
            tracing::warn!(%error, "releasing form failed");
        }
    }
}

/// Stores a result under its keys.
///
/// The form was handled in a time that reveals nothing about an account. This write may wait for
/// the delivery of an email, so its time is rounded up, too.
async fn store(app: &App, keys: Vec<FormKey>, result: &FormResult) {
    // Strings and integers always serialise to JSON.
    let result = serde_json::to_vec(result).expect("a result can be encoded");
    let keep = move |tx: &mut Tx<'_>| form_results::keep(tx, &keys, &result);
    // The form has taken effect, so its client gets the result even if it can't be kept.
    if let Err(error) = at_even_time(app.write(ClientInfo::hidden(), keep)).await {
        tracing::warn!(%error, "keeping result of form failed");
    }
}

impl Content {
    fn of(request: &HttpRequest, app: &App, body: Bytes) -> Self {
        let path = request.uri().path_and_query();
        let headers = request.headers();
        Self {
            path: path.map_or_else(String::new, ToString::to_string),
            body,
            cookies: COOKIES.map(|name| {
                let value = cookies::read(headers, &app.public_url, name);
                value.unwrap_or_default().to_owned()
            }),
        }
    }

    fn key(&self, app: &App) -> FormKey {
        let cookies = self.cookies.iter().map(String::as_bytes);
        let parts = [self.path.as_bytes(), &self.body[..]];
        FormKey::of(&app.keys, parts.into_iter().chain(cookies))
    }

    /// Applies the cookies of a response, as the browser does. Returns true if one has changed.
    fn apply_cookies(&mut self, headers: &HeaderMap, app: &App) -> bool {
        let before = self.cookies.clone();
        for (name, value) in COOKIES.into_iter().zip(&mut self.cookies) {
            if let Some(new) = cookies::value_set(headers, &app.public_url, name) {
                new.clone_into(value);
            }
        }
        self.cookies != before
    }
}

impl FormResult {
    /// Returns the response and its copy. A streamed body has no copy.
    fn of(response: HttpResponse) -> (HttpResponse, Option<Self>) {
        // A file may hold secrets. A second submission is another download.
        if response.headers().contains_key(CONTENT_DISPOSITION) {
            return (response, None);
        }
        let (response, body) = response.into_parts();
        let body = match body.try_into_bytes() {
            Ok(body) => body,
            Err(body) => return (response.set_body(body), None),
        };
        let headers = response.headers().iter().map(|(name, value)| {
            let value = value.to_str().ok()?;
            Some((name.as_str().to_owned(), value.to_owned()))
        });
        let result = headers.collect::<Option<_>>().and_then(|headers| {
            let body = String::from_utf8(body.to_vec()).ok()?;
            let status = response.status().as_u16();
            Some(Self {
                status,
                headers,
                body,
            })
        });
        (response.set_body(BoxBody::new(body)), result)
    }

    /// Returns the response that was kept.
    fn response(self) -> Option<HttpResponse> {
        let mut response = HttpResponse::build(StatusCode::from_u16(self.status).ok()?);
        for (name, value) in self.headers {
            let name = HeaderName::try_from(name).ok()?;
            response.append_header((name, HeaderValue::try_from(value).ok()?));
        }
        Some(response.body(self.body))
    }
}
