//! The settings of an app as the command line and the page show them.

use crate::accounts::access::AppRule;
use crate::clock::Timestamp;
use crate::security::tokens::hash_text;
use crate::store::apps::RegisteredApp;
use crate::values::Origin;

/// A registered app with everything that belongs to it.
#[derive(Clone, Debug)]
pub struct AppDetails {
    pub rule: AppRule,
    pub origins: Vec<Origin>,
    pub secrets: i64,
    /// `None` if no stored session has opened the app.
    pub last_login: Option<Timestamp>,
}

/// The values of all settings by name, in the form that the parser of changes reads.
pub type SettingValues = [(&'static str, String); 11];

pub fn values_of(app: &RegisteredApp, origins: &[Origin]) -> SettingValues {
    let switch = |is_on| if is_on { "on" } else { "off" }.to_owned();
    let within = app.password_within.map(|minutes| minutes.to_string());
    [
        ("name", app.name.clone()),
        ("url", app.url.clone().unwrap_or_default()),
        ("origins", Origin::join(origins)),
        ("needs", app.needs.clone()),
        ("password_within", within.unwrap_or_default()),
        ("username", app.username.clone()),
        ("assertion", switch(app.assertion)),
        ("public_paths", app.public_paths.clone()),
        ("cross_origins", app.cross_origins.clone()),
        ("may_introspect", switch(app.may_introspect)),
        ("disabled", switch(app.disabled_at.is_some())),
    ]
}

/// Returns a hash of all settings. The page sends it back, so that it can replace no settings that
/// it did not show.
pub fn version_of(values: &SettingValues) -> String {
    hash_text(
        &values
            .each_ref()
            .map(|(_, value)| value.as_str())
            .join("\n"),
    )
}
