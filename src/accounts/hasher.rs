//! Threads for slow work on passwords, never those that serve pages: one lane for hashing, one for judging the strength of
//! a new password, so that neither delays the other. Client networks share the queue of a lane ([`FairQueue`]). What
//! would wait too long is rejected at once, what has lost its client is dropped, and a stop rejects what has not begun.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::oneshot;

use crate::clock::Stopwatch;
use crate::fair_queue::{self, FairQueue, Full};

/// Nanoseconds per round of bcrypt until the first were measured: a quarter of a second at cost 12. The queue must be
/// bounded right after the start, too.
const FIRST_ROUND_ESTIMATE: u64 = 60_000;
/// Nanoseconds per password until the first were judged. The worst take 100 milliseconds.
const FIRST_STRENGTH_ESTIMATE: u64 = 25_000_000;
/// Below this cost a measurement says more of the machine than of bcrypt.
const LEAST_MEASURED_COST: u32 = 7;

/// The work was not done; nothing is known of the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HasherBusy {
    /// The queue is used up.
    #[error("the password queue is full; queued work takes {} ms", .0.as_millis())]
    QueueFull(Duration),
    /// The client's network has used up its share of the queue.
    #[error("the client's network has too many passwords queued")]
    ShareUsedUp,
    /// The program is stopping.
    #[error("password checks have stopped")]
    Stopped,
    /// The work itself panicked: a bug.
    #[error("a password check panicked")]
    Broken,
}

/// The two lanes. Cheap to clone; the threads end with the last clone.
#[derive(Clone)]
pub struct Hasher {
    hashing: Lane,
    strength: Lane,
}

/// Amount of hashing that runs or waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Checks that run or wait for their turn.
    pub checks: usize,
    /// Expected time until all of them are done, by what was measured.
    pub wait: Duration,
}

impl Hasher {
    /// Starts `threads` threads for hashing and one for judging. No work is queued behind more than `longest_wait` of other
    /// work.
    pub fn start(threads: u32, longest_wait: Duration) -> Self {
        Self {
            hashing: Lane::start("hasher", threads, longest_wait, FIRST_ROUND_ESTIMATE),
            strength: Lane::start("strength", 1, longest_wait, FIRST_STRENGTH_ESTIMATE),
        }
    }

    /// Does work that takes 2^`cost` rounds of bcrypt.
    pub async fn hash<T: Send + 'static>(
        &self,
        cost: u32,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HasherBusy> {
        self.hashing.run(1 << cost, cost >= LEAST_MEASURED_COST, work).await
    }

    /// Judges a password: shorter than hashing, too long for a thread that serves pages.
    pub async fn judge<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HasherBusy> {
        self.strength.run(1, true, work).await
    }

    /// Returns how much hashing there is to do at this moment.
    pub fn load(&self) -> Load {
        self.hashing.load()
    }

    /// Rejects what has not begun, and all that comes.
    pub fn stop(&self) {
        self.hashing.0.shared.stop();
        self.strength.0.shared.stop();
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hasher({} threads)", self.hashing.0.threads)
    }
}

/// Threads for one kind of work, and its queue.
#[derive(Clone)]
struct Lane(Arc<Handle>);

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
    queue: FairQueue<Task>,
    running: usize,
    /// As measured, smoothed.
    nanos_per_unit: u64,
    stopped: bool,
}

struct Task {
    units: u64,
    /// True if its units say how long it takes, so that its time is worth measuring.
    is_measured: bool,
    /// Does the work if its client still waits; returns true if it did.
    run: Box<dyn FnOnce() -> bool + Send>,
}

