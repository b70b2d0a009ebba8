//! Settings of a registered app that have a fixed set of values.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// The login that an app needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum LoginNeed {
    Password,
    /// A login with a second step.
    SecondStep,
}

/// The name that an app gets for a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum AppUsername {
    /// The email address, in its comparable form.
    Email,
    /// The id of the account, which never passes to another person.
    Id,
}

impl LoginNeed {
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Parses a stored name. An unknown name comes from a later version and counts as the
    /// strictest.
    pub fn parse_stored(name: &str) -> Self {
        name.parse().unwrap_or(Self::SecondStep)
    }
}

impl AppUsername {
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Parses a stored name. An unknown name comes from a later version and counts as the id.
    pub fn parse_stored(name: &str) -> Self {
        name.parse().unwrap_or(Self::Id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names are stored, so a renamed variant must keep its own.
    #[test]
    fn stored_names_stay() {
        let needs: Vec<&str> = LoginNeed::VARIANTS.iter().map(|need| need.name()).collect();
        assert_eq!(needs, ["password", "second_step"]);
        let names: Vec<&str> = AppUsername::VARIANTS
            .iter()
            .map(|name| name.name())
            .collect();
        assert_eq!(names, ["email", "id"]);
        assert_eq!(LoginNeed::parse_stored("later"), LoginNeed::SecondStep);
        assert_eq!(AppUsername::parse_stored("later"), AppUsername::Id);
    }
}
