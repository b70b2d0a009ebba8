//! The transaction context of an operation.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use tokio::sync::Notify;

use super::lock_key::{LockKey, lock};
use super::{DbConnection, DbError};
use crate::clock::Timestamp;
use crate::security::keys::Keys;
use crate::values::{ClientInfo, EmailAddress};

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
/// Log lines and wake-ups wait in [`Tx::after_commit`], because the transaction may still fail.
pub struct Tx<'a> {
    db: &'a mut DbConnection,
    pub now: Timestamp,
    pub client: ClientInfo,
    pub keys: Arc<Keys>,
    pub has_limits: bool,
    pub email_queued: Arc<Notify>,
    /// The email address that the request is about, as a name for the log.
    pub log_name: Option<String>,
    /// The subjects that this transaction has locked, in the order of locks.
    locked: BTreeSet<(u8, String)>,
    effects: Effects,
}

/// Effects of a transaction outside the database.
#[derive(Default)]
pub struct Effects(Vec<Box<dyn FnOnce() + Send>>);

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
            email_queued: self.email_queued,
            log_name: None,
            locked: BTreeSet::new(),
            effects: Effects::default(),
        };
        let outcome = work(&mut tx)?;
        Ok((outcome, tx.effects))
    }
}

impl Effects {
    pub fn run(self) {
        self.0.into_iter().for_each(|effect| effect());
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
    pub fn log_address(&mut self, email: &EmailAddress) {
        self.log_name = Some(self.keys.log_name(email.key()));
    }

    /// Runs `effect` after the commit. Drops it if the transaction fails.
    pub fn after_commit(&mut self, effect: impl FnOnce() + Send + 'static) {
        self.effects.0.push(Box::new(effect));
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
