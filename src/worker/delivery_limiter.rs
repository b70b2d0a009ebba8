//! Limits concurrent deliveries. While the mail server is away, allows a single probe. Otherwise
//! allows no more deliveries than the server accepts connections. The time is a parameter, and
//! nothing is sent here.

use std::time::Duration;

use tokio::time::Instant;

use crate::config::DeliverySettings;

/// Time for which a lower limit is kept. A connection that is rejected while others work is no
/// outage: the server accepts fewer connections than were offered.
const REDUCED_FOR: Duration = Duration::from_mins(1);
/// An answer this recent shows that the server is up.
const RECENT: Duration = Duration::from_millis(500);
/// Wait for a permit, unless the breaker is open and its delay is still running.
const DEFAULT_WAIT: Duration = Duration::from_millis(500);

/// The state of the mail server that one send revealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServerState {
    /// The server answered about the email.
    Up,
    /// The server could not be reached.
    Unreachable,
    /// The server was not contacted.
    NotContacted,
}

#[derive(Debug)]
pub(super) struct DeliveryLimiter {
    breaker: Breaker,
    max_concurrent: usize,
    reduced_until: Option<Instant>,
    last_answer: Option<Instant>,
}

/// A circuit breaker. Deliveries flow while it is closed.
#[derive(Clone, Copy, Debug)]
enum Breaker {
    Closed,
    /// The server is away. At `until`, a single email is sent as a probe. `delay` is the length of
    /// the current wait.
    Open {
        until: Instant,
        delay: Duration,
    },
    /// The probe has been running since `since`.
    HalfOpen {
        since: Instant,
        delay: Duration,
    },
}

impl DeliveryLimiter {
    pub(super) fn new(settings: &DeliverySettings) -> Self {
        Self {
            breaker: Breaker::Closed,
            max_concurrent: settings.at_once,
            reduced_until: None,
            last_answer: None,
        }
    }

    /// Returns how many more deliveries may start while `under_way` are running.
    pub(super) fn permits(&self, under_way: usize, now: Instant) -> usize {
        match self.breaker {
            Breaker::Closed => self.max_concurrent.saturating_sub(under_way),
            Breaker::Open { until, .. } if until <= now && under_way == 0 => 1,
            Breaker::Open { .. } | Breaker::HalfOpen { .. } => 0,
        }
    }

    /// Returns how long no permit will be free, unless the result of a running delivery changes
    /// that.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        match self.breaker {
            Breaker::Open { until, .. } if until > now => until - now,
            Breaker::Closed | Breaker::Open { .. } | Breaker::HalfOpen { .. } => DEFAULT_WAIT,
        }
    }

    /// Records that a delivery starts.
    pub(super) fn acquire(&mut self, now: Instant) {
        if let Breaker::Open { delay, .. } = self.breaker {
            self.breaker = Breaker::HalfOpen { since: now, delay };
        }
    }

    /// Records the result of a delivery. `open_connections` counts the other running deliveries and
    /// the idle connections.
    pub(super) fn record_result(
        &mut self,
        server: ServerState,
        open_connections: usize,
        now: Instant,
        settings: &DeliverySettings,
    ) {
        if self.reduced_until.is_some_and(|until| until <= now) {
            self.reduced_until = None;
            self.max_concurrent = settings.at_once;
        }
        match server {
            ServerState::Up => {
                self.last_answer = Some(now);
                self.breaker = Breaker::Closed;
            }
            ServerState::Unreachable
                if self.last_answer.is_some_and(|answer| answer + RECENT > now)
                    && open_connections > 0 =>
            {
                // The server is up but accepts fewer connections. The breaker stays closed.
                self.max_concurrent = open_connections.min(self.max_concurrent);
                self.reduced_until = Some(now + REDUCED_FOR);
            }
            ServerState::Unreachable => {
                self.max_concurrent = settings.at_once;
                self.reduced_until = None;
                self.open(now, settings.server_away);
            }
            // The probe has shown nothing. Waits again, without doubling the delay.
            ServerState::NotContacted => {
                if let Breaker::HalfOpen { delay, .. } = self.breaker {
                    self.breaker = Breaker::Open {
                        until: now + delay,
                        delay,
                    };
                }
            }
        }
    }

    fn open(&mut self, now: Instant, (shortest, longest): (Duration, Duration)) {
        self.breaker = match self.breaker {
            Breaker::Closed => Breaker::Open {
                until: now + shortest,
                delay: shortest,
            },
            // Counts from the start of the probe. A probe that hung for 20 seconds must not make
            // the wait 50.
            Breaker::HalfOpen { since, delay } => {
                let delay = delay.saturating_mul(2).min(longest);
                Breaker::Open {
                    until: since + delay,
                    delay,
                }
            }
            open @ Breaker::Open { .. } => open,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn settings() -> DeliverySettings {
        DeliverySettings::default()
    }

    #[test]
    fn unreachable_server_gets_single_probes_with_growing_waits() {
        let (settings, mut now) = (settings(), Instant::now());
        let mut limiter = DeliveryLimiter::new(&settings);
        assert_eq!(limiter.permits(0, now), 16);
        for _ in 0..16 {
            limiter.record_result(ServerState::Unreachable, 0, now, &settings);
        }
        for seconds in [1, 2, 4, 8, 16, 25, 25] {
            assert_eq!(
                limiter.permits(0, now + SECOND * seconds - Duration::from_millis(1)),
                0
            );
            now += SECOND * seconds;
            assert_eq!(limiter.permits(0, now), 1);
            limiter.acquire(now);
            assert_eq!(limiter.permits(1, now), 0);
            limiter.record_result(ServerState::Unreachable, 0, now, &settings);
        }
        now += SECOND * 25;
        limiter.acquire(now);
        limiter.record_result(ServerState::Up, 0, now, &settings);
        assert_eq!(limiter.permits(0, now), 16);
    }

    #[test]
    fn hanging_attempt_does_not_delay_the_next() {
        let (settings, now) = (settings(), Instant::now());
        let mut limiter = DeliveryLimiter::new(&settings);
        limiter.breaker = Breaker::HalfOpen {
            since: now,
            delay: SECOND * 30,
        };
        limiter.record_result(ServerState::Unreachable, 0, now + SECOND * 20, &settings);
        assert_eq!(limiter.permits(0, now + SECOND * 30), 1);
    }

    /// Some servers accept three connections of a client and reject the fourth.
    #[test]
    fn a_server_that_takes_three_connections_gets_three() {
        let (settings, now) = (settings(), Instant::now());
        let mut limiter = DeliveryLimiter::new(&settings);
        for _ in 0..3 {
            limiter.record_result(ServerState::Up, 0, now, &settings);
        }
        for _ in 0..13 {
            limiter.record_result(ServerState::Unreachable, 3, now, &settings);
        }
        assert_eq!((limiter.permits(0, now), limiter.permits(3, now)), (3, 0));
        let later = now + REDUCED_FOR;
        limiter.record_result(ServerState::Up, 3, later, &settings);
        assert_eq!(limiter.permits(0, later), 16);
    }
}
