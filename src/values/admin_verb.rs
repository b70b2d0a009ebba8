//! The kinds of actions in the administration log.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::Event;

/// An action of an administrator or the operator.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    EnumString,
    IntoStaticStr,
    VariantArray,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "snake_case")]
pub enum AdminVerb {
    Invited,
    InvitationResent,
    InvitationWithdrawn,
    Approved,
    Declined,
    Locked,
    Unlocked,
    SessionsEnded,
    ResetSent,
    SecondStepRemovalStarted,
    SecondStepRemoved,
    Deleted,
    MemberAdded,
    MemberRemoved,
    GroupCreated,
    GroupRenamed,
    GroupDeleted,
    AppCreated,
    AppChanged,
    AppDisabled,
    AppDeleted,
    AppSecretCreated,
    AdministratorMade,
    AdministratorRemoved,
}

/// The kind of subject of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum SubjectKind {
    User,
    SignUp,
    Invitation,
    Group,
    App,
}

impl AdminVerb {
    /// Returns the name of the action in the database.
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// Returns the event that the owner of the account sees, if there is one.
    pub fn event(self) -> Option<Event> {
        match self {
            Self::Approved => Some(Event::AddressConfirmed),
            Self::Locked => Some(Event::AccountLocked),
            Self::Unlocked => Some(Event::AccountUnlocked),
            Self::SessionsEnded => Some(Event::SessionsEndedByAdministrator),
            Self::ResetSent => Some(Event::ResetRequested),
            Self::SecondStepRemovalStarted => Some(Event::RecoveryRequested),
            Self::AdministratorMade => Some(Event::MadeAdministrator),
            Self::AdministratorRemoved => Some(Event::AdministratorRemoved),
            Self::MemberAdded => Some(Event::JoinedGroup),
            Self::MemberRemoved => Some(Event::LeftGroup),
            Self::Invited
            | Self::InvitationResent
            | Self::InvitationWithdrawn
            | Self::SecondStepRemoved
            | Self::Declined
            | Self::Deleted
            | Self::GroupCreated
            | Self::GroupRenamed
            | Self::GroupDeleted
            | Self::AppCreated
            | Self::AppChanged
            | Self::AppDisabled
            | Self::AppDeleted
            | Self::AppSecretCreated => None,
        }
    }

    pub fn subject_kind(self) -> SubjectKind {
        match self {
            Self::Invited | Self::InvitationResent | Self::InvitationWithdrawn => {
                SubjectKind::Invitation
            }
            Self::Declined => SubjectKind::SignUp,
            Self::GroupCreated | Self::GroupRenamed | Self::GroupDeleted => SubjectKind::Group,
            Self::AppCreated
            | Self::AppChanged
            | Self::AppDisabled
            | Self::AppDeleted
            | Self::AppSecretCreated => SubjectKind::App,
            Self::Approved
            | Self::Locked
            | Self::Unlocked
            | Self::SessionsEnded
            | Self::ResetSent
            | Self::SecondStepRemovalStarted
            | Self::SecondStepRemoved
            | Self::Deleted
            | Self::MemberAdded
            | Self::MemberRemoved
            | Self::AdministratorMade
            | Self::AdministratorRemoved => SubjectKind::User,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names are stored, so a renamed variant must keep its own.
    #[test]
    fn stored_names_stay() {
        let names: Vec<&str> = AdminVerb::VARIANTS.iter().map(|verb| verb.name()).collect();
        let stored = "invited invitation_resent invitation_withdrawn approved declined locked \
            unlocked sessions_ended reset_sent second_step_removal_started \
            second_step_removed deleted member_added member_removed group_created \
            group_renamed group_deleted app_created app_changed app_disabled app_deleted \
            app_secret_created administrator_made administrator_removed";
        assert_eq!(names.join(" "), stored);
        for verb in AdminVerb::VARIANTS {
            assert_eq!(AdminVerb::parse(verb.name()), Some(*verb));
        }
    }
}
