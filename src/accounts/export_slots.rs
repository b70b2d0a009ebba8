//! Exports at once: one per account and two per node. Each reads everything about an account, in slices between other
//! requests.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::values::UserId;

const MOST_AT_ONCE: usize = 2;

/// The exports that run on this node. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct ExportSlots(Arc<Mutex<HashSet<UserId>>>);

/// One export. Its slot is free again when it is dropped.
#[derive(Debug)]
pub struct ExportSlot {
    slots: ExportSlots,
    user: UserId,
}

/// Reason why an export can't begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportsBusy {
    /// One of the same account runs.
    Account,
    /// The node runs as many as it may.
    Node,
}

impl ExportSlots {
    /// Takes a slot for an account.
    pub fn begin(&self, user: &UserId) -> Result<ExportSlot, ExportsBusy> {
        let mut running = self.lock();
        if running.contains(user) {
            return Err(ExportsBusy::Account);
        }
        if running.len() >= MOST_AT_ONCE {
            return Err(ExportsBusy::Node);
        }
        running.insert(user.clone());
        Ok(ExportSlot { slots: self.clone(), user: user.clone() })
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<UserId>> {
        // Nothing that holds the lock can panic half-way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ExportSlot {
    fn drop(&mut self) {
        self.slots.lock().remove(&self.user);
    }
}
