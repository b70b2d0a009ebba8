//! Ids of registered apps.

use std::fmt;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;

use super::group_name::is_slug;
use super::{is_row_id, text_column};

/// The id of a registered app. A new one has 2 to 32 lowercase letters, digits and hyphens, the
/// first a letter. That of an OAuth client of an earlier version is random.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct AppId(pub String);

text_column!(AppId);

impl AppId {
    /// Parses the id of a new app.
    pub fn parse(typed: &str) -> Option<Self> {
        let id = typed.trim();
        is_slug(id).then(|| Self(id.to_owned()))
    }

    /// Returns the id in a URL, a header or a command, which may be that of an app. Other texts are
    /// not looked up, because PostgreSQL rejects NUL in a text.
    pub fn known(text: &str) -> Option<Self> {
        is_row_id(text).then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
