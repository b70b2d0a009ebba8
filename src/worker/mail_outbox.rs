//! Delivers the outbox: claims due emails, and sends several at a time. Claiming an email moves its
//! next attempt to the end of a lease. If this node is killed, the email is due again after that.
//!
//! While the mail server is away, single emails probe it from 1 to 25 seconds apart, and all others
//! wait. A rejection of one email affects that email only.

use std::rc::Rc;
use std::time::Duration;

use actix_web::web::Data;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::Stop;
use super::delivery_limiter::{DeliveryLimiter, ServerState};
use super::delivery_record::{give_up, record_failure, record_sent};
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
    let mut last_claim = Instant::now();
    loop {
        close(connections.extract_if(.., |connection| !connection.is_fresh(settings.keep_idle)));
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
                // A panic was already logged. The email is due again when its lease ends.
                if let Ok(done) = done {
                    let others = sends.len() + connections.len();
                    limiter.record_result(done.server, others, Instant::now(), settings);
                    connections.extend(done.connection);
                }
            }
            () = delivery.app.email_queued(), if permits > 0 && !is_batching => {}
            () = sleep(wait) => {}
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
            Err(Failed::Server(
                NotSent::RejectedTemporarily(_) | NotSent::ConnectionLimited(_),
            )) => Delivered::RejectedTemporarily,
            Err(Failed::Server(NotSent::SenderRejected(_))) => Delivered::SenderRejected,
            Err(Failed::Server(NotSent::OutcomeUnknown(_))) => Delivered::OutcomeUnknown,
            Err(Failed::Server(NotSent::ServerAway(_) | NotSent::BrokenOff(_))) => {
                Delivered::ServerAway
            }
        });
        let recorded = match sent {
            Ok(()) => record_sent(&self.app, &row).await,
            Err(Failed::Compose(error)) => give_up(&self.app, &row, &error.to_string()).await,
            Err(Failed::Server(error)) => record_failure(&self.app, &row, &mail.to, error).await,
        };
        self.log_unrecorded(&row, recorded);
        FinishedSend { connection, server }
    }

    /// Composes and sends an email. Over a kept connection, the server may accept no further email,
    /// or it may have closed the connection meanwhile. In that case a new one is opened.
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
            match connection.send(&mail, deadline).await {
                Err(NotSent::ServerAway(_)) => {}
                // Ends first, because the server may limit the number of connections too.
                Err(NotSent::ConnectionLimited(_)) => connection.quit().await,
                sent => return finish(connection, sent, deadline).await,
            }
        }
        match self.server.connect(deadline).await {
            Ok(mut connection) => {
                let sent = connection.send(&mail, deadline).await;
                finish(connection, sent, deadline).await
            }
            Err(away) => (None, Err(Failed::Server(away))),
        }
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

    fn message_id(&self, row: &OutboxRow) -> String {
        message_id(&row.id, &self.app.public_url)
    }
}

enum Failed {
    Compose(OpenError),
    Server(NotSent),
}

/// Keeps the connection after a rejection, because it can carry another email. After another error
/// it is not used again.
async fn finish(
    mut connection: SmtpConnection,
    sent: Result<(), NotSent>,
    deadline: Instant,
) -> (Option<SmtpConnection>, Result<(), Failed>) {
    let is_usable = match &sent {
        Ok(()) => true,
        Err(NotSent::RejectedTemporarily(_) | NotSent::RejectedPermanently(_)) => {
            connection.reset(deadline).await
        }
        // After a rejected sender, a new login may help.
        Err(_) => false,
    };
    (
        is_usable.then_some(connection),
        sent.map_err(Failed::Server),
    )
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

/// Ends connections without waiting for the servers' answers.
fn close(connections: impl Iterator<Item = SmtpConnection>) {
    for connection in connections {
        actix_web::rt::spawn(connection.quit());
    }
}
