//! The flash: data that one page leaves for the next, such as a message or the email address that
//! the user typed.
//!
//! It is stored in a short-lived, signed, `HttpOnly` cookie. In a URL, anyone could forge it, and
//! logs would keep it. A secret in it is also sealed.

use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::cookies;
use crate::accounts::sessions::EndReason;
use crate::app::App;
use crate::security::{seal, signed};
use crate::texts::notices::Notice;

/// Long enough for a user to read an email and come back. Short enough to be gone before another
/// person uses the browser.
const LIFETIME: Duration = Duration::from_mins(15);

impl From<Option<EndReason>> for Notice {
    fn from(reason: Option<EndReason>) -> Self {
        match reason {
            Some(EndReason::PasswordChanged) => Self::EndedByPasswordChange,
            Some(EndReason::EndedElsewhere) => Self::EndedElsewhere,
            Some(EndReason::TooMany) => Self::TooManySessions,
            Some(EndReason::Undone) => Self::EndedByUndo,
            Some(EndReason::EndedByAdministrator) => Self::EndedByAdministrator,
            Some(EndReason::Locked) => Self::AccountLocked,
            Some(EndReason::SecondStepAdded) => Self::EndedBySecondStep,
            Some(EndReason::PasskeyRemoved) => Self::EndedByPasskeyRemoval,
            Some(EndReason::SecondStepsRemoved) => Self::EndedBySecondStepRemoval,
            Some(EndReason::LoggedOut | EndReason::Replaced | EndReason::RefreshReused) | None => {
                Self::SessionEnded
            }
        }
    }
}

/// The form that led to the "check your email" page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sent {
    SignUp,
    /// The form that requests another confirmation link.
    Again,
    /// The form for a forgotten password.
    Reset,
}

/// The kind of a secret that one page leaves for the next. Only that page can open it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum SecretKind {
    ApiToken,
    RecoveryCodes,
    /// The secret of a registered app.
    AppSecret,
    /// The setup of an authenticator app that a reauthentication interrupted.
    AppSetup,
}

/// The content of the flash cookie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Shown once, and gone after a reload.
    pub notice: Option<Notice>,
    /// Path of the only page that shows the notice. Another page must neither show nor remove it,
    /// because it may belong to another tab or another account. `None` in cookies of earlier
    /// versions, and means any page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The email address as typed. It stays until the cookie expires, so that a reloaded page still
    /// shows it.
    pub email: Option<String>,
    /// True if the user ticked "keep me logged in".
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub remember: bool,
    pub sent: Option<Sent>,
    /// A secret that is shown once. It is sealed, so a stolen cookie does not reveal it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// A flash with its expiry time in milliseconds. The signature covers both.
#[derive(Serialize, Deserialize)]
struct Dated {
    until: i64,
    flash: Flash,
}

impl Flash {
    pub fn notice(notice: Notice) -> Self {
        Self {
            notice: Some(notice),
            ..Self::default()
        }
    }

    /// Ties the notice to the page at `url`.
    #[must_use]
    pub fn for_page(self, url: &str) -> Self {
        let path = url.find(['?', '#']).map_or(url, |end| &url[..end]);
        Self {
            page: self.notice.as_ref().map(|_| path.to_owned()),
            ..self
        }
    }

    /// Returns the notice if the page at `path` shows it.
    pub fn notice_on(&self, path: &str) -> Option<&Notice> {
        self.notice
            .as_ref()
            .filter(|_| self.page.as_deref().is_none_or(|page| page == path))
    }

    /// Returns the flash without the notice that the page at `path` has shown.
    #[must_use]
    pub fn after_page(self, path: &str) -> Self {
        if self.notice_on(path).is_none() {
            return self;
        }
        Self {
            notice: None,
            page: None,
            ..self
        }
    }

    /// Adds a secret that only the session with the public id `session` can show.
    #[must_use]
    pub fn with_secret(self, app: &App, kind: SecretKind, secret: &str, session: &str) -> Self {
        let sealed = seal::seal(
            &app.keys,
            seal::Kind::Message,
            &seal_name(kind, session),
            secret.as_bytes(),
        );
        Self {
            secret: Some(URL_SAFE_NO_PAD.encode(sealed)),
            ..self
        }
    }

    /// Removes the secret and returns it, if it is of this kind and was sealed for this session.
    pub fn take_secret(&mut self, app: &App, kind: SecretKind, session: &str) -> Option<String> {
        let sealed = URL_SAFE_NO_PAD.decode(self.secret.as_ref()?).ok()?;
        let name = seal_name(kind, session);
        let secret = seal::open(&app.keys, seal::Kind::Message, &name, &sealed).ok()?;
        self.secret = None;
        String::from_utf8(secret).ok()
    }

    /// Reads the flash of a request. Returns an empty flash if the cookie is missing, expired or
    /// not signed by this server.
    pub fn read(headers: &HeaderMap, app: &App) -> Self {
        cookies::read(headers, &app.public_url, cookies::FLASH)
            .and_then(|value| signed::verify(&app.keys, signed::Kind::Flash, value))
            .and_then(|content| serde_json::from_slice::<Dated>(&content).ok())
            .filter(|dated| dated.until > app.clock.now().millis())
            .map(|dated| dated.flash)
            .unwrap_or_default()
    }

    /// Returns the `Set-Cookie` header for the next page. An empty flash clears the cookie.
    pub fn cookie(&self, app: &App) -> HeaderValue {
        if *self == Self::default() {
            return cookies::clear(&app.public_url, cookies::FLASH);
        }
        let dated = Dated {
            until: (app.clock.now() + LIFETIME).millis(),
            flash: self.clone(),
        };
        // Strings, booleans and integers always serialise to JSON.
        let content = serde_json::to_vec(&dated).expect("a flash can be encoded");
        cookies::set(
            &app.public_url,
            cookies::FLASH,
            &signed::sign(&app.keys, signed::Kind::Flash, &content),
            Some(LIFETIME),
        )
    }
}

/// Returns the name under which the secret is sealed. It differs from every row id, because ids
/// contain no colon.
fn seal_name(kind: SecretKind, session: &str) -> String {
    let kind: &str = kind.into();
    format!("flash:{kind}:{session}")
}
