//! Emails about the removal of a lost second step.

use serde::{Deserialize, Serialize};

use super::templates::templates;
use crate::accounts::links::Purpose;
use crate::clock::Timestamp;
use crate::mail::email::{Email, Facts};
use crate::values::Token;

/// The removal of the second step was requested. The link stops it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryRequested {
    pub name: Option<String>,
    pub at: Timestamp,
    pub by_administrator: bool,
    /// The device for people. Empty if an administrator asked.
    pub device: String,
    /// The end of the wait.
    pub ready_at: Timestamp,
    pub token: Token,
}

impl Email for RecoveryRequested {
    templates!(
        RecoveryRequested,
        "recovery_requested",
        "mail/recovery_requested/heading.txt",
        "mail/recovery_requested/body.txt",
        "mail/recovery_requested/body.html"
    );

    fn link(&self) -> Option<(Purpose, &Token)> {
        Some((Purpose::KeepSecondStep, &self.token))
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            device: &self.device,
            ..Facts::of_event(self.name.as_deref(), self.at)
        }
    }
}

/// The second step can be removed soon. The link stops it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryReminder {
    pub name: Option<String>,
    /// An administrator needs no password to ask.
    #[serde(default)]
    pub by_administrator: bool,
    /// The end of the wait.
    pub ready_at: Timestamp,
    pub token: Token,
}

impl Email for RecoveryReminder {
    templates!(
        RecoveryReminder,
        "recovery_reminder",
        "mail/recovery_reminder/heading.txt",
        "mail/recovery_reminder/body.txt",
        "mail/recovery_reminder/body.html"
    );

    fn link(&self) -> Option<(Purpose, &Token)> {
        Some((Purpose::KeepSecondStep, &self.token))
    }

    fn facts(&self) -> Facts<'_> {
        Facts::of_name(self.name.as_deref())
    }
}

/// The wait is over. The link leads to a page that asks for the password and removes the second
/// step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryReady {
    pub name: Option<String>,
    pub token: Token,
}

impl Email for RecoveryReady {
    templates!(
        RecoveryReady,
        "recovery_ready",
        "mail/recovery_ready/heading.txt",
        "mail/recovery_ready/body.txt",
        "mail/recovery_ready/body.html"
    );

    fn link(&self) -> Option<(Purpose, &Token)> {
        Some((Purpose::RemoveSecondStep, &self.token))
    }

    fn facts(&self) -> Facts<'_> {
        Facts::of_name(self.name.as_deref())
    }
}