impl Lane {
    fn start(name: &str, threads: u32, longest_wait: Duration, nanos_per_unit: u64) -> Self {
        let state = State { queue: FairQueue::default(), running: 0, nanos_per_unit, stopped: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), wake: Condvar::new() });
        for number in 0..threads {
            let shared = Arc::clone(&shared);
            thread::Builder::new()
                .name(format!("{name}-{number}"))
                .spawn(move || shared.work_until_stopped())
                // At start, when the machine has no thread to give, there is nothing to serve with either.
                .expect("a thread for passwords");
        }
        Self(Arc::new(Handle { shared, threads, longest_wait }))
    }

    fn load(&self) -> Load {
        let state = self.0.shared.lock();
        Load { checks: state.queue.len() + state.running, wait: self.wait(&state) }
    }

    async fn run<T: Send + 'static>(
        &self,
        units: u64,
        is_measured: bool,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HasherBusy> {
        // A stop drops what has not begun; a panic drops its reply alone.
        let lost = |_| if self.0.shared.lock().stopped { HasherBusy::Stopped } else { HasherBusy::Broken };
        self.enqueue(units, is_measured, work)?.await.map_err(lost)
    }

    fn enqueue<T: Send + 'static>(
        &self,
        units: u64,
        is_measured: bool,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<oneshot::Receiver<T>, HasherBusy> {
        let (reply, answer) = oneshot::channel();
        let run = Box::new(move || {
            let is_wanted = !reply.is_closed();
            if is_wanted {
                drop(reply.send(work()));
            }
            is_wanted
        });
        let mut state = self.0.shared.lock();
        if state.stopped {
            return Err(HasherBusy::Stopped);
        }
        let (network, capacity) = (fair_queue::current_network(), self.capacity(&state));
        let queued = state.queue.push(network, units, capacity, Task { units, is_measured, run });
        queued.map_err(|full| match full {
            Full::Queue => HasherBusy::QueueFull(self.wait(&state)),
            Full::Share => HasherBusy::ShareUsedUp,
        })?;
        self.0.shared.wake.notify_one();
        Ok(answer)
    }

    /// Units that all threads do in the longest wait.
    fn capacity(&self, state: &State) -> u64 {
        let nanos = u64::try_from(self.0.longest_wait.as_nanos()).unwrap_or(u64::MAX);
        nanos.saturating_mul(u64::from(self.0.threads)) / state.nanos_per_unit.max(1)
    }

    fn wait(&self, state: &State) -> Duration {
        let nanos = state.queue.total().saturating_mul(state.nanos_per_unit);
        Duration::from_nanos(nanos / u64::from(self.0.threads.max(1)))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

impl Shared {
    fn work_until_stopped(&self) {
        while let Some((slot, Task { units, is_measured, run })) = self.next() {
            let begun = Stopwatch::start();
            // A panic in one check must not end the thread (RUSTSEC-2026-0199). Its client gets `Broken`.
            let worked = catch_unwind(AssertUnwindSafe(run)).unwrap_or(false);
            let nanos = worked.then(|| u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX));
            let mut state = self.lock();
            state.running -= 1;
            state.queue.release(slot);
            if let Some(nanos) = nanos.filter(|_| is_measured) {
                state.nanos_per_unit = (3 * state.nanos_per_unit + nanos / units) / 4;
            }
        }
    }

    fn next(&self) -> Option<(fair_queue::Slot, Task)> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return None;
            }
            match state.queue.pop() {
                Some(next) => {
                    state.running += 1;
                    return Some(next);
                }
                None => state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        // Dropping a task drops its reply, which is the rejection.
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
    use std::net::Ipv4Addr;
    use std::sync::mpsc;

    use super::*;
    use crate::values::ClientNetwork;

    /// Work that lasts until the returned sender is dropped, and has begun when this returns.
    fn occupy(lane: &Lane) -> mpsc::Sender<()> {
        let (release, released) = mpsc::channel::<()>();
        let (begun, has_begun) = mpsc::channel();
        let answer = lane.enqueue(1 << 4, false, move || {
            begun.send(()).expect("the test waits");
            released.recv().unwrap_or_default();
        });
        // Leaked on purpose: a dropped receiver would tell the lane that its client has gone.
        std::mem::forget(answer);
        has_begun.recv().expect("the work begins");
        release
    }

    fn network(number: u8) -> ClientNetwork {
        ClientNetwork::V4(Ipv4Addr::new(203, 0, 113, number))
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
        hasher.hashing.0.shared.lock().nanos_per_unit = 1_000_000_000;
        let release = occupy(&hasher.hashing);
        // 16 rounds of a second each are ahead.
        assert_eq!(hasher.hash(4, || ()).await, Err(HasherBusy::QueueFull(Duration::from_secs(16))));
        assert_eq!(hasher.judge(|| 1).await, Ok(1), "the other lane is free");
        drop(release);
    }

    /// Regression: one client without an account could block every login.
    #[actix_web::test]
    async fn one_network_cannot_fill_the_lane() {
        let hasher = Hasher::start(1, Duration::from_secs(5));
        let release = occupy(&hasher.hashing);
        hasher.hashing.0.shared.lock().nanos_per_unit = 10_000_000;
        // 500 rounds fit, a quarter of them is 125, and each check has 16.
        let queue = async || hasher.hashing.enqueue(16, false, || ()).map(std::mem::forget);
        for number in 0..8 {
            assert_eq!(fair_queue::serve_for(Some(network(1)), queue()).await, Ok(()), "{number}");
        }
        let full = fair_queue::serve_for(Some(network(1)), queue()).await;
        assert_eq!(full, Err(HasherBusy::ShareUsedUp));
        assert_eq!(fair_queue::serve_for(Some(network(2)), queue()).await, Ok(()));
        drop(release);
    }

    #[actix_web::test]
    async fn what_nobody_waits_for_is_dropped_and_a_stop_refuses_what_has_not_begun() {
        let hasher = Hasher::start(1, Duration::from_secs(5));
        let lane = &hasher.hashing;
        let release = occupy(lane);
        let (done, was_done) = mpsc::channel();
        drop(lane.enqueue(1, false, move || done.send(())));
        let waiting = lane.enqueue(1, false, || ()).expect("there is room");
        drop(release);
        assert_eq!(waiting.await, Ok(()));
        assert!(was_done.try_recv().is_err(), "its client has gone");

        let release = occupy(lane);
        let waiting = lane.enqueue(1, false, || ()).expect("there is room");
        hasher.stop();
        assert!(waiting.await.is_err());
        assert_eq!(hasher.hash(4, || ()).await, Err(HasherBusy::Stopped));
        drop(release);
    }
}
