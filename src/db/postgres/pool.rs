//! A bounded pool of threads with one PostgreSQL connection each. They take work from a read queue
//! and a write queue, so that threads that serve requests never block. Client networks share each
//! queue ([`FairQueue`]). Threads and connections are created on demand.
//!
//! Every wait is bounded. A thread can get stuck if the server or the network accepts a query and
//! never responds. Such a thread is abandoned and replaced, and no connection from before is used
//! again. A primary that was frozen can go on after another server has taken its place, and answer
//! from old data. A closed connection is noticed before it is used.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use diesel::connection::TransactionManager;
use tokio::sync::oneshot;

use super::{connect, still_open};
use crate::clock::Stopwatch;
use crate::config::PostgresUrl;
use crate::db::connection::Transactions;
use crate::db::job::{LONGEST_WAIT, Phase, Progress};
use crate::db::{DbConnection, DbError};
use crate::fair_queue::{self, FairQueue, Full, Slot};

/// The limit for connections of one node. It exceeds the usual number of cores, because a commit
/// waits for a disk. It still lets nine nodes share PostgreSQL's default of 100 connections.
const MAX_CONNECTIONS: usize = 10;
/// The limit for concurrent writes. Writes can wait for each other, and reads must not wait for
/// them.
const MAX_WRITERS: usize = 6;
/// The limit for all threads, so that stuck threads are not replaced forever.
const MAX_THREADS: usize = 3 * MAX_CONNECTIONS;
/// The limit for queued work. Beyond it, the server responds with 503 at once.
const LONGEST_QUEUE: u64 = 1024;
/// A thread counts as stuck after this time. A caller whose wait has ended abandons it. The time is
/// slightly shorter than the longest wait.
const STUCK_AFTER: Duration = LONGEST_WAIT.saturating_sub(Duration::from_millis(100));
/// A connection that was idle for longer is not used again. It may lead to a primary that was
/// frozen meanwhile. Another server takes its place after 20 seconds at the earliest (Patroni).
const LONGEST_IDLE: Duration = Duration::from_secs(15);
/// The additional wait for a commit, because a commit cannot be cancelled.
const LAST_MOMENT: Duration = Duration::from_millis(300);
/// The longest wait for queued work at shutdown.
const LONGEST_FAREWELL: Duration = Duration::from_millis(500);

/// The kind of work. A read needs no transaction, because each query sees committed data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::db) enum Mode {
    Read,
    Write,
}

pub(in crate::db) struct Pool(Arc<Shared>);

struct Shared {
    url: PostgresUrl,
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    reads: FairQueue<Task>,
    writes: FairQueue<Task>,
    /// Each thread in service, and its current work.
    threads: HashMap<usize, Option<Busy>>,
    started: usize,
    /// All threads that have not ended, including abandoned ones.
    alive: usize,
    /// Number of times that all connections were abandoned.
    generation: u64,
    closed: bool,
}

struct Busy {
    since: Stopwatch,
    mode: Mode,
}

/// The open connection of an idle thread.
struct Kept {
    connection: DbConnection,
    /// The generation in which it was last used.
    generation: u64,
    idle: Stopwatch,
}

/// Queued work. It receives the thread's open connection, and returns the connection if it can be
/// reused.
type Task = Box<dyn FnOnce(Option<DbConnection>, &PostgresUrl) -> Option<DbConnection> + Send>;

impl Pool {
    pub(in crate::db) fn new(url: PostgresUrl) -> Self {
        Self(Arc::new(Shared {
            url,
            state: Mutex::default(),
            wake: Condvar::new(),
        }))
    }

