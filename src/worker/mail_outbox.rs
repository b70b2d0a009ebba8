//! Delivers the outbox: claims due emails, sends several at a time, and records each result.
//! Claiming an email moves its next attempt to the end of a lease. If this node is killed, the
//! email is due again after that.
//!
//! While the mail server is away, single emails probe it from 1 to 25 seconds apart, and all others
//! wait. A rejection of one email affects that email only.

use std::rc::Rc;
use std::time::Duration;

use actix_web::web::Data;
use tokio::task::JoinSet;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, sleep, timeout_at};

use super::Stop;
use super::delivery_limiter::{DeliveryLimiter, ServerState};
use super::logged_reply::without_secrets;
use crate::accounts::links::{self, LinkState};
use crate::app::App;
use crate::config::SmtpUrl;
use crate::db::{DbError, Tx};
use crate::mail::{
    EmailKind, NotSent, OpenError, QueuedEmail, SmtpConnection, SmtpServer, compose_row,
    message_id, open,
};
use crate::metrics::Delivery as Delivered;
use crate::security::tokens;
use crate::store::outbox::{self, OutboxRow};
use crate::values::ClientInfo;

/// Emails are claimed in batches, so that one transaction serves several. No email waits longer
/// than this for a batch.
const BATCH_WITHIN: Duration = Duration::from_millis(50);
/// The interval at which recording a sent email is retried. Without a record the email would be
/// sent again.
const RECORD_RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// The result of one delivery.
struct FinishedSend {
    /// A connection that the next delivery can use.
    connection: Option<SmtpConnection>,
    server: ServerState,
}

struct Delivery {
    app: Data<App>,
    server: SmtpServer,
}

pub(super) async fn run(app: Data<App>, url: SmtpUrl, mut stop: Stop) {
    let server = SmtpServer::new(url, app.public_url.host());
    let delivery = Rc::new(Delivery { app, server });
    let settings = &delivery.app.settings.mail.delivery;
    let mut limiter = DeliveryLimiter::new(settings);
    let mut connections: Vec<SmtpConnection> = Vec::new();
    let mut sends: JoinSet<FinishedSend> = JoinSet::new();
    let (mut last_used, mut last_claim) = (Instant::now(), Instant::now());
    loop {
        let permits = limiter.permits(sends.len(), Instant::now());
        let is_batching = sends.len() > settings.at_once / 2 && last_claim.elapsed() < BATCH_WITHIN;
        let wait = if permits == 0 {
            limiter.wait(Instant::now())
        } else if is_batching {
            BATCH_WITHIN
        } else {
            last_claim = Instant::now();
            delivery
                .begin(permits, &mut limiter, &mut connections, &mut sends)
                .await
        };
        tokio::select! {
            Some(done) = sends.join_next(), if !sends.is_empty() => {
                last_used = Instant::now();
                // A panic was already logged. The email is due again when its lease ends.
                if let Ok(done) = done {
                    let others = sends.len() + connections.len();
                    limiter.record_result(done.server, others, last_used, settings);
                    connections.extend(done.connection);
                }
            }
            () = delivery.app.email_queued(), if permits > 0 && !is_batching => {}
            () = sleep(wait) => {
                if sends.is_empty() && last_used.elapsed() >= settings.keep_idle {
                    close(connections.drain(..));
                }
            }
            () = stop.requested() => break,
        }
    }
    close(connections.drain(..));
    while sends.join_next().await.is_some() {}
}

impl Delivery {
    /// Starts up to `permits` deliveries of due emails. Returns how long no other email will be
    /// due.
    async fn begin(
        self: &Rc<Self>,
        permits: usize,
        limiter: &mut DeliveryLimiter,
        connections: &mut Vec<SmtpConnection>,
        sends: &mut JoinSet<FinishedSend>,
    ) -> Duration {
        let settings = &self.app.settings.mail.delivery;
        let (emails, wait) = match self.claim(permits).await {
            Ok(claimed) => claimed,
            Err(error) => {
                // Logged at debug level only. Requests that fail for the same cause log it as well.
                tracing::debug!(%error, "reading outbox failed, will retry");
                return settings.look_every.min(Duration::from_secs(1));
            }
        };
        for (row, mail) in emails {
            limiter.acquire(Instant::now());
            let (delivery, kept) = (Rc::clone(self), connections.pop());
            sends.spawn_local(async move { delivery.deliver(row, mail, kept).await });
        }
        wait
    }

