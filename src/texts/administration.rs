//! Texts of the administration: actions, and why one was rejected.

use serde::{Deserialize, Serialize};

use crate::values::{AdminVerb, SubjectKind};

/// A reason to reject an action of an administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActionRejected {
    OwnAccount,
    AdministratorAccount,
    NoPassword,
    EmailsLimited,
    ResetGoesElsewhere,
    /// The sign-up, invitation, group or membership is gone, perhaps because of another
    /// administrator.
    Gone,
    /// An error came up after the reauthentication.
    Failed,
    AlreadyMember,
    TooManyGroups,
    /// No account has the email address.
    NoAccount,
}

/// Returns the title of an action. `None` is an action of a later version.
pub fn action_title(verb: Option<AdminVerb>) -> &'static str {
    match verb {
        Some(AdminVerb::Invited) => "Invitation sent",
        Some(AdminVerb::InvitationResent) => "Invitation sent again",
        Some(AdminVerb::InvitationWithdrawn) => "Invitation withdrawn",
        Some(AdminVerb::Approved) => "Sign-up approved",
        Some(AdminVerb::Declined) => "Sign-up declined",
        Some(AdminVerb::Locked) => "Account locked",
        Some(AdminVerb::Unlocked) => "Account unlocked",
        Some(AdminVerb::SessionsEnded) => "User logged out on all devices",
        Some(AdminVerb::ResetSent) => "Reset link sent",
        Some(AdminVerb::SecondStepRemovalStarted) => "Removal of second step started",
        Some(AdminVerb::SecondStepRemoved) => "Second step removed",
        Some(AdminVerb::Deleted) => "Account deleted",
        Some(AdminVerb::MemberAdded) => "Added to a group",
        Some(AdminVerb::MemberRemoved) => "Removed from a group",
        Some(AdminVerb::GroupCreated) => "Group created",
        Some(AdminVerb::GroupRenamed) => "Title of a group changed",
        Some(AdminVerb::GroupDeleted) => "Group deleted",
        Some(AdminVerb::AppCreated) => "App created",
        Some(AdminVerb::AppChanged) => "App changed",
        Some(AdminVerb::AppDisabled) => "App disabled",
        Some(AdminVerb::AppDeleted) => "App deleted",
        Some(AdminVerb::AppSecretCreated) => "Secret of an app created",
        Some(AdminVerb::AdministratorMade) => "Administrator rights granted",
        Some(AdminVerb::AdministratorRemoved) => "Administrator rights withdrawn",
        None => "Another action",
    }
}

/// Returns the label of an id in the log. The id of a user is shown only if the account was
/// deleted.
pub fn subject_kind(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::User => "deleted account",
        SubjectKind::SignUp => "sign-up",
        SubjectKind::Invitation => "invitation",
        SubjectKind::Group => "group",
        SubjectKind::App => "app",
    }
}

/// Returns the detail of an action with its label. `+staff` and `-staff` say that an app was opened
/// to the group, or closed to it.
pub fn action_detail(verb: Option<AdminVerb>, detail: &str) -> (&'static str, String) {
    if let Some(group) = detail.strip_prefix('+') {
        ("Opened to the group", group.to_owned())
    } else if let Some(group) = detail.strip_prefix('-') {
        ("Closed to the group", group.to_owned())
    } else if verb.is_some_and(|verb| verb.subject_kind() == SubjectKind::App) {
        ("Settings", detail.replace(' ', ", "))
    } else {
        group_names(detail)
    }
}

/// Returns the label `Group` or `Groups`, and the names for display. `names` is separated by
/// commas.
pub fn group_names(names: &str) -> (&'static str, String) {
    let label = if names.contains(',') {
        "Groups"
    } else {
        "Group"
    };
    (label, names.replace(',', ", "))
}

/// Returns the subject of a prompt with the groups that the administrator has chosen, if any.
pub fn with_groups(subject: &str, names: &str) -> String {
    if names.is_empty() {
        return subject.to_owned();
    }
    let (label, names) = group_names(names);
    format!("{subject} ({label}: {names})")
}

impl ActionRejected {
    pub fn message(self) -> &'static str {
        match self {
            Self::OwnAccount => "You can’t do this to your own account.",
            Self::AdministratorAccount => {
                "This account is an administrator’s. Only the operator can do this to it."
            }
            Self::NoPassword => {
                "The removal asks for a password, and this account has none that works. Send a \
                 reset link first."
            }
            Self::ResetGoesElsewhere => {
                "No email was sent. “This wasn’t me” was used for this account, and the reset link \
                 went to another email address. Try again in 24 hours."
            }
            Self::EmailsLimited => {
                "No email was sent: at most 3 emails an hour and 10 a day go to one address."
            }
            Self::Failed => "Something went wrong. Check whether it was done before you try again.",
            Self::AlreadyMember => "Nothing was changed: the user is already in the group.",
            Self::TooManyGroups => "Nothing was changed: an account is in at most 100 groups.",
            Self::NoAccount => "Nothing was changed: no account has this email address.",
            Self::Gone => {
                "Nothing was changed, because this no longer exists. Another administrator may \
                 have been faster."
            }
        }
    }
}

/// Results for addresses that were not invited.
pub mod not_invited {
    pub const HAS_ACCOUNT: &str = "This address already has an account.";
    pub const AWAITING_APPROVAL: &str = "A sign-up with this address awaits approval.";
    pub const EMAILS_LIMITED: &str = "At most 3 emails an hour and 10 a day go to one address.";
    pub const INVITATIONS_LIMITED: &str =
        "At most 200 invitations are sent in an hour. Try again later.";
}
