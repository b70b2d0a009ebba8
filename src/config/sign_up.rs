//! The rule for sign-ups.

use std::fmt;

use strum::{EnumString, IntoStaticStr};

use super::{InvalidSetting, Variables};
use crate::values::{EmailAddress, EmailDomain, SignUpRejected};

/// The addresses that may sign up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignUpPolicy {
    /// `VESTIBULE_SIGN_UP`
    pub mode: SignUpMode,
    /// `VESTIBULE_SIGN_UP_DOMAINS`: empty if it is not set.
    pub domains: Vec<EmailDomain>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum SignUpMode {
    /// Every address, or those at the listed domains.
    #[default]
    Open,
    /// Every address. An administrator approves those at other domains than the listed ones.
    Approval,
    /// No address but those at the listed domains.
    Invitation,
}

/// An address that may sign up. Only [`SignUpPolicy::permit`] makes one.
#[derive(Clone, Debug)]
pub struct PermittedAddress(EmailAddress);

impl SignUpPolicy {
    pub(super) fn read(variables: &Variables) -> Result<Self, InvalidSetting> {
        let domains = variables.parse_optional(
            "VESTIBULE_SIGN_UP_DOMAINS",
            "domains of email addresses, comma-separated, such as example.org",
            |text| {
                let listed = text.split(',');
                listed.map(|text| EmailDomain::parse(text.trim())).collect()
            },
        )?;
        Ok(Self {
            mode: variables.parse(
                "VESTIBULE_SIGN_UP",
                SignUpMode::Open.into(),
                "open, approval or invitation",
                |text| text.parse().ok(),
            )?,
            domains: domains.unwrap_or_default(),
        })
    }

    /// Returns true if every address can sign up, and needs no approval.
    pub fn is_open(&self) -> bool {
        self.mode == SignUpMode::Open && self.domains.is_empty()
    }

    /// Returns true if a sign-up with this address awaits the approval of an administrator once it
    /// is confirmed.
    pub fn needs_approval(&self, email: &EmailAddress) -> bool {
        self.mode == SignUpMode::Approval && !self.lists(email)
    }

    fn lists(&self, email: &EmailAddress) -> bool {
        self.domains.iter().any(|domain| domain.contains(email))
    }

    /// Returns true if no address can sign up.
    pub fn is_closed(&self) -> bool {
        self.mode == SignUpMode::Invitation && self.domains.is_empty()
    }

    /// Applies the rule to an address. Looks at its domain only, so the outcome and its time do not
    /// depend on the accounts that exist.
    pub fn permit(&self, email: EmailAddress) -> Result<PermittedAddress, SignUpRejected> {
        if self.is_closed() {
            return Err(SignUpRejected::Closed);
        }
        let takes_all = self.mode == SignUpMode::Approval || self.domains.is_empty();
        if !takes_all && !self.lists(&email) {
            return Err(SignUpRejected::Domain(self.domains.clone()));
        }
        Ok(PermittedAddress(email))
    }
}

impl PermittedAddress {
    pub fn email(&self) -> &EmailAddress {
        &self.0
    }
}

/// The effect of both variables, for `vestibule check`.
impl fmt::Display for SignUpPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_open() {
            return f.write_str("open to every address");
        }
        if self.is_closed() {
            return f.write_str("by invitation only");
        }
        let domains: Vec<String> = self.domains.iter().map(ToString::to_string).collect();
        let domains = domains.join(", ");
        match self.mode {
            SignUpMode::Approval if domains.is_empty() => f.write_str("with approval"),
            SignUpMode::Approval => {
                write!(f, "with approval, except for addresses at {domains}")
            }
            SignUpMode::Open | SignUpMode::Invitation => {
                write!(f, "open to addresses at {domains}")
            }
        }
    }
}

#[cfg(test)]
impl SignUpPolicy {
    pub fn sample(mode: SignUpMode, domains: &[&str]) -> Self {
        let domains = domains.iter().map(|text| EmailDomain::parse(text));
        let domains = domains.collect::<Option<_>>().expect("domains");
        Self { mode, domains }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permits(policy: &SignUpPolicy, typed: &str) -> Result<(), SignUpRejected> {
        let email = EmailAddress::parse(typed).expect("an address");
        policy.permit(email).map(|_| ())
    }

    #[test]
    fn mode_and_domains_decide_together() {
        const LISTED: &str = "ada@example.org";
        const OTHER: &str = "ada@example.com";
        let domains = ["example.org"];
        for mode in [SignUpMode::Open, SignUpMode::Invitation] {
            let policy = SignUpPolicy::sample(mode, &domains);
            let rejected = Err(SignUpRejected::Domain(policy.domains.clone()));
            assert_eq!(permits(&policy, LISTED), Ok(()));
            assert_eq!(permits(&policy, OTHER), rejected);
        }
        assert_eq!(
            permits(&SignUpPolicy::sample(SignUpMode::Open, &[]), OTHER),
            Ok(())
        );
        let closed = SignUpPolicy::sample(SignUpMode::Invitation, &[]);
        assert_eq!(permits(&closed, OTHER), Err(SignUpRejected::Closed));
        let approval = SignUpPolicy::sample(SignUpMode::Approval, &domains);
        for (typed, needs_approval) in [(LISTED, false), (OTHER, true)] {
            assert_eq!(permits(&approval, typed), Ok(()));
            let email = EmailAddress::parse(typed).expect("an address");
            assert_eq!(approval.needs_approval(&email), needs_approval);
            assert!(!closed.needs_approval(&email));
        }
    }

    #[test]
    fn check_prints_the_effect() {
        let shown = |mode, domains: &[&str]| SignUpPolicy::sample(mode, domains).to_string();
        assert_eq!(shown(SignUpMode::Open, &[]), "open to every address");
        assert_eq!(shown(SignUpMode::Invitation, &[]), "by invitation only");
        let two = shown(SignUpMode::Invitation, &["example.org", "bücher.example"]);
        assert_eq!(two, "open to addresses at example.org, bücher.example");
        assert_eq!(shown(SignUpMode::Approval, &[]), "with approval");
        let one = shown(SignUpMode::Approval, &["example.org"]);
        assert_eq!(one, "with approval, except for addresses at example.org");
    }
}
