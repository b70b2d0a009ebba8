//! The header of security notices: emails about changes that an attacker could have made.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
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
