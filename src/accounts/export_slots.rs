//! Limits on concurrent exports: one per account and two per node. Each export reads all data of an
//! account, in slices between other requests.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::values::UserId;

const MAX_AT_ONCE: usize = 2;

/// The exports running on this node. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct ExportSlots(Arc<Mutex<HashSet<UserId>>>);

/// A running export. Frees its slot when dropped.
#[derive(Debug)]
pub struct ExportSlot {
    slots: ExportSlots,
    user: UserId,
}

/// The reason why an export cannot start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportsBusy {
    /// An export of the same account is running.
    Account,
    /// The node runs its maximum number of exports.
    Node,
}

impl ExportSlots {
    /// Takes a slot for an export of this account.
    pub fn begin(&self, user: &UserId) -> Result<ExportSlot, ExportsBusy> {
        let mut running = self.lock();
        if running.contains(user) {
            return Err(ExportsBusy::Account);
        }
        if running.len() >= MAX_AT_ONCE {
            return Err(ExportsBusy::Node);
        }
        running.insert(user.clone());
        Ok(ExportSlot {
            slots: self.clone(),
            user: user.clone(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<UserId>> {
        // No panic can occur halfway through a change, so the set is valid even if the lock is
        // poisoned.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ExportSlot {
    fn drop(&mut self) {
        self.slots.lock().remove(&self.user);
    }
}
