//! Errors of the database layer.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use crate::fair_queue::Full;

/// An error from the database layer.
#[derive(Clone, Debug, Error)]
pub enum DbError {
    /// The database is unreachable, full or locked. A later attempt may succeed.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The client's network has used up its share of the queue.
    #[error("the client's network has too much work queued for the database")]
    ShareUsedUp,
    /// The query itself is wrong, which is a bug in this program.
    #[error("a query failed: {0}")]
    Query(Arc<diesel::result::Error>),
    /// The closure that ran the queries panicked.
    #[error("work on the database panicked")]
    Panicked,
}

/// A reason why the database cannot be opened, as one line for the operator.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The folder cannot be created or opened.
    #[error("the folder {0} can't be used: {1}")]
    Folder(PathBuf, std::io::Error),
    /// SQLite cannot open the file.
    #[error("the database {0} can't be opened: {1}")]
    File(PathBuf, String),
    /// The database file is missing or empty, but another file of the database is still there.
    #[error(
        "the database {0} is missing or empty, but {1} is still there: put the database back, or \
         stop the server and remove {0}-wal and {0}-shm to start anew"
    )]
    Gone(PathBuf, PathBuf),
    /// The database has a migration that this version does not know.
    #[error(
        "the database {0} was written by a newer version of Vestibule (migration {1}): run that \
         version, or restore a backup"
    )]
    Newer(String, String),
    /// A migration failed.
    #[error("the database {0} can't be migrated: {1}")]
    Migration(String, String),
    /// The database lacks something that the server needs.
    #[error("the database {0} can't be used: {1}")]
    Unusable(String, String),
    /// No database server responded within the timeout.
    #[error("the database {0} was out of reach for {seconds} seconds: {2}", seconds = .1.as_secs())]
    Unreachable(String, Duration, DbError),
}

impl From<Full> for DbError {
    fn from(full: Full) -> Self {
        match full {
            Full::Queue => Self::Unavailable("too much work is queued".to_owned()),
            Full::Share => Self::ShareUsedUp,
        }
    }
}

impl From<diesel::result::Error> for DbError {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::DatabaseErrorKind::{
            CheckViolation, ForeignKeyViolation, NotNullViolation, UniqueViolation,
        };
        use diesel::result::Error::{
            DatabaseError, DeserializationError, NotFound, QueryBuilderError, SerializationError,
        };
        match error {
            DatabaseError(
                CheckViolation | ForeignKeyViolation | NotNullViolation | UniqueViolation,
                _,
            )
            | DeserializationError(_)
            | NotFound
            | QueryBuilderError(_)
            | SerializationError(_) => Self::Query(Arc::new(error)),
            other => Self::Unavailable(other.to_string()),
        }
    }
}
