//! The operations: read the mails that wait, and have them tried at once.

use std::time::Duration;

use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::mail::{message_id, open};
use crate::store::outbox::{self, OutboxRow};

/// Mails of one page.
const PAGE: i64 = 500;

/// A mail that waits.
#[derive(Clone, Debug)]
pub struct WaitingMail {
    /// Its name.
    pub id: String,
    /// As the log and mail servers have it.
    pub message_id: String,
    /// Which letter it is.
    pub letter: String,
    /// Where it goes; none if our secrets can't open it.
    pub to: Option<String>,
    /// When it was written.
    pub since: Timestamp,
    /// How often it was tried in vain.
    pub attempts: i32,
    /// When it is tried next; while it is being sent, when another node may.
    pub next: Timestamp,
    /// When it has no more use.
    pub expires_at: Timestamp,
}

/// A page of them, the oldest first, and where the next page begins; `after` is 0 for the first.
pub async fn waiting_mails(app: &App, after: i64) -> Result<(Vec<WaitingMail>, Option<i64>), Failure> {
    let rows = app.db.read(move |db| Ok(outbox::waiting(db, after, PAGE)?)).await?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
    let next = rows.last().filter(|_| is_full).map(|(number, _)| *number);
    Ok((rows.into_iter().map(|(_, row)| of_row(app, row)).collect(), next))
}

/// Has one mail tried as soon as a server looks, or all; tells how many. One that is due within a minute or so, or is being
/// sent this very moment, is left alone.
pub async fn retry_now(app: &App, id: Option<String>) -> Result<usize, Failure> {
    // A lease is never longer, so what is due later than that is sent by nobody now: less what this may wait for its turn, and
    // clocks may differ.
    let lease = app.settings.mail.delivery.lease + Duration::from_secs(30);
    let now = app.clock.now();
    let work = move |db: &mut _| Ok(outbox::retry_now(db, id.as_deref(), (now + lease).millis(), now.millis())?);
    Ok(app.db.write(work).await?)
}

fn of_row(app: &App, row: OutboxRow) -> WaitingMail {
    WaitingMail {
        message_id: message_id(&row.id, &app.public_url),
        to: open(&row, &app.keys).ok().map(|queued| queued.to),
        since: Timestamp::from_millis(row.created_at),
        attempts: row.attempts,
        next: Timestamp::from_millis(row.next_attempt_at),
        expires_at: Timestamp::from_millis(row.expires_at),
        letter: row.letter,
        id: row.id,
    }
}