    /// Runs `work` on a free connection, and gives up after `longest_wait`. `Mode::Write` uses a
    /// transaction, and `Ok` then means that it is committed.
    pub(in crate::db) async fn submit<T, F>(
        &self,
        longest_wait: Duration,
        mode: Mode,
        work: F,
    ) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, DbError> + Send + 'static,
    {
        let (reply, mut answer) = oneshot::channel();
        let progress = Progress::new();
        self.0
            .enqueue(mode, new_task(mode, work, progress.clone(), Some(reply)))?;
        let lost = |_| {
            Err(DbError::Unavailable(
                "its connection was given up".to_owned(),
            ))
        };
        if let Ok(answer) = tokio::time::timeout(longest_wait, &mut answer).await {
            return answer.unwrap_or_else(lost);
        }
        if progress.give_up() == Phase::Commits
            && let Ok(answer) = tokio::time::timeout(LAST_MOMENT, &mut answer).await
        {
            return answer.unwrap_or_else(lost);
        }
        self.0.replace_stuck_threads();
        Err(DbError::Unavailable("it did not answer in time".to_owned()))
    }

    /// Queues a write without waiting for its result.
    pub(in crate::db) fn submit_and_forget<F>(&self, work: F)
    where
        F: FnOnce(&mut DbConnection) -> Result<(), DbError> + Send + 'static,
    {
        // No caller waits, so a full queue is not reported.
        self.0
            .enqueue(
                Mode::Write,
                new_task(Mode::Write, work, Progress::new(), None),
            )
            .ok();
    }
}

impl Drop for Pool {
    /// Waits briefly until queued work is done.
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.closed = true;
        self.0.wake.notify_all();
        let is_busy =
            |state: &mut State| state.waiting() > 0 || state.threads.values().any(Option::is_some);
        drop(
            self.0
                .wake
                .wait_timeout_while(state, LONGEST_FAREWELL, is_busy),
        );
    }
}

/// Returns a task that runs `work` and replies to the caller. The task returns the connection if it
/// can be used again.
fn new_task<T, F>(
    mode: Mode,
    work: F,
    progress: Progress,
    reply: Option<oneshot::Sender<Result<T, DbError>>>,
) -> Task
where
    T: Send + 'static,
    F: FnOnce(&mut DbConnection) -> Result<T, DbError> + Send + 'static,
{
    Box::new(move |kept_connection, url| {
        let answer = |result| {
            if let Some(reply) = reply {
                // The caller may have stopped waiting.
                drop(reply.send(result));
            }
        };
        if progress.is_given_up() {
            return kept_connection;
        }
        let mut connection = match reuse_or_connect(kept_connection, url) {
            Ok(connection) => connection,
            Err(error) => {
                answer(Err(error));
                return None;
            }
        };
        // The caller may have given up while the connection was opened.
        if !progress.begin() {
            return Some(connection);
        }
        let attempt = catch_unwind(AssertUnwindSafe(|| {
            run(mode, &mut connection, &progress, work)
        }));
        let result = attempt.unwrap_or(Err(DbError::Panicked));
        let is_reusable = !matches!(result, Err(DbError::Unavailable(_) | DbError::Panicked));
        answer(result);
        is_reusable.then_some(connection)
    })
}

fn reuse_or_connect(
    kept_connection: Option<DbConnection>,
    url: &PostgresUrl,
) -> Result<DbConnection, DbError> {
    match kept_connection.and_then(still_open) {
        Some(connection) => Ok(connection),
        None => connect(url),
    }
}

fn run<T>(
    mode: Mode,
    connection: &mut DbConnection,
    progress: &Progress,
    work: impl FnOnce(&mut DbConnection) -> Result<T, DbError>,
) -> Result<T, DbError> {
    if mode == Mode::Read {
        return work(connection);
    }
    Transactions::begin_transaction(connection)?;
    let result = work(connection);
    if result.is_ok() && progress.commit() {
        Transactions::commit_transaction(connection)?;
        return result;
    }
    Transactions::rollback_transaction(connection)?;
    result.and(Err(DbError::Unavailable("no caller waited".to_owned())))
}

impl State {
    fn waiting(&self) -> usize {
        self.reads.len() + self.writes.len()
    }

