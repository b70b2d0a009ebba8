//! The operation: composes the emails that have not expired.

use std::collections::BTreeMap;

use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::mail::{compose_row, open};
use crate::store::outbox::{self, OutboxRow};

/// An email in the form in which it would be sent.
pub struct Mail {
    pub id: String,
    pub to: String,
    /// Time at which the email was queued.
    pub sent_at: Timestamp,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub links: Vec<String>,
    pub headers: BTreeMap<String, String>,
}

/// Returns the emails, newest first, at most `limit`.
pub async fn read_mailbox(app: &App, limit: usize) -> Result<Vec<Mail>, Failure> {
    let (now, limit) = (app.clock.now(), i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = app
        .read(move |tx| Ok(outbox::newest(tx, now, limit)?))
        .await?;
    let mails = rows.into_iter().filter_map(|row| match compose(app, row) {
        // An email that was sealed with a lost key must not hide the others.
        Err(Failure::Mail(error)) => {
            tracing::warn!(%error, "reading email failed");
            None
        }
        mail => Some(mail),
    });
    mails.collect()
}

/// Returns the email with this id, if it has not expired.
pub async fn read_mail(app: &App, id: String) -> Result<Option<Mail>, Failure> {
    let now = app.clock.now();
    let row = app.read(move |tx| Ok(outbox::by_id(tx, &id, now)?)).await?;
    row.map(|row| compose(app, row)).transpose()
}

fn compose(app: &App, row: OutboxRow) -> Result<Mail, Failure> {
    let queued = open(&row, &app.keys)?;
    let mail = compose_row(&row, &queued, &app.mail_context())?;
    let headers = mail.headers();
    Ok(Mail {
        id: row.id,
        to: queued.to,
        sent_at: row.created_at,
        subject: mail.content.subject,
        text: mail.content.text,
        html: mail.content.html,
        links: mail.content.links,
        headers,
    })
}
