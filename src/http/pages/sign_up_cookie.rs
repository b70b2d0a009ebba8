//! The cookie of a browser that has just signed up. Every accepted sign-up form sets it, whether or
//! not an account with the email address exists.
//!
//! After a failed login with that address, the page first advises the user to confirm the address.
//! The server cannot decide this from its data, because that would reveal if the address had an
//! account (`docs/security.md`, 32).
//!
//! Form: expiry time in milliseconds, `.`, signature. The signature covers the time and the email
//! address. The address itself is not in the cookie.

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::HeaderValue;
use actix_web::{FromRequest, HttpRequest};

use super::cookies;
use crate::app::App;
use crate::http::app_data::app_of;
use crate::http::error::Error;
use crate::security::signed;
use crate::values::EmailAddress;

/// The lifetime of the confirmation link.
const LIFETIME: Duration = Duration::from_hours(24);

/// The value of the cookie as received, not verified.
pub struct SignUpCookie(Option<String>);

impl SignUpCookie {
    /// Returns the `Set-Cookie` header after a sign-up with this email address.
    pub fn set(app: &App, email: &EmailAddress) -> HeaderValue {
        let expires_at = (app.clock.now() + LIFETIME).millis();
        let tag = signed::tag(&app.keys, signed::Kind::SignUp, &content(expires_at, email));
        cookies::set(
            &app.public_url,
            cookies::SIGN_UP,
            &format!("{expires_at}.{tag}"),
            Some(LIFETIME),
        )
    }

    /// Returns the `Set-Cookie` header that deletes the cookie, if the browser sent it.
    pub fn clear(&self, app: &App) -> Option<HeaderValue> {
        self.0
            .as_ref()
            .map(|_| cookies::clear(&app.public_url, cookies::SIGN_UP))
    }

    /// Returns true if this browser signed up with `email` in the last 24 hours.
    pub fn is_for(&self, app: &App, email: &EmailAddress) -> bool {
        let parts = self.0.as_deref().and_then(|value| value.split_once('.'));
        let Some((expires_at, tag)) =
            parts.and_then(|(expires_at, tag)| Some((expires_at.parse::<i64>().ok()?, tag)))
        else {
            return false;
        };
        expires_at > app.clock.now().millis()
            && signed::is_tag(
                &app.keys,
                signed::Kind::SignUp,
                &content(expires_at, email),
                tag,
            )
    }
}

fn content(expires_at: i64, email: &EmailAddress) -> Vec<u8> {
    format!("{expires_at} {}", email.key()).into_bytes()
}

impl FromRequest for SignUpCookie {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(app_of(request).map(|app| {
            Self(
                cookies::read(request.headers(), &app.public_url, cookies::SIGN_UP)
                    .map(str::to_owned),
            )
        }))
    }
}
