//! Times on pages (`components/times.html`). The page's script converts them to the user's local
//! time.

use crate::clock::Timestamp;
use crate::texts::times::{display_past, is_relative};

/// A past time, in words.
#[derive(Clone, Debug)]
pub struct PastTime {
    /// Such as `2026-11-22T14:05:09Z`.
    pub iso: String,
    /// Such as `22 November 2026, 14:05 UTC`.
    pub exact: String,
    /// Such as `2 hours ago`.
    pub text: String,
    /// Age in seconds when the page was made, if `text` is relative. The script counts on from it,
    /// so it does not depend on the user's clock.
    pub age: Option<u64>,
}

/// A time whose minute matters.
#[derive(Clone, Debug)]
pub struct ExactTime {
    /// Such as `2026-11-22T14:05:09Z`.
    pub iso: String,
    /// Such as `22 November 2026, 14:05 UTC`.
    pub text: String,
}

impl PastTime {
    pub fn new(past: Timestamp, now: Timestamp) -> Self {
        Self {
            iso: past.iso(),
            exact: past.display(),
            text: display_past(past, now),
            age: is_relative(past, now).then(|| now.since(past).as_secs()),
        }
    }
}

impl From<Timestamp> for ExactTime {
    fn from(moment: Timestamp) -> Self {
        Self {
            iso: moment.iso(),
            text: moment.display(),
        }
    }
}

#[cfg(test)]
impl PastTime {
    /// Returns a time two hours ago.
    pub fn sample() -> Self {
        let past = Timestamp::from_millis(0);
        Self::new(past, past + std::time::Duration::from_hours(2))
    }
}
