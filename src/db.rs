//! The way to the data: [`Db::read`] and [`Db::write`], and nothing else. Queries live in `store`.
//!
//! Reads run on a connection of the calling thread. Writes queue for one thread that drains its queue into one
//! transaction and answers after the commit: an answer means that the data is on the disk, and many writers share one
//! sync of it.

mod connection;
mod migrations;
mod reader;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

pub use connection::DbConnection;
pub(crate) use connection::on_either;

/// The longest that anyone waits for the database before the answer is 503 (within 3 seconds).
const LONGEST_WAIT: Duration = Duration::from_millis(2500);

/// Why the database did not do what it was asked.
#[derive(Clone, Debug, Error)]
pub enum DbError {
    /// Away, full, locked, out of reach: worth another try later.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The query itself is at fault: a bug of ours.
    #[error("a query failed: {0}")]
    Query(Arc<diesel::result::Error>),
    /// A piece of work panicked.
    #[error("work on the database panicked")]
    Panicked,
}

/// Why the database can't be opened. Each is one line for the operator.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The folder can't be made or entered.
    #[error("the folder {0} can't be used: {1}")]
    Folder(PathBuf, std::io::Error),
    /// SQLite refuses the file.
    #[error("the database {0} can't be opened: {1}")]
    File(PathBuf, String),
    /// A later version has migrated it.
    #[error(
        "the database {0} was written by a newer version of Vestibule (migration {1}): run that version, or restore a backup"
    )]
    Newer(PathBuf, String),
    /// A migration did not run.
    #[error("the database {0} can't be migrated: {1}")]
    Migration(PathBuf, String),
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
            DatabaseError(CheckViolation | ForeignKeyViolation | NotNullViolation | UniqueViolation, _)
            | DeserializationError(_)
            | NotFound
            | QueryBuilderError(_)
            | SerializationError(_) => Self::Query(Arc::new(error)),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

/// The database of one running program. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    reader: reader::Reader,
    writer: Arc<writer::Writer>,
}

impl Db {
    /// Opens the SQLite file at `path`, made if it is missing, and brings it up to date.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let _one_at_a_time = connection::lock_folder(path)?;
        connection::make_file(path)?;
        migrations::run(path)?;
        Ok(Self {
            reader: reader::Reader::new(path.to_owned()),
            writer: Arc::new(writer::Writer::start(path.to_owned())),
        })
    }

    /// Reads. `query` must not write, and owns what it needs: not every database is read on the calling thread.
    pub async fn read<T, F>(&self, query: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, DbError> + Send + 'static,
    {
        self.reader.read(query)
    }

    /// Runs `work` in a transaction of its own: all of it happens, or nothing. `Ok` means that it is on the disk.
    pub async fn write<T, F>(&self, work: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, DbError> + Send + 'static,
    {
        self.writer.submit(LONGEST_WAIT, work).await
    }

    /// Writes when there is time; forgotten when the queue is full. For what nobody waits for.
    pub fn write_later<F>(&self, work: F)
    where
        F: FnOnce(&mut DbConnection) -> Result<(), DbError> + Send + 'static,
    {
        self.writer.submit_and_forget(work);
    }

    /// Whether every migration of this program has run, and the database answers.
    pub async fn is_ready(&self) -> bool {
        self.reader.read(migrations::are_all_applied).unwrap_or(false)
    }
}
