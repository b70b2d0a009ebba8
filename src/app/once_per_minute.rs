//! A limit for warnings that many requests could cause.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;

const INTERVAL: Duration = Duration::from_mins(1);

#[derive(Debug, Default)]
pub(super) struct OncePerMinute(Mutex<Option<Timestamp>>);

impl OncePerMinute {
    /// Returns true at most once per minute.
    pub(super) fn try_acquire(&self, now: Timestamp) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|last| last.is_recent(INTERVAL, now)) {
            return false;
        }
        *last = Some(now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_per_minute_passes() {
        let (limit, now) = (OncePerMinute::default(), Timestamp::from_millis(0));
        assert!(limit.try_acquire(now));
        assert!(!limit.try_acquire(now + Duration::from_secs(59)));
        assert!(limit.try_acquire(now + Duration::from_mins(1)));
    }
}
