//! Emails about logins.

use serde::{Deserialize, Serialize};

use super::security_notice::SecurityNotice;
use super::templates::templates;
use crate::clock::Timestamp;
use crate::mail::email::{Email, Facts};

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
        "mail/new_device/heading.txt",
        "mail/new_device/body.txt",
        "mail/new_device/body.html"
    );

    fn notice(&self) -> Option<&SecurityNotice> {
        Some(&self.notice)
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            address: &self.address,
            ..Facts::of_notice(&self.notice)
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
        "mail/refresh_token_reused/heading.txt",
        "mail/refresh_token_reused/body.txt",
        "mail/refresh_token_reused/body.html"
    );

    fn notice(&self) -> Option<&SecurityNotice> {
        Some(&self.notice)
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
        "mail/failed_logins/heading.txt",
        "mail/failed_logins/body.txt",
        "mail/failed_logins/body.html"
    );

    fn facts(&self) -> Facts<'_> {
        Facts::of_event(self.name.as_deref(), self.at)
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
        "mail/lockout/heading.txt",
        "mail/lockout/body.txt",
        "mail/lockout/body.html"
    );

    fn facts(&self) -> Facts<'_> {
        Facts::of_event(self.name.as_deref(), self.at)
    }
}
