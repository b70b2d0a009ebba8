//! A bounded number of threads, each with a connection of its own, that take work from two queues: no thread that serves
//! pages ever waits for a server. Client networks share each queue ([`FairQueue`]). Threads and connections come into being
//! when there is work for them.
//!
//! Every wait has an end. A thread that is stuck, because a server or a network between took a question and never
//! answers, is left to itself and replaced; a connection that was closed is noticed before it is used.

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
use crate::db::job::{Phase, Progress};
use crate::db::{DbConnection, DbError, LONGEST_WAIT};
use crate::fair_queue::{self, FairQueue, Full, Slot};

type Transactions = <DbConnection as diesel::Connection>::TransactionManager;

/// Connections of one node: more than cores, since one that commits waits for a disk; few enough for nine nodes and a
/// server's usual hundred.
const MOST_CONNECTIONS: usize = 10;
/// Of these, how many may write at once: those who write can wait for each other, and pages must not wait for them.
const MOST_WRITERS: usize = 6;
/// Threads in all: those that are stuck are not replaced without end.
const MOST_THREADS: usize = 3 * MOST_CONNECTIONS;
/// Work that may wait; beyond it the answer is 503 at once.
const LONGEST_QUEUE: u64 = 1024;
/// A little less than who waits has patience: whose work is stuck is the one to notice.
const STUCK_AFTER: Duration = LONGEST_WAIT.saturating_sub(Duration::from_millis(100));
/// What a commit gets on top, since only it can't be called off.
const LAST_MOMENT: Duration = Duration::from_millis(300);
/// How long a stop waits for what is queued.
const LONGEST_FAREWELL: Duration = Duration::from_millis(500);

/// Reading needs no transaction: each question sees what is committed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::db) enum Mode {
    Read,
    Write,
}

/// The threads and their queue.
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
    /// Each thread, and what it is busy with.
    threads: HashMap<usize, Option<Busy>>,
    started: usize,
    /// Threads that have not ended, those that were left to themselves included.
    alive: usize,
    closed: bool,
}

struct Busy {
    since: Stopwatch,
    mode: Mode,
}

/// Takes the connection that a thread has kept, and gives it back if it is good for more.
type Task = Box<dyn FnOnce(Option<DbConnection>, &PostgresUrl) -> Option<DbConnection> + Send>;

impl Pool {
    pub(in crate::db) fn new(url: PostgresUrl) -> Self {
        Self(Arc::new(Shared { url, state: Mutex::default(), wake: Condvar::new() }))
    }

    /// Runs `work` on a free connection; `Mode::Write` in a transaction, and `Ok` means that it is committed.
    pub(in crate::db) async fn submit<T, F>(&self, mode: Mode, work: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection) -> Result<T, DbError> + Send + 'static,
    {
        let (reply, mut answer) = oneshot::channel();
        let progress = Progress::new();
        self.0.enqueue(mode, task(mode, work, progress.clone(), Some(reply)))?;
        let lost = |_| Err(DbError::Unavailable("its connection was given up".to_owned()));
        if let Ok(answer) = tokio::time::timeout(LONGEST_WAIT, &mut answer).await {
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

    /// The same for what nobody waits for.
    pub(in crate::db) fn submit_and_forget<F>(&self, work: F)
    where
        F: FnOnce(&mut DbConnection) -> Result<(), DbError> + Send + 'static,
    {
        // Nobody waits, so nobody is told that the queue is full.
        self.0.enqueue(Mode::Write, task(Mode::Write, work, Progress::new(), None)).ok();
    }
}

impl Drop for Pool {
    /// Waits a moment until what was queued is done.
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.closed = true;
        self.0.wake.notify_all();
        let is_busy = |state: &mut State| state.waiting() > 0 || state.threads.values().any(Option::is_some);
        drop(self.0.wake.wait_timeout_while(state, LONGEST_FAREWELL, is_busy));
    }
}

fn task<T, F>(mode: Mode, work: F, progress: Progress, reply: Option<oneshot::Sender<Result<T, DbError>>>) -> Task
where
    T: Send + 'static,
    F: FnOnce(&mut DbConnection) -> Result<T, DbError> + Send + 'static,
{
    Box::new(move |kept, url| {
        let answer = |result| {
            if let Some(reply) = reply {
                // Who no longer waits needs no answer.
                drop(reply.send(result));
            }
        };
        if progress.is_given_up() {
            return kept;
        }
        let mut connection = match kept.and_then(still_open).map_or_else(|| connect(url), Ok) {
            Ok(connection) => connection,
            Err(error) => {
                answer(Err(error));
                return None;
            }
        };
        if !progress.begin() {
            return Some(connection);
        }
        let worked = catch_unwind(AssertUnwindSafe(|| run(mode, &mut connection, &progress, work)));
        let result = worked.unwrap_or(Err(DbError::Panicked));
        let is_good = !matches!(result, Err(DbError::Unavailable(_) | DbError::Panicked));
        answer(result);
        is_good.then_some(connection)
    })
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
    result.and(Err(DbError::Unavailable("nobody waited for it".to_owned())))
}

impl State {
    fn waiting(&self) -> usize {
        self.reads.len() + self.writes.len()
    }

