//! The request for a page, and the responses to it. Every page handler takes an extractor of
//! `current_user`: a [`PageRequest`], or one that contains it.

use std::cell::Cell;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::flash::{Flash, SecretKind};
use super::frame::{self, Frame, FrameAccount};
use super::redirect::see_other;
use super::{cookies, device};
use crate::accounts::rate_limits::Wait;
use crate::app::App;
use crate::clock::seconds_of;
use crate::http::app_data::app_of;
use crate::http::edge::client;
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::texts::notices::Notice;
use crate::texts::reasons::Reason;
use crate::values::{ClientInfo, DeviceId};

pub struct PageRequest {
    pub app: Data<App>,
    pub client: ClientInfo,
    /// Data that the previous page left in the flash cookie.
    pub flash: Flash,
    path: String,
    /// True if the browser loads the page ahead. The user may never see it, so it must neither use
    /// up a notice nor clear a cookie.
    is_prefetch: bool,
    /// The signed-in user, for the frame.
    pub(super) account: Option<FrameAccount>,
    /// True if the secret was taken from `flash` but is still in the browser's cookie.
    has_taken: bool,
    retry_after: Cell<Option<Duration>>,
    session_has_ended: bool,
    /// The device cookie as received. Few pages need it, so its signature is checked on demand.
    device_cookie: Option<String>,
}

impl PageRequest {
    pub(super) fn of(request: &HttpRequest) -> Result<Self, Error> {
        let app = app_of(request)?;
        let flash = Flash::read(request.headers(), &app);
        let device_cookie = device::cookie(request, &app).map(str::to_owned);
        let client = client::client_of(request, &app);
        Ok(Self {
            client,
            flash,
            path: request.path().to_owned(),
            is_prefetch: is_prefetch(request.headers()),
            account: None,
            has_taken: false,
            retry_after: Cell::default(),
            session_has_ended: false,
            device_cookie,
            app,
        })
    }

    /// Returns the frame of the page, with the message that the previous page left.
    pub fn frame(&self) -> Frame {
        Frame {
            account: self.account.clone(),
            path: self.path.clone(),
            notice: self.notice().cloned(),
            ..Frame::bare(&self.app)
        }
    }

    /// Returns the message that the previous page left for this one.
    pub(super) fn notice(&self) -> Option<&Notice> {
        self.flash.notice_on(&self.path)
    }

    /// Returns the frame of the page. Shows `notice` if the previous page left no message.
    pub fn frame_with(&self, notice: Option<Notice>) -> Frame {
        let mut frame = self.frame();
        frame.notice = frame.notice.or(notice);
        frame
    }

    /// Returns the secret that the previous page left for the session with the public id `session`.
    /// The next response removes it from the cookie.
    pub fn take_secret(&mut self, kind: SecretKind, session: &str) -> Option<String> {
        let secret = self.flash.take_secret(&self.app, kind, session)?;
        self.has_taken = true;
        Some(secret)
    }

    /// Returns the device id, if an earlier login left a cookie in the browser.
    pub fn device(&self) -> Option<DeviceId> {
        device::verify(&self.app, self.device_cookie.as_deref()?)
    }

    /// Marks the session of the request as ended. The page shows the reason and clears the session
    /// cookie.
    pub(super) fn session_has_ended(&mut self, why: Notice) {
        if self.notice().is_none() {
            self.flash.notice = Some(why);
            self.flash = self.flash.clone().for_page(&self.path);
        }
        self.session_has_ended = true;
    }

    /// Sets the `Retry-After` header of the page, which says that the request was rate-limited.
    pub fn set_retry_after(&self, wait: Duration) {
        self.retry_after.set(Some(wait));
    }

    /// Returns the error of a form whose client network is rate-limited. Also sets `Retry-After`.
    pub fn network_limited(&self, first_field: &'static str, Wait(wait): Wait) -> FormErrors {
        self.set_retry_after(wait);
        FormErrors::of_form(first_field, Reason::NetworkLimited(wait))
    }

    /// Renders a page as the response. A message that it shows is removed from the cookie, so a
    /// reload does not show it again. A rate-limited page has a `Retry-After` header (RFC 6585 §4).
    pub fn page(&self, status: StatusCode, page: &impl Template) -> Result<HttpResponse, Error> {
        let mut response = frame::render(status, page)?;
        if let Some(wait) = self.retry_after.get() {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds_of(wait)));
        }
        if self.is_prefetch {
            return Ok(response);
        }
        if self.notice().is_some() || self.has_taken {
            let rest = self.flash.clone().after_page(&self.path);
            cookies::add(&mut response, [rest.cookie(&self.app)]);
        }
        if self.session_has_ended {
            cookies::add(
                &mut response,
                [cookies::clear(&self.app.public_url, cookies::SESSION)],
            );
        }
        Ok(response)
    }

    /// Redirects with a 303 and leaves `flash` for the next page.
    pub fn redirect(&self, to: &str, flash: &Flash) -> HttpResponse {
        self.redirect_with(to, flash, [])
    }

    /// Redirects like [`Self::redirect`], and sets or clears other cookies.
    pub fn redirect_with(
        &self,
        to: &str,
        flash: &Flash,
        cookies: impl IntoIterator<Item = HeaderValue>,
    ) -> HttpResponse {
        let mut response = see_other(to);
        let flash = flash.clone().for_page(to).cookie(&self.app);
        cookies::add(&mut response, [flash].into_iter().chain(cookies));
        response
    }
}

/// Returns true if the browser prefetches the page (`Sec-Purpose`, Fetch standard).
fn is_prefetch(headers: &HeaderMap) -> bool {
    headers
        .get("sec-purpose")
        .is_some_and(|purpose| purpose.as_bytes().starts_with(b"prefetch"))
}
