//! Time, passed in: the system's, or one that a test moves. Nothing else in the program asks what time it is. How long
//! something takes is another matter: a [`Stopwatch`] tells that of this machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;

/// A moment: milliseconds since 1970-01-01 in UTC. What the database stores and what rules compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since 1970, as the database holds them.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, as JWT claims count (RFC 7519, `NumericDate`).
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// How long after `earlier` it is; nothing if it is not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// This moment as the standard library has it.
    pub fn system_time(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(u64::try_from(self.0).unwrap_or(0))
    }

    /// For people: `22 November 2026, 14:05 UTC`.
    pub fn display(self) -> String {
        let moment = self.date_time();
        let (hour, minute) = (moment.hour(), moment.minute());
        format!("{}, {hour:02}:{minute:02} UTC", self.display_date())
    }

    /// The day alone, in UTC: `22 November 2026`.
    pub fn display_date(self) -> String {
        let moment = self.date_time();
        format!("{} {} {}", moment.day(), moment.month(), moment.year())
    }

    /// For programs (RFC 3339): `2026-11-22T14:05:09Z`.
    pub fn iso(self) -> String {
        let moment = self.date_time();
        let (year, month, day) = (moment.year(), u8::from(moment.month()), moment.day());
        let (hour, minute, second) = moment.to_hms();
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }

    fn date_time(self) -> OffsetDateTime {
        // Out of range only for years beyond 9999, which no row of ours holds; the epoch then says 'unknown'.
        OffsetDateTime::from_unix_timestamp(self.seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl std::ops::Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }
}

/// A wait, for people: `1 second`, `5 minutes`, `2 hours`; never less than it is.
pub fn display_wait(wait: Duration) -> String {
    let seconds = seconds_of(wait);
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..5_400 => (seconds.div_ceil(60), "minute"),
        _ => (seconds.div_ceil(3_600), "hour"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// Whole seconds, for `Retry-After`: one at least, and never less than it is.
pub fn seconds_of(wait: Duration) -> u64 {
    (wait + Duration::from_millis(999)).as_secs().max(1)
}

/// How long something takes, which no test sets.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins now.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Since the beginning.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// Where the time comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until its owner moves it; clones share the hand.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `moment`.
    pub fn fixed(moment: Timestamp) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(moment.0)))
    }

    /// What time it is.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Fixed(hand) => Timestamp(hand.load(Ordering::SeqCst)),
        }
    }

    /// Moves a fixed clock forward; the system's is left alone.
    pub fn advance(&self, duration: Duration) {
        if let Self::Fixed(hand) = self {
            hand.fetch_add(i64::try_from(duration.as_millis()).unwrap_or(0), Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_the_same_to_people_and_to_programs() {
        let moment = Timestamp::from_millis(1_795_356_309_123);
        assert_eq!(moment.display(), "22 November 2026, 14:05 UTC");
        assert_eq!(moment.display_date(), "22 November 2026");
        assert_eq!(moment.iso(), "2026-11-22T14:05:09Z");
        assert_eq!(moment.seconds(), 1_795_356_309);
    }

    #[test]
    fn a_wait_is_never_told_shorter_than_it_is() {
        for (millis, display) in [
            (0, "1 second"),
            (1, "1 second"),
            (1_001, "2 seconds"),
            (59_001, "1 minute"),
            (60_000, "1 minute"),
            (60_001, "2 minutes"),
            (900_000, "15 minutes"),
            (3_600_000, "60 minutes"),
            (5_400_000, "2 hours"),
        ] {
            assert_eq!(display_wait(Duration::from_millis(millis)), display, "{millis}");
        }
    }
}