    /// Writes first, as long as they leave connections to those who read.
    fn take(&mut self) -> Option<(Mode, Slot, Task)> {
        let writers = self.threads.values().flatten().filter(|busy| busy.mode == Mode::Write).count();
        let write = if writers < MOST_WRITERS { self.writes.pop() } else { None };
        let mode = if write.is_some() { Mode::Write } else { Mode::Read };
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
        state.queue(mode).push(fair_queue::current_network(), 1, LONGEST_QUEUE, task)?;
        self.start_threads(&mut state);
        drop(state);
        self.wake.notify_one();
        Ok(())
    }

    /// As many as there is work for.
    fn start_threads(self: &Arc<Self>, state: &mut State) {
        let free = state.threads.values().filter(|busy| busy.is_none()).count();
        let wanted = state.waiting().saturating_sub(free);
        let allowed =
            MOST_CONNECTIONS.saturating_sub(state.threads.len()).min(MOST_THREADS.saturating_sub(state.alive));
        for _ in 0..wanted.min(allowed) {
            let number = state.started;
            let shared = Arc::clone(self);
            let started = thread::Builder::new()
                .name(format!("postgres-{number}"))
                .spawn(move || shared.work_until_closed(number));
            // A machine that has no thread to give now may have one for the next piece of work.
            if started.is_ok() {
                state.started += 1;
                state.alive += 1;
                state.threads.insert(number, None);
            }
        }
    }

    /// Leaves threads that have been busy for too long to themselves. What they hold ends when the operating system
    /// says that the peer has gone; meanwhile others do their work.
    fn replace_stuck_threads(self: &Arc<Self>) {
        let mut state = self.lock();
        state.threads.retain(|_, busy| busy.as_ref().is_none_or(|busy| busy.since.elapsed() < STUCK_AFTER));
        self.start_threads(&mut state);
        drop(state);
        // Those that are free may do now what the stuck ones left no room for.
        self.wake.notify_all();
    }

    fn work_until_closed(&self, number: usize) {
        let mut kept = None;
        while let Some(task) = self.next(number) {
            // Whatever panics in here, the thread outlives it; the connection does not.
            kept = catch_unwind(AssertUnwindSafe(|| task(kept.take(), &self.url))).unwrap_or(None);
        }
        self.lock().alive -= 1;
    }

    /// The next task for a thread; `None` when there will be none, or when another has taken its place.
    fn next(&self, number: usize) -> Option<Task> {
        let mut state = self.lock();
        // One that was replaced is of use again if there is room: its connection may be the first that was made at all.
        if !state.threads.contains_key(&number) && state.threads.len() >= MOST_CONNECTIONS {
            return None;
        }
        state.threads.insert(number, None);
        loop {
            if let Some((mode, slot, task)) = state.take() {
                // Threads bound the work in progress; the slot is for what waits.
                state.queue(mode).release(slot);
                state.threads.insert(number, Some(Busy { since: Stopwatch::start(), mode }));
                return Some(task);
            }
            if state.closed {
                state.threads.remove(&number);
                self.wake.notify_all();
                return None;
            }
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
