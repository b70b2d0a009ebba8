//! Properties of the decision about a request, for any app, user and request.

use std::time::Duration;

use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;
use crate::accounts::authentication::methods::LoginMethod;
use crate::store::apps::RegisteredApp;
use crate::store::sessions::CurrentSession;
use crate::store::users::User;
use crate::values::{AppId, GroupName, Origin, SessionIdHash};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const OWN: &str = "https://wiki.example.org";
const NAMED: &str = "https://partner.example";

fn groups(names: &[&str]) -> Vec<GroupName> {
    names
        .iter()
        .map(|name| GroupName((*name).to_owned()))
        .collect()
}

prop_compose! {
    fn any_rule()(
        is_disabled: bool,
        names in subsequence(vec!["everyone", "staff"], 0..=2),
        needs in select(vec!["password", "second_step"]),
        password_within in option::of(Just(5)),
        public_paths in select(vec!["", "/public/"]),
        cross_origins in select(vec!["", NAMED]),
    ) -> AppRule {
        let app = RegisteredApp {
            disabled_at: is_disabled.then_some(NOW),
            needs: needs.to_owned(),
            password_within,
            public_paths: public_paths.to_owned(),
            cross_origins: cross_origins.to_owned(),
            ..RegisteredApp::new(AppId("wiki".to_owned()), "Wiki", NOW)
        };
        AppRule { app, groups: groups(&names) }
    }
}

prop_compose! {
    fn any_user()(
        is_locked: bool,
        has_second_step: bool,
        names in subsequence(vec!["staff", "guests"], 0..=2),
        method in select(vec![LoginMethod::Password, LoginMethod::PasswordCode]),
        age in 0_u64..600,
    ) -> AppUser {
        let user = User {
            locked_at: is_locked.then_some(NOW),
            factor_since: has_second_step.then_some(NOW),
            ..User::new(UserId("ada".to_owned()), "ada@example.org", None, NOW)
        };
        let session = CurrentSession {
            id_hash: SessionIdHash("hash".to_owned()),
            remember: false,
            created_at: NOW,
            last_seen_at: NOW,
            expires_at: NOW + Duration::from_hours(1),
            user_agent: String::new(),
            ended_at: None,
            end_reason: None,
            handle: "handle".to_owned(),
            proven_at: NOW - Duration::from_secs(age),
        };
        AppUser { user, session, groups: groups(&names), method }
    }
}

prop_compose! {
    fn any_request()(
        target in select(vec!["/", "/public/a", "/public/../secret", "/secret?/public/"]),
        method in select(vec!["GET", "HEAD", "POST", "OPTIONS"]),
        from in option::of(select(vec![OWN, NAMED, "https://evil.example", "null"])),
        site in option::of(select(vec!["same-origin", "same-site", "cross-site", "none"])),
        asks_for_method: bool,
    ) -> AppRequest {
        AppRequest {
            origin: Origin::parse(OWN).expect("an origin"),
            target: target.to_owned(),
            method: method.to_owned(),
            accept: String::new(),
            from: from.map(str::to_owned),
            fetch_site: site.map(str::to_owned),
            fetch_mode: None,
            fetch_dest: None,
            asks_for_method,
        }
    }
}

proptest! {
    /// Only these decisions let a request pass (`CheckResponder::respond`).
    #[test]
    fn request_passes_with_access_or_without_identity(
        rule in any_rule(),
        request in any_request(),
        user in option::of(any_user()),
    ) {
        let named = &rule.app.cross_origins;
        let access = user.as_ref().map(|user| user.access(&rule, NOW));
        match decide(&rule, &request, user.clone(), NOW) {
            Decision::Allowed(_) => {
                prop_assert_eq!(access, Some(Access::Allowed));
                prop_assert!(!request.is_foreign(named));
                prop_assert!(!request.is_preflight());
            }
            Decision::Public => {
                prop_assert_eq!(&rule.app.public_paths, "/public/");
                prop_assert_eq!(&request.target, "/public/a");
                prop_assert!(rule.app.disabled_at.is_none());
            }
            Decision::Preflight => {
                prop_assert!(request.is_preflight() && request.named_origin(named).is_some());
                prop_assert!(rule.app.disabled_at.is_none());
            }
            Decision::Denied(..)
            | Decision::ForbiddenOrigin
            | Decision::LoginRequired
            | Decision::RejectedPreflight => {}
        }
    }

    #[test]
    fn rejection_names_the_first_reason(
        rule in any_rule(),
        request in any_request(),
        user in option::of(any_user()),
    ) {
        let decision = decide(&rule, &request, user.clone(), NOW);
        if rule.app.disabled_at.is_some() {
            let is_disabled = matches!(decision, Decision::Denied(DenyReason::AppDisabled, _));
            prop_assert!(is_disabled, "{decision:?}");
        } else if user.is_none() {
            // Without a session there is no account to deny.
            prop_assert!(!matches!(decision, Decision::Denied(..)), "{decision:?}");
        } else if let Decision::Denied(reason, _) = decision {
            prop_assert!(!reason.needs_login());
            prop_assert!(!request.is_foreign(&rule.app.cross_origins));
        }
    }
}
