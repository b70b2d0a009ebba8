//! Extractor that recognises a browser that has just logged in but kept no cookie.
//!
//! After a login the browser opens a page of the account. Without a session cookie, that page sends
//! it back to the login. The `Referer` of these redirects is still the login form. No other page
//! leads there in that way. A login sets two cookies, and both must be missing.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, REFERER};
use actix_web::{FromRequest, HttpRequest};

use super::cookies;
use crate::app::App;
use crate::config::PublicUrl;
use crate::http::app_data::app_of;
use crate::http::error::Error;
use crate::http::headers::sole_header;
use crate::urls;

/// Result of the check: true if the browser comes from a login and sends neither of the cookies
/// that the login set. A browser that hides its referrer is not recognised.
pub struct KeptNoCookie(pub bool);

impl FromRequest for KeptNoCookie {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let headers = request.headers();
        ready(app_of(request).map(|app| {
            Self(comes_from_login(headers, &app.public_url) && !has_cookie_of_login(headers, &app))
        }))
    }
}

fn comes_from_login(headers: &HeaderMap, public_url: &PublicUrl) -> bool {
    let path = sole_header(headers, REFERER)
        .and_then(|referrer| referrer.strip_prefix(public_url.as_str()));
    path.and_then(|path| path.split('?').next()) == Some(urls::LOG_IN)
}

fn has_cookie_of_login(headers: &HeaderMap, app: &App) -> bool {
    [cookies::SESSION, cookies::DEVICE]
        .iter()
        .any(|name| cookies::is_sent(headers, &app.public_url, name))
}
