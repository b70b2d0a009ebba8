//! Emails about logins.

use serde::{Deserialize, Serialize};

use super::security_notice::SecurityNotice;
use super::templates::templates;
use crate::accounts::links::Purpose;
use crate::clock::Timestamp;
use crate::mail::email::{Email, Facts};
use crate::values::Token;

/// A login came from an unknown device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewDevice {
    #[serde(flatten)]
    pub notice: SecurityNotice,
    /// The client's IP address.
    pub address: String,
}

impl Email for NewDevice {
    templates!(
        NewDevice,
        "new_device",
        "mail/new_device/subject.txt",
        "mail/new_device/body.txt",
        "mail/new_device/body.html"
    );

    fn link(&self) -> Option<(Purpose, &Token)> {
        self.notice.undo_link()
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            address: &self.address,
            ..self.notice.facts()
        }
    }
}

/// A refresh token was used a second time, so its session was ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshTokenReused {
    #[serde(flatten)]
    pub notice: SecurityNotice,
}

impl Email for RefreshTokenReused {
    templates!(
        RefreshTokenReused,
        "session_copied",
        "mail/refresh_token_reused/subject.txt",
        "mail/refresh_token_reused/body.txt",
        "mail/refresh_token_reused/body.html"
    );

    fn link(&self) -> Option<(Purpose, &Token)> {
        self.notice.undo_link()
    }

    fn facts(&self) -> Facts<'_> {
        self.notice.facts()
    }
}

/// Many consecutive failures were counted for the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedLogins {
    pub name: Option<String>,
    /// The time of the last failure.
    pub at: Timestamp,
    pub count: u32,
}

impl Email for FailedLogins {
    templates!(
        FailedLogins,
        "many_guesses",
        "mail/failed_logins/subject.txt",
        "mail/failed_logins/body.txt",
        "mail/failed_logins/body.html"
    );

    fn facts(&self) -> Facts<'_> {
        Facts {
            name: self.name.as_deref(),
            at: Some(self.at),
            ..Facts::default()
        }
    }
}

/// After too many consecutive failures, logins from unknown devices are locked out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lockout {
    pub name: Option<String>,
    /// The time of the last failure.
    pub at: Timestamp,
}

impl Email for Lockout {
    templates!(
        Lockout,
        "log_in_off",
        "mail/lockout/subject.txt",
        "mail/lockout/body.txt",
        "mail/lockout/body.html"
    );

    fn facts(&self) -> Facts<'_> {
        Facts {
            name: self.name.as_deref(),
            at: Some(self.at),
            ..Facts::default()
        }
    }
}
