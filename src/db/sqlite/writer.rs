//! The one thread that writes. It drains its queue into one transaction (`BEGIN IMMEDIATE`), a savepoint for
//! each job, commits, and only then answers: the sync of one commit is shared by all who waited for it.
//!
//! When SQLite takes back the whole transaction (full disk, I/O error, failed commit), every job of the batch fails and
//! the connection is opened anew for the next one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use tokio::sync::oneshot;

use super::{Place, open};
use crate::db::job::{Phase, Progress};
use crate::db::{DbConnection, DbError};

type Transactions = <DbConnection as diesel::Connection>::TransactionManager;

/// Jobs that may wait; beyond it the answer is 503 at once.
const LONGEST_QUEUE: usize = 1024;
/// Jobs of one transaction: bounds how long the first of them waits for the last.
const LARGEST_BATCH: usize = 256;

/// How long a stop waits for what is queued; a locked database must not hold up the end of the program.
const LONGEST_FAREWELL: Duration = Duration::from_millis(500);

pub(in crate::db) struct Writer {
    // `None` only while dropping: closing the queue is what ends the thread.
    queue: Option<SyncSender<Box<dyn Job>>>,
    finished: Mutex<Receiver<()>>,
}

impl Writer {
    pub(in crate::db) fn start(place: Place) -> Self {
        let (queue, jobs) = sync_channel(LONGEST_QUEUE);
        let (finish, finished) = sync_channel(1);
        thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || {
                write_until_closed(&place, &jobs);
                // Who dropped the writer may have stopped waiting.
                finish.send(()).ok();
            })
            // At start, when the machine has no thread to give, there is nothing to serve with either.
            .expect("a thread for the writer");
        Self { queue: Some(queue), finished: Mutex::new(finished) }
    }

    /// Runs `work` in a savepoint of the next transaction and answers after the commit. What has not begun within
    /// `longest_wait` is given up and will not be done.
    pub(in crate::db) async fn submit<T, F>(&self, longest_wait: Duration, work: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, DbError> + Send + 'static,
    {
        let (reply, mut answer) = oneshot::channel();
        let progress = Progress::new();
        self.enqueue(Work { todo: Some(work), result: None, reply: Some(reply), progress: progress.clone() })?;
        let stopped = |_| Err(DbError::Unavailable("the writer has stopped".to_owned()));
        if let Ok(answer) = tokio::time::timeout(longest_wait, &mut answer).await {
            return answer.unwrap_or_else(stopped);
        }
        match progress.give_up_waiting() {
            Phase::Waits | Phase::GivenUp => Err(DbError::Unavailable("it did not answer in time".to_owned())),
            // The lock is held and the work runs: all that is left is the commit.
            Phase::Begun | Phase::Commits => answer.await.unwrap_or_else(stopped),
        }
    }

    pub(in crate::db) fn submit_and_forget<F>(&self, work: F)
    where
        F: FnOnce(&mut DbConnection) -> Result<(), DbError> + Send + 'static,
    {
        let progress = Progress::new();
        // Nobody waits, so nobody is told that the queue is full.
        drop(self.enqueue(Work { todo: Some(work), result: None, reply: None, progress }));
    }

    fn enqueue(&self, job: impl Job + 'static) -> Result<(), DbError> {
        let sent = self.queue.as_ref().map(|queue| queue.try_send(Box::new(job)));
        match sent {
            Some(Ok(())) => Ok(()),
            Some(Err(TrySendError::Full(_))) => Err(DbError::Unavailable("too many writes wait already".to_owned())),
            Some(Err(TrySendError::Disconnected(_))) | None => {
                Err(DbError::Unavailable("the writer has stopped".to_owned()))
            }
        }
    }
}

impl Drop for Writer {
    /// Waits a moment until what was queued is written.
    fn drop(&mut self) {
        self.queue = None;
        if let Ok(finished) = self.finished.get_mut() {
            finished.recv_timeout(LONGEST_FAREWELL).ok();
        }
    }
}

fn write_until_closed(place: &Place, jobs: &Receiver<Box<dyn Job>>) {
    let mut kept: Option<DbConnection> = None;
    while let Ok(first) = jobs.recv() {
        let mut batch = vec![first];
        batch.extend(jobs.try_iter().take(LARGEST_BATCH - 1));
        // Whatever panics in here, the thread must outlive it; the connection does not.
        let written = catch_unwind(AssertUnwindSafe(|| write_batch(place, kept.take(), &mut batch)));
        let outcome = match written.unwrap_or(Err(DbError::Panicked)) {
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

/// Gives the connection back if the batch is committed; after an error it is of no more use. The file is looked for before, so that
/// nothing is written that has no place, and after, since the lock may have come late.
fn write_batch(place: &Place, kept: Option<DbConnection>, batch: &mut [Box<dyn Job>]) -> Result<DbConnection, DbError> {
    place.check()?;
    let mut connection = match kept {
        Some(connection) => connection,
        None => DbConnection::Sqlite(open(place)?),
    };
    commit(&mut connection, batch)?;
    place.check()?;
    Ok(connection)
}

/// One transaction around the whole batch.
fn commit(connection: &mut DbConnection, batch: &mut [Box<dyn Job>]) -> Result<(), DbError> {
    if let DbConnection::Sqlite(sqlite) = connection {
        // A deferred transaction that reads first fails at once when another program writes, whatever the timeout.
        AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")?;
    }
    for job in batch {
        job.run(connection)?;
    }
    Transactions::commit_transaction(connection)?;
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
    progress: Progress,
}

impl<T, F> Job for Work<T, F>
where
    T: Send,
    F: FnOnce(&mut DbConnection) -> Result<T, DbError> + Send,
{
    fn run(&mut self, connection: &mut DbConnection) -> Result<(), DbError> {
        let Some(work) = self.todo.take() else { return Ok(()) };
        if !self.progress.begin() {
            return Ok(());
        }
        Transactions::begin_transaction(connection)?;
        match catch_unwind(AssertUnwindSafe(|| work(connection))) {
            Ok(Ok(value)) => {
                Transactions::commit_transaction(connection)?;
                self.result = Some(Ok(value));
            }
            // Only what is SQLite's own fault has taken the others' work with it.
            Ok(Err(error @ DbError::Unavailable(_))) => return Err(error),
            Ok(Err(error)) => {
                Transactions::rollback_transaction(connection)?;
                self.result = Some(Err(error));
            }
            Err(_) => {
                Transactions::rollback_transaction(connection)?;
                self.result = Some(Err(DbError::Panicked));
            }
        }
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), DbError>) {
        let Self { result, reply, .. } = *self;
        // Without a result it was given up, or never reached; who no longer waits needs no answer.
        if let Some(reply) = reply {
            let given_up = || Err(DbError::Unavailable("nobody waited for it".to_owned()));
            drop(reply.send(committed.and_then(|()| result.unwrap_or_else(given_up))));
        }
    }
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