    /// Claims due emails. Deletes those whose link was invalidated or used. Returns how long no
    /// other email will be due.
    async fn claim(
        &self,
        limit: usize,
    ) -> Result<(Vec<(OutboxRow, QueuedEmail)>, Duration), DbError> {
        let settings = &self.app.settings.mail.delivery;
        let (now, lease) = (self.app.clock.now(), settings.lease);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        // Looks first without the writer's lock, because most of the time no email is due.
        let next_due = self
            .app
            .read(move |tx| Ok(outbox::next_due(tx, now)?))
            .await?;
        let wait = next_due.map_or(settings.look_every, |due| {
            due.since(now)
                .clamp(Duration::from_millis(1), settings.look_every)
        });
        if next_due.is_none_or(|due| due > now) {
            return Ok((Vec::new(), wait));
        }
        let work = move |tx: &mut Tx<'_>| {
            let mut emails = Vec::new();
            for row in outbox::claim(tx, now, now + lease, limit)? {
                match open(&row, &tx.keys) {
                    Ok(mail) if has_unusable_link(tx, &mail.kind)? => outbox::delete(tx, &row.id)?,
                    mail => emails.push((row, mail)),
                }
            }
            Ok(emails)
        };
        let taken = self.app.write(ClientInfo::hidden(), work).await?;
        let opened = taken.into_iter().filter_map(|(row, mail)| match mail {
            Ok(mail) => Some((row, mail)),
            // The email may be sealed with a secret that only other nodes have yet. They can claim
            // it when the lease ends.
            Err(error) => {
                tracing::warn!(
                    message_id = self.message_id(&row),
                    %error,
                    "unsealing email failed, will retry"
                );
                None
            }
        });
        Ok((opened.collect(), wait))
    }

    /// Sends one email and records the result.
    async fn deliver(
        &self,
        row: OutboxRow,
        mail: QueuedEmail,
        kept: Option<SmtpConnection>,
    ) -> FinishedSend {
        let (connection, sent) = self.send(&row, &mail, kept).await;
        let server = match &sent {
            Err(Failed::Server(NotSent::ServerAway(_))) => ServerState::Unreachable,
            Err(Failed::Compose(_)) => ServerState::NotContacted,
            // A connection that broke later shows that the server was up.
            Ok(()) | Err(Failed::Server(_)) => ServerState::Up,
        };
        self.app.metrics.mail(match &sent {
            Ok(()) => Delivered::Sent,
            Err(Failed::Compose(_) | Failed::Server(NotSent::RejectedPermanently(_))) => {
                Delivered::GivenUp
            }
            Err(Failed::Server(NotSent::RejectedTemporarily(_))) => Delivered::RejectedTemporarily,
            Err(Failed::Server(NotSent::ServerAway(_) | NotSent::BrokenOff(_))) => {
                Delivered::ServerAway
            }
        });
        let recorded = match sent {
            Ok(()) => self.record_sent(&row).await,
            Err(Failed::Compose(error)) => self.give_up(&row, &error.to_string()).await,
            Err(Failed::Server(rejection)) => {
                self.record_rejection(&row, &mail.to, rejection).await
            }
        };
        self.log_unrecorded(&row, recorded);
        FinishedSend { connection, server }
    }

    /// Composes and sends an email. The server may have closed a kept connection meanwhile. In that
    /// case a new one is opened.
    async fn send(
        &self,
        row: &OutboxRow,
        mail: &QueuedEmail,
        kept: Option<SmtpConnection>,
    ) -> (Option<SmtpConnection>, Result<(), Failed>) {
        let mail = match compose_row(row, mail, &self.app.mail_context()) {
            Ok(mail) => mail,
            Err(error) => return (kept, Err(Failed::Compose(error))),
        };
        let deadline = Instant::now() + self.app.settings.mail.delivery.longest_send;
        if let Some(mut connection) = kept {
            match timeout_at(deadline, connection.send(&mail)).await {
                Ok(Err(NotSent::ServerAway(_))) => {}
                sent => return finish(connection, sent, deadline).await,
            }
        }
        match timeout_at(deadline, self.server.connect()).await {
            Ok(Ok(mut connection)) => {
                let sent = timeout_at(deadline, connection.send(&mail)).await;
                finish(connection, sent, deadline).await
            }
            Ok(Err(away)) => (None, Err(Failed::Server(away))),
            Err(_) => (
                None,
                Err(Failed::Server(NotSent::ServerAway(
                    "it did not answer in time".to_owned(),
                ))),
            ),
        }
    }

    async fn record_sent(&self, row: &OutboxRow) -> Result<(), DbError> {
        let settings = &self.app.settings.mail.delivery;
        let lease_ends = Instant::now() + settings.lease.saturating_sub(settings.longest_send);
        loop {
            let id = row.id.clone();
            let work = move |tx: &mut Tx<'_>| {
                let now = tx.now;
                Ok(outbox::sent(tx, &id, now)?)
            };
            match self.app.write(ClientInfo::hidden(), work).await {
                Err(_) if Instant::now() + RECORD_RETRY_INTERVAL < lease_ends => {
                    sleep(RECORD_RETRY_INTERVAL).await;
                }
                recorded => break recorded?,
            }
        }
        tracing::info!(
            event = "mail_sent",
            message_id = self.message_id(row),
            letter = row.kind
        );
        Ok(())
    }

    /// Logs a result that could not be recorded. The email is due again when its lease ends. A
    /// duplicate is better than a loss.
    fn log_unrecorded(&self, row: &OutboxRow, recorded: Result<(), DbError>) {
        if let Err(error) = recorded {
            tracing::warn!(
                message_id = self.message_id(row),
                %error,
                "recording mail delivery failed, will deliver again"
            );
        }
    }

    async fn record_rejection(
        &self,
        row: &OutboxRow,
        recipient: &str,
        rejection: NotSent,
    ) -> Result<(), DbError> {
        let settings = &self.app.settings.mail.delivery;
        let reply = without_secrets(&rejection.to_string(), recipient);
        let message_id = self.message_id(row);
        let (attempts, wait) = match rejection {
            NotSent::RejectedPermanently(_) => return self.give_up(row, &reply).await,
            // The server said nothing about this email, so it is due again when the server is back.
            NotSent::ServerAway(_) => {
                tracing::warn!(message_id, reply, "mail server is unavailable, will retry");
                (row.attempts, settings.server_away.0)
            }
            NotSent::BrokenOff(_) => {
                tracing::warn!(
                    message_id,
                    reply,
                    "mail delivery was interrupted, will retry"
                );
                (
                    row.attempts.saturating_add(1),
                    backoff(settings.server_away, row.attempts),
                )
            }
            NotSent::RejectedTemporarily(_) => {
                tracing::warn!(
                    message_id,
                    reply,
                    "mail server rejected email temporarily, will retry"
                );
                (
                    row.attempts.saturating_add(1),
                    backoff(settings.rejected_temporarily, row.attempts),
                )
            }
        };
        let row = row.clone();
        let work = move |tx: &mut Tx<'_>| {
            let next = tx.now + wait;
            Ok(outbox::postpone(tx, &row, attempts, next)?)
        };
        self.app.write(ClientInfo::hidden(), work).await
    }

    async fn give_up(&self, row: &OutboxRow, reason: &str) -> Result<(), DbError> {
        tracing::warn!(
            message_id = self.message_id(row),
            reply = reason,
            "giving up email"
        );
        let id = row.id.clone();
        let work = move |tx: &mut Tx<'_>| {
            let now = tx.now;
            Ok(outbox::given_up(tx, &id, now)?)
        };
        self.app.write(ClientInfo::hidden(), work).await
    }

    fn message_id(&self, row: &OutboxRow) -> String {
        message_id(&row.id, &self.app.public_url)
    }
}

