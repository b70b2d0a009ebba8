//! The database file that was opened at start, and a check that it is still in place.
//!
//! SQLite goes on writing to a file that was moved away, deleted or replaced. A later start would
//! not find those writes. The check cannot notice a file that is overwritten in place.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::db::DbError;

/// The identity and path of the opened file. Cheap to clone.
#[derive(Clone)]
pub(in crate::db) struct DatabaseFile(Arc<Inner>);

struct Inner {
    path: PathBuf,
    file: Identity,
    is_lost: AtomicBool,
}

/// The device and inode numbers.
type Identity = (u64, u64);

impl DatabaseFile {
    /// Records the path and identity of the opened file.
    pub(super) fn of(path: &Path, opened: &Metadata) -> Self {
        Self(Arc::new(Inner {
            path: path.to_owned(),
            file: identity(opened),
            is_lost: AtomicBool::new(false),
        }))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0.path
    }

    /// Returns an error unless the opened file is still at its path.
    pub(in crate::db) fn check(&self) -> Result<(), DbError> {
        let found = fs::metadata(&self.0.path).and_then(|file| match identity(&file) {
            same if same == self.0.file => Ok(()),
            _ => Err(io::Error::other("another file is in its place")),
        });
        self.0.is_lost.store(found.is_err(), Ordering::Relaxed);
        found.map_err(|error| {
            let path = self.0.path.display();
            DbError::Unavailable(format!(
                "{path}: {error}; put back the one that this program has opened"
            ))
        })
    }

    /// Checks again only if the last check failed. Reads use this because they are frequent and
    /// lose no data.
    pub(super) fn check_if_lost(&self) -> Result<(), DbError> {
        if self.0.is_lost.load(Ordering::Relaxed) {
            self.check()
        } else {
            Ok(())
        }
    }
}

fn identity(file: &Metadata) -> Identity {
    (file.dev(), file.ino())
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use futures_util::FutureExt;

    use super::*;
    use crate::config::DatabaseUrl;
    use crate::db::Db;

    /// The new thread has no connection yet. No write has checked the file since it was moved.
    #[test]
    fn first_read_of_a_thread_opens_same_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let [here, other] = ["test.db", "other.db"].map(|name| folder.path().join(name));
        for path in [&other, &here] {
            drop(Db::open(&DatabaseUrl::Sqlite(path.clone()), Duration::ZERO).expect("opens"));
        }
        let db = Db::open(&DatabaseUrl::Sqlite(here.clone()), Duration::ZERO).expect("opens");
        let read = || {
            let db = db.clone();
            let reading =
                thread::spawn(move || db.read(|_| Ok(())).now_or_never().expect("read at once"));
            reading.join().expect("it does not panic")
        };
        fs::rename(&other, &here).expect("moved");
        assert!(matches!(read(), Err(DbError::Unavailable(_))));
        fs::rename(&here, &other).expect("moved");
        assert!(matches!(read(), Err(DbError::Unavailable(_))));
    }
}
