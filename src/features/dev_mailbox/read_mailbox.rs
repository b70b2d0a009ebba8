//! The operation: composes the emails that have not expired.

use std::collections::BTreeMap;

use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::mail::{OpenError, QueuedEmail, compose_row, open};
use crate::store::outbox::{self, OutboxRow};

/// An email in the form in which it would be sent.
pub struct RenderedEmail {
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

/// Reads the newest `limit` emails. Returns those to the wanted recipients, newest first.
pub async fn read_mailbox(
    app: &App,
    limit: usize,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<RenderedEmail>, Failure> {
    let (now, limit) = (app.clock.now(), i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = app
        .read(move |tx| Ok(outbox::newest(tx, now, limit)?))
        .await?;
    let mut emails = Vec::new();
    for row in rows {
        let email = match open(&row, &app.keys) {
            Ok(queued) if !is_wanted(&queued.to) => continue,
            Ok(queued) => compose(app, row, queued),
            Err(error) => Err(error),
        };
        match email {
            Ok(email) => emails.push(email),
            // An email that was sealed with a lost key must not hide the others.
            Err(error) => tracing::warn!(%error, "reading email failed"),
        }
    }
    Ok(emails)
}

/// Returns the email with this id, if it has not expired.
pub async fn read_email(app: &App, id: String) -> Result<Option<RenderedEmail>, Failure> {
    let now = app.clock.now();
    let row = app.read(move |tx| Ok(outbox::by_id(tx, &id, now)?)).await?;
    let Some(row) = row else { return Ok(None) };
    let queued = open(&row, &app.keys)?;
    Ok(Some(compose(app, row, queued)?))
}

fn compose(app: &App, row: OutboxRow, queued: QueuedEmail) -> Result<RenderedEmail, OpenError> {
    let email = compose_row(&row, &queued, &app.mail_context())?;
    let headers = email.headers();
    Ok(RenderedEmail {
        id: row.id,
        to: queued.to,
        sent_at: row.created_at,
        subject: email.content.subject,
        text: email.content.text,
        html: email.content.html,
        links: email.content.links,
        headers,
    })
}
