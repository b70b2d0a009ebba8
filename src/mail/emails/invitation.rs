//! The email of an invitation.

use serde::{Deserialize, Serialize};

use super::templates::templates;
use crate::accounts::links::Purpose;
use crate::mail::email::Email;
use crate::values::Token;

/// The operator invited the email address. No text in it was typed by anyone.
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
