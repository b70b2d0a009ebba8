//! The outbox: a mail is sealed into its row in the transaction of what it tells of, and opened again when it is
//! delivered or, in development mode, read. Nothing in the database is a usable link.

use lettre::message::Mailbox;
use thiserror::Error;

use super::compose::{ComposeError, OutgoingMail, compose};
use super::letter::{Letter, Site};
use crate::accounts::links::{self, Purpose};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::security::keys::Keys;
use crate::security::{seal, tokens};
use crate::store::outbox::{self, OutboxRow};

/// What every mail is written with: the sender and the site.
#[derive(Clone, Debug)]
pub struct Stationery<'a> {
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
    Letter(#[from] serde_json::Error),
    /// It can't be composed.
    #[error(transparent)]
    Compose(#[from] ComposeError),
}

/// Writes a mail to `recipient`, a stored address, into the transaction of `connection`.
pub fn enqueue(
    connection: &mut DbConnection,
    keys: &Keys,
    recipient: &str,
    letter: &Letter,
    now: Timestamp,
) -> Result<(), DbError> {
    insert(connection, keys, recipient, letter, now, now + letter.lifetime())
}

/// Does for an address that gets no mail what is done for one that gets a link: the same statements, the same sealing,
/// the same pages of the disk. The link belongs to nobody, and the mail is dead from the start: it is never delivered
/// and never shown. Otherwise the time of the answer would tell who has an account (ASVS 6.3.8).
pub fn enqueue_nothing(connection: &mut DbConnection, keys: &Keys, now: Timestamp) -> Result<(), DbError> {
    let nobody = tokens::random_id();
    let token = links::issue(connection, Purpose::Reset, &nobody, &nobody, now)?;
    insert(connection, keys, "", &Letter::ResetPassword { token, name: None }, now, now)
}

fn insert(
    connection: &mut DbConnection,
    keys: &Keys,
    recipient: &str,
    letter: &Letter,
    now: Timestamp,
    dies_at: Timestamp,
) -> Result<(), DbError> {
    let id = tokens::random_id();
    // Strings and integers always become JSON.
    let plain = serde_json::to_vec(letter).expect("a letter can be encoded");
    let row = OutboxRow {
        letter: letter.kind().to_owned(),
        recipient: recipient.to_owned(),
        sealed: Some(seal::seal(keys, &id, &plain)),
        created_at: now.millis(),
        dies_at: dies_at.millis(),
        next_attempt_at: now.millis(),
        id,
    };
    Ok(outbox::insert(connection, &row)?)
}

/// Composes the mail of a row: the same one each time, link and Message-ID included.
pub fn open(row: &OutboxRow, keys: &Keys, stationery: &Stationery<'_>) -> Result<OutgoingMail, OpenError> {
    let sealed = row.sealed.as_deref().ok_or(OpenError::Gone)?;
    let letter: Letter = serde_json::from_slice(&seal::open(keys, &row.id, sealed)?)?;
    let written_at = Timestamp::from_millis(row.created_at);
    Ok(compose(&letter, &stationery.site, stationery.from, &row.recipient, &row.id, written_at)?)
}
