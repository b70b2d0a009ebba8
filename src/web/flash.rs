//! What one page has to tell the next: a message, and the address that was typed. It travels in one short-lived signed
//! `HttpOnly` cookie, never in a URL, where anyone could write it and logs would keep it. What is secret in it is sealed.

use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::cookies;
use crate::accounts::sign_out::EndReason;
use crate::app::App;
use crate::security::{seal, signed};

/// Long enough to read a mail and come back; short enough to be gone for the next person at this browser.
const LIFETIME: Duration = Duration::from_mins(15);

/// A message, shown once on top of the next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// After a confirmation.
    EmailConfirmed,
    /// After a reset.
    PasswordSaved,
    /// After a log-out.
    LoggedOut,
    /// At a page that asks for a login.
    LogInFirst,
    /// A session was ended by a change of the password.
    EndedByPasswordChange,
    /// A session was ended from another device.
    EndedElsewhere,
    /// A session was ended by 'this was not me'.
    EndedByUndo,
    /// A session was ended by an administrator.
    EndedByAdministrator,
    /// A session was ended by a lock of the account.
    AccountLocked,
    /// A session came to its end in another way.
    SessionEnded,
    /// After a change of name, handle or bio.
    ProfileSaved,
    /// After a change of the password.
    PasswordChanged,
    /// The same, and other devices are logged out.
    PasswordChangedEverywhere,
    /// After another session was logged out.
    DeviceLoggedOut,
    /// After all others were.
    OtherDevicesLoggedOut,
    /// A mail is on its way to a new address.
    ConfirmNewAddress,
    /// The new address is the account's.
    AddressChanged,
    /// After 'this was not me'.
    Undone,
    /// After an access token was made.
    TokenCreated,
    /// After one was removed.
    TokenRemoved,
    /// After the account was deleted.
    AccountDeleted,
}

impl Notice {
    /// The words.
    pub fn message(self) -> &'static str {
        match self {
            Self::EmailConfirmed => "Email address confirmed. You can log in now.",
            Self::PasswordSaved => "New password saved, and every device is logged out. Log in with the new password.",
            Self::LoggedOut => "You're logged out.",
            Self::LogInFirst => "Log in to see that page.",
            Self::EndedByPasswordChange => "You've been logged out because the password changed. Log in to go on.",
            Self::EndedElsewhere => "You've been logged out because it was ended from another device. Log in to go on.",
            Self::EndedByUndo => {
                "You've been logged out because 'This was not me' was pressed. Set a new password to go on."
            }
            Self::EndedByAdministrator => "You've been logged out by an administrator. Log in to go on.",
            Self::AccountLocked => "You've been logged out because an administrator locked the account.",
            Self::ProfileSaved => "Profile saved.",
            Self::PasswordChanged => "New password saved. Other devices stay logged in.",
            Self::PasswordChangedEverywhere => "New password saved, and every other device is logged out.",
            Self::DeviceLoggedOut => "That device is logged out.",
            Self::OtherDevicesLoggedOut => "Every other device is logged out.",
            Self::ConfirmNewAddress => "Check your mail: open the link that we sent to the new address.",
            Self::AddressChanged => "Email address changed. From now on, log in with the new one.",
            Self::Undone => {
                "Done: every device is logged out. We sent you a mail with a link to set a new password; open it to get \
                back in."
            }
            Self::TokenCreated => "Access token made. Copy it now: it's shown only this once.",
            Self::TokenRemoved => "That access token is removed: it opens nothing any more.",
            Self::AccountDeleted => "Your account is deleted.",
            Self::SessionEnded => "You've been logged out because the session ended. Log in to go on.",
        }
    }
}

impl From<Option<EndReason>> for Notice {
    fn from(reason: Option<EndReason>) -> Self {
        match reason {
            Some(EndReason::PasswordChanged) => Self::EndedByPasswordChange,
            Some(EndReason::EndedElsewhere) => Self::EndedElsewhere,
            Some(EndReason::Undone) => Self::EndedByUndo,
            Some(EndReason::EndedByAdministrator) => Self::EndedByAdministrator,
            Some(EndReason::Locked) => Self::AccountLocked,
            Some(EndReason::LoggedOut | EndReason::Replaced | EndReason::TooMany | EndReason::RefreshReused) | None => {
                Self::SessionEnded
            }
        }
    }
}

/// Which form led to 'check your email'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sent {
    /// A sign-up.
    SignUp,
    /// 'Send it again'.
    Again,
    /// 'Forgot your password'.
    Reset,
}

/// The cookie's content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Shown once, and gone on reload.
    pub notice: Option<Notice>,
    /// The address as typed; stays until the cookie's end, so that a reload still names it.
    pub email: Option<String>,
    /// Whether 'keep me logged in' was ticked beside it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub remember: bool,
    /// What was sent to it.
    pub sent: Option<Sent>,
    /// A secret to be shown once, sealed: neither the browser nor who finds its cookies can read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// With the end of its life, so that the signature covers it.
#[derive(Serialize, Deserialize)]
struct Dated {
    until: i64,
    flash: Flash,
}

impl Flash {
    /// Just a message.
    pub fn notice(notice: Notice) -> Self {
        Self { notice: Some(notice), ..Self::default() }
    }

    /// With a secret for the session that pages call `session`; no other one can show it.
    #[must_use]
    pub fn with_secret(self, app: &App, secret: &str, session: &str) -> Self {
        let sealed = seal::seal(&app.keys, &seal_name(session), secret.as_bytes());
        Self { secret: Some(URL_SAFE_NO_PAD.encode(sealed)), ..self }
    }

    /// Takes the secret out, if there is one for this session.
    pub fn take_secret(&mut self, app: &App, session: &str) -> Option<String> {
        let sealed = URL_SAFE_NO_PAD.decode(self.secret.take()?).ok()?;
        String::from_utf8(seal::open(&app.keys, &seal_name(session), &sealed).ok()?).ok()
    }

    /// What came with a request; nothing if it is not ours, too old, or not there.
    pub fn read(headers: &HeaderMap, app: &App) -> Self {
        cookies::read(headers, &app.public_url, cookies::FLASH)
            .and_then(|value| signed::verify(&app.keys, signed::Kind::Flash, value))
            .and_then(|content| serde_json::from_slice::<Dated>(&content).ok())
            .filter(|dated| dated.until > app.clock.now().millis())
            .map(|dated| dated.flash)
            .unwrap_or_default()
    }

    /// The `Set-Cookie` that takes it to the next page.
    pub fn cookie(&self, app: &App) -> HeaderValue {
        if *self == Self::default() {
            return cookies::clear(&app.public_url, cookies::FLASH);
        }
        let dated = Dated { until: (app.clock.now() + LIFETIME).millis(), flash: self.clone() };
        // Strings and integers always become JSON.
        let content = serde_json::to_vec(&dated).expect("a flash can be encoded");
        cookies::set(
            &app.public_url,
            cookies::FLASH,
            &signed::sign(&app.keys, signed::Kind::Flash, &content),
            Some(LIFETIME),
        )
    }
}

/// Under what a secret is sealed: no row is called so, since no id has a colon.
fn seal_name(session: &str) -> String {
    format!("flash:{session}")
}
