//! The operations: list queued emails, and retry them at once.

use std::time::Duration;

use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::mail::{message_id, open};
use crate::store::outbox::{self, OutboxRow};
use crate::values::ClientInfo;

/// Emails per page.
const PAGE: i64 = 500;

/// A queued email.
#[derive(Clone, Debug)]
pub struct QueuedEmailRow {
    pub id: String,
    /// The Message-ID, which also appears in the logs of this server and of mail servers.
    pub message_id: String,
    /// The kind of email.
    pub kind: String,
    /// The recipient's email address. `None` if the configured secrets can't decrypt it.
    pub to: Option<String>,
    /// Time at which the email was enqueued.
    pub since: Timestamp,
    /// Number of failed delivery attempts.
    pub attempts: i32,
    /// Time of the next attempt. During a delivery, the end of the lease, after which another node
    /// may try. `None` if no further attempt follows before the email expires.
    pub next: Option<Timestamp>,
    /// The stored name of a `DeliveryFailure`.
    pub last_failure: Option<String>,
    /// Time after which the email is useless.
    pub expires_at: Timestamp,
}

/// Returns a page of queued emails, oldest first, and the cursor of the next page. `after` is 0 for
/// the first page.
pub async fn queued_emails(
    app: &App,
    after: i64,
) -> Result<(Vec<QueuedEmailRow>, Option<i64>), Failure> {
    let rows = app
        .read(move |tx| Ok(outbox::waiting(tx, after, PAGE)?))
        .await?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
    let next = rows.last().filter(|_| is_full).map(|(number, _)| *number);
    Ok((
        rows.into_iter().map(|(_, row)| of_row(app, row)).collect(),
        next,
    ))
}

/// Makes one queued email, or all of them, due now. Returns their number. Skips emails that are
/// being delivered or are due within about a minute anyway.
pub async fn retry_now(app: &App, id: Option<String>) -> Result<usize, Failure> {
    // No lease ends later than this, so an email with a later attempt is not being delivered. The
    // 30 seconds allow for a wait for the database and for clock differences.
    let lease = app.settings.mail.delivery.lease + Duration::from_secs(30);
    let work = move |tx: &mut Tx<'_>| {
        let now = tx.now;
        Ok(outbox::retry_now(tx, id.as_deref(), now + lease, now)?)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}

fn of_row(app: &App, row: OutboxRow) -> QueuedEmailRow {
    QueuedEmailRow {
        message_id: message_id(&row.id, &app.public_url),
        to: open(&row, &app.keys).ok().map(|queued| queued.to),
        since: row.created_at,
        attempts: row.attempts,
        next: row.next_attempt(),
        expires_at: row.expires_at,
        last_failure: row.last_failure,
        kind: row.kind,
        id: row.id,
    }
}
