//! The single thread that writes. It drains its queue into one transaction (`BEGIN IMMEDIATE`) with
//! a savepoint for each job. It replies after the commit, so all waiting callers share one disk
//! sync. Client networks share the queue ([`FairQueue`]).
//!
//! SQLite rolls back the whole transaction on a full disk, an I/O error or a failed commit. Every
//! job of the batch then fails, and the next batch opens a new connection.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use tokio::sync::oneshot;

use super::{DatabaseFile, open, truncate_wal};
use crate::db::connection::Transactions;
use crate::db::job::{Phase, Progress};
use crate::db::{DbConnection, DbError, EitherConnection};
use crate::fair_queue::{self, FairQueue, Full};

/// The limit for queued jobs. Beyond it, the server responds with 503 at once.
const LONGEST_QUEUE: u64 = 1024;
/// The limit for jobs in one transaction. It bounds the wait of the first job for the last.
const LARGEST_BATCH: usize = 256;

/// The longest wait for queued jobs at shutdown. A locked database must not delay the end of the
/// program.
const LONGEST_FAREWELL: Duration = Duration::from_millis(500);

pub(in crate::db) struct Writer(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    queue: FairQueue<Box<dyn Job>>,
    /// Replies to callers that wait for a truncation of the write-ahead log.
    truncate_replies: Vec<oneshot::Sender<()>>,
    closed: bool,
    finished: bool,
}

/// The next work of the thread. It runs the jobs in one transaction and then truncates the
/// write-ahead log if requested.
struct Batch {
    slots: Vec<fair_queue::Slot>,
    jobs: Vec<Box<dyn Job>>,
    truncate_replies: Vec<oneshot::Sender<()>>,
}

impl Writer {
    pub(in crate::db) fn start(database_file: DatabaseFile) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            wake: Condvar::new(),
        });
        let writing = Arc::clone(&shared);
        thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || writing.write_until_closed(&database_file))
            // Fails only at start. A machine that cannot start a thread cannot serve requests
            // either.
            .expect("a thread for the writer");
        Self(shared)
    }

    /// Runs `work` in a savepoint of the next transaction and returns after the commit. Gives up
    /// work that has not begun within `longest_wait`.
    pub(in crate::db) async fn submit<T, F>(
        &self,
        longest_wait: Duration,
        work: F,
    ) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, DbError> + Send + 'static,
    {
        let (reply, mut answer) = oneshot::channel();
        let progress = Progress::new();
        self.enqueue(QueuedWork {
            work: Some(work),
            result: None,
            reply: Some(reply),
            progress: progress.clone(),
        })?;
        let stopped = |_| Err(DbError::Unavailable("the writer has stopped".to_owned()));
        if let Ok(answer) = tokio::time::timeout(longest_wait, &mut answer).await {
            return answer.unwrap_or_else(stopped);
        }
        match progress.give_up_waiting() {
            Phase::Waits | Phase::GivenUp => {
                Err(DbError::Unavailable("it did not answer in time".to_owned()))
            }
            // The work is running and the lock is held. Only the commit remains, so waiting is
            // safe.
            Phase::Begun | Phase::Commits => answer.await.unwrap_or_else(stopped),
        }
    }

    /// Moves committed data into the database file and truncates the write-ahead log, which may
    /// hold deleted data. Returns once the truncation was tried. A reader of an old state can
    /// prevent it.
    pub(in crate::db) async fn truncate_wal(&self) {
        let (reply, done) = oneshot::channel();
        self.0.lock().truncate_replies.push(reply);
        self.0.wake.notify_one();
        // The channel closes without a reply when the writer stops.
        done.await.ok();
    }

    pub(in crate::db) fn submit_and_forget<F>(&self, work: F)
    where
        F: FnOnce(&mut DbConnection) -> Result<(), DbError> + Send + 'static,
    {
        let progress = Progress::new();
        // No caller waits, so a full queue is not reported.
        self.enqueue(QueuedWork {
            work: Some(work),
            result: None,
            reply: None,
            progress,
        })
        .ok();
    }

    fn enqueue(&self, job: impl Job + 'static) -> Result<(), Full> {
        self.0.lock().queue.push(
            fair_queue::current_network(),
            1,
            LONGEST_QUEUE,
            Box::new(job),
        )?;
        self.0.wake.notify_one();
        Ok(())
    }
}

impl Drop for Writer {
    /// Waits briefly until queued jobs are written.
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.closed = true;
        self.0.wake.notify_all();
        drop(
            self.0
                .wake
                .wait_timeout_while(state, LONGEST_FAREWELL, |state| !state.finished),
        );
    }
}

