//! Texts of the administration: acts, and why one was rejected.

use serde::{Deserialize, Serialize};

use crate::values::AdminVerb;

/// A reason not to carry out an act of an administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActRejected {
    OwnAccount,
    AdministratorAccount,
    NoPassword,
    EmailsLimited,
    /// The sign-up or invitation is gone, perhaps because of another administrator.
    Gone,
}

/// Returns the name of an act. `None` is an act of a later version.
pub fn act(verb: Option<AdminVerb>) -> &'static str {
    match verb {
        Some(AdminVerb::Invited) => "Invitation sent",
        Some(AdminVerb::InvitationWithdrawn) => "Invitation withdrawn",
        Some(AdminVerb::Approved) => "Sign-up approved",
        Some(AdminVerb::Declined) => "Sign-up declined",
        Some(AdminVerb::Locked) => "Account locked",
        Some(AdminVerb::Unlocked) => "Account unlocked",
        Some(AdminVerb::SessionsEnded) => "Logged out on all devices",
        Some(AdminVerb::ResetSent) => "Reset link sent",
        Some(AdminVerb::SecondStepRemovalStarted) => "Removal of second step started",
        Some(AdminVerb::Deleted) => "Account deleted",
        Some(AdminVerb::AdministratorMade) => "Administrator made",
        Some(AdminVerb::AdministratorRemoved) => "Administrator removed",
        None => "Another act",
    }
}

impl ActRejected {
    pub fn message(self) -> &'static str {
        match self {
            Self::OwnAccount => "You can’t do this to your own account.",
            Self::AdministratorAccount => {
                "This account is an administrator’s. The operator first runs “vestibule user \
                 remove-admin”."
            }
            Self::NoPassword => {
                "The removal asks for a password, and this account has none that works. Send a \
                 reset link first."
            }
            Self::EmailsLimited => {
                "No email was sent: at most 3 emails an hour and 10 a day go to one address."
            }
            Self::Gone => "Nothing was changed: it’s no longer there.",
        }
    }
}

/// Results for addresses that were not invited.
pub mod not_invited {
    pub const HAS_ACCOUNT: &str = "This address already has an account.";
    pub const AWAITING_APPROVAL: &str = "A sign-up with this address waits for approval.";
    pub const EMAILS_LIMITED: &str = "At most 3 emails an hour and 10 a day go to one address.";
    pub const INVITATIONS_LIMITED: &str =
        "At most 200 invitations are sent in an hour. Try again later.";
}
