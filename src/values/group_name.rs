//! Names of groups.

use std::fmt;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;

use super::text_column;

/// Stands for all accounts that are not locked. No group with members can have this name.
const EVERYONE: &str = "everyone";

/// The name of a group: 2 to 32 lowercase letters, digits and hyphens, the first a letter. So a
/// list of names separated by commas has one meaning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct GroupName(pub String);

text_column!(GroupName);

impl GroupName {
    /// Parses the name of a group that can have members.
    pub fn parse(typed: &str) -> Option<Self> {
        Self::parse_or_everyone(typed).filter(|name| !name.is_everyone())
    }

    /// Parses the name of a group that an app may be open to.
    pub fn parse_or_everyone(typed: &str) -> Option<Self> {
        let name = typed.trim();
        is_slug(name).then(|| Self(name.to_owned()))
    }

    /// Returns the name that stands for all accounts that are not locked.
    pub fn everyone() -> Self {
        Self(EVERYONE.to_owned())
    }

    pub fn is_everyone(&self) -> bool {
        self.0 == EVERYONE
    }

    /// Returns the names separated by commas, or `None` without any.
    pub fn join(names: &[Self]) -> Option<String> {
        let names: Vec<&str> = names.iter().map(|name| name.0.as_str()).collect();
        (!names.is_empty()).then(|| names.join(","))
    }

    /// Parses names separated by commas. Empty parts are left out. Returns the part that is no name
    /// as the error.
    pub fn parse_list(typed: &str) -> Result<Vec<Self>, String> {
        let parts = typed
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        parts
            .map(|part| Self::parse(part).ok_or_else(|| part.to_owned()))
            .collect()
    }
}

/// Returns true for 2 to 32 lowercase letters, digits and hyphens, the first a letter.
pub(super) fn is_slug(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && (2..=32).contains(&name.len())
        && name.bytes().all(is_allowed)
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_lowercase_names_are_accepted() {
        let longest = format!("a{}", "b".repeat(31));
        for name in ["ab", "staff", "team-7", &longest] {
            assert_eq!(GroupName::parse(name).map(|name| name.0), Some(name.into()));
        }
        assert!(GroupName::parse(" staff ").is_some());
        let too_long = format!("{longest}b");
        for typed in [
            "", "a", "Staff", "7up", "-a", "a,b", "a b", "é", EVERYONE, &too_long,
        ] {
            assert_eq!(GroupName::parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn list_is_separated_by_commas() {
        let names = |typed| GroupName::parse_list(typed).map(|names| names.len());
        assert_eq!(names(""), Ok(0));
        assert_eq!(names("staff, team-7,"), Ok(2));
        assert_eq!(names("staff;team"), Err("staff;team".to_owned()));
    }
}
