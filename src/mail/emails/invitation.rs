//! The email of an invitation.

use serde::{Deserialize, Serialize};

use super::templates::templates;
use crate::accounts::links::Purpose;
use crate::mail::email::Email;
use crate::values::Token;

/// An email to an invited address. It contains no text that a person typed, except for the
/// confirmed email address of the administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub token: Token,
    /// The email address of the administrator who invites. `None` for the operator.
    #[serde(default)]
    pub inviter: Option<String>,
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
