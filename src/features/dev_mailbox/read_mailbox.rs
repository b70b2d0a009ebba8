//! The operation: composes the emails that have not expired.

use std::collections::BTreeMap;

use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::mail::{compose_row, open};
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

/// Returns the newest `limit` emails, newest first. Leaves out those to other recipients than the
/// wanted ones, without composing them.
pub async fn read_mailbox(
    app: &App,
    limit: usize,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<RenderedEmail>, Failure> {
    let (now, limit) = (app.clock.now(), i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = app
        .read(move |tx| Ok(outbox::newest(tx, now, limit)?))
        .await?;
    let emails = rows
        .into_iter()
        .filter_map(|row| match compose(app, row, &is_wanted) {
            // An email that was sealed with a lost key must not hide the others.
            Err(Failure::Mail(error)) => {
                tracing::warn!(%error, "reading email failed");
                None
            }
            email => email.transpose(),
        });
    emails.collect()
}

/// Returns the email with this id, if it has not expired.
pub async fn read_email(app: &App, id: String) -> Result<Option<RenderedEmail>, Failure> {
    let now = app.clock.now();
    let row = app.read(move |tx| Ok(outbox::by_id(tx, &id, now)?)).await?;
    match row {
        Some(row) => compose(app, row, |_| true),
        None => Ok(None),
    }
}

fn compose(
    app: &App,
    row: OutboxRow,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Option<RenderedEmail>, Failure> {
    let queued = open(&row, &app.keys)?;
    if !is_wanted(&queued.to) {
        return Ok(None);
    }
    let email = compose_row(&row, &queued, &app.mail_context())?;
    let headers = email.headers();
    Ok(Some(RenderedEmail {
        id: row.id,
        to: queued.to,
        sent_at: row.created_at,
        subject: email.content.subject,
        text: email.content.text,
        html: email.content.html,
        links: email.content.links,
        headers,
    }))
}
