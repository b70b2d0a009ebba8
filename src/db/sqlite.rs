//! SQLite connections, and the creation of the database file. The [`reader`] reads on the calling
//! thread. The [`writer`] is the only thread that writes. The [`database_file`] checks that the
//! file is still in place.

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

/// 60 seconds in total.
const LOCK_TRIES: u32 = 600;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// Settings for every connection. `synchronous` is FULL because NORMAL can lose acknowledged
/// commits at a power cut in WAL mode. `secure_delete` removes the content of erased links from the
/// file. `temp_store` keeps temporary data in memory, because the server may have no writable
/// folder for it. `journal_size_limit` truncates the write-ahead log to 8 MiB once a long reader
/// has ended. In normal use, the log has about 4 MiB.
const PRAGMAS: &str = "\
PRAGMA temp_store = MEMORY;
PRAGMA journal_mode = WAL;
PRAGMA journal_size_limit = 8388608;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
PRAGMA foreign_keys = ON;";

/// Limits the wait of a statement for another program that writes.
const WAIT_FOR_WRITERS: &str = "PRAGMA busy_timeout = 2000;";

/// Limits the wait of a truncation for readers of an old state. It is short because every write
/// waits meanwhile.
const WAIT_FOR_READERS: &str = "PRAGMA busy_timeout = 100;";

/// Limits the wait of a start for another start that migrates.
const WAIT_FOR_THE_OTHER: &str = "PRAGMA busy_timeout = 60000;";

/// Creates the file if it is missing, and runs pending migrations.
pub(super) fn prepare(path: &Path) -> Result<DatabaseFile, OpenError> {
    let failed = |error: DbError| OpenError::File(path.to_owned(), error.to_string());
    let _one_at_a_time = lock_folder_of(path)
        .map_err(|error| OpenError::Folder(folder_of(path).to_owned(), error))?;
    let is_new = !has_content(path);
    if is_new {
        check_nothing_is_lost(path)?;
    }
    let database_file = make_file(path)?;
    let mut connection = open(&database_file).map_err(failed)?;
    connection
        .batch_execute(WAIT_FOR_THE_OTHER)
        .map_err(|error| failed(error.into()))?;
    // One transaction covers the check and the change. If two programs start at once, the second
    // finds the migrations done.
    connection
        .immediate_transaction(|connection| migrations::run_pending(connection, migrations::SQLITE))
        .map_err(|failed| failed.of(&path.display().to_string()))?;
    if is_new {
        // This message helps an operator notice that the configured path is wrong.
        tracing::info!(path = %path.display(), "created database");
    }
    Ok(database_file)
}

/// Opens the file of this start. Returns an error if the file is missing or was replaced.
fn open(database_file: &DatabaseFile) -> Result<SqliteConnection, DbError> {
    use diesel::Connection as _;
    let unavailable = |reason: String| DbError::Unavailable(reason);
    let path =
        fs::canonicalize(database_file.path()).map_err(|error| unavailable(error.to_string()))?;
    let name = path
        .to_str()
        .ok_or_else(|| unavailable("its path is not UTF-8".to_owned()))?;
    let mut connection =
        SqliteConnection::establish(name).map_err(|error| unavailable(error.to_string()))?;
    // First, because setting the journal mode can run into a lock.
    connection.batch_execute(WAIT_FOR_WRITERS)?;
    connection.batch_execute(PRAGMAS)?;
    database_file.check()?;
    Ok(connection)
}

/// Moves the write-ahead log into the database file and truncates it. The log holds pages of an old
/// state, which `secure_delete` does not reach. Returns false if a reader of an old state prevented
/// it.
fn truncate_wal(connection: &mut SqliteConnection) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Checkpoint {
        #[diesel(sql_type = Integer)]
        busy: i32,
    }
    connection.batch_execute(WAIT_FOR_READERS)?;
    let checkpoint =
        sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result::<Checkpoint>(connection);
    // The timeout is restored even after an error, because the connection is used again.
    connection.batch_execute(WAIT_FOR_WRITERS)?;
    Ok(checkpoint?.busy == 0)
}

/// Returns SQLite's description of damage in the file, if any. Reads the whole file.
pub(super) fn damage(connection: &mut SqliteConnection) -> QueryResult<Option<String>> {
    #[derive(QueryableByName)]
    struct Check {
        #[diesel(sql_type = Text)]
        quick_check: String,
    }
    let said = sql_query("PRAGMA quick_check(1)")
        .get_result::<Check>(connection)?
        .quick_check;
    Ok((said != "ok").then_some(said))
}

/// Creates the missing folder of a file. Only the server's own user may access it (0700).
pub fn make_folder_of(path: &Path) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder_of(path))
}

/// Creates the folder of a file if it is missing, and locks it until the returned handle is
/// dropped. Two starts that create the database or the secret at once would otherwise conflict.
pub fn lock_folder_of(path: &Path) -> io::Result<File> {
    make_folder_of(path)?;
    let handle = File::open(folder_of(path))?;
    for _ in 0..LOCK_TRIES {
        match handle.try_lock() {
            Ok(()) => return Ok(handle),
            // The file system has no locks, so the operator must not start two servers at once.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                return Ok(handle);
            }
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) => thread::sleep(BETWEEN_TRIES),
        }
    }
    Err(io::Error::new(
        io::ErrorKind::TimedOut,
        "another start has locked it for 60 seconds",
    ))
}

fn has_content(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.len() > 0)
}

/// Returns an error if SQLite's other files lie beside a missing or empty database. They belong to
/// a file that was moved away. SQLite would discard the last writes in its log. A server that has
/// the file open would share the other files with the new database, and destroy both.
fn check_nothing_is_lost(path: &Path) -> Result<(), OpenError> {
    let other_files = ["-wal", "-shm"].map(|suffix| {
        let mut file = path.as_os_str().to_owned();
        file.push(suffix);
        PathBuf::from(file)
    });
    match other_files.into_iter().find(|file| file.exists()) {
        Some(file) => Err(OpenError::Gone(path.to_owned(), file)),
        None => Ok(()),
    }
}

/// Creates the file (0600) if it is missing. SQLite gives its other files the same mode.
fn make_file(path: &Path) -> Result<DatabaseFile, OpenError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .and_then(|file| Ok(DatabaseFile::of(path, &file.metadata()?)))
        .map_err(|error| OpenError::File(path.to_owned(), error.to_string()))
}
