//! The way to the data: [`Db::read`] and [`Db::write`], and nothing else. Queries live in `store`.
//!
//! On SQLite, reads run on a connection of the calling thread; writes queue for one thread that drains its queue into one
//! transaction and answers after the commit, so that many writers share one sync of the disk. On PostgreSQL both queue for
//! the threads of a pool. Either way an answer to a write means that it is on the disk.

mod connection;
mod job;
mod migrations;
mod postgres;
mod sqlite;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use prometheus::HistogramVec;
use thiserror::Error;

use crate::clock::Stopwatch;
use crate::config::DatabaseUrl;
use crate::fair_queue::Full;
use crate::metrics;
use postgres::{Mode, Pool};
use sqlite::{DatabaseFile, Reader, Writer};

pub(crate) use connection::on_either;
pub use connection::{DbConnection, take_turn, take_turns};
pub use sqlite::make_folder_of;

/// The longest that anyone waits for the database before the answer is 503 (within 3 seconds).
const LONGEST_WAIT: Duration = Duration::from_millis(2500);

/// Why the database did not do what it was asked.
#[derive(Clone, Debug, Error)]
pub enum DbError {
    /// Away, full, locked, out of reach: worth another try later.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The client's network has used up its share of the queue.
    #[error("the client's network has too much work queued for the database")]
    ShareUsedUp,
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
    /// The file is missing or empty, and what it has written last is not.
    #[error(
        "the database {0} is missing or empty, but {1} is not: put it back, or take that away as well to begin anew"
    )]
    Gone(PathBuf, PathBuf),
    /// A later version has migrated it.
    #[error(
        "the database {0} was written by a newer version of Vestibule (migration {1}): run that version, or restore a backup"
    )]
    Newer(String, String),
    /// A migration did not run.
    #[error("the database {0} can't be migrated: {1}")]
    Migration(String, String),
    /// No server answers.
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
    engine: Engine,
    waits: HistogramVec,
}

#[derive(Clone)]
enum Engine {
    Sqlite { reader: Reader, writer: Arc<Writer>, database_file: DatabaseFile },
    Postgres(Arc<Pool>),
}

impl Db {
    /// Opens the database, which on SQLite is made if it is missing, and brings it up to date. Blocks: a start waits for a
    /// server that is out of reach, for `timeout` at most, and for another node that migrates.
    pub fn open(url: &DatabaseUrl, timeout: Duration) -> Result<Self, OpenError> {
        let engine = match url {
            DatabaseUrl::Sqlite(path) => {
                let database_file = sqlite::prepare(path)?;
                let writer = Arc::new(Writer::start(database_file.clone()));
                Engine::Sqlite { reader: Reader::new(database_file.clone()), writer, database_file }
            }
            DatabaseUrl::Postgres(url) => {
                postgres::prepare(url, timeout)?;
                Engine::Postgres(Arc::new(Pool::new(url.clone())))
            }
        };
        Ok(Self { engine, waits: metrics::database_waits() })
    }

    /// How long whoever asked had to wait, as it is counted.
    pub fn waits(&self) -> &HistogramVec {
        &self.waits
    }

    /// Reads. `query` must not write, and owns what it needs: not every database is read on the calling thread.
    pub async fn read<T, F>(&self, query: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, DbError> + Send + 'static,
    {
        let begun = Stopwatch::start();
        let answer = match &self.engine {
            Engine::Sqlite { reader, .. } => reader.read(query),
            Engine::Postgres(pool) => pool.submit(Mode::Read, query).await,
        };
        self.waits.with_label_values(&["read"]).observe(begun.elapsed().as_secs_f64());
        answer
    }

    /// Runs `work` in a transaction of its own: all of it happens, or nothing. `Ok` means that it is on the disk. What
    /// concerns an address begins with [`take_turn`].
    pub async fn write<T, F>(&self, work: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, DbError> + Send + 'static,
    {
        let begun = Stopwatch::start();
        let answer = match &self.engine {
            Engine::Sqlite { writer, .. } => writer.submit(LONGEST_WAIT, work).await,
            Engine::Postgres(pool) => pool.submit(Mode::Write, work).await,
        };
        self.waits.with_label_values(&["write"]).observe(begun.elapsed().as_secs_f64());
        answer
    }

    /// Writes when there is time; forgotten when the queue is full. For what nobody waits for.
    pub fn write_later<F>(&self, work: F)
    where
        F: FnOnce(&mut DbConnection) -> Result<(), DbError> + Send + 'static,
    {
        match &self.engine {
            Engine::Sqlite { writer, .. } => writer.submit_and_forget(work),
            Engine::Postgres(pool) => pool.submit_and_forget(work),
        }
    }

    /// Makes deleted data leave SQLite's files: without this, old pages stay in the write-ahead log. PostgreSQL keeps deleted
    /// rows until its own vacuum.
    pub async fn erase_deleted(&self) {
        if let Engine::Sqlite { writer, .. } = &self.engine {
            writer.truncate_wal().await;
        }
    }

    /// What is damaged in the file of SQLite, in its words; it reads all of it. PostgreSQL looks after its own.
    pub async fn damage(&self) -> Result<Option<String>, DbError> {
        self.read(|connection| match connection {
            DbConnection::Sqlite(connection) => Ok(sqlite::damage(connection)?),
            DbConnection::Postgres(_) => Ok(None),
        })
        .await
    }

    /// Whether every migration of this program has run, and the database answers. A file of SQLite must lie where it was opened.
    pub async fn is_ready(&self) -> bool {
        if let Engine::Sqlite { database_file, .. } = &self.engine
            && database_file.check().is_err()
        {
            return false;
        }
        self.read(migrations::are_all_applied).await.unwrap_or(false)
    }
}
