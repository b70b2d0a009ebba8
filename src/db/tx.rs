//! The transaction context of an operation.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use tokio::sync::Notify;

use super::lock_key::{LockKey, lock};
use super::{DbConnection, DbError};
use crate::clock::Timestamp;
use crate::security::keys::Keys;
use crate::values::ClientInfo;

/// The part of a transaction context that is known before the transaction begins.
pub struct TxContext {
    /// The time of the operation.
    pub now: Timestamp,
    pub client: ClientInfo,
    pub keys: Arc<Keys>,
    /// False if the operator has switched off rate limits and login protection.
    pub has_limits: bool,
    /// Wakes the worker that delivers emails.
    pub email_queued: Arc<Notify>,
}

/// Everything that an operation's transaction needs, in one value. It also stands for the
/// connection in calls of `store`.
///
/// Log lines wait in [`Tx::after_commit`] and the wake-up in [`Tx::wake_worker`], because the
/// transaction may still fail.
pub struct Tx<'a> {
    db: &'a mut DbConnection,
    pub now: Timestamp,
    pub client: ClientInfo,
    pub keys: Arc<Keys>,
    pub has_limits: bool,
    /// The email address that the request is about, as a name for the log.
    log_name: Option<String>,
    wakes_worker: bool,
    /// The subjects that this transaction has locked, in the order of locks.
    locked: BTreeSet<(u8, String)>,
    effects: Effects,
}

/// Effects of a transaction outside the database. Both engines drop them after the transaction if
/// no caller waits for the outcome any more. The worker is woken then, too: a queued email must not
/// wait for a client that has disconnected.
#[derive(Default)]
pub struct Effects {
    after_commit: Vec<Box<dyn FnOnce() + Send>>,
    _wake: Option<WakeOnDrop>,
}

struct WakeOnDrop(Arc<Notify>);

impl Drop for WakeOnDrop {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl TxContext {
    /// Runs `work` on a connection. The caller runs the returned effects after the commit.
    pub fn run<T>(
        self,
        db: &mut DbConnection,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, DbError>,
    ) -> Result<(T, Effects), DbError> {
        let mut tx = Tx {
            db,
            now: self.now,
            client: self.client,
            keys: self.keys,
            has_limits: self.has_limits,
            log_name: None,
            wakes_worker: false,
            locked: BTreeSet::new(),
            effects: Effects::default(),
        };
        let outcome = work(&mut tx)?;
        let effects = Effects {
            _wake: tx.wakes_worker.then(|| WakeOnDrop(self.email_queued)),
            ..tx.effects
        };
        Ok((outcome, effects))
    }
}

impl Effects {
    pub fn run(self) {
        self.after_commit.into_iter().for_each(|effect| effect());
    }
}

impl Tx<'_> {
    /// Locks a subject until the transaction ends. Data of the subject that is read afterwards
    /// stays true until then.
    pub fn lock(&mut self, key: LockKey<'_>) -> Result<(), DbError> {
        let position = key.position();
        if self.locked.contains(&position) {
            return Ok(());
        }
        let is_in_order = self.locked.last().is_none_or(|last| *last < position);
        debug_assert!(is_in_order, "a lock out of order can cause a deadlock");
        lock(self.db, key)?;
        self.locked.insert(position);
        Ok(())
    }

    /// Locks several subjects in the order of locks, whatever the order of `keys`.
    pub fn lock_all<'a>(
        &mut self,
        keys: impl IntoIterator<Item = LockKey<'a>>,
    ) -> Result<(), DbError> {
        let mut keys: Vec<LockKey<'_>> = keys.into_iter().collect();
        keys.sort_by_cached_key(LockKey::position);
        keys.into_iter().try_for_each(|key| self.lock(key))
    }

    /// Adds the email address that the request is about to the log lines of this transaction.
    /// `email_key` is empty if the typed text is no email address.
    pub fn log_address(&mut self, email_key: &str) {
        self.log_name = Some(self.keys.log_name(email_key));
    }

    pub fn log_name(&self) -> Option<&str> {
        self.log_name.as_deref()
    }

    /// Wakes the worker that delivers emails after the commit.
    pub fn wake_worker(&mut self) {
        self.wakes_worker = true;
    }

    /// Runs `effect` after the commit. Drops it if the transaction fails.
    pub fn after_commit(&mut self, effect: impl FnOnce() + Send + 'static) {
        self.effects.after_commit.push(Box::new(effect));
    }
}

impl Deref for Tx<'_> {
    type Target = DbConnection;

    fn deref(&self) -> &DbConnection {
        self.db
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut DbConnection {
        self.db
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt;

    use super::*;
    use crate::config::{DatabaseUrl, Secret};
    use crate::db::Db;

    /// Runs `work` as a transaction and drops its effects. Returns true if the worker was woken.
    async fn wakes(work: fn(&mut Tx<'_>) -> Result<(), DbError>) -> bool {
        let folder = tempfile::tempdir().expect("a folder");
        let url = DatabaseUrl::Sqlite(folder.path().join("test.db"));
        let email_queued = Arc::new(Notify::new());
        let context = TxContext {
            now: Timestamp::from_millis(0),
            client: ClientInfo::hidden(),
            keys: Arc::new(Keys::derive(&[Secret::from_random([1; 32])]).expect("one secret")),
            has_limits: true,
            email_queued: Arc::clone(&email_queued),
        };
        let db = Db::open(&url, Duration::ZERO).expect("opens");
        drop(db.write(move |db| context.run(db, work)).await);
        email_queued.notified().now_or_never().is_some()
    }

    #[actix_web::test]
    async fn worker_is_woken_even_if_no_caller_waits() {
        let queue = |tx: &mut Tx<'_>| {
            tx.wake_worker();
            Ok(())
        };
        assert!(wakes(queue).await);
        assert!(!wakes(|_| Ok(())).await);
    }
}
