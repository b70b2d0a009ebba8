//! SQLite: how its file is made and opened. [`reader`] reads on the thread that asks, [`writer`] is the one thread that
//! writes; [`database_file`] knows whether the file is still there.

mod database_file;
mod reader;
mod writer;

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{Integer, Text};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

use super::migrations;
use super::{DbError, OpenError};
use crate::config::folder_of;

pub(super) use database_file::DatabaseFile;
pub(super) use reader::Reader;
pub(super) use writer::Writer;

/// 60 seconds in all.
const LOCK_TRIES: u32 = 600;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// What each connection is told. FULL, because NORMAL can lose acknowledged commits at a power cut in WAL mode;
/// `secure_delete`, because an erased link must be gone from the file.
const PRAGMAS: &str = "\
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
PRAGMA foreign_keys = ON;";

/// How long a statement waits for another program that writes.
const WAIT_FOR_WRITERS: &str = "PRAGMA busy_timeout = 2000;";

/// A truncation waits only briefly for a reader of an old state, because every write waits meanwhile.
const WAIT_FOR_READERS: &str = "PRAGMA busy_timeout = 100;";

/// How long one start waits while another one migrates.
const WAIT_FOR_THE_OTHER: &str = "PRAGMA busy_timeout = 60000;";

/// Makes the file if it is missing, and brings it up to date.
pub(super) fn prepare(path: &Path) -> Result<DatabaseFile, OpenError> {
    let failed = |error: DbError| OpenError::File(path.to_owned(), error.to_string());
    let _one_at_a_time = lock_folder(path)?;
    let is_new = !has_content(path);
    if is_new {
        check_nothing_is_lost(path)?;
    }
    let database_file = make_file(path)?;
    let mut connection = open(&database_file).map_err(failed)?;
    connection.batch_execute(WAIT_FOR_THE_OTHER).map_err(|error| failed(error.into()))?;
    // One transaction around the look and the change: of two programs that start at once, the second finds it done.
    connection
        .immediate_transaction(|connection| migrations::run_pending(connection, migrations::SQLITE))
        .map_err(|failed| failed.of(&path.display().to_string()))?;
    if is_new {
        // Who has one elsewhere learns that this is not it.
        tracing::info!(path = %path.display(), "a new database was made");
    }
    Ok(database_file)
}

/// Opens the file of this start. One that has gone is an error, and not made anew; so is another one.
fn open(database_file: &DatabaseFile) -> Result<SqliteConnection, DbError> {
    use diesel::Connection as _;
    let unavailable = |reason: String| DbError::Unavailable(reason);
    let path = fs::canonicalize(database_file.path()).map_err(|error| unavailable(error.to_string()))?;
    let name = path.to_str().ok_or_else(|| unavailable("its path is not UTF-8".to_owned()))?;
    let mut connection = SqliteConnection::establish(name).map_err(|error| unavailable(error.to_string()))?;
    // First, because setting the journal mode can meet a lock.
    connection.batch_execute(WAIT_FOR_WRITERS)?;
    connection.batch_execute(PRAGMAS)?;
    database_file.check()?;
    Ok(connection)
}

/// Moves the write-ahead log into the file and truncates it: it holds pages of an old state, which `secure_delete` does
/// not reach. Returns whether that was done; a reader of an old state can prevent it.
fn truncate_wal(connection: &mut SqliteConnection) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Checkpoint {
        #[diesel(sql_type = Integer)]
        busy: i32,
    }
    connection.batch_execute(WAIT_FOR_READERS)?;
    let checkpoint = sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result::<Checkpoint>(connection);
    // Also after an error, because the connection is used again.
    connection.batch_execute(WAIT_FOR_WRITERS)?;
    Ok(checkpoint?.busy == 0)
}

/// What is damaged in the file, in SQLite's words. It reads all of it.
pub(super) fn damage(connection: &mut SqliteConnection) -> QueryResult<Option<String>> {
    #[derive(QueryableByName)]
    struct Check {
        #[diesel(sql_type = Text)]
        quick_check: String,
    }
    let said = sql_query("PRAGMA quick_check(1)").get_result::<Check>(connection)?.quick_check;
    Ok((said != "ok").then_some(said))
}

/// Makes the folder that a file is to be in, if it is missing. What this program keeps there is nobody else's (0700).
pub fn make_folder_of(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder_of(path))
}

/// Makes the folder if it is missing, and keeps other starts out of it while the returned handle lives: two that
/// turn a new file into a database at once would get in each other's way.
fn lock_folder(path: &Path) -> Result<File, OpenError> {
    let folder = folder_of(path);
    let failed = |error| OpenError::Folder(folder.to_owned(), error);
    make_folder_of(path).map_err(failed)?;
    let handle = File::open(folder).map_err(failed)?;
    for _ in 0..LOCK_TRIES {
        match handle.try_lock() {
            Ok(()) => return Ok(handle),
            // A file system without locks: then whoever starts two at once has to know.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => return Ok(handle),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Err(TryLockError::WouldBlock) => thread::sleep(BETWEEN_TRIES),
        }
    }
    Err(failed(io::Error::new(io::ErrorKind::TimedOut, "another start has held it for 60 seconds")))
}

fn has_content(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.len() > 0)
}

/// A new database would take with it what one that was moved away, or is empty now, has written last: SQLite throws away a log that
/// lies beside.
fn check_nothing_is_lost(path: &Path) -> Result<(), OpenError> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let log = PathBuf::from(log);
    if has_content(&log) { Err(OpenError::Gone(path.to_owned(), log)) } else { Ok(()) }
}

/// Makes the file (0600) if it is missing. SQLite gives its side files the file's mode.
fn make_file(path: &Path) -> Result<DatabaseFile, OpenError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .and_then(|file| Ok(DatabaseFile::of(path, &file.metadata()?)))
        .map_err(|error| OpenError::File(path.to_owned(), error.to_string()))
}
