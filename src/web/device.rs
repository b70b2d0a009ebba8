//! Which browser a request comes from, by the cookie that an earlier login left there.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::form::app_of;
use super::{Error, cookies};
use crate::app::App;
use crate::security::{signed, tokens};
use crate::values::DeviceId;

/// The browser of a request: the one that its cookie names, or else a new one, which the answer may tell it.
pub struct Device(pub DeviceId);

impl FromRequest for Device {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(app_of(request).map(|app| {
            let known = cookie(request, &app).and_then(|value| verify(&app, value));
            Self(known.unwrap_or_else(tokens::new_device_id))
        }))
    }
}

/// What a request's cookie says, whoever wrote it.
pub(super) fn cookie<'request>(request: &'request HttpRequest, app: &App) -> Option<&'request str> {
    cookies::read(request.headers(), &app.public_url, cookies::DEVICE)
}

/// The browser that a cookie names, if we signed it.
pub(super) fn verify(app: &App, cookie: &str) -> Option<DeviceId> {
    let id = signed::verify(&app.keys, signed::Kind::Device, cookie)?;
    String::from_utf8(id).ok().map(DeviceId)
}
