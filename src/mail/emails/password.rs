//! Emails about the password.

use serde::{Deserialize, Serialize};

use super::security_notice::SecurityNotice;
use super::templates::templates;
use crate::accounts::links::Purpose;
use crate::mail::email::{Email, Facts};
use crate::values::Token;

/// The user asked for a link to set a new password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetPassword {
    pub token: Token,
    pub name: Option<String>,
    /// True if an administrator sent the link. Emails queued by earlier versions have no value.
    #[serde(default)]
    pub by_administrator: bool,
}

impl Email for ResetPassword {
    templates!(
        ResetPassword,
        "reset_password",
        "mail/reset_password/heading.txt",
        "mail/reset_password/body.txt",
        "mail/reset_password/body.html"
    );

    fn link(&self) -> Option<(Purpose, &Token)> {
        Some((Purpose::Reset, &self.token))
    }

    fn facts(&self) -> Facts<'_> {
        Facts::of_name(self.name.as_deref())
    }
}

/// The password was changed, by a reset link or on the account's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordChanged {
    #[serde(flatten)]
    pub notice: SecurityNotice,
    #[serde(default)]
    pub logged_out: LoggedOut,
    #[serde(default)]
    pub working_tokens: Vec<String>,
    #[serde(default)]
    pub revoked_tokens: Vec<String>,
    /// Number of passkeys that still work, after a reset.
    #[serde(default)]
    pub working_passkeys: usize,
    /// True after a reset if the account has an authenticator app. False after any other change.
    #[serde(default)]
    pub has_app: bool,
}

impl Email for PasswordChanged {
    templates!(
        PasswordChanged,
        "password_changed",
        "mail/password_changed/heading.txt",
        "mail/password_changed/body.txt",
        "mail/password_changed/body.html"
    );

    fn notice(&self) -> Option<&SecurityNotice> {
        Some(&self.notice)
    }
}

/// The devices that a new password logged out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoggedOut {
    /// All devices, because a reset link set the password.
    #[default]
    Everywhere,
    /// All devices except the one on which the password was changed.
    Elsewhere,
    /// No device, as the user chose.
    Nowhere,
}

/// An undo link was used. The account is blocked until the user sets a new password with the link
/// in this email.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSecured {
    pub name: Option<String>,
    pub token: Token,
}

impl Email for AccountSecured {
    templates!(
        AccountSecured,
        "account_secured",
        "mail/account_secured/heading.txt",
        "mail/account_secured/body.txt",
        "mail/account_secured/body.html"
    );

    fn link(&self) -> Option<(Purpose, &Token)> {
        Some((Purpose::Reset, &self.token))
    }

    fn facts(&self) -> Facts<'_> {
        Facts::of_name(self.name.as_deref())
    }
}

/// The password was removed. The user logs in with a passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordRemoved {
    #[serde(flatten)]
    pub notice: SecurityNotice,
}

impl Email for PasswordRemoved {
    templates!(
        PasswordRemoved,
        "password_removed",
        "mail/password_removed/heading.txt",
        "mail/password_removed/body.txt",
        "mail/password_removed/body.html"
    );

    fn notice(&self) -> Option<&SecurityNotice> {
        Some(&self.notice)
    }
}
