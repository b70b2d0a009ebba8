//! Links in mails: what they are for, how long they work, how one is made, looked at and used up. A token is single
//! use, bound to its purpose, its subject and the address that it went to; the database keeps its hash alone.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::db::{self, DbConnection, DbError};
use crate::security::tokens;
use crate::store::links::{self, Link};
use crate::values::{Token, TokenHash, UserId, address_key};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Confirms the address of a waiting sign-up, which is the subject.
    Verify,
    /// Sets a new password of a user, who is the subject.
    Reset,
    /// Makes the address that it went to the address of a user, who is the subject.
    ChangeAddress,
    /// 'This was not me': gives the account back to the address that it went to. The user is the subject.
    Undo,
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

/// A link that was just made.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// What its row is called.
    pub id: String,
    /// Its secret, for the mail.
    pub token: Token,
}

impl Purpose {
    /// How long a link works (NIST SP 800-63B-4 §4.2.1.2 allows 24 hours for codes by mail).
    pub const fn lifetime(self) -> Duration {
        match self {
            Self::Verify | Self::ChangeAddress => Duration::from_hours(24),
            Self::Undo => Duration::from_hours(7 * 24),
            Self::Reset => Duration::from_hours(1),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::ChangeAddress => "change_address",
            Self::Undo => "undo",
        }
    }
}

/// Makes a link for a mail to `email`, a stored address, and voids the subject's earlier ones for the same purpose, but for
/// undos: each takes back what was done since it was mailed. The token goes into the mail; nothing else keeps it.
pub fn issue(
    connection: &mut DbConnection,
    purpose: Purpose,
    subject_id: &str,
    email: &str,
    now: Timestamp,
) -> Result<NewLink, DbError> {
    let mut created_at = now.millis();
    if purpose == Purpose::Undo {
        // An earlier undo wins over a later one, so their order must be right, also within one millisecond and between
        // nodes whose clocks differ.
        let newest = links::newest(connection, subject_id, purpose.name())?;
        created_at = newest.map_or(created_at, |newest| created_at.max(newest.saturating_add(1)));
    } else {
        links::void(connection, subject_id, &[purpose.name()], now.millis())?;
    }
    insert(connection, purpose, subject_id, email, created_at, now)
}

/// Makes a link that no email will carry. Earlier links to the same address, which an email has carried, go on working;
/// those to other addresses are invalidated.
pub fn issue_without_email(
    connection: &mut DbConnection,
    purpose: Purpose,
    subject_id: &str,
    email: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    links::invalidate_to_others(connection, subject_id, purpose.name(), &address_key(email), now.millis())?;
    insert(connection, purpose, subject_id, email, now.millis(), now)?;
    Ok(())
}

fn insert(
    connection: &mut DbConnection,
    purpose: Purpose,
    subject_id: &str,
    email: &str,
    created_at: i64,
    now: Timestamp,
) -> Result<NewLink, DbError> {
    let token = tokens::new_token();
    let link = Link {
        id: tokens::random_id(),
        token_hash: tokens::hash_token(&token).0,
        purpose: purpose.name().to_owned(),
        subject_id: subject_id.to_owned(),
        email_key: address_key(email),
        created_at,
        expires_at: (now + purpose.lifetime()).millis(),
        used_at: None,
        void_at: None,
        email: Some(email.to_owned()),
    };
    links::insert(connection, &link)?;
    Ok(NewLink { id: link.id, token })
}

/// Takes the turn of the address that a link went to, and then of its subject: what is found after it stays true to the
/// end of the transaction.
pub fn take_turn(connection: &mut DbConnection, purpose: Purpose, token: &TokenHash) -> Result<(), DbError> {
    match links::by_token_hash(connection, purpose.name(), &token.0)? {
        Some(link) => {
            db::take_turn(connection, &link.email_key)?;
            db::take_turn(connection, &link.subject_id)
        }
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
    Ok(state_of(links::by_token_hash(connection, purpose.name(), &token.0)?, now))
}

/// Returns true if a user has used a link for `purpose`. Links are kept for a day past their end.
pub fn was_used(connection: &mut DbConnection, purpose: Purpose, user: &UserId) -> Result<bool, DbError> {
    Ok(links::was_used(connection, &user.0, purpose.name())?)
}

/// Uses up a link that was looked at. Of many who press at once, one gets `true`.
pub fn consume(connection: &mut DbConnection, link: &Link, now: Timestamp) -> Result<bool, DbError> {
    Ok(links::consume(connection, &link.subject_id, &link.id, now.millis())?)
}

/// Makes the links of a sign-up those of the user that it has become.
pub fn hand_over(connection: &mut DbConnection, signup_id: &str, user: &UserId) -> Result<(), DbError> {
    Ok(links::hand_over(connection, signup_id, &user.0)?)
}

/// Removes every link of a user.
pub fn remove_all(connection: &mut DbConnection, user: &UserId) -> Result<(), DbError> {
    Ok(links::delete_all(connection, &user.0)?)
}

/// Voids every link of a user that could change something, as a new password does. Undos stay: who has come into an
/// account must not be able to take them from its owner.
pub fn void_all(connection: &mut DbConnection, subject_id: &str, now: Timestamp) -> Result<(), DbError> {
    let purposes = [Purpose::Verify, Purpose::Reset, Purpose::ChangeAddress].map(Purpose::name);
    Ok(links::void(connection, subject_id, &purposes, now.millis())?)
}

/// Voids what an undo wins over: every other link but the undos that were mailed before it.
pub fn void_for_undo(connection: &mut DbConnection, undo: &Link, now: Timestamp) -> Result<(), DbError> {
    void_all(connection, &undo.subject_id, now)?;
    let purpose = Purpose::Undo.name();
    Ok(links::void_later(connection, &undo.subject_id, purpose, undo.created_at, now.millis())?)
}

/// A user's links for one purpose that work, newest first.
pub fn live(
    connection: &mut DbConnection,
    purpose: Purpose,
    user: &UserId,
    now: Timestamp,
) -> Result<Vec<Link>, DbError> {
    Ok(links::live(connection, &user.0, purpose.name(), now.millis())?)
}

/// Which of a user's links for one purpose work, of those with these ids.
pub fn live_among(
    connection: &mut DbConnection,
    purpose: Purpose,
    user: &UserId,
    ids: &[&str],
    now: Timestamp,
) -> Result<Vec<String>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(links::live_among(connection, &user.0, purpose.name(), ids, now.millis())?)
}

/// A link of a user by its id, looked at as [`peek`] does.
pub fn peek_at(
    connection: &mut DbConnection,
    purpose: Purpose,
    user: &UserId,
    id: &str,
    now: Timestamp,
) -> Result<State, DbError> {
    let link = links::of_subject(connection, &user.0, id)?.filter(|link| link.purpose == purpose.name());
    Ok(state_of(link, now))
}

fn state_of(link: Option<Link>, now: Timestamp) -> State {
    match link {
        Some(link) if link.used_at.is_some() => State::Used(link),
        Some(link) if link.void_at.is_none() && link.expires_at > now.millis() => State::Live(link),
        _ => State::Dead,
    }
}
