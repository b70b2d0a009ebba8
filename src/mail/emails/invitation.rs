//! The email of an invitation.

use serde::{Deserialize, Serialize};

use super::templates::templates;
use crate::accounts::links::Purpose;
use crate::mail::email::Email;
use crate::values::Token;

/// An email to an address that the operator invited. It contains no text that a person typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub token: Token,
}

impl Email for Invitation {
    templates!(
        Invitation,
        "invitation",
        "mail/invitation/heading.txt",
        "mail/invitation/body.txt",
        "mail/invitation/body.html"
    );

    fn link(&self) -> Option<(Purpose, &Token)> {
        Some((Purpose::Invitation, &self.token))
    }
}
