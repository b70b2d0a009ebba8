//! The cookie of a browser that has just signed up. Every accepted sign-up form sets it, whether or
//! not an account with the email address exists.
//!
//! It has two uses. After a failed login with that address, the page first advises the user to
//! confirm the address. The server cannot decide this from its data, because that would reveal
//! whether the address has an account (`docs/security.md`, 32). The second use: when this browser
//! confirms the address, it gets a session. This also requires the emailed token.
//!
//! Form: content, `.`, signature for the address, `.`, signature for the pending sign-up. The
//! browser learns neither the address nor the id of the sign-up. A sign-up with a taken address has
//! a random id, so the cookie looks the same.

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::HeaderValue;
use actix_web::{FromRequest, HttpRequest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::cookies;
use super::redirect::{MAX_NEXT_BYTES, after_form, safe_next};
use crate::app::App;
use crate::http::app_data::app_of;
use crate::http::error::Error;
use crate::security::{signed, tokens};
use crate::values::EmailAddress;

/// The lifetime of the confirmation link.
const LIFETIME: Duration = Duration::from_hours(24);

/// The value of the cookie as received, not verified.
pub struct SignUpCookie(Option<String>);

/// The part of the cookie that the browser could read.
#[derive(Serialize, Deserialize)]
struct Content {
    /// Expiry time in milliseconds.
    until: i64,
    /// Random. Without it, two cookies for the same sign-up could have the same signatures. They
    /// would reveal that the sign-up is pending.
    id: String,
    /// The page to open after the confirmation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// The subject of one of the two signatures.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Address(&'a EmailAddress),
    /// The id of a pending sign-up.
    SignUp(&'a str),
}

impl SignUpCookie {
    /// Returns the `Set-Cookie` header after a sign-up. `next` is a safe path, or `None`. A path
    /// that does not fit into a cookie is left out.
    pub fn set(app: &App, email: &EmailAddress, sign_up: &str, next: Option<&str>) -> HeaderValue {
        let content = Content {
            until: (app.clock.now() + LIFETIME).millis(),
            id: tokens::random_id(),
            next: next
                .filter(|next| next.len() <= MAX_NEXT_BYTES)
                .map(str::to_owned),
        };
        // Strings and integers always serialise to JSON.
        let content = serde_json::to_vec(&content).expect("a cookie can be encoded");
        let content = URL_SAFE_NO_PAD.encode(content);
        let [address, sign_up] = [Subject::Address(email), Subject::SignUp(sign_up)].map(|about| {
            signed::tag(
                &app.keys,
                signed::Kind::SignUp,
                &about.signed_part(&content),
            )
        });
        cookies::set(
            &app.public_url,
            cookies::SIGN_UP,
            &format!("{content}.{address}.{sign_up}"),
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
        self.verified(app, Subject::Address(email)).is_some()
    }

    /// Returns the target of the redirect after the confirmation of the pending sign-up with this
    /// id. Returns `None` if another browser signed up, or if it was more than 24 hours ago.
    pub fn target(&self, app: &App, sign_up: &str) -> Option<String> {
        let content = self.verified(app, Subject::SignUp(sign_up))?;
        let next = content.next.as_deref().and_then(safe_next);
        Some(after_form(next.unwrap_or_else(|| app.after_login())).into_owned())
    }

    fn verified(&self, app: &App, about: Subject<'_>) -> Option<Content> {
        let (content, tags) = self.0.as_deref()?.split_once('.')?;
        let (address, sign_up) = tags.split_once('.')?;
        let tag = match about {
            Subject::Address(_) => address,
            Subject::SignUp(_) => sign_up,
        };
        let signed = about.signed_part(content);
        if !signed::is_tag(&app.keys, signed::Kind::SignUp, &signed, tag) {
            return None;
        }
        let content = URL_SAFE_NO_PAD.decode(content).ok()?;
        serde_json::from_slice(&content)
            .ok()
            .filter(|content: &Content| content.until > app.clock.now().millis())
    }
}

impl Subject<'_> {
    /// Returns what a signature covers. The first word distinguishes the two signatures. Neither an
    /// address nor an id contains a line break.
    fn signed_part(self, content: &str) -> Vec<u8> {
        match self {
            Self::Address(email) => format!("address {}\n{content}", email.key()),
            Self::SignUp(id) => format!("sign-up {id}\n{content}"),
        }
        .into_bytes()
    }
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
