//! `DATABASE_URL`: the location of the data.

use std::fmt;
use std::path::{Path, PathBuf};

use super::variables::HIDDEN;
use super::{InvalidSetting, PostgresUrl, Variables};

const ALLOWED: &str = "sqlite://PATH without parameters, or \
                       postgres://USER:PASSWORD@HOST/DATABASE, with / ? # @ : and % in user and \
                       password percent-encoded (/ is %2F); other hosts than this one require \
                       sslmode=verify-full, and docs/operating.md lists the allowed parameters";

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `sqlite://PATH`, where PATH is relative to the working directory or begins with `/`.
    /// Parameters are rejected, so that `?mode=ro` does not end up in a file name.
    Sqlite(PathBuf),
    Postgres(PostgresUrl),
}

impl DatabaseUrl {
    pub(super) fn read(variables: &Variables) -> Result<Self, InvalidSetting> {
        // Not `variables.parse`, because a PostgreSQL URL can contain a password, which no message
        // may repeat.
        let value = variables
            .get("DATABASE_URL")
            .unwrap_or("sqlite://data/vestibule.db");
        Self::parse(value).ok_or_else(|| {
            let shown = match value.split_once("://") {
                _ if !value.contains('@') && !value.contains('=') => format!("{value:?}"),
                Some((scheme, _)) if scheme.chars().all(char::is_alphanumeric) => {
                    format!("not usable (a {scheme}:// URL, its content is not shown)")
                }
                _ => HIDDEN.to_owned(),
            };
            InvalidSetting::new("DATABASE_URL", shown, ALLOWED)
        })
    }

    /// Returns `None` for any other kind of URL and for a malformed one.
    pub fn parse(text: &str) -> Option<Self> {
        let Some(path) = text.strip_prefix("sqlite://") else {
            return PostgresUrl::parse(text).map(Self::Postgres);
        };
        let names_a_file = !path.is_empty()
            && !path.ends_with('/')
            && !path.contains(['\0', '?'])
            && !path.starts_with(':');
        names_a_file.then(|| Self::Sqlite(PathBuf::from(path)))
    }

    /// Returns the folder of the SQLite file. It also holds the secret file and SQLite's side
    /// files. Returns `None` for PostgreSQL.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(folder_of(path)),
            Self::Postgres(_) => None,
        }
    }
}

/// Returns the folder of a file. A bare file name is in the working directory.
pub fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "{}", path.display()),
            Self::Postgres(url) => write!(f, "{url}"),
        }
    }
}
