//! The kinds of acts in the administration log.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::Event;

/// What an administrator or the operator did.
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
    InvitationWithdrawn,
    Approved,
    Declined,
    Locked,
    Unlocked,
    SessionsEnded,
    ResetSent,
    SecondStepRemovalStarted,
    Deleted,
    AdministratorMade,
    AdministratorRemoved,
}

/// The kind of subject of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum SubjectKind {
    User,
    SignUp,
    Invitation,
}

impl AdminVerb {
    /// Returns the name of the act in the database and in the log.
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
            Self::Invited | Self::InvitationWithdrawn | Self::Declined | Self::Deleted => None,
        }
    }

    pub fn subject_kind(self) -> SubjectKind {
        match self {
            Self::Invited | Self::InvitationWithdrawn => SubjectKind::Invitation,
            Self::Declined => SubjectKind::SignUp,
            Self::Approved
            | Self::Locked
            | Self::Unlocked
            | Self::SessionsEnded
            | Self::ResetSent
            | Self::SecondStepRemovalStarted
            | Self::Deleted
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
        let stored = "invited invitation_withdrawn approved declined locked unlocked \
            sessions_ended reset_sent second_step_removal_started deleted administrator_made \
            administrator_removed";
        assert_eq!(names.join(" "), stored);
        for verb in AdminVerb::VARIANTS {
            assert_eq!(AdminVerb::parse(verb.name()), Some(*verb));
        }
    }
}
