//! Links in mails: what they are for, how long they work, how one is made, looked at and used up. A token is single
//! use, bound to its purpose, its subject and the address that it went to; the database keeps its hash alone.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::db::{self, DbConnection, DbError};
use crate::security::tokens;
use crate::store::links::{self, Link};
use crate::values::{Token, TokenHash};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Confirms the address of a waiting sign-up, which is the subject.
    Verify,
    /// Sets a new password of a user, who is the subject.
    Reset,
}

/// How a link stands.
#[derive(Clone, Debug)]
pub enum State {
    /// It works.
    Live(Link),
    /// It worked, once.
    Used(Link),
    /// It is void, past its end, or never was.
    Dead,
}

impl Purpose {
    /// How long a link works (NIST SP 800-63B-4 §4.2.1.2 allows 24 hours for codes by mail).
    pub const fn lifetime(self) -> Duration {
        match self {
            Self::Verify => Duration::from_hours(24),
            Self::Reset => Duration::from_hours(1),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
        }
    }
}

/// Makes a link and voids the subject's earlier ones for the same purpose. The token goes into the mail; nothing else
/// keeps it.
pub fn issue(
    connection: &mut DbConnection,
    purpose: Purpose,
    subject_id: &str,
    email_key: &str,
    now: Timestamp,
) -> Result<Token, DbError> {
    let token = tokens::new_token();
    links::void(connection, subject_id, Some(purpose.name()), now.millis())?;
    let link = Link {
        id: tokens::random_id(),
        token_hash: tokens::hash_token(&token).0,
        purpose: purpose.name().to_owned(),
        subject_id: subject_id.to_owned(),
        email_key: email_key.to_owned(),
        created_at: now.millis(),
        expires_at: (now + purpose.lifetime()).millis(),
        used_at: None,
        void_at: None,
    };
    links::insert(connection, &link)?;
    Ok(token)
}

/// Takes the turn of the address that a link went to: what is found after it stays true to the end of the transaction.
pub fn take_turn(connection: &mut DbConnection, purpose: Purpose, token: &TokenHash) -> Result<(), DbError> {
    match links::by_token_hash(connection, purpose.name(), &token.0)? {
        Some(link) => db::take_turn(connection, &link.email_key),
        None => Ok(()),
    }
}

/// Looks at a link and changes nothing.
pub fn peek(
    connection: &mut DbConnection,
    purpose: Purpose,
    token: &TokenHash,
    now: Timestamp,
) -> Result<State, DbError> {
    Ok(match links::by_token_hash(connection, purpose.name(), &token.0)? {
        Some(link) if link.used_at.is_some() => State::Used(link),
        Some(link) if link.void_at.is_none() && link.expires_at > now.millis() => State::Live(link),
        _ => State::Dead,
    })
}

/// Uses up a link that was looked at. Of many who press at once, one gets `true`.
pub fn consume(connection: &mut DbConnection, link: &Link, now: Timestamp) -> Result<bool, DbError> {
    Ok(links::consume(connection, &link.id, now.millis())?)
}

/// Voids every link of a subject, as a change of the password does.
pub fn void_all(connection: &mut DbConnection, subject_id: &str, now: Timestamp) -> Result<(), DbError> {
    Ok(links::void(connection, subject_id, None, now.millis())?)
}
