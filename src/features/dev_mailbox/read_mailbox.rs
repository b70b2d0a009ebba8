//! The operation: composes the mails that still have a use.

use std::collections::BTreeMap;

use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::mail::{compose_row, open};
use crate::store::outbox::{self, OutboxRow};

/// A mail, as it would have gone out.
pub struct Mail {
    /// Names it in a path.
    pub id: String,
    /// The recipient.
    pub to: String,
    /// When it was written.
    pub sent_at: Timestamp,
    /// Its subject.
    pub subject: String,
    /// Its text part.
    pub text: String,
    /// Its HTML part.
    pub html: String,
    /// Every link in it.
    pub links: Vec<String>,
    /// Its headers.
    pub headers: BTreeMap<String, String>,
}

/// The mails so far, newest first, at most `limit`.
pub async fn read_mailbox(app: &App, limit: usize) -> Result<Vec<Mail>, Failure> {
    let (now, limit) = (app.clock.now(), i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = app.db.read(move |db| Ok(outbox::newest(db, now.millis(), limit)?)).await?;
    let mails = rows.into_iter().filter_map(|row| match compose(app, row) {
        // One that was sealed with a secret that is gone must not hide the others.
        Err(Failure::Mail(error)) => {
            tracing::warn!("a mail can't be read: {error}");
            None
        }
        mail => Some(mail),
    });
    mails.collect()
}

/// One of them, if it still has a use.
pub async fn read_mail(app: &App, id: String) -> Result<Option<Mail>, Failure> {
    let now = app.clock.now();
    let row = app.db.read(move |db| Ok(outbox::by_id(db, &id, now.millis())?)).await?;
    row.map(|row| compose(app, row)).transpose()
}

fn compose(app: &App, row: OutboxRow) -> Result<Mail, Failure> {
    let queued = open(&row, &app.keys)?;
    let mail = compose_row(&row, &queued, &app.context())?;
    let headers = mail.headers();
    Ok(Mail {
        id: row.id,
        to: queued.to,
        sent_at: Timestamp::from_millis(row.created_at),
        subject: mail.content.subject,
        text: mail.content.text,
        html: mail.content.html,
        links: mail.content.links,
        headers,
    })
}
