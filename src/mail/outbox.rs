//! The outbox. An email is sealed into a row in the transaction of the change that it reports. It
//! is opened again for delivery or, in development mode, for reading. The database contains no
//! usable link.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::compose::{ComposeError, MailContext, OutgoingMail, compose};
use super::email_kind::EmailKind;
use super::emails::password::ResetPassword;
use crate::accounts::links::{self, Purpose};
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::security::keys::Keys;
use crate::security::{seal, tokens};
use crate::store::invitations::Invitation;
use crate::store::outbox::{self, NEVER, OutboxRow};
use crate::store::pending_signups::PendingSignup;
use crate::store::users::User;

#[derive(Clone, Copy, Debug)]
pub struct Recipient<'a> {
    /// A stored email address, never one that was just typed (CVE-2019-19844).
    pub email: &'a str,
    /// The id of the pending sign-up, invitation or user that the email belongs to. The email is
    /// deleted together with it. `None` for the last email of an account.
    pub subject_id: Option<&'a str>,
}

/// An email and its recipient. A row of the outbox stores it as sealed JSON.
#[derive(Debug, Serialize, Deserialize)]
pub struct QueuedEmail {
    pub to: String,
    #[serde(rename = "letter")]
    pub kind: EmailKind,
}

/// The formats of sealed content.
#[derive(Deserialize)]
#[serde(untagged)]
enum Sealed {
    QueuedEmail(QueuedEmail),
    /// Written by an earlier version, which stored the recipient in a separate column.
    EmailKind(EmailKind),
}

/// An error while an email is read from its row.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The sealed content was erased, because the email was delivered, given up or had expired.
    #[error("the email is no longer stored")]
    Gone,
    /// The content was sealed with another secret, or it is damaged.
    #[error(transparent)]
    Sealed(#[from] seal::CannotOpen),
    #[error("cannot decode email: {0}")]
    EmailKind(#[from] serde_json::Error),
    #[error(transparent)]
    Compose(#[from] ComposeError),
}

/// Queues an email. Wakes the delivery worker after the commit.
pub fn enqueue(
    tx: &mut Tx<'_>,
    recipient: Recipient<'_>,
    email: impl Into<EmailKind>,
) -> Result<(), DbError> {
    let (kind, now) = (email.into(), tx.now);
    let expires_at = now + kind.email().lifetime();
    insert(tx, recipient, kind, expires_at, now)?;
    tx.wake_worker();
    Ok(())
}

/// Does the same work for an unknown email address as for one that gets a link: the same
/// statements, sealing and disk pages. The link belongs to no user. The email has already expired,
/// so it is never delivered or shown. Without the decoy, response times would reveal which email
/// addresses have an account (ASVS 6.3.8).
pub fn enqueue_decoy(tx: &mut Tx<'_>) -> Result<(), DbError> {
    let (no_user, now) = (tokens::random_id(), tx.now);
    let token = links::issue(tx, Purpose::Reset, &no_user, &no_user)?.token;
    let recipient = Recipient {
        email: &no_user,
        subject_id: Some(&no_user),
    };
    insert(
        tx,
        recipient,
        ResetPassword {
            token,
            name: None,
            by_administrator: false,
        }
        .into(),
        now,
        NEVER,
    )
}

fn insert(
    tx: &mut Tx<'_>,
    recipient: Recipient<'_>,
    kind: EmailKind,
    expires_at: Timestamp,
    next_attempt_at: Timestamp,
) -> Result<(), DbError> {
    let id = tokens::random_id();
    let name = kind.email().kind();
    // Strings, lists and integers can always be encoded as JSON.
    let plain = serde_json::to_vec(&QueuedEmail {
        to: recipient.email.to_owned(),
        kind,
    })
    .expect("an email can be encoded");
    let row = OutboxRow {
        kind: name.to_owned(),
        // The sealed part has the address. Only rows of earlier versions have it here.
        recipient: String::new(),
        sealed: Some(seal::seal(&tx.keys, seal::Kind::Message, &id, &plain)),
        created_at: tx.now,
        expires_at,
        attempts: 0,
        next_attempt_at,
        subject_id: recipient.subject_id.map(str::to_owned),
        last_failure: None,
        rejections: 0,
        unknown_outcomes: 0,
        id,
    };
    Ok(outbox::insert(tx, &row)?)
}

/// Opens the sealed email of a row.
pub fn open(row: &OutboxRow, keys: &Keys) -> Result<QueuedEmail, OpenError> {
    let sealed = row.sealed.as_deref().ok_or(OpenError::Gone)?;
    Ok(
        match serde_json::from_slice(&seal::open(keys, seal::Kind::Message, &row.id, sealed)?)? {
            Sealed::QueuedEmail(queued) => queued,
            Sealed::EmailKind(kind) => QueuedEmail {
                to: row.recipient.clone(),
                kind,
            },
        },
    )
}

/// Composes the email of a row. The result is the same each time, including the link and the
/// Message-ID.
pub fn compose_row(
    row: &OutboxRow,
    queued: &QueuedEmail,
    context: &MailContext<'_>,
) -> Result<OutgoingMail, OpenError> {
    let written_at = row.created_at;
    let QueuedEmail { to, kind } = queued;
    Ok(compose(context, kind.email(), to, &row.id, written_at)?)
}

impl<'a> From<&'a User> for Recipient<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            email: &user.email,
            subject_id: Some(&user.id.0),
        }
    }
}

impl<'a> From<&'a Invitation> for Recipient<'a> {
    fn from(invitation: &'a Invitation) -> Self {
        Self {
            email: &invitation.email,
            subject_id: Some(&invitation.id),
        }
    }
}

impl<'a> From<&'a PendingSignup> for Recipient<'a> {
    fn from(signup: &'a PendingSignup) -> Self {
        Self {
            email: &signup.email,
            subject_id: Some(&signup.id),
        }
    }
}
