//! Extractor for the device id of a browser, from the cookie that an earlier login left.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::cookies;
use crate::app::App;
use crate::http::app_data::app_of;
use crate::http::error::Error;
use crate::security::{signed, tokens};
use crate::values::DeviceId;

/// The device id of the browser. Without a valid cookie it is a new id, which the response may set.
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

/// Returns the device cookie as received, not verified.
pub(super) fn cookie<'request>(request: &'request HttpRequest, app: &App) -> Option<&'request str> {
    cookies::read(request.headers(), &app.public_url, cookies::DEVICE)
}

/// Returns the device id, if this server signed the cookie.
pub(super) fn verify(app: &App, cookie: &str) -> Option<DeviceId> {
    let id = signed::verify(&app.keys, signed::Kind::Device, cookie)?;
    String::from_utf8(id).ok().map(DeviceId)
}
