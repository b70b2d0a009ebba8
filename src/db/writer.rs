//! The one thread that writes to SQLite. It drains its queue into one transaction (`BEGIN IMMEDIATE`), a savepoint for
//! each job, commits, and only then answers: the sync of one commit is shared by all who waited for it.
//!
//! When SQLite takes back the whole transaction (full disk, I/O error, failed commit), every job of the batch fails and
//! the connection is opened anew for the next one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use diesel::Connection as _;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use tokio::sync::oneshot;

use super::connection::open_sqlite;
use super::{DbConnection, DbError};

/// Jobs that may wait; beyond it the answer is 503 at once.
const LONGEST_QUEUE: usize = 1024;
/// Jobs of one transaction: bounds how long the first of them waits for the last.
const LARGEST_BATCH: usize = 256;

pub(super) struct Writer {
    // `None` only while dropping: closing the queue is what ends the thread.
    queue: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(path: PathBuf) -> Self {
        let (queue, jobs) = sync_channel(LONGEST_QUEUE);
        let thread = thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || write_until_closed(&path, &jobs))
            // At start, when the machine has no thread to give, there is nothing to serve with either.
            .expect("a thread for the writer");
        Self { queue: Some(queue), thread: Some(thread) }
    }

    pub(super) async fn submit<T, F>(&self, work: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, DbError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.enqueue(Work { todo: Some(work), result: None, reply: Some(reply) })?;
        answer.await.unwrap_or_else(|_| Err(DbError::Unavailable("the writer has stopped".to_owned())))
    }

    pub(super) fn submit_and_forget<F>(&self, work: F)
    where
        F: FnOnce(&mut DbConnection) -> Result<(), DbError> + Send + 'static,
    {
        // Nobody waits, so nobody is told that the queue is full.
        drop(self.enqueue(Work { todo: Some(work), result: None, reply: None }));
    }

    fn enqueue(&self, job: impl Job + 'static) -> Result<(), DbError> {
        let refused = || DbError::Unavailable("too many writes wait already".to_owned());
        self.queue.as_ref().ok_or_else(refused)?.try_send(Box::new(job)).map_err(|_| refused())
    }
}

impl Drop for Writer {
    /// Waits until what was queued is written.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn write_until_closed(path: &Path, jobs: &Receiver<Box<dyn Job>>) {
    let mut kept: Option<DbConnection> = None;
    while let Ok(first) = jobs.recv() {
        let mut batch = vec![first];
        batch.extend(jobs.try_iter().take(LARGEST_BATCH - 1));
        let committed = kept
            .take()
            .map_or_else(|| open_sqlite(path).map(DbConnection::Sqlite), Ok)
            .and_then(|mut connection| commit(&mut connection, &mut batch).map(|()| connection));
        let outcome = match committed {
            Ok(connection) => {
                kept = Some(connection);
                Ok(())
            }
            Err(error) => Err(error),
        };
        for job in batch {
            job.answer(outcome.clone());
        }
    }
}

/// One transaction around the whole batch. After an error the connection is of no more use.
fn commit(connection: &mut DbConnection, batch: &mut [Box<dyn Job>]) -> Result<(), DbError> {
    if let DbConnection::Sqlite(sqlite) = connection {
        // A deferred transaction that reads first fails at once when another program writes, whatever the timeout.
        AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")?;
    }
    for job in batch {
        job.run(connection)?;
    }
    <DbConnection as diesel::Connection>::TransactionManager::commit_transaction(connection)?;
    Ok(())
}

trait Job: Send {
    /// Does the work in a savepoint. `Err` ends the whole batch; what is wrong with this job alone is kept for its answer.
    fn run(&mut self, connection: &mut DbConnection) -> Result<(), DbError>;
    /// Tells who waits how it went.
    fn answer(self: Box<Self>, committed: Result<(), DbError>);
}

struct Work<T, F> {
    todo: Option<F>,
    result: Option<Result<T, DbError>>,
    reply: Option<oneshot::Sender<Result<T, DbError>>>,
}

impl<T, F> Job for Work<T, F>
where
    T: Send,
    F: FnOnce(&mut DbConnection) -> Result<T, DbError> + Send,
{
    fn run(&mut self, connection: &mut DbConnection) -> Result<(), DbError> {
        let Some(work) = self.todo.take() else { return Ok(()) };
        // The connection is dropped after a panic, so nothing half-changed is seen again.
        let done = catch_unwind(AssertUnwindSafe(|| connection.transaction(work))).unwrap_or(Err(DbError::Panicked));
        match done {
            Err(error @ (DbError::Unavailable(_) | DbError::Panicked)) => Err(error),
            done => {
                self.result = Some(done);
                Ok(())
            }
        }
    }

    fn answer(self: Box<Self>, committed: Result<(), DbError>) {
        let Self { result, reply, .. } = *self;
        if let Some(reply) = reply {
            // A job without a result has panicked; who no longer waits needs no answer.
            drop(reply.send(committed.and_then(|()| result.unwrap_or(Err(DbError::Panicked)))));
        }
    }
}

#[cfg(test)]
mod tests;
