//! Waits, for people.

use std::time::Duration;

use super::quantity;
use crate::clock::seconds_of;

/// Formats a wait for people, rounded up: `1 second`, `5 minutes`, `2 hours`.
pub fn display_wait(wait: Duration) -> String {
    let seconds = seconds_of(wait).max(1);
    match (seconds, seconds.div_ceil(60)) {
        (..60, _) => quantity(seconds, "second"),
        (_, 60) => quantity(1, "hour"),
        // Rounded up to hours, 61 minutes would read as 2 hours.
        (_, minutes @ ..=90) => quantity(minutes, "minute"),
        _ => quantity(seconds.div_ceil(3_600), "hour"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displayed_wait_is_never_too_short() {
        for (millis, display) in [
            (0, "1 second"),
            (1, "1 second"),
            (1_001, "2 seconds"),
            (59_001, "1 minute"),
            (60_000, "1 minute"),
            (60_001, "2 minutes"),
            (900_000, "15 minutes"),
            (3_540_000, "59 minutes"),
            (3_540_001, "1 hour"),
            (3_600_000, "1 hour"),
            (3_600_001, "61 minutes"),
            (5_400_000, "90 minutes"),
            (5_400_001, "2 hours"),
            (7_200_000, "2 hours"),
            (86_400_000, "24 hours"),
        ] {
            assert_eq!(
                display_wait(Duration::from_millis(millis)),
                display,
                "{millis}"
            );
        }
    }
}
