//! Access to the database through [`Db::read`] and [`Db::write`]. Queries live in `store`. An
//! operation uses both through `App`, which wraps the connection in a [`Tx`].
//!
//! On SQLite, reads run on a connection of the calling thread. Writes go through the queue of a
//! single writer thread. It runs many queued writes in one transaction and replies after the
//! commit, so they share one disk sync.
//!
//! On PostgreSQL, both queue for the threads of a pool. On either database, a successful write is
//! on disk before the caller gets its result.

mod connection;
mod error;
mod job;
mod lock_key;
mod migrations;
mod postgres;
mod shared_wait;
mod sqlite;
mod tx;

use std::sync::Arc;
use std::time::Duration;

use prometheus::HistogramVec;

use crate::clock::Stopwatch;
use crate::config::DatabaseUrl;
use crate::metrics;
use postgres::{Mode, Pool};
use sqlite::{DatabaseFile, Reader, Writer};

pub(crate) use connection::on_either;
pub use connection::{DbConnection, EitherConnection};
pub use error::{DbError, OpenError};
pub use lock_key::{LockKey, lock};
pub use shared_wait::with_shared_wait;
pub use sqlite::{lock_folder_of, make_folder_of};
pub use tx::{Tx, TxContext};

/// The database of a running server. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    waits: HistogramVec,
}

#[derive(Clone)]
enum Engine {
    Sqlite {
        reader: Reader,
        writer: Arc<Writer>,
        database_file: DatabaseFile,
    },
    Postgres(Arc<Pool>),
}

impl Db {
    /// Opens the database and runs pending migrations. Creates a missing SQLite file.
    ///
    /// Blocks the thread. It waits at most `timeout` for an unreachable server, and it waits for
    /// another node that is migrating.
    pub fn open(url: &DatabaseUrl, timeout: Duration) -> Result<Self, OpenError> {
        let engine = match url {
            DatabaseUrl::Sqlite(path) => {
                let database_file = sqlite::prepare(path)?;
                let writer = Arc::new(Writer::start(database_file.clone()));
                Engine::Sqlite {
                    reader: Reader::new(database_file.clone()),
                    writer,
                    database_file,
                }
            }
            DatabaseUrl::Postgres(url) => {
                postgres::prepare(url, timeout)?;
                Engine::Postgres(Arc::new(Pool::new(url.clone())))
            }
        };
        Ok(Self {
            engine,
            waits: metrics::database_waits(),
        })
    }

    /// Returns the histogram of database wait times.
    pub fn waits(&self) -> &HistogramVec {
        &self.waits
    }

    /// Runs a query that must not write. `query` owns its data because some databases run it on
    /// another thread.
    pub async fn read<T, F>(&self, query: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, DbError> + Send + 'static,
    {
        let begun = Stopwatch::start();
        let answer = match &self.engine {
            Engine::Sqlite { reader, .. } => reader.read(query),
            Engine::Postgres(pool) => {
                pool.submit(shared_wait::remaining(), Mode::Read, query)
                    .await
            }
        };
        self.record_wait("read", begun.elapsed());
        answer
    }

    /// Runs `work` in its own transaction, so that either all its changes are made or none. `Ok`
    /// means that they are on disk.
    pub async fn write<T, F>(&self, work: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, DbError> + Send + 'static,
    {
        let begun = Stopwatch::start();
        let answer = match &self.engine {
            Engine::Sqlite { writer, .. } => writer.submit(shared_wait::remaining(), work).await,
            Engine::Postgres(pool) => {
                pool.submit(shared_wait::remaining(), Mode::Write, work)
                    .await
            }
        };
        self.record_wait("write", begun.elapsed());
        answer
    }

    fn record_wait(&self, kind: &str, waited: Duration) {
        shared_wait::spend(waited);
        self.waits
            .with_label_values(&[kind])
            .observe(waited.as_secs_f64());
    }

    /// Queues a write without waiting for its result. The write is dropped if the queue is full.
    pub fn write_later<F>(&self, work: F)
    where
        F: FnOnce(&mut DbConnection) -> Result<(), DbError> + Send + 'static,
    {
        match &self.engine {
            Engine::Sqlite { writer, .. } => writer.submit_and_forget(work),
            Engine::Postgres(pool) => pool.submit_and_forget(work),
        }
    }

    /// Removes deleted data from SQLite's files. Otherwise old pages stay in the write-ahead log.
    /// PostgreSQL keeps deleted rows until its own vacuum.
    pub async fn erase_deleted(&self) {
        if let Engine::Sqlite { writer, .. } = &self.engine {
            writer.truncate_wal().await;
        }
    }

    /// Returns SQLite's description of damage in the file, if any. Reads the whole file. Always
    /// returns `None` for PostgreSQL, which needs no such check here.
    pub async fn damage(&self) -> Result<Option<String>, DbError> {
        self.read(|connection| match connection.either() {
            EitherConnection::Sqlite(connection) => Ok(sqlite::damage(connection)?),
            EitherConnection::Postgres(_) => Ok(None),
        })
        .await
    }

    /// Returns true if the database responds and has every migration of this program. A SQLite file
    /// must still be at the path where it was opened.
    pub async fn is_ready(&self) -> bool {
        if let Engine::Sqlite { database_file, .. } = &self.engine
            && database_file.check().is_err()
        {
            return false;
        }
        self.read(migrations::are_all_applied)
            .await
            .unwrap_or(false)
    }
}