    /// Returns the next task. Writes come first, unless the limit for concurrent writes is reached.
    fn take(&mut self) -> Option<(Mode, Slot, Task)> {
        let writers = self
            .threads
            .values()
            .flatten()
            .filter(|busy| busy.mode == Mode::Write)
            .count();
        let write = if writers < MAX_WRITERS {
            self.writes.pop()
        } else {
            None
        };
        let mode = if write.is_some() {
            Mode::Write
        } else {
            Mode::Read
        };
        let (slot, task) = write.or_else(|| self.reads.pop())?;
        Some((mode, slot, task))
    }

    fn queue(&mut self, mode: Mode) -> &mut FairQueue<Task> {
        match mode {
            Mode::Read => &mut self.reads,
            Mode::Write => &mut self.writes,
        }
    }
}

impl Shared {
    fn enqueue(self: &Arc<Self>, mode: Mode, task: Task) -> Result<(), Full> {
        let mut state = self.lock();
        state
            .queue(mode)
            .push(fair_queue::current_network(), 1, LONGEST_QUEUE, task)?;
        self.start_threads(&mut state);
        drop(state);
        self.wake.notify_one();
        Ok(())
    }

    /// Starts as many threads as the queued work needs, within the limits.
    fn start_threads(self: &Arc<Self>, state: &mut State) {
        let free = state.threads.values().filter(|busy| busy.is_none()).count();
        let wanted = state.waiting().saturating_sub(free);
        let allowed = MAX_CONNECTIONS
            .saturating_sub(state.threads.len())
            .min(MAX_THREADS.saturating_sub(state.alive));
        for _ in 0..wanted.min(allowed) {
            let number = state.started;
            let shared = Arc::clone(self);
            let started = thread::Builder::new()
                .name(format!("postgres-{number}"))
                .spawn(move || shared.work_until_closed(number));
            // If the machine cannot start a thread now, the next task tries again.
            if started.is_ok() {
                state.started += 1;
                state.alive += 1;
                state.threads.insert(number, None);
            }
        }
    }

    /// Abandons threads that have been busy for too long. Their connections end once the operating
    /// system notices that the peer is gone. New threads do their work meanwhile.
    fn replace_stuck_threads(self: &Arc<Self>) {
        let mut state = self.lock();
        let before = state.threads.len();
        state.threads.retain(|_, busy| {
            busy.as_ref()
                .is_none_or(|busy| busy.since.elapsed() < STUCK_AFTER)
        });
        if state.threads.len() < before {
            state.generation += 1;
        }
        self.start_threads(&mut state);
        drop(state);
        // Free threads may now take work that the stuck threads did not leave room for.
        self.wake.notify_all();
    }

    fn work_until_closed(&self, number: usize) {
        let mut kept: Option<Kept> = None;
        while let Some((generation, task)) = self.next(number) {
            let connection = kept
                .take()
                .filter(|kept| kept.generation == generation && kept.idle.elapsed() < LONGEST_IDLE)
                .map(|kept| kept.connection);
            // The thread survives a panic, but the connection is dropped.
            let returned =
                catch_unwind(AssertUnwindSafe(|| task(connection, &self.url))).unwrap_or(None);
            kept = returned.map(|connection| Kept {
                connection,
                generation,
                idle: Stopwatch::start(),
            });
        }
        self.lock().alive -= 1;
    }

    /// Waits for the next task of a thread. Returns it with the generation of connections that it
    /// may use. Returns `None` at shutdown, or if the thread was replaced.
    fn next(&self, number: usize) -> Option<(u64, Task)> {
        let mut state = self.lock();
        // A replaced thread may rejoin if there is room. The slow work may have been the very first
        // connection.
        if !state.threads.contains_key(&number) && state.threads.len() >= MAX_CONNECTIONS {
            return None;
        }
        state.threads.insert(number, None);
        loop {
            if let Some((mode, slot, task)) = state.take() {
                // The number of threads limits running work. The slot only limits waiting work.
                state.queue(mode).release(slot);
                state.threads.insert(
                    number,
                    Some(Busy {
                        since: Stopwatch::start(),
                        mode,
                    }),
                );
                return Some((state.generation, task));
            }
            if state.closed {
                state.threads.remove(&number);
                self.wake.notify_all();
                return None;
            }
            state = self
                .wake
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code that holds the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
