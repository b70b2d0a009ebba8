//! Time as a parameter: the system clock, or a clock that a test moves. Only this module asks the
//! operating system for the time. [`Stopwatch`] measures how long something takes on this machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use diesel::backend::Backend;
use diesel::deserialize::FromSqlRow;
use diesel::deserialize::{self, FromSql};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::BigInt;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[day padding:none] [month repr:long] [year padding:none]");
const DATE_AND_TIME: &[BorrowedFormatItem<'_>] = format_description!(
    "[day padding:none] [month repr:long] [year padding:none], [hour]:[minute] UTC"
);
const ISO: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");

/// Largest accepted difference between the clocks of two nodes.
pub const CLOCK_SKEW: Duration = Duration::from_secs(30);

/// A point in time, in milliseconds since 1970-01-01 UTC. The database stores this number.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    AsExpression,
    FromSqlRow,
    Serialize,
    Deserialize,
)]
#[diesel(sql_type = BigInt)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl<DB: Backend> ToSql<BigInt, DB> for Timestamp
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for Timestamp
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(bytes).map(Self)
    }
}

impl Timestamp {
    /// Earlier than every time that occurs.
    pub const MIN: Self = Self(i64::MIN);
    /// Later than every time that occurs.
    pub const MAX: Self = Self(i64::MAX);

    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Returns true if this time lies less than `within` before `now`. A time further in the future
    /// than [`CLOCK_SKEW`] was written before the clock was set back. It is not recent.
    pub fn is_recent(self, within: Duration, now: Self) -> bool {
        self > now - within && self <= now + CLOCK_SKEW
    }

    /// Returns whole seconds since 1970, the unit of JWT claims (RFC 7519, `NumericDate`).
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Returns the time since `earlier`, or zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    pub fn system_time(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(u64::try_from(self.0).unwrap_or(0))
    }

    /// Formats date and time for people: `22 November 2026, 14:05 UTC`.
    pub fn display(self) -> String {
        self.format(DATE_AND_TIME)
    }

    /// Formats the day in UTC for people: `22 November 2026`.
    pub fn display_date(self) -> String {
        self.format(DATE)
    }

    /// Formats for programs, as RFC 3339: `2026-11-22T14:05:09Z`.
    pub fn iso(self) -> String {
        self.format(ISO)
    }

    fn format(self, format: &[BorrowedFormatItem<'_>]) -> String {
        // The formats need nothing that a date with a time lacks.
        self.date_time().format(format).expect("a date and a time")
    }

    fn date_time(self) -> OffsetDateTime {
        // Fails only for years beyond 9999, which no row contains. The epoch then stands for
        // 'unknown'.
        OffsetDateTime::from_unix_timestamp(self.seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)),
        )
    }
}

impl std::ops::Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)),
        )
    }
}

/// Returns whole seconds for `Retry-After`, rounded up and at least one.
pub fn seconds_of(wait: Duration) -> u64 {
    (wait + Duration::from_millis(999)).as_secs().max(1)
}

/// A measurement of real elapsed time, which tests do not control.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the machine"
    )]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// The source of the current time.
#[derive(Clone, Debug)]
pub enum Clock {
    System,
    /// A clock that stands still until [`Clock::advance`] moves it. Clones share the time.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    pub fn fixed(moment: Timestamp) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(moment.0)))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the machine"
    )]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since_1970 = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                Timestamp(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Fixed(hand) => Timestamp(hand.load(Ordering::SeqCst)),
        }
    }

    /// Moves a fixed clock forward. Has no effect on the system clock.
    pub fn advance(&self, duration: Duration) {
        if let Self::Fixed(hand) = self {
            hand.fetch_add(
                i64::try_from(duration.as_millis()).unwrap_or(0),
                Ordering::SeqCst,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_time_matches_its_machine_form() {
        let moment = Timestamp::from_millis(1_795_356_309_123);
        assert_eq!(moment.display(), "22 November 2026, 14:05 UTC");
        assert_eq!(moment.display_date(), "22 November 2026");
        assert_eq!(moment.iso(), "2026-11-22T14:05:09Z");
        assert_eq!(moment.seconds(), 1_795_356_309);
    }
}
