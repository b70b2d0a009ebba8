//! One connection to either database, and how one to SQLite is opened.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{PgConnection, SqliteConnection};

use super::{DbError, OpenError};

/// One connection. Queries are written once, for both; a variant is chosen by the URL's scheme, never by trying.
#[derive(diesel::MultiConnection)]
pub enum DbConnection {
    /// The embedded database.
    Sqlite(SqliteConnection),
    /// PostgreSQL: the queries compile for it; this version does not open one.
    Postgres(PgConnection),
}

/// Runs a query on the connection inside, for the few that every request asks: through the enum, the text of a query is
/// built anew each time, which costs more than the look-up itself. The query is written once and compiled for both.
macro_rules! on_either {
    ($connection:expr, $inner:ident => $query:expr) => {
        match $connection {
            $crate::db::DbConnection::Sqlite($inner) => $query,
            $crate::db::DbConnection::Postgres($inner) => $query,
        }
    };
}
pub(crate) use on_either;

/// 60 seconds in all.
const LOCK_TRIES: u32 = 600;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// What each connection to SQLite is told. FULL, because NORMAL can lose acknowledged commits at a power cut in WAL
/// mode; `secure_delete`, because an erased link must be gone from the file.
const PRAGMAS: &str = "\
PRAGMA busy_timeout = 2000;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
PRAGMA foreign_keys = ON;";

/// Makes the folder (0700) if it is missing, and keeps other starts out of it while the returned handle lives: two that
/// turn a new file into a database at once would get in each other's way.
pub(super) fn lock_folder(path: &Path) -> Result<File, OpenError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |error| OpenError::Folder(folder.to_owned(), error);
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    let handle = File::open(folder).map_err(failed)?;
    for _ in 0..LOCK_TRIES {
        match handle.try_lock() {
            Ok(()) => return Ok(handle),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Err(TryLockError::WouldBlock) => thread::sleep(BETWEEN_TRIES),
        }
    }
    Err(failed(io::Error::new(io::ErrorKind::TimedOut, "another start has held it for 60 seconds")))
}

/// Makes the file (0600) if it is missing. SQLite gives its side files the file's mode.
pub(super) fn make_file(path: &Path) -> Result<(), OpenError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map(drop)
        .map_err(|error| OpenError::File(path.to_owned(), error.to_string()))
}

/// Opens a file that is there; one that has gone is an error, and not made anew.
pub(super) fn open_sqlite(path: &Path) -> Result<SqliteConnection, DbError> {
    use diesel::Connection as _;
    let unavailable = |reason: String| DbError::Unavailable(reason);
    let path = std::fs::canonicalize(path).map_err(|error| unavailable(error.to_string()))?;
    let name = path.to_str().ok_or_else(|| unavailable("its path is not UTF-8".to_owned()))?;
    let mut connection = SqliteConnection::establish(name).map_err(|error| unavailable(error.to_string()))?;
    connection.batch_execute(PRAGMAS)?;
    Ok(connection)
}
