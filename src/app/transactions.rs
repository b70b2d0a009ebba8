//! Runs the work of operations on the database.
//!
//! The types of the work and of its result are erased first. The code that queues the work, waits
//! for it and commits it is then compiled once, not for each of some hundred operations.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::App;
use crate::db::{DbError, Tx, TxContext};
use crate::values::ClientInfo;

/// The time of a response is rounded up to this step. It is slightly longer than a transaction on a
/// fast disk, and too short for users to notice.
const EVEN_TIME: Duration = Duration::from_millis(5);

/// Work on the database whose types are erased.
type Work = Box<dyn FnOnce(&mut Tx<'_>) -> Result<Answer, DbError> + Send>;
type Answer = Box<dyn Any + Send>;

impl App {
    /// Reads from the database. `work` must not write.
    pub async fn read<T, F>(&self, work: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, DbError> + Send + 'static,
    {
        self.run_read(erase(work)).await.map(restore)
    }

    /// Runs a transaction. `Ok` means that its changes are on disk. Log lines and the wake-up of
    /// the mail worker follow the commit.
    pub async fn write<T, F>(&self, client: ClientInfo, work: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, DbError> + Send + 'static,
    {
        self.run_write(client, erase(work)).await.map(restore)
    }

    /// Runs a transaction whose work depends on the email address that was typed. Returns at the
    /// next multiple of 5 milliseconds after its start. This hides small differences in time, such
    /// as an extra row or a delivery that keeps the disk busy (ASVS 6.3.8). The worker always looks
    /// for emails afterwards, so that this reveals nothing either.
    pub async fn write_evenly<T, F>(&self, client: ClientInfo, work: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, DbError> + Send + 'static,
    {
        let work = erase(|tx| {
            tx.wake_worker();
            work(tx)
        });
        at_even_time(self.run_write(client, work))
            .await
            .map(restore)
    }

    /// Queues a transaction without waiting for it. A full queue drops the transaction. Effects
    /// outside the database are dropped, so `work` must neither log nor queue an email.
    pub fn write_later<F>(&self, work: F)
    where
        F: FnOnce(&mut Tx<'_>) -> Result<(), DbError> + Send + 'static,
    {
        let (context, work) = (self.context(ClientInfo::hidden()), erase(work));
        self.db
            .write_later(move |db| context.run(db, work).map(|_| ()));
    }

    async fn run_read(&self, work: Work) -> Result<Answer, DbError> {
        let context = self.context(ClientInfo::hidden());
        Ok(self.db.read(move |db| context.run(db, work)).await?.0)
    }

    async fn run_write(&self, client: ClientInfo, work: Work) -> Result<Answer, DbError> {
        let context = self.context(client);
        let (answer, effects) = self.db.write(move |db| context.run(db, work)).await?;
        effects.run();
        Ok(answer)
    }

    fn context(&self, client: ClientInfo) -> TxContext {
        TxContext {
            now: self.clock.now(),
            client,
            keys: Arc::clone(&self.keys),
            has_limits: self.settings.limits,
            email_queued: Arc::clone(&self.email_queued),
        }
    }
}

fn erase<T, F>(work: F) -> Work
where
    T: Send + 'static,
    F: FnOnce(&mut Tx<'_>) -> Result<T, DbError> + Send + 'static,
{
    Box::new(|tx| Ok(Box::new(work(tx)?)))
}

fn restore<T: 'static>(answer: Answer) -> T {
    // The caller erased the same type.
    *answer.downcast().expect("the type that was erased")
}

/// Awaits `work` and returns at the next multiple of 5 milliseconds after its start.
pub async fn at_even_time<T>(work: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let outcome = work.await;
    sleep_until(begun + next_even(begun.elapsed())).await;
    outcome
}

/// Rounds a duration up to the end of its [`EVEN_TIME`] step.
fn next_even(took: Duration) -> Duration {
    let steps = took.as_nanos() / EVEN_TIME.as_nanos() + 1;
    EVEN_TIME.saturating_mul(u32::try_from(steps).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_wait_for_next_step_and_work() {
        for (micros, millis) in [
            (0, 5),
            (900, 5),
            (4_999, 5),
            (5_000, 10),
            (5_001, 10),
            (12_300, 15),
            (2_500_000, 2_505),
        ] {
            assert_eq!(
                next_even(Duration::from_micros(micros)),
                Duration::from_millis(millis),
                "{micros}"
            );
        }
    }
}
