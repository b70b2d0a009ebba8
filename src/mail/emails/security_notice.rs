//! The header of security notices: emails about changes that an attacker could have made.

use serde::{Deserialize, Serialize};

use crate::accounts::links::Purpose;
use crate::clock::Timestamp;
use crate::mail::email::Facts;
use crate::values::Token;

/// The data that every security notice contains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityNotice {
    /// The account's name.
    pub name: Option<String>,
    pub at: Timestamp,
    /// The device for people, such as `Firefox on Windows`.
    pub device: String,
    /// The token of the undo link. `None` only in emails that an earlier version queued.
    #[serde(default)]
    pub undo: Option<Token>,
}

impl SecurityNotice {
    pub fn undo_link(&self) -> Option<(Purpose, &Token)> {
        self.undo.as_ref().map(|token| (Purpose::Undo, token))
    }

    pub fn facts(&self) -> Facts<'_> {
        Facts {
            name: self.name.as_deref(),
            at: Some(self.at),
            device: &self.device,
            address: "",
        }
    }
}
