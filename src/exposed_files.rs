//! Finds the secret, SQLite database or data directory if every user of the machine can read it.
//! The server creates them readable by its own user only. A restored backup, or a folder made by
//! hand, may be exposed.

use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::config::{DatabaseUrl, SECRET_FILE, Settings, folder_of};

/// The permission bit that lets every user read a file or list a folder.
const READ_BY_OTHERS: u32 = 0o004;

/// A file or folder that every user of the machine can read. Its text is a warning for the
/// operator.
#[derive(Debug, PartialEq, Eq)]
pub struct ExposedFile {
    what: &'static str,
    path: PathBuf,
    mode: u32,
}

impl fmt::Display for ExposedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, path, mode } = self;
        let path = path.display();
        write!(
            f,
            "every user of this machine can read the {what} {path} (mode {mode:o}): run chmod \
             o-rwx {path}"
        )
    }
}

/// Returns the files and folders that are exposed. Skips those that do not exist yet.
pub fn exposed_files(settings: &Settings) -> Vec<ExposedFile> {
    let DatabaseUrl::Sqlite(database) = &settings.database else {
        return Vec::new();
    };
    let folder = folder_of(database);
    let secret = settings
        .secrets
        .is_empty()
        .then(|| ("secret", folder.join(SECRET_FILE)));
    let found = [
        ("data directory", folder.to_owned()),
        ("database", database.clone()),
    ]
    .into_iter()
    .chain(secret);
    found
        .filter_map(|(what, path)| {
            let mode = fs::metadata(&path).ok()?.permissions().mode() & 0o7777;
            (mode & READ_BY_OTHERS != 0).then_some(ExposedFile { what, path, mode })
        })
        .collect()
}
