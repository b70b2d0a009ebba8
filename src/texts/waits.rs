//! Waits, for people.

use std::time::Duration;

use crate::clock::seconds_of;

/// Formats a wait for people, rounded up: `1 second`, `5 minutes`, `2 hours`.
pub fn display_wait(wait: Duration) -> String {
    match seconds_of(wait) {
        0..=1 => "1 second".to_owned(),
        seconds @ 2..60 => format!("{seconds} seconds"),
        60 => "1 minute".to_owned(),
        seconds @ 61..5_400 => format!("{} minutes", seconds.div_ceil(60)),
        // Shorter waits are in minutes, so it is never 1 hour.
        seconds => format!("{} hours", seconds.div_ceil(3_600)),
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
            (3_600_000, "60 minutes"),
            (5_400_000, "2 hours"),
        ] {
            assert_eq!(
                display_wait(Duration::from_millis(millis)),
                display,
                "{millis}"
            );
        }
    }
}
