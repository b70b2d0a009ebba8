//! The headers that tell an app who the user of a request is.

use crate::accounts::access::AppRule;
use crate::accounts::apps::logins::AppUser;
use crate::app::App;
use crate::security::assertion::AssertedUser;
use crate::values::{AppUsername, GroupName, Origin};

/// Returns the headers for an app. Every response that lets a request pass has all of them, empty
/// where there is no value. Otherwise a proxy would keep the client's.
pub(super) fn identity(
    app: &App,
    rule: &AppRule,
    origin: &Origin,
    app_user: Option<&AppUser>,
) -> [(&'static str, String); 6] {
    let [
        mut user,
        mut email,
        mut name,
        mut groups,
        mut assertion,
        mut expires,
    ] = [const { String::new() }; 6];
    if let Some(known) = app_user {
        let (now, session) = (app.clock.now(), &known.session);
        (user, email) = (username(rule, known), known.user.email_key.clone());
        name = known.user.name.clone().unwrap_or_default();
        let names: Vec<&str> = known.groups.iter().map(|group| group.0.as_str()).collect();
        groups = GroupName::join(&known.groups).unwrap_or_default();
        let end = rule.access_end(session.proven_at, session.expires_at);
        expires = end.since(now).as_secs().to_string();
        if rule.app.assertion {
            let asserted = AssertedUser {
                id: &known.user.id.0,
                session_handle: &session.handle,
                email: &email,
                name: known.user.name.as_deref(),
                groups: names,
                proven_at: session.proven_at,
            };
            assertion = app.assertions.issue(&asserted, origin.as_str(), now);
        }
    }
    [
        ("remote-user", user),
        ("remote-email", email),
        ("remote-name", name),
        ("remote-groups", groups),
        ("x-vestibule-assertion", assertion),
        // Seconds until the session ends, or until the app needs another login.
        ("x-vestibule-expires", expires),
    ]
}

/// Returns the name of the user for the app. It is never the public handle, which users choose:
/// `admin` is a local account of many apps.
fn username(rule: &AppRule, known: &AppUser) -> String {
    match AppUsername::parse_stored(&rule.app.username) {
        AppUsername::Email => known.user.email_key.clone(),
        AppUsername::Id => known.user.id.0.clone(),
    }
}
