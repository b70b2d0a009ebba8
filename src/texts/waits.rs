//! Waits, for people.

use std::time::Duration;

use crate::clock::seconds_of;

/// Formats a wait for people, rounded up: `1 second`, `5 minutes`, `2 hours`.
pub fn display_wait(wait: Duration) -> String {
    let seconds = seconds_of(wait);
    match (seconds, seconds.div_ceil(60)) {
        (0..=1, _) => "1 second".to_owned(),
        (2..60, _) => format!("{seconds} seconds"),
        (_, 1) => "1 minute".to_owned(),
        (_, 60) => "1 hour".to_owned(),
        // Rounded up to hours, 61 minutes would read as 2 hours.
        (_, minutes @ 2..=90) => format!("{minutes} minutes"),
        _ => format!("{} hours", seconds.div_ceil(3_600)),
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
