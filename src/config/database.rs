//! `DATABASE_URL`: where the data is.

use std::path::{Path, PathBuf};

use super::{InvalidSetting, Variables};

/// A database that this version can open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseUrl {
    path: PathBuf,
}

impl DatabaseUrl {
    pub(super) fn read(variables: &Variables) -> Result<Self, InvalidSetting> {
        // Not `parse`: a URL of another kind can hold a password, which no message may repeat.
        let held = variables.get("DATABASE_URL").unwrap_or("sqlite://data/vestibule.db");
        Self::parse(held).ok_or_else(|| {
            let shown = match held.split_once("://") {
                _ if !held.contains('@') => format!("{held:?}"),
                Some((scheme, _)) => format!("a {scheme}:// URL"),
                None => "not usable (its content is not shown)".to_owned(),
            };
            InvalidSetting::new("DATABASE_URL", shown, "sqlite://PATH (this version has no other database)")
        })
    }

    /// `sqlite://PATH`, where PATH is relative to the working directory or begins with `/`.
    pub fn parse(text: &str) -> Option<Self> {
        let path = text.strip_prefix("sqlite://")?;
        let names_a_file = !path.is_empty() && !path.ends_with('/') && !path.contains('\0') && !path.starts_with(':');
        names_a_file.then(|| Self { path: PathBuf::from(path) })
    }

    /// The SQLite file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that holds the file, the secret and SQLite's side files.
    pub fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }
}
