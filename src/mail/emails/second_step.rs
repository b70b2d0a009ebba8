//! Emails about the second step.

use serde::{Deserialize, Serialize};

use super::security_notice::SecurityNotice;
use super::templates::templates;
use crate::mail::email::Email;
use crate::values::FactorKind;

/// An authenticator app or a passkey was added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondStepAdded {
    #[serde(flatten)]
    pub notice: SecurityNotice,
    /// The name of the app or the passkey.
    pub factor: String,
    #[serde(default)]
    pub kind: FactorKind,
    /// True if it gave the account a second step, which ended the other sessions.
    pub is_first: bool,
    /// Number of API tokens that still work.
    pub working_tokens: usize,
}

impl Email for SecondStepAdded {
    templates!(
        SecondStepAdded,
        "second_step_added",
        "mail/second_step_added/heading.txt",
        "mail/second_step_added/body.txt",
        "mail/second_step_added/body.html"
    );

    fn notice(&self) -> Option<&SecurityNotice> {
        Some(&self.notice)
    }
}

/// An authenticator app or a passkey was removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondStepRemoved {
    #[serde(flatten)]
    pub notice: SecurityNotice,
    /// The name of the app or the passkey.
    pub factor: String,
    #[serde(default)]
    pub kind: FactorKind,
    /// True if the account has no second step any more.
    pub was_last: bool,
}

impl Email for SecondStepRemoved {
    templates!(
        SecondStepRemoved,
        "second_step_removed",
        "mail/second_step_removed/heading.txt",
        "mail/second_step_removed/body.txt",
        "mail/second_step_removed/body.html"
    );

    fn notice(&self) -> Option<&SecurityNotice> {
        Some(&self.notice)
    }
}

/// A passkey was rejected, because a copy of it may exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyCopied {
    #[serde(flatten)]
    pub notice: SecurityNotice,
    /// The name of the passkey.
    pub passkey: String,
}

impl Email for PasskeyCopied {
    templates!(
        PasskeyCopied,
        "passkey_copied",
        "mail/passkey_copied/heading.txt",
        "mail/passkey_copied/body.txt",
        "mail/passkey_copied/body.html"
    );

    fn notice(&self) -> Option<&SecurityNotice> {
        Some(&self.notice)
    }
}

/// The operator removed every factor of the account, or the owner did after the wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondStepsRemoved {
    #[serde(flatten)]
    pub notice: SecurityNotice,
}

impl Email for SecondStepsRemoved {
    templates!(
        SecondStepsRemoved,
        "second_steps_removed",
        "mail/second_steps_removed/heading.txt",
        "mail/second_steps_removed/body.txt",
        "mail/second_steps_removed/body.html"
    );

    fn notice(&self) -> Option<&SecurityNotice> {
        Some(&self.notice)
    }
}

/// A new set of recovery codes replaced the earlier ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryCodesCreated {
    #[serde(flatten)]
    pub notice: SecurityNotice,
}

impl Email for RecoveryCodesCreated {
    templates!(
        RecoveryCodesCreated,
        "recovery_codes_created",
        "mail/recovery_codes_created/heading.txt",
        "mail/recovery_codes_created/body.txt",
        "mail/recovery_codes_created/body.html"
    );

    fn notice(&self) -> Option<&SecurityNotice> {
        Some(&self.notice)
    }
}

/// A recovery code was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryCodeUsed {
    #[serde(flatten)]
    pub notice: SecurityNotice,
    /// Number of codes left.
    pub left: i64,
}

impl Email for RecoveryCodeUsed {
    templates!(
        RecoveryCodeUsed,
        "recovery_code_used",
        "mail/recovery_code_used/heading.txt",
        "mail/recovery_code_used/body.txt",
        "mail/recovery_code_used/body.html"
    );

    fn notice(&self) -> Option<&SecurityNotice> {
        Some(&self.notice)
    }
}

/// A client gave the right password and did not complete the second step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordKnown {
    #[serde(flatten)]
    pub notice: SecurityNotice,
}

impl Email for PasswordKnown {
    templates!(
        PasswordKnown,
        "password_known",
        "mail/password_known/heading.txt",
        "mail/password_known/body.txt",
        "mail/password_known/body.html"
    );

    fn notice(&self) -> Option<&SecurityNotice> {
        Some(&self.notice)
    }
}

/// Too many wrong codes. Codes of apps are no longer compared on unknown devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodesLocked {
    #[serde(flatten)]
    pub notice: SecurityNotice,
}

impl Email for CodesLocked {
    templates!(
        CodesLocked,
        "codes_locked",
        "mail/codes_locked/heading.txt",
        "mail/codes_locked/body.txt",
        "mail/codes_locked/body.html"
    );

    fn notice(&self) -> Option<&SecurityNotice> {
        Some(&self.notice)
    }
}
