//! Threads for slow work on passwords, separate from the threads that serve requests. One lane
//! hashes passwords and another judges the strength of new ones, so that neither delays the other.
//!
//! Client networks share the queue of a lane ([`FairQueue`]). Work that would wait too long is
//! rejected at once. Work of a disconnected client is dropped. A stop rejects all work that has not
//! started.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::oneshot;

use crate::clock::Stopwatch;
use crate::fair_queue::{self, FairQueue, Full};

/// Nanoseconds per bcrypt round, until the first measurement. At cost 12 a hash then takes a
/// quarter of a second. Without an estimate, the queue would be unbounded at startup.
const FIRST_ROUND_ESTIMATE: u64 = 60_000;
/// Nanoseconds per judged password, until the first measurement. The worst passwords take 100
/// milliseconds.
const FIRST_STRENGTH_ESTIMATE: u64 = 25_000_000;
/// Lowest cost that is measured. At lower costs, other work dominates the measured time.
const LEAST_MEASURED_COST: u32 = 7;

/// The reason why the work was not done. It says nothing about the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HasherBusy {
    /// The queue is full. Contains the time that the queued work takes.
    #[error("the password queue is full; queued work takes {} ms", .0.as_millis())]
    QueueFull(Duration),
    #[error("the client's network has too many passwords queued")]
    ShareUsedUp,
    /// The server is shutting down.
    #[error("password checks have stopped")]
    Stopped,
    /// The work itself panicked, which is a bug.
    #[error("a password check panicked")]
    Broken,
}

/// The two lanes. Cheap to clone. The threads end with the last clone.
#[derive(Clone)]
pub struct Hasher {
    hashing: Lane,
    strength: Lane,
}

/// The amount of hashing that runs or waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Number of running and waiting checks.
    pub checks: usize,
    /// Estimated time until all of them are done.
    pub wait: Duration,
}

impl Hasher {
    /// Starts `threads` threads for hashing and one for judging. Rejects new work once the queued
    /// work takes `longest_wait`.
    pub fn start(threads: u32, longest_wait: Duration) -> Self {
        Self {
            hashing: Lane::start("hasher", threads, longest_wait, FIRST_ROUND_ESTIMATE),
            strength: Lane::start("strength", 1, longest_wait, FIRST_STRENGTH_ESTIMATE),
        }
    }

    /// Runs work that takes 2^`cost` rounds of bcrypt.
    pub async fn hash<T: Send + 'static>(
        &self,
        cost: u32,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HasherBusy> {
        self.hashing
            .run(1 << cost, cost >= LEAST_MEASURED_COST, work)
            .await
    }

    /// Runs the strength check of a password. It takes less time than hashing, but too long for a
    /// thread that serves requests.
    pub async fn judge<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HasherBusy> {
        self.strength.run(1, true, work).await
    }

    /// Returns the current load of the hashing lane.
    pub fn load(&self) -> Load {
        self.hashing.load()
    }

    /// Rejects all new work and all work that has not started.
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

/// Threads for one kind of work, and their queue.
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
    /// Moving average of the measured times.
    nanos_per_unit: u64,
    stopped: bool,
}

struct Task {
    units: u64,
    /// True if the units predict the duration. Only then is the work measured.
    is_measured: bool,
    /// Does the work unless the client is gone. Returns true if it did.
    run: Box<dyn FnOnce() -> bool + Send>,
}

impl Lane {
    fn start(name: &str, threads: u32, longest_wait: Duration, nanos_per_unit: u64) -> Self {
        let state = State {
            queue: FairQueue::default(),
            running: 0,
            nanos_per_unit,
            stopped: false,
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            wake: Condvar::new(),
        });
        for number in 0..threads {
            let shared = Arc::clone(&shared);
            thread::Builder::new()
                .name(format!("{name}-{number}"))
                .spawn(move || shared.work_until_stopped())
                // The server cannot work without these threads, so a failure at startup is fatal.
                .expect("a thread for passwords");
        }
        Self(Arc::new(Handle {
            shared,
            threads,
            longest_wait,
        }))
    }

    fn load(&self) -> Load {
        let state = self.0.shared.lock();
        Load {
            checks: state.queue.len() + state.running,
            wait: self.wait(&state),
        }
    }

    async fn run<T: Send + 'static>(
        &self,
        units: u64,
        is_measured: bool,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HasherBusy> {
        // A stop drops all tasks that have not started. A panic drops only its own reply.
        let lost = |_| {
            if self.0.shared.lock().stopped {
                HasherBusy::Stopped
            } else {
                HasherBusy::Broken
            }
        };
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
        let queued = state.queue.push(
            network,
            units,
            capacity,
            Task {
                units,
                is_measured,
                run,
            },
        );
        queued.map_err(|full| match full {
            Full::Queue => HasherBusy::QueueFull(self.wait(&state)),
            Full::Share => HasherBusy::ShareUsedUp,
        })?;
        self.0.shared.wake.notify_one();
        Ok(answer)
    }

    /// Returns the units that all threads together do in `longest_wait`.
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