impl Shared {
    fn write_until_closed(&self, database_file: &DatabaseFile) {
        let mut kept_connection: Option<DbConnection> = None;
        while let Some(mut batch) = self.next_batch() {
            // The thread must survive a panic. The next batch opens a new connection.
            let written = catch_unwind(AssertUnwindSafe(|| {
                write_batch(database_file, kept_connection.take(), &mut batch)
            }));
            let committed = match written.unwrap_or(Err(DbError::Panicked)) {
                Ok(connection) => {
                    kept_connection = Some(connection);
                    Ok(())
                }
                Err(error) => Err(error),
            };
            self.release(batch.slots);
            for job in batch.jobs {
                job.answer(committed.clone());
            }
            for reply in batch.truncate_replies {
                // The caller may have stopped waiting.
                reply.send(()).ok();
            }
        }
        self.lock().finished = true;
        self.wake.notify_all();
    }

    /// Frees the slots of a batch. Must run before the replies. A caller that has its reply may
    /// queue the next job at once, and needs a free slot.
    fn release(&self, slots: Vec<fair_queue::Slot>) {
        let mut state = self.lock();
        for slot in slots {
            state.queue.release(slot);
        }
    }

    /// Waits for the next jobs, as many as one transaction may hold. Returns `None` at shutdown.
    fn next_batch(&self) -> Option<Batch> {
        let mut state = self.lock();
        loop {
            if !state.queue.is_empty() || !state.truncate_replies.is_empty() {
                break;
            }
            if state.closed {
                return None;
            }
            state = self
                .wake
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let (mut slots, mut jobs) = (Vec::new(), Vec::new());
        while jobs.len() < LARGEST_BATCH
            && let Some((slot, job)) = state.queue.pop()
        {
            slots.push(slot);
            jobs.push(job);
        }
        Some(Batch {
            slots,
            jobs,
            truncate_replies: std::mem::take(&mut state.truncate_replies),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code that holds the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Commits the batch and returns the connection. After an error, the connection must not be used
/// again. The file is checked before, so that no job writes to a replaced file. It is checked again
/// after, because the wait for the lock may have been long.
fn write_batch(
    database_file: &DatabaseFile,
    kept_connection: Option<DbConnection>,
    batch: &mut Batch,
) -> Result<DbConnection, DbError> {
    database_file.check()?;
    let mut connection = match kept_connection {
        Some(connection) => connection,
        None => open(database_file)?.into(),
    };
    if !batch.jobs.is_empty() {
        commit(&mut connection, &mut batch.jobs)?;
    }
    if !batch.truncate_replies.is_empty()
        && let EitherConnection::Sqlite(sqlite) = connection.either()
    {
        // Committed jobs stay committed if the truncation fails. The cleanup tries again later.
        match truncate_wal(sqlite) {
            Ok(true) => {}
            Ok(false) => {
                tracing::info!("truncating write-ahead log blocked by a reader, will retry");
            }
            Err(error) => tracing::warn!(%error, "truncating write-ahead log failed, will retry"),
        }
    }
    database_file.check()?;
    Ok(connection)
}

/// Runs the whole batch in one transaction.
fn commit(connection: &mut DbConnection, batch: &mut [Box<dyn Job>]) -> Result<(), DbError> {
    if let EitherConnection::Sqlite(sqlite) = connection.either() {
        // A deferred transaction that reads first would fail at once if another program writes,
        // regardless of the timeout.
        AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")?;
    }
    for job in batch {
        job.run(connection)?;
    }
    Transactions::commit_transaction(connection)?;
    Ok(())
}

trait Job: Send {
    /// Runs the job in a savepoint. Returns `Err` only if the whole batch must fail. The job's own
    /// error goes to its caller.
    fn run(&mut self, connection: &mut DbConnection) -> Result<(), DbError>;
    /// Sends the result of the job to the caller, or the error if the batch was not committed.
    fn answer(self: Box<Self>, committed: Result<(), DbError>);
}

struct QueuedWork<T, F> {
    /// `None` after the job has run.
    work: Option<F>,
    result: Option<Result<T, DbError>>,
    reply: Option<oneshot::Sender<Result<T, DbError>>>,
    progress: Progress,
}

impl<T, F> Job for QueuedWork<T, F>
where
    T: Send,
    F: FnOnce(&mut DbConnection) -> Result<T, DbError> + Send,
{
    fn run(&mut self, connection: &mut DbConnection) -> Result<(), DbError> {
        let Some(work) = self.work.take() else {
            return Ok(());
        };
        if !self.progress.begin() {
            // The caller has given up.
            return Ok(());
        }
        Transactions::begin_transaction(connection)?;
        match catch_unwind(AssertUnwindSafe(|| work(connection))) {
            Ok(Ok(value)) => {
                Transactions::commit_transaction(connection)?;
                self.result = Some(Ok(value));
            }
            // Only this error means that SQLite has lost the work of the other jobs too.
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
        // A job has no result if it was given up or never reached. The caller may have stopped
        // waiting.
        if let Some(reply) = reply {
            let given_up = || Err(DbError::Unavailable("no caller waited".to_owned()));
            drop(reply.send(committed.and_then(|()| result.unwrap_or_else(given_up))));
        }
    }
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
