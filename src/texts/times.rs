//! Past and coming times, for people.

use super::quantity;
use crate::clock::Timestamp;

// In minutes.
const HOUR: u64 = 60;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;

/// Returns true if [`display_past`] describes a time relative to `now`.
pub fn is_relative(past: Timestamp, now: Timestamp) -> bool {
    minutes_since(past, now) <= WEEK
}

/// Describes a past time: `2 hours ago`, and after 7 days `22 November 2026`.
pub fn display_past(past: Timestamp, now: Timestamp) -> String {
    if !is_relative(past, now) {
        return past.display_date();
    }
    let age = match minutes_since(past, now) {
        0 => return "just now".to_owned(),
        minutes @ 1..HOUR => quantity(minutes, "minute"),
        minutes @ HOUR..DAY => quantity(minutes / HOUR, "hour"),
        minutes => quantity(minutes / DAY, "day"),
    };
    format!("{age} ago")
}

/// Describes a coming day. `days` is the difference between the two dates.
pub fn display_in_days(days: i64) -> String {
    match u64::try_from(days) {
        Ok(0) | Err(_) => "today".to_owned(),
        Ok(days) => format!("in {}", quantity(days, "day")),
    }
}

fn minutes_since(past: Timestamp, now: Timestamp) -> u64 {
    now.since(past).as_secs() / 60
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn past_time_is_relative_for_7_days() {
        let past = Timestamp::from_millis(1_795_356_309_123);
        for (seconds, display) in [
            (0, "just now"),
            (59, "just now"),
            (60, "1 minute ago"),
            (119, "1 minute ago"),
            (120, "2 minutes ago"),
            (3_599, "59 minutes ago"),
            (3_600, "1 hour ago"),
            (7_199, "1 hour ago"),
            (7_200, "2 hours ago"),
            (86_399, "23 hours ago"),
            (86_400, "1 day ago"),
            (172_800, "2 days ago"),
            (604_800, "7 days ago"),
            (604_859, "7 days ago"),
            (604_860, "22 November 2026"),
        ] {
            let now = past + Duration::from_secs(seconds);
            assert_eq!(display_past(past, now), display, "{seconds}");
            assert_eq!(is_relative(past, now), seconds < 604_860, "{seconds}");
        }
        // The clock was set back since.
        assert_eq!(
            display_past(past, past - Duration::from_secs(90)),
            "just now"
        );
    }

    #[test]
    fn coming_day_is_counted_in_days() {
        let words = [-1, 0, 1, 2].map(display_in_days);
        assert_eq!(words, ["today", "today", "in 1 day", "in 2 days"]);
    }
}
