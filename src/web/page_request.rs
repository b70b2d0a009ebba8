//! A request to a page: the program's parts, who asks, and what the page before had to say. Every page handler starts
//! with one, or with one of the extractors of `current_user` around it.

use std::cell::Cell;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER, SET_COOKIE};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;

use super::form::app_of;
use super::page::{self, Frame};
use super::redirect::see_other;
use super::{Error, Flash, FormErrors, Notice, client, cookies, device};
use crate::accounts::audit::ClientInfo;
use crate::accounts::throttle::Wait;
use crate::app::App;
use crate::clock::{display_wait, seconds_of};
use crate::values::DeviceId;

/// A request to a page.
pub struct PageRequest {
    /// The program's parts.
    pub app: Data<App>,
    /// Who asks.
    pub client: ClientInfo,
    /// What the page before had to say.
    pub flash: Flash,
    pub(super) account: Option<String>,
    /// Whether the flash has lost something that the browser still has.
    has_taken: bool,
    come_back_after: Cell<Option<Duration>>,
    session_has_ended: bool,
    /// As it came: few pages need to know the browser, so the others don't check its signature.
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
            account: None,
            has_taken: false,
            come_back_after: Cell::default(),
            session_has_ended: false,
            device_cookie,
            app,
        })
    }

    /// What stands around the page, the message of the page before included.
    pub fn frame(&self) -> Frame {
        Frame {
            account: self.account.clone(),
            notice: self.flash.notice.map(|notice| notice.message().to_owned()),
            ..Frame::bare(&self.app)
        }
    }

    /// The same, with `notice` where the page before had no message.
    pub fn frame_with(&self, notice: Option<Notice>) -> Frame {
        let mut frame = self.frame();
        frame.notice = frame.notice.or_else(|| notice.map(|notice| notice.message().to_owned()));
        frame
    }

    /// The secret that the page before has left for the session that pages call `session`: used up with the next page.
    pub fn take_secret(&mut self, session: &str) -> Option<String> {
        let secret = self.flash.take_secret(&self.app, session)?;
        self.has_taken = true;
        Some(secret)
    }

    /// The browser, if an earlier login has left a cookie there.
    pub fn device(&self) -> Option<DeviceId> {
        device::verify(&self.app, self.device_cookie.as_deref()?)
    }

    /// The browser came with a session that has ended: the page says why, and takes the cookie away.
    pub(super) fn session_has_ended(&mut self, why: Notice) {
        self.flash.notice = self.flash.notice.or(Some(why));
        self.session_has_ended = true;
    }

    /// When to come back, since the answer is that something happened too often.
    pub fn come_back_after(&self, wait: Duration) {
        self.come_back_after.set(Some(wait));
    }

    /// Returns the error of a form whose client network has sent too many; the page says when to come back.
    pub fn network_limited(&self, first_field: &'static str, Wait(wait): Wait) -> FormErrors {
        self.come_back_after(wait);
        let message =
            format!("There have been too many requests from your network. Try again in {}", display_wait(wait));
        FormErrors::of_form(first_field, &message.as_str())
    }

    /// Answers with a page. A message that it shows is used up: it is gone on reload. One that says 'too often' says when to
    /// come back, too (RFC 6585 §4).
    pub fn page(&self, status: StatusCode, page: &impl Template) -> Result<HttpResponse, Error> {
        let mut response = page::render(status, page)?;
        if let Some(wait) = self.come_back_after.get() {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds_of(wait)));
        }
        if self.flash.notice.is_some() || self.has_taken {
            let rest = Flash { notice: None, ..self.flash.clone() };
            response.headers_mut().append(SET_COOKIE, rest.cookie(&self.app));
        }
        if self.session_has_ended {
            cookies::add(&mut response, [cookies::clear(&self.app.public_url, cookies::SESSION)]);
        }
        Ok(response)
    }

    /// Answers 303, with something to say on the next page.
    pub fn redirect(&self, to: &str, flash: &Flash) -> HttpResponse {
        self.redirect_with(to, flash, [])
    }

    /// The same, and sets or clears other cookies.
    pub fn redirect_with(
        &self,
        to: &str,
        flash: &Flash,
        cookies: impl IntoIterator<Item = HeaderValue>,
    ) -> HttpResponse {
        let mut response = see_other(to);
        response.headers_mut().append(SET_COOKIE, flash.cookie(&self.app));
        cookies::add(&mut response, cookies);
        response
    }
}

impl FromRequest for PageRequest {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Self::of(request))
    }
}
