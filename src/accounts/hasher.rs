//! Threads for slow work on passwords: as many as cores, never those that serve pages. What would wait too long is
//! refused at once, what nobody waits for any more is dropped, and a stop refuses what has not begun.

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::oneshot;

use crate::clock::Stopwatch;

/// Nanoseconds that a round takes, until the first were measured: a quarter of a second at cost 12. A storm right after
/// the start must be bounded, too.
const FIRST_GUESS: u64 = 60_000;
/// What judging a password costs at most, in the currency of bcrypt: as much as this cost (some 100 milliseconds; mostly it is a few).
const JUDGING_COST: u32 = 11;
/// Below this cost a measurement says more of the machine than of bcrypt.
const LEAST_MEASURED_COST: u32 = 7;

/// The work was not done; nothing is known of the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HasherBusy {
    /// It would have waited longer than is bearable.
    #[error("password checks would wait about {} seconds", .0.as_secs())]
    QueueTooLong(Duration),
    /// The program is stopping.
    #[error("password checks have stopped")]
    Stopped,
    /// The work itself panicked: a bug.
    #[error("a password check panicked")]
    Broken,
}

/// The threads and their queue. Cheap to clone; the threads end with the last clone.
#[derive(Clone)]
pub struct Hasher(Arc<Handle>);

struct Handle {
    shared: Arc<Shared>,
    threads: u32,
    longest_wait: Duration,
}

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

struct State {
    queue: VecDeque<Task>,
    running: usize,
    /// Rounds of bcrypt that wait or run.
    rounds_ahead: u64,
    /// As measured, smoothed.
    nanos_per_round: u64,
    stopped: bool,
}

/// What the threads have to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Checks that run or wait for their turn.
    pub checks: usize,
    /// How long the next one would wait, by what was measured.
    pub wait: Duration,
}

struct Task {
    rounds: u64,
    /// Whether its rounds are counted and not only estimated, so that there is something to learn.
    is_measured: bool,
    /// Does the work if told so and somebody still waits; tells whether it did.
    run: Box<dyn FnOnce(bool) -> bool + Send>,
}

