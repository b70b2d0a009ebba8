//! The access rule of apps. Every check and every hand-over asks it, so a change of a group takes
//! effect on the next request.

use std::time::Duration;

use super::authentication::methods::LoginMethod;
use crate::clock::Timestamp;
use crate::store::apps::RegisteredApp;
use crate::values::{GroupName, LoginNeed};

/// An app with the groups that may use it. No group means no user.
#[derive(Clone, Debug)]
pub struct AppRule {
    pub app: RegisteredApp,
    pub groups: Vec<GroupName>,
}

/// The facts about a live session and its user that decide on access.
#[derive(Clone, Debug)]
pub struct AccessFacts<'a> {
    pub is_locked: bool,
    /// The groups of the user.
    pub groups: &'a [GroupName],
    pub method: LoginMethod,
    /// True if the account has a second step now.
    pub has_second_step: bool,
    /// Time of the last login or reauthentication.
    pub proven_at: Timestamp,
}

impl AccessFacts<'_> {
    /// Returns true if the login had a second step, and the account still has one.
    fn used_second_step(&self) -> bool {
        self.method.has_second_step() && self.has_second_step
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Allowed,
    Denied(DenyReason),
}

/// The reason why a user may not use an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DenyReason {
    AppDisabled,
    AccountLocked,
    NotInGroup,
    /// The app needs a more recent login.
    LoginTooOld,
    /// The app needs a login with a second step.
    NoSecondStep,
}

impl DenyReason {
    /// Returns true if another login of the same user changes the decision.
    pub fn needs_login(self) -> bool {
        match self {
            Self::LoginTooOld | Self::NoSecondStep => true,
            Self::AppDisabled | Self::AccountLocked | Self::NotInGroup => false,
        }
    }
}

impl AppRule {
    /// Returns true if a member of these groups may open the app.
    pub fn is_open_to(&self, member_of: &[GroupName]) -> bool {
        let is_open = |group: &GroupName| group.is_everyone() || member_of.contains(group);
        self.groups.iter().any(is_open)
    }

    pub fn needs_second_step(&self) -> bool {
        LoginNeed::parse_stored(&self.app.needs) == LoginNeed::SecondStep
    }

    /// Returns the largest age of the login that the app accepts.
    fn longest_age(&self) -> Option<Duration> {
        let minutes = self.app.password_within?;
        Some(Duration::from_mins(u64::try_from(minutes).unwrap_or(0)))
    }

    /// Returns the time from which on a session no longer opens the app.
    pub fn access_end(&self, proven_at: Timestamp, session_end: Timestamp) -> Timestamp {
        self.longest_age()
            .map_or(session_end, |age| session_end.min(proven_at + age))
    }
}

/// Decides on the access of a user with a live session to an app.
pub fn may_use(rule: &AppRule, facts: &AccessFacts<'_>, now: Timestamp) -> Access {
    let is_recent = |age| facts.proven_at.is_recent(age, now);
    let reason = if rule.app.disabled_at.is_some() {
        DenyReason::AppDisabled
    } else if facts.is_locked {
        DenyReason::AccountLocked
    } else if !rule.is_open_to(facts.groups) {
        DenyReason::NotInGroup
    } else if rule.needs_second_step() && !facts.used_second_step() {
        DenyReason::NoSecondStep
    } else if !rule.longest_age().is_none_or(is_recent) {
        DenyReason::LoginTooOld
    } else {
        return Access::Allowed;
    };
    Access::Denied(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::AppId;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn rule(groups: &[&str]) -> AppRule {
        let app = RegisteredApp::new(AppId("wiki".to_owned()), "Wiki", NOW);
        AppRule {
            app,
            groups: names(groups),
        }
    }

    fn names(groups: &[&str]) -> Vec<GroupName> {
        groups
            .iter()
            .map(|&name| GroupName(name.to_owned()))
            .collect()
    }

    fn facts(groups: &[GroupName]) -> AccessFacts<'_> {
        AccessFacts {
            is_locked: false,
            groups,
            method: LoginMethod::Password,
            has_second_step: true,
            proven_at: NOW,
        }
    }

    /// pocket-id/pocket-id#1147: a new app was open to all.
    #[test]
    fn pocket_id_1147_new_app_is_open_to_no_account() {
        let denied = Access::Denied(DenyReason::NotInGroup);
        assert_eq!(may_use(&rule(&[]), &facts(&names(&["staff"])), NOW), denied);
        assert_eq!(
            may_use(&rule(&["staff"]), &facts(&names(&["sales"])), NOW),
            denied
        );
        assert_eq!(may_use(&rule(&["staff"]), &facts(&[]), NOW), denied);
        let both = rule(&["sales", "staff"]);
        assert_eq!(
            may_use(&both, &facts(&names(&["staff"])), NOW),
            Access::Allowed
        );
        let open = rule(&["everyone"]);
        assert_eq!(may_use(&open, &facts(&[]), NOW), Access::Allowed);
    }

    #[test]
    fn first_reason_that_applies_is_given() {
        let mut rule = rule(&["staff"]);
        rule.app.needs = LoginNeed::SecondStep.name().to_owned();
        rule.app.password_within = Some(10);
        let groups = names(&["staff"]);
        let mut facts = facts(&groups);
        facts.is_locked = true;
        facts.proven_at = NOW - Duration::from_mins(11);
        rule.app.disabled_at = Some(NOW);
        let denied = |rule: &AppRule, facts: &AccessFacts<'_>| may_use(rule, facts, NOW);
        assert_eq!(
            denied(&rule, &facts),
            Access::Denied(DenyReason::AppDisabled)
        );
        rule.app.disabled_at = None;
        assert_eq!(
            denied(&rule, &facts),
            Access::Denied(DenyReason::AccountLocked)
        );
        facts.is_locked = false;
        assert_eq!(
            denied(&rule, &facts),
            Access::Denied(DenyReason::NoSecondStep)
        );
        facts.method = LoginMethod::PasswordCode;
        facts.has_second_step = false;
        assert_eq!(
            denied(&rule, &facts),
            Access::Denied(DenyReason::NoSecondStep)
        );
        facts.has_second_step = true;
        assert_eq!(
            denied(&rule, &facts),
            Access::Denied(DenyReason::LoginTooOld)
        );
        facts.proven_at = NOW - Duration::from_mins(9);
        assert_eq!(denied(&rule, &facts), Access::Allowed);
    }
}
