//! Emails to administrators.

use serde::{Deserialize, Serialize};

use super::templates::templates;
use crate::clock::Timestamp;
use crate::mail::email::{Email, Facts};

/// The operator made a user an administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdministratorMade {
    pub name: Option<String>,
    pub at: Timestamp,
    /// The email address of the new administrator.
    pub email: String,
}

impl Email for AdministratorMade {
    templates!(
        AdministratorMade,
        "administrator_made",
        "mail/administrator_made/heading.txt",
        "mail/administrator_made/body.txt",
        "mail/administrator_made/body.html"
    );

    fn facts(&self) -> Facts<'_> {
        Facts::of_event(self.name.as_deref(), self.at)
    }
}