impl Hasher {
    /// Starts `threads` threads. `longest_wait` is the longest that work may be expected to wait for its turn.
    pub fn start(threads: u32, longest_wait: Duration) -> Self {
        let state =
            State { queue: VecDeque::new(), running: 0, rounds_ahead: 0, nanos_per_round: FIRST_GUESS, stopped: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), wake: Condvar::new() });
        for number in 0..threads {
            let shared = Arc::clone(&shared);
            thread::Builder::new()
                .name(format!("hasher-{number}"))
                .spawn(move || shared.work_until_stopped())
                // At start, when the machine has no thread to give, there is nothing to serve with either.
                .expect("a thread for hashing");
        }
        Self(Arc::new(Handle { shared, threads, longest_wait }))
    }

    /// Does work that takes 2^`cost` rounds of bcrypt.
    pub async fn hash<T: Send + 'static>(
        &self,
        cost: u32,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HasherBusy> {
        self.run(1 << cost, cost >= LEAST_MEASURED_COST, work).await
    }

    /// Judges a password: shorter than hashing, too long for a thread that serves pages.
    pub async fn judge<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HasherBusy> {
        self.run(1 << JUDGING_COST, false, work).await
    }

    /// How much there is to do at this moment.
    pub fn load(&self) -> Load {
        let state = self.0.shared.lock();
        Load { checks: state.queue.len() + state.running, wait: self.wait(&state) }
    }

    /// Refuses what has not begun, and all that comes.
    pub fn stop(&self) {
        self.0.shared.stop();
    }

    async fn run<T: Send + 'static>(
        &self,
        rounds: u64,
        is_measured: bool,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HasherBusy> {
        // A stop drops what has not begun; a panic drops its reply alone.
        let lost = |_| if self.0.shared.lock().stopped { HasherBusy::Stopped } else { HasherBusy::Broken };
        self.enqueue(rounds, is_measured, work)?.await.map_err(lost)
    }

    fn enqueue<T: Send + 'static>(
        &self,
        rounds: u64,
        is_measured: bool,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<oneshot::Receiver<T>, HasherBusy> {
        let (reply, answer) = oneshot::channel();
        let run = Box::new(move |go: bool| {
            let wanted = go && !reply.is_closed();
            if wanted {
                drop(reply.send(work()));
            }
            wanted
        });
        let mut state = self.0.shared.lock();
        if state.stopped {
            return Err(HasherBusy::Stopped);
        }
        let wait = self.wait(&state);
        if wait > self.0.longest_wait {
            return Err(HasherBusy::QueueTooLong(wait));
        }
        state.rounds_ahead = state.rounds_ahead.saturating_add(rounds);
        state.queue.push_back(Task { rounds, is_measured, run });
        self.0.shared.wake.notify_one();
        Ok(answer)
    }

    fn wait(&self, state: &State) -> Duration {
        let nanos = state.rounds_ahead.saturating_mul(state.nanos_per_round);
        Duration::from_nanos(nanos / u64::from(self.0.threads.max(1)))
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hasher({} threads)", self.0.threads)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

impl Shared {
    fn work_until_stopped(&self) {
        while let Some(Task { rounds, is_measured, run }) = self.next() {
            let begun = Stopwatch::start();
            // A panic in one check must not end the thread (RUSTSEC-2026-0199); who waits is told `Broken`.
            let worked = catch_unwind(AssertUnwindSafe(|| run(true))).unwrap_or(false);
            let nanos = worked.then(|| u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX));
            self.finish(rounds, nanos.filter(|_| is_measured));
        }
    }

    fn next(&self) -> Option<Task> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return None;
            }
            match state.queue.pop_front() {
                Some(task) => {
                    state.running += 1;
                    return Some(task);
                }
                None => state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn finish(&self, rounds: u64, nanos: Option<u64>) {
        let mut state = self.lock();
        state.running -= 1;
        state.rounds_ahead = state.rounds_ahead.saturating_sub(rounds);
        if let Some(nanos) = nanos {
            let measured = nanos / rounds;
            state.nanos_per_round = (3 * state.nanos_per_round + measured) / 4;
        }
    }

    fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        // Dropping a task drops its reply, which is the refusal.
        state.queue.clear();
        self.wake.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Work that lasts until the returned sender is dropped, and has begun when this returns.
    fn occupy(hasher: &Hasher) -> mpsc::Sender<()> {
        let (release, released) = mpsc::channel::<()>();
        let (begun, has_begun) = mpsc::channel();
        let answer = hasher.enqueue(1 << 4, false, move || {
            begun.send(()).expect("the test waits");
            released.recv().unwrap_or_default();
        });
        // Leaked on purpose: a receiver that is dropped would tell the hasher that nobody waits.
        std::mem::forget(answer);
        has_begun.recv().expect("the work begins");
        release
    }

    #[actix_web::test]
    async fn work_is_done_and_a_panic_ends_only_itself() {
        let hasher = Hasher::start(1, Duration::from_secs(5));
        assert_eq!(hasher.hash(4, || 6 * 7).await, Ok(42));
        assert_eq!(hasher.hash(4, || -> u8 { panic!("on purpose") }).await, Err(HasherBusy::Broken));
        assert_eq!(hasher.judge(|| "still here").await, Ok("still here"));
    }

    #[actix_web::test]
    async fn what_would_wait_too_long_is_refused_at_once() {
        let hasher = Hasher::start(1, Duration::from_secs(5));
        hasher.0.shared.lock().nanos_per_round = 1_000_000_000;
        let release = occupy(&hasher);
        // 16 rounds of a second each are ahead.
        assert_eq!(hasher.hash(4, || ()).await, Err(HasherBusy::QueueTooLong(Duration::from_secs(16))));
        drop(release);
    }

    #[actix_web::test]
    async fn what_nobody_waits_for_is_dropped_and_a_stop_refuses_what_has_not_begun() {
        let hasher = Hasher::start(1, Duration::from_secs(5));
        let release = occupy(&hasher);
        let (done, was_done) = mpsc::channel();
        drop(hasher.enqueue(1, false, move || done.send(())));
        let waiting = hasher.enqueue(1, false, || ()).expect("there is room");
        drop(release);
        assert_eq!(waiting.await, Ok(()));
        assert!(was_done.try_recv().is_err(), "nobody waited for it");

        let release = occupy(&hasher);
        let waiting = hasher.enqueue(1, false, || ()).expect("there is room");
        hasher.stop();
        assert!(waiting.await.is_err());
        assert_eq!(hasher.hash(4, || ()).await, Err(HasherBusy::Stopped));
        drop(release);
    }
}