enum Failed {
    Compose(OpenError),
    Server(NotSent),
}

/// Keeps the connection after a rejection, because it can carry another email. After any other
/// error it cannot be reused.
async fn finish(
    mut connection: SmtpConnection,
    sent: Result<Result<(), NotSent>, Elapsed>,
    deadline: Instant,
) -> (Option<SmtpConnection>, Result<(), Failed>) {
    match sent {
        Ok(Ok(())) => (Some(connection), Ok(())),
        Ok(Err(
            rejection @ (NotSent::RejectedTemporarily(_) | NotSent::RejectedPermanently(_)),
        )) => {
            let is_good = timeout_at(deadline, connection.reset())
                .await
                .unwrap_or(false);
            (
                is_good.then_some(connection),
                Err(Failed::Server(rejection)),
            )
        }
        Ok(Err(gone)) => (None, Err(Failed::Server(gone))),
        Err(_) => (
            None,
            Err(Failed::Server(NotSent::BrokenOff(
                "it did not answer in time".to_owned(),
            ))),
        ),
    }
}

/// Returns the wait after a number of failed attempts. It doubles each time, up to a maximum.
fn backoff((shortest, longest): (Duration, Duration), attempts: i32) -> Duration {
    shortest
        .saturating_mul(1 << attempts.clamp(0, 20))
        .min(longest)
}

/// Returns true if the email is useless, because its link was used or no longer works.
fn has_unusable_link(tx: &mut Tx<'_>, kind: &EmailKind) -> Result<bool, DbError> {
    let Some((purpose, token)) = kind.email().link() else {
        return Ok(false);
    };
    Ok(!matches!(
        links::peek(tx, purpose, &tokens::hash_token(token))?,
        LinkState::Live(_)
    ))
}

/// Closes connections politely without waiting for the servers' answers.
fn close(connections: impl Iterator<Item = SmtpConnection>) {
    for connection in connections {
        actix_web::rt::spawn(tokio::time::timeout(
            Duration::from_secs(1),
            connection.quit(),
        ));
    }
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
