//! A change of one setting of a registered app, parsed from its name and its new value.

use crate::clock::Timestamp;
use crate::store::apps::RegisteredApp;
use crate::texts::apps::SettingError;
use crate::texts::labelled::Labelled;
use crate::texts::labels;
use crate::values::{AppUsername, Label, LoginNeed, Origin, OriginError, PublicPaths};

/// Largest value of `password_within`, in minutes: the longest lifetime of a session.
const LONGEST_AGE: i32 = 180 * 24 * 60;
/// Longest URL of an app, in bytes.
const LONGEST_URL: usize = 1000;
/// Largest number of origins in one setting.
const MAX_ORIGINS: usize = 20;

/// The names of all settings, each with its label.
pub const SETTINGS: [(&str, &str); 11] = [
    ("name", labels::APP_NAME),
    ("url", labels::APP_URL),
    ("origins", labels::ORIGINS),
    ("needs", labels::NEEDS),
    ("password_within", labels::PASSWORD_WITHIN),
    ("username", labels::USERNAME),
    ("assertion", labels::ASSERTION),
    ("public_paths", labels::PUBLIC_PATHS),
    ("cross_origins", labels::CROSS_ORIGINS),
    ("may_introspect", labels::MAY_INTROSPECT),
    ("disabled", labels::DISABLED),
];

/// Returns true for a setting that is `on` or `off`.
pub fn is_switch(name: &str) -> bool {
    matches!(name, "assertion" | "may_introspect" | "disabled")
}

/// A change of one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppChange {
    Name(Label),
    Url(Option<String>),
    Origins(Vec<Origin>),
    Needs(LoginNeed),
    /// In minutes.
    PasswordWithin(Option<i32>),
    Username(AppUsername),
    Assertion(bool),
    PublicPaths(PublicPaths),
    CrossOrigins(Vec<Origin>),
    MayIntrospect(bool),
    Disabled(bool),
}

impl AppChange {
    /// Parses a new value of the setting `name`. An empty value removes an optional setting.
    pub fn parse(name: &str, value: &str) -> Result<Self, SettingError> {
        let value = value.trim();
        Ok(match name {
            "name" => Self::Name(Labelled::App.parse(value)?),
            "url" => Self::Url(parse_url(value)?),
            "origins" => Self::Origins(parse_origins(value, Origin::parse)?),
            "needs" => Self::Needs(value.parse().map_err(|_| SettingError::Needs)?),
            "password_within" => Self::PasswordWithin(parse_age(value)?),
            "username" => Self::Username(value.parse().map_err(|_| SettingError::Username)?),
            "assertion" => Self::Assertion(parse_switch(value)?),
            "public_paths" => {
                Self::PublicPaths(PublicPaths::parse(value).map_err(SettingError::Path)?)
            }
            "cross_origins" => Self::CrossOrigins(parse_origins(value, Origin::parse_web)?),
            "may_introspect" => Self::MayIntrospect(parse_switch(value)?),
            "disabled" => Self::Disabled(parse_switch(value)?),
            _ => return Err(SettingError::Unknown(name.to_owned())),
        })
    }

    /// Returns the name of the setting.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Name(_) => "name",
            Self::Url(_) => "url",
            Self::Origins(_) => "origins",
            Self::Needs(_) => "needs",
            Self::PasswordWithin(_) => "password_within",
            Self::Username(_) => "username",
            Self::Assertion(_) => "assertion",
            Self::PublicPaths(_) => "public_paths",
            Self::CrossOrigins(_) => "cross_origins",
            Self::MayIntrospect(_) => "may_introspect",
            Self::Disabled(_) => "disabled",
        }
    }

    /// Changes the row of the app. Its origins are rows of their own.
    pub(super) fn apply(self, app: &mut RegisteredApp, now: Timestamp) {
        match self {
            Self::Name(name) => name.as_str().clone_into(&mut app.name),
            Self::Url(url) => app.url = url,
            Self::Origins(_) => {}
            Self::Needs(needs) => needs.name().clone_into(&mut app.needs),
            Self::PasswordWithin(minutes) => app.password_within = minutes,
            Self::Username(username) => username.name().clone_into(&mut app.username),
            Self::Assertion(assertion) => app.assertion = assertion,
            Self::PublicPaths(paths) => app.public_paths = paths.0,
            Self::CrossOrigins(origins) => app.cross_origins = Origin::join(&origins),
            Self::MayIntrospect(may_introspect) => app.may_introspect = may_introspect,
            Self::Disabled(true) => app.disabled_at = app.disabled_at.or(Some(now)),
            Self::Disabled(false) => app.disabled_at = None,
        }
    }
}

fn parse_switch(value: &str) -> Result<bool, SettingError> {
    match value {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(SettingError::Switch),
    }
}

fn parse_age(value: &str) -> Result<Option<i32>, SettingError> {
    if value.is_empty() {
        return Ok(None);
    }
    let minutes = value.parse().ok();
    let minutes = minutes.filter(|minutes| (1..=LONGEST_AGE).contains(minutes));
    minutes.map(Some).ok_or(SettingError::Age)
}

fn parse_url(value: &str) -> Result<Option<String>, SettingError> {
    if value.is_empty() {
        return Ok(None);
    }
    let (origin, path) = Origin::split(value).ok_or(SettingError::Url)?;
    let origin = Origin::parse(origin.as_str())?;
    let is_path = path.bytes().all(|byte| byte.is_ascii_graphic());
    let path = if path.is_empty() { "/" } else { path };
    (is_path && value.len() <= LONGEST_URL)
        .then(|| Some(format!("{origin}{path}")))
        .ok_or(SettingError::Url)
}

/// Parses origins that are separated by white space or commas, and keeps their order.
fn parse_origins(
    value: &str,
    parse: fn(&str) -> Result<Origin, OriginError>,
) -> Result<Vec<Origin>, SettingError> {
    let parts = value
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|part| !part.is_empty());
    let mut origins: Vec<Origin> = Vec::new();
    for part in parts {
        let origin = parse(part)?;
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    if origins.len() > MAX_ORIGINS {
        return Err(SettingError::TooManyOrigins);
    }
    Ok(origins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_parsed_by_its_name() {
        let values = [
            "Wiki",
            "https://wiki.example.org",
            "https://b.example.org, https://a.example.org",
            "second_step",
            "10",
            "id",
            "on",
            "/assets/",
            "https://c.example.org",
            "off",
            "on",
        ];
        for (name, value) in SETTINGS.iter().zip(values) {
            let change = AppChange::parse(name.0, value).expect("a value");
            assert_eq!(change.name(), name.0);
        }
        assert!(AppChange::parse("colour", "red").is_err());
    }

    #[test]
    fn values_out_of_range_are_rejected() {
        for (name, value) in [
            ("name", ""),
            ("url", "http://wiki.example.org"),
            ("url", "https://wiki.example.org/a b"),
            ("origins", "wiki.example.org"),
            ("needs", "nothing"),
            ("password_within", "0"),
            ("password_within", "259201"),
            ("username", "handle"),
            ("assertion", "yes"),
            ("public_paths", "/a%2f"),
            ("disabled", ""),
        ] {
            assert!(AppChange::parse(name, value).is_err(), "{name}={value}");
        }
        let many: Vec<String> = (0..=MAX_ORIGINS)
            .map(|n| format!("https://a{n}.example"))
            .collect();
        assert!(AppChange::parse("origins", &many.join(" ")).is_err());
        let url = AppChange::parse("url", "https://wiki.example.org");
        let expected = AppChange::Url(Some("https://wiki.example.org/".to_owned()));
        assert_eq!(url, Ok(expected));
    }
}
