//! The ways in which a user gets a session, and what they say to other programs.

use strum::{EnumString, IntoStaticStr, VariantArray};

use super::factor_check::FactorUse;
use crate::clock::Timestamp;
use crate::security::access_token::AuthenticationClaims;

/// The way in which a session was opened. The session's row stores its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum LoginMethod {
    Password,
    /// The password in a trusted browser, which skips the second step.
    PasswordTrusted,
    /// The confirmation of the address, in the browser that signed up.
    Confirmation,
    /// The password and the code of an authenticator app.
    PasswordCode,
    /// The password and a recovery code.
    PasswordRecovery,
    PasswordPasskey,
    /// A passkey that verified the user.
    Passkey,
}

impl LoginMethod {
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns the method of a stored session. One of a later version counts as the weakest.
    pub fn parse(name: &str) -> Self {
        name.parse().unwrap_or(Self::Password)
    }

    /// Returns the method of a login or reauthentication with a factor. `has_password` is false
    /// only for a passkey that verified the user.
    pub fn with(factor: &FactorUse, has_password: bool) -> Self {
        match factor {
            FactorUse::App => Self::PasswordCode,
            FactorUse::RecoveryCode { .. } => Self::PasswordRecovery,
            FactorUse::Passkey(_) if has_password => Self::PasswordPasskey,
            FactorUse::Passkey(_) => Self::Passkey,
        }
    }

    /// Returns the `amr` claim (RFC 8176 §2).
    fn references(self) -> &'static [&'static str] {
        match self {
            Self::Password | Self::PasswordTrusted | Self::Confirmation => &["pwd"],
            Self::PasswordCode | Self::PasswordRecovery => &["pwd", "otp", "mfa"],
            Self::PasswordPasskey => &["pwd", "pop", "mfa"],
            Self::Passkey => &["pop", "user", "mfa"],
        }
    }

    /// Returns true if the user gave a second step, or a passkey that stands for both.
    pub fn has_second_step(self) -> bool {
        match self {
            Self::Password | Self::PasswordTrusted | Self::Confirmation => false,
            Self::PasswordCode | Self::PasswordRecovery | Self::PasswordPasskey | Self::Passkey => {
                true
            }
        }
    }

    /// Returns the `acr` claim: the level of NIST SP 800-63B-4.
    fn level(self) -> &'static str {
        if self.has_second_step() {
            "aal2"
        } else {
            "aal1"
        }
    }
}

/// The kind and the time of a login.
#[derive(Clone, Copy, Debug)]
pub struct Authentication {
    pub method: LoginMethod,
    pub at: Timestamp,
}

impl Authentication {
    /// Returns the claims for an access token (RFC 9068 §2.2.1).
    pub fn claims(self) -> AuthenticationClaims {
        AuthenticationClaims {
            auth_time: Some(self.at.seconds()),
            acr: Some(self.method.level().to_owned()),
            amr: Some(
                self.method
                    .references()
                    .iter()
                    .map(|&name| name.to_owned())
                    .collect(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names are stored, so a renamed variant must keep its own.
    #[test]
    fn stored_names_stay() {
        let names: Vec<&str> = LoginMethod::VARIANTS
            .iter()
            .map(|method| method.name())
            .collect();
        assert_eq!(
            names.join(" "),
            "password password_trusted confirmation password_code password_recovery \
             password_passkey passkey"
        );
        for method in LoginMethod::VARIANTS {
            assert_eq!(LoginMethod::parse(method.name()), *method);
        }
        let unknown = LoginMethod::parse("of_a_later_version");
        assert_eq!(unknown, LoginMethod::Password);
    }
}
