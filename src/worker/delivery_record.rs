//! Records the result of a delivery, and decides when to try again. Each failure logs one warning
//! with the Message-ID and the mail server's reply.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::logged_reply::without_secrets;
use crate::app::App;
use crate::config::DeliverySettings;
use crate::db::{DbError, Tx};
use crate::mail::{NotSent, message_id};
use crate::store::outbox::{self, FailedAttempt, OutboxRow};
use crate::values::{ClientInfo, DeliveryFailure};

const RECORD_RETRY_INTERVAL: Duration = Duration::from_secs(1);
/// Each further attempt may produce another copy.
const RETRIES_AFTER_UNKNOWN_OUTCOME: i32 = 3;

pub(super) async fn record_sent(app: &App, row: &OutboxRow) -> Result<(), DbError> {
    let id = row.id.clone();
    let work = move |tx: &mut Tx<'_>| {
        let now = tx.now;
        Ok(outbox::sent(tx, &id, now)?)
    };
    record(app, work).await?;
    tracing::info!(
        event = "mail_sent",
        message_id = message_id(&row.id, &app.public_url),
        letter = row.kind
    );
    Ok(())
}

/// Retries `work` until it succeeds or the email's lease ends. Without a record, the email is sent
/// again after that.
async fn record<F>(app: &App, work: F) -> Result<(), DbError>
where
    F: Fn(&mut Tx<'_>) -> Result<(), DbError> + Clone + Send + 'static,
{
    let settings = &app.settings.mail.delivery;
    let lease_ends = Instant::now() + settings.lease.saturating_sub(settings.longest_send);
    loop {
        match app.write(ClientInfo::hidden(), work.clone()).await {
            Err(_) if Instant::now() + RECORD_RETRY_INTERVAL < lease_ends => {
                sleep(RECORD_RETRY_INTERVAL).await;
            }
            recorded => break recorded,
        }
    }
}

/// Schedules the next attempt, or gives up.
pub(super) async fn record_failure(
    app: &App,
    row: &OutboxRow,
    recipient: &str,
    error: NotSent,
) -> Result<(), DbError> {
    let reply = without_secrets(&error.to_string(), recipient);
    let Some(retry) = retry_after(&error, row, &app.settings.mail.delivery) else {
        return give_up(app, row, &reply).await;
    };
    tracing::warn!(
        message_id = message_id(&row.id, &app.public_url),
        reply,
        "{}",
        retry.log_message
    );
    let row = row.clone();
    let work = move |tx: &mut Tx<'_>| {
        let [attempt, rejection, unknown_outcome] = counts(retry.failure);
        let failed = FailedAttempt {
            attempts: row.attempts.saturating_add(attempt),
            rejections: row.rejections.saturating_add(rejection),
            unknown_outcomes: row.unknown_outcomes.saturating_add(unknown_outcome),
            next_attempt_at: retry.wait.map_or(row.expires_at, |wait| tx.now + wait),
            last_failure: retry.failure.into(),
        };
        Ok(outbox::postpone(tx, &row, &failed)?)
    };
    record(app, work).await
}

/// Returns what a failure adds to the attempts, the rejections and the unknown outcomes.
fn counts(failure: DeliveryFailure) -> [i32; 3] {
    match failure {
        // An unavailable server says nothing about the email.
        DeliveryFailure::ServerAway => [0, 0, 0],
        DeliveryFailure::BrokenOff => [1, 0, 0],
        DeliveryFailure::SenderRejected | DeliveryFailure::RejectedTemporarily => [1, 1, 0],
        DeliveryFailure::OutcomeUnknown => [1, 0, 1],
    }
}

struct Retry {
    failure: DeliveryFailure,
    log_message: &'static str,
    /// `None` if no further attempt follows before the email expires.
    wait: Option<Duration>,
}

/// Returns `None` if the email is to be given up at once.
fn retry_after(error: &NotSent, row: &OutboxRow, settings: &DeliverySettings) -> Option<Retry> {
    let rejected_wait = backoff(settings.rejected_temporarily, row.rejections);
    let (failure, log_message, wait) = match error {
        NotSent::RejectedPermanently(_) => return None,
        NotSent::ServerAway(_) => (
            DeliveryFailure::ServerAway,
            "mail server is unavailable, will retry",
            Some(settings.server_away.0),
        ),
        NotSent::BrokenOff(_) => (
            DeliveryFailure::BrokenOff,
            "mail delivery was interrupted, will retry",
            Some(backoff(settings.server_away, row.attempts)),
        ),
        NotSent::SenderRejected(_) => (
            DeliveryFailure::SenderRejected,
            "mail server rejected sender or applied policy, will retry",
            Some(rejected_wait),
        ),
        // A limit on a new connection is an ordinary rejection.
        NotSent::RejectedTemporarily(_) | NotSent::ConnectionLimited(_) => (
            DeliveryFailure::RejectedTemporarily,
            "mail server rejected email temporarily, will retry",
            Some(rejected_wait),
        ),
        NotSent::OutcomeUnknown(_) if row.unknown_outcomes < RETRIES_AFTER_UNKNOWN_OUTCOME => (
            DeliveryFailure::OutcomeUnknown,
            "outcome of mail delivery is unknown, will retry",
            Some(settings.outcome_unknown),
        ),
        NotSent::OutcomeUnknown(_) => (
            DeliveryFailure::OutcomeUnknown,
            "outcome of mail delivery is unknown, will not retry",
            None,
        ),
    };
    Some(Retry {
        failure,
        log_message,
        wait,
    })
}

pub(super) async fn give_up(app: &App, row: &OutboxRow, reason: &str) -> Result<(), DbError> {
    tracing::warn!(
        message_id = message_id(&row.id, &app.public_url),
        reply = reason,
        "giving up email"
    );
    let id = row.id.clone();
    let work = move |tx: &mut Tx<'_>| {
        let now = tx.now;
        Ok(outbox::given_up(tx, &id, now)?)
    };
    record(app, work).await
}

/// Returns the wait after a number of failed attempts. It doubles each time, up to a maximum.
fn backoff((shortest, longest): (Duration, Duration), attempts: i32) -> Duration {
    shortest
        .saturating_mul(1 << attempts.clamp(0, 20))
        .min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let seconds = |attempts| {
            backoff((Duration::from_secs(1), Duration::from_secs(30)), attempts).as_secs()
        };
        assert_eq!(
            [0, 1, 2, 3, 4, 5, 6, i32::MAX].map(seconds),
            [1, 2, 4, 8, 16, 30, 30, 30]
        );
    }
}
