//! Records the result of a delivery, and decides when to try again. Each failure logs one warning
//! with the Message-ID and the mail server's reply.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::logged_reply::without_secrets;
use crate::app::App;
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

/// Runs `work`, again and again until the lease of the email ends. Without a record the email is
/// sent again after that, however often it was sent before.
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
    let settings = &app.settings.mail.delivery;
    let reply = without_secrets(&error.to_string(), recipient);
    let message_id = message_id(&row.id, &app.public_url);
    let (failure, wait) = match error {
        NotSent::RejectedPermanently(_) => return give_up(app, row, &reply).await,
        NotSent::ServerAway(_) => {
            tracing::warn!(message_id, reply, "mail server is unavailable, will retry");
            (DeliveryFailure::ServerAway, Some(settings.server_away.0))
        }
        NotSent::BrokenOff(_) => {
            tracing::warn!(
                message_id,
                reply,
                "mail delivery was interrupted, will retry"
            );
            let wait = backoff(settings.server_away, row.attempts);
            (DeliveryFailure::BrokenOff, Some(wait))
        }
        NotSent::SenderRejected(_) => {
            tracing::warn!(
                message_id,
                reply,
                "mail server rejected sender, or email by policy, will retry"
            );
            let wait = backoff(settings.rejected_temporarily, row.rejections);
            (DeliveryFailure::SenderRejected, Some(wait))
        }
        NotSent::RejectedTemporarily(_) | NotSent::ConnectionLimited(_) => {
            tracing::warn!(
                message_id,
                reply,
                "mail server rejected email temporarily, will retry"
            );
            let wait = backoff(settings.rejected_temporarily, row.rejections);
            (DeliveryFailure::RejectedTemporarily, Some(wait))
        }
        NotSent::OutcomeUnknown(_) if row.unknown_outcomes < RETRIES_AFTER_UNKNOWN_OUTCOME => {
            tracing::warn!(
                message_id,
                reply,
                "outcome of mail delivery is unknown, will retry"
            );
            (
                DeliveryFailure::OutcomeUnknown,
                Some(settings.outcome_unknown),
            )
        }
        NotSent::OutcomeUnknown(_) => {
            tracing::warn!(
                message_id,
                reply,
                "outcome of mail delivery is unknown, will not retry"
            );
            (DeliveryFailure::OutcomeUnknown, None)
        }
    };
    let is_rejection = matches!(
        failure,
        DeliveryFailure::SenderRejected | DeliveryFailure::RejectedTemporarily
    );
    let more = |count: i32, is_one_more: bool| count.saturating_add(is_one_more.into());
    // An unavailable server says nothing about the email.
    let attempts = more(row.attempts, failure != DeliveryFailure::ServerAway);
    let rejections = more(row.rejections, is_rejection);
    let unknown_outcomes = more(
        row.unknown_outcomes,
        failure == DeliveryFailure::OutcomeUnknown,
    );
    let row = row.clone();
    let work = move |tx: &mut Tx<'_>| {
        let failed = FailedAttempt {
            attempts,
            rejections,
            unknown_outcomes,
            next_attempt_at: wait.map_or(row.expires_at, |wait| tx.now + wait),
            last_failure: failure.into(),
        };
        Ok(outbox::postpone(tx, &row, &failed)?)
    };
    record(app, work).await
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
