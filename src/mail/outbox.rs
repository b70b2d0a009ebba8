//! The outbox: a mail is sealed into its row in the transaction of what it tells of, and opened again when it is
//! delivered or, in development mode, read. Nothing in the database is a usable link.

use std::sync::Arc;

use lettre::message::Mailbox;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::sync::Notify;

use super::compose::{ComposeError, OutgoingMail, compose};
use super::email_kind::{EmailKind, Site};
use crate::accounts::links::{self, Purpose};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::security::keys::Keys;
use crate::security::{seal, tokens};
use crate::store::outbox::{self, NEVER, OutboxRow};
use crate::store::pending_signups::PendingSignup;
use crate::store::users::User;

/// Where mails are put. An operation is lent one by `App::write_with_mail`, which tells the delivery of it after the
/// commit. Cheap to clone.
#[derive(Clone)]
pub struct Outbox {
    keys: Arc<Keys>,
    notified: Arc<Notify>,
}

/// Whom a mail goes to.
#[derive(Clone, Copy, Debug)]
pub struct Recipient<'a> {
    /// A stored address, never one that was just typed (CVE-2019-19844).
    pub email: &'a str,
    /// Whose mail it is, a waiting sign-up or a user: it goes with them. `None` for the last mail of an account.
    pub subject_id: Option<&'a str>,
}

/// A letter and where it goes: what a row keeps, sealed.
#[derive(Debug, Serialize, Deserialize)]
pub struct QueuedEmail {
    /// The recipient.
    pub to: String,
    /// What it is told.
    #[serde(rename = "letter")]
    pub kind: EmailKind,
}

/// What is found under a seal.
#[derive(Deserialize)]
#[serde(untagged)]
enum Sealed {
    QueuedEmail(QueuedEmail),
    /// Written by an earlier version, which kept the recipient beside it.
    EmailKind(EmailKind),
}

/// What every mail is written with: the sender and the site.
#[derive(Clone, Debug)]
pub struct MailContext<'a> {
    /// The sender.
    pub from: &'a Mailbox,
    /// The site.
    pub site: Site<'a>,
}

/// Why a mail can't be read from its row.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Its sealed part is gone: it was delivered, or has died.
    #[error("the mail is not kept any more")]
    Gone,
    /// Another secret, or damage.
    #[error(transparent)]
    Sealed(#[from] seal::CannotOpen),
    /// What was sealed is no letter.
    #[error("a sealed letter can't be read: {0}")]
    EmailKind(#[from] serde_json::Error),
    /// It can't be composed.
    #[error(transparent)]
    Compose(#[from] ComposeError),
}

impl Outbox {
    /// What is put into it is sealed with `keys`.
    pub fn new(keys: Arc<Keys>) -> Self {
        Self { keys, notified: Arc::new(Notify::new()) }
    }

    /// Puts a mail into the transaction of `connection`.
    pub fn enqueue(
        &self,
        connection: &mut DbConnection,
        recipient: Recipient<'_>,
        kind: EmailKind,
        now: Timestamp,
    ) -> Result<(), DbError> {
        let expires_at = now + kind.lifetime();
        self.insert(connection, recipient, kind, now, expires_at, now.millis())
    }

    /// Does for an address that gets no mail what is done for one that gets a link: the same statements, the same
    /// sealing, the same pages of the disk. The link belongs to nobody, and the mail is dead from the start: it is never
    /// delivered and never shown. Otherwise the time of the answer would tell who has an account (ASVS 6.3.8).
    pub fn enqueue_decoy(&self, connection: &mut DbConnection, now: Timestamp) -> Result<(), DbError> {
        let nobody = tokens::random_id();
        let token = links::issue(connection, Purpose::Reset, &nobody, &nobody, now)?.token;
        let recipient = Recipient { email: &nobody, subject_id: Some(&nobody) };
        self.insert(connection, recipient, EmailKind::ResetPassword { token, name: None }, now, now, NEVER)
    }

    /// Says, when what it gives is dropped, that there may be something new.
    pub fn wake_worker_on_drop(&self) -> impl Drop + use<> {
        struct Announcement(Arc<Notify>);
        impl Drop for Announcement {
            fn drop(&mut self) {
                self.0.notify_one();
            }
        }
        Announcement(Arc::clone(&self.notified))
    }

    /// Waits for the next announcement.
    pub async fn announced(&self) {
        self.notified.notified().await;
    }

    fn insert(
        &self,
        connection: &mut DbConnection,
        recipient: Recipient<'_>,
        kind: EmailKind,
        now: Timestamp,
        expires_at: Timestamp,
        next_attempt_at: i64,
    ) -> Result<(), DbError> {
        let id = tokens::random_id();
        let name = kind.name();
        // Strings and integers always become JSON.
        let plain =
            serde_json::to_vec(&QueuedEmail { to: recipient.email.to_owned(), kind }).expect("a letter can be encoded");
        let row = OutboxRow {
            letter: name.to_owned(),
            recipient: String::new(),
            sealed: Some(seal::seal(&self.keys, &id, &plain)),
            created_at: now.millis(),
            expires_at: expires_at.millis(),
            attempts: 0,
            next_attempt_at,
            subject_id: recipient.subject_id.map(str::to_owned),
            id,
        };
        Ok(outbox::insert(connection, &row)?)
    }
}

/// Reads the letter of a row, and where it goes.
pub fn open(row: &OutboxRow, keys: &Keys) -> Result<QueuedEmail, OpenError> {
    let sealed = row.sealed.as_deref().ok_or(OpenError::Gone)?;
    Ok(match serde_json::from_slice(&seal::open(keys, &row.id, sealed)?)? {
        Sealed::QueuedEmail(queued) => queued,
        Sealed::EmailKind(kind) => QueuedEmail { to: row.recipient.clone(), kind },
    })
}

/// Composes the mail of a row: the same one each time, link and Message-ID included.
pub fn compose_row(
    row: &OutboxRow,
    queued: &QueuedEmail,
    context: &MailContext<'_>,
) -> Result<OutgoingMail, OpenError> {
    let written_at = Timestamp::from_millis(row.created_at);
    let QueuedEmail { to, kind } = queued;
    Ok(compose(kind, &context.site, context.from, to, &row.id, written_at)?)
}

impl<'a> From<&'a User> for Recipient<'a> {
    fn from(user: &'a User) -> Self {
        Self { email: &user.email, subject_id: Some(&user.id) }
    }
}

impl<'a> From<&'a PendingSignup> for Recipient<'a> {
    fn from(signup: &'a PendingSignup) -> Self {
        Self { email: &signup.email, subject_id: Some(&signup.id) }
    }
}
