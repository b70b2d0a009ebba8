//! The policy for the second step.

use strum::{EnumString, IntoStaticStr};

use super::{InvalidSetting, Variables};

/// The accounts that must have a second step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum SecondFactorPolicy {
    #[default]
    Optional,
    /// The accounts of administrators.
    Admins,
    /// Every account (ASVS 6.3.3).
    Required,
}

impl SecondFactorPolicy {
    pub(super) fn read(variables: &Variables) -> Result<Self, InvalidSetting> {
        variables.parse(
            "VESTIBULE_SECOND_FACTOR",
            Self::Optional.into(),
            "optional, admins or required",
            |text| text.parse().ok(),
        )
    }

    /// Returns true if an account must have a second step.
    pub fn requires(self, is_admin: bool) -> bool {
        match self {
            Self::Optional => false,
            Self::Admins => is_admin,
            Self::Required => true,
        }
    }
}