/// Moves the average of nanoseconds per unit a quarter of the way to a new measurement.
fn moving_average(average: u64, nanos: u64, units: u64) -> u64 {
    (3 * average + nanos / units) / 4
}

impl Shared {
    fn work_until_stopped(&self) {
        while let Some((
            slot,
            Task {
                units,
                is_measured,
                run,
            },
        )) = self.next()
        {
            let begun = Stopwatch::start();
            // A panic in one check must not end the thread (RUSTSEC-2026-0199). Its client gets
            // `Broken`.
            let worked = catch_unwind(AssertUnwindSafe(run)).unwrap_or(false);
            let nanos =
                worked.then(|| u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX));
            let mut state = self.lock();
            state.running -= 1;
            state.queue.release(slot);
            if let Some(nanos) = nanos.filter(|_| is_measured) {
                state.nanos_per_unit = moving_average(state.nanos_per_unit, nanos, units);
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
                None => {
                    state = self
                        .wake
                        .wait(state)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        // Dropping a task drops its reply, which rejects the request.
        state.queue.clear();
        self.wake.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No panic can occur halfway through a change, so the state is valid even if the lock is
        // poisoned.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::sync::mpsc;

    use super::*;
    use crate::values::ClientNetwork;

    /// Starts work that lasts until the returned sender is dropped. Returns once the work has
    /// started.
    fn occupy(lane: &Lane) -> mpsc::Sender<()> {
        let (release, released) = mpsc::channel::<()>();
        let (begun, has_begun) = mpsc::channel();
        let answer = lane.enqueue(1 << 4, false, move || {
            begun.send(()).expect("the test waits");
            released.recv().unwrap_or_default();
        });
        // Leaked on purpose. If the receiver were dropped, the lane would see a disconnected
        // client.
        std::mem::forget(answer);
        has_begun.recv().expect("the work begins");
        release
    }

    fn network(number: u8) -> ClientNetwork {
        ClientNetwork::V4(Ipv4Addr::new(203, 0, 113, number))
    }

    #[test]
    fn estimate_follows_the_measured_time_of_a_unit() {
        assert_eq!(moving_average(100, 600, 3), 125);
        assert_eq!(moving_average(100, 300, 3), 100);
        let after_many = (0..100).fold(1_000_000, |average, _| moving_average(average, 40, 4));
        assert!((10..14).contains(&after_many), "{after_many}");
    }

    #[actix_web::test]
    async fn panic_ends_only_its_own_hash() {
        let hasher = Hasher::start(1, Duration::from_secs(5));
        assert_eq!(hasher.hash(4, || 6 * 7).await, Ok(42));
        assert_eq!(
            hasher.hash(4, || -> u8 { panic!("on purpose") }).await,
            Err(HasherBusy::Broken)
        );
        assert_eq!(hasher.judge(|| "still here").await, Ok("still here"));
    }

    #[actix_web::test]
    async fn too_long_queue_rejects_at_once() {
        let hasher = Hasher::start(1, Duration::from_secs(5));
        hasher.hashing.0.shared.lock().nanos_per_unit = 1_000_000_000;
        let release = occupy(&hasher.hashing);
        // The queue holds 16 rounds of one second each.
        assert_eq!(
            hasher.hash(4, || ()).await,
            Err(HasherBusy::QueueFull(Duration::from_secs(16)))
        );
        assert_eq!(hasher.judge(|| 1).await, Ok(1), "the other lane is free");
        drop(release);
    }

    /// Regression test: one client without an account could block every login.
    #[actix_web::test]
    async fn one_network_cannot_fill_the_lane() {
        let hasher = Hasher::start(1, Duration::from_secs(5));
        let release = occupy(&hasher.hashing);
        hasher.hashing.0.shared.lock().nanos_per_unit = 10_000_000;
        // 500 rounds fit into the queue, and a quarter of them is 125. Each check takes 16.
        let queue = async || {
            hasher
                .hashing
                .enqueue(16, false, || ())
                .map(std::mem::forget)
        };
        for number in 0..8 {
            assert_eq!(
                fair_queue::serve_for(Some(network(1)), queue()).await,
                Ok(()),
                "{number}"
            );
        }
        let full = fair_queue::serve_for(Some(network(1)), queue()).await;
        assert_eq!(full, Err(HasherBusy::ShareUsedUp));
        assert_eq!(
            fair_queue::serve_for(Some(network(2)), queue()).await,
            Ok(())
        );
        drop(release);
    }

    #[actix_web::test]
    async fn abandoned_work_is_dropped_and_stop_rejects_queue() {
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
