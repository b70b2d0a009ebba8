//! The only place where a session is born, and the rules for how long it lives.

use std::time::Duration;

use super::audit::ClientInfo;
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::security::tokens;
use crate::store::sessions::{self, Current, CurrentSession, IdleSince, SessionSummary};
use crate::store::users::User;
use crate::values::{OwnedSession, SessionId, SessionIdHash, UserId};

use super::sign_out::{self, EndReason};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// Beyond it the longest idle session goes (ASVS 7.1.2).
const MOST_SESSIONS: usize = 50;
/// Sessions that are over are kept for 30 days, but no more than these: one client can log in without end.
const KEPT_SESSIONS_LIMIT: i64 = 500;
/// Last-seen is noted at most this often.
const SEEN_EVERY: Duration = Duration::from_mins(1);

/// What carries a session from request to request.
#[derive(Clone, Debug)]
pub enum Carrier {
    /// A browser, with a cookie. The session that came with its request ends.
    Browser(Option<OwnedSession>),
    /// A program, with tokens.
    Program,
}

/// A session that has just begun.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id, for the cookie or the refresh token; kept nowhere else.
    pub id: SessionId,
    /// What pages and the API call it; opens nothing.
    pub handle: String,
    /// Its owner.
    pub user: UserId,
    /// Its end, however busy it is.
    pub expires_at: Timestamp,
    /// Whether it outlives the browser.
    pub remember: bool,
}

/// How long a session lives in all.
pub const fn overall_lifetime(remember: bool) -> Duration {
    if remember { DAY.saturating_mul(180) } else { DAY.saturating_mul(7) }
}

/// How long it lives without a request.
pub const fn idle_lifetime(remember: bool) -> Duration {
    if remember { DAY.saturating_mul(30) } else { HOUR.saturating_mul(24) }
}

/// Begins a session after a password was found right; what is written down of it is the caller's. It always has a new id;
/// the one that came with the request ends (GHSA-c9h6-v78w-52wj).
pub fn begin(
    connection: &mut DbConnection,
    user: &UserId,
    remember: bool,
    carrier: &Carrier,
    client: &ClientInfo,
    now: Timestamp,
) -> Result<NewSession, DbError> {
    if let Carrier::Browser(Some(old)) = carrier {
        sign_out::end(connection, old, EndReason::Replaced, now)?;
    }
    make_room(connection, user, now)?;
    let session = NewSession {
        id: tokens::new_session_id(),
        handle: tokens::random_id(),
        user: user.clone(),
        expires_at: now + overall_lifetime(remember),
        remember,
    };
    sessions::insert(
        connection,
        &sessions::NewSession {
            id_hash: &tokens::hash_session_id(&session.id).0,
            user_id: &user.0,
            signed_in_by: "password",
            remember,
            created_at: now.millis(),
            last_seen_at: now.millis(),
            expires_at: session.expires_at.millis(),
            user_agent: &client.user_agent,
            client_address: &client.address,
            handle: &session.handle,
            proven_at: now.millis(),
            refresh_generation: matches!(carrier, Carrier::Program).then_some(0),
        },
    )?;
    sessions::keep_newest(connection, &user.0, KEPT_SESSIONS_LIMIT, now.millis(), idle_since(now))?;
    Ok(session)
}

/// Gives a live session another id, since its owner has given the password anew (ASVS 7.2.4): the id of before is worth
/// nothing from now on. `None` if it has ended.
pub fn renew(
    connection: &mut DbConnection,
    user: &UserId,
    session: &CurrentSession,
    now: Timestamp,
) -> Result<Option<NewSession>, DbError> {
    let id = tokens::new_session_id();
    let new_hash = tokens::hash_session_id(&id);
    let renewed = sessions::renew(connection, &user.0, &session.id_hash, &new_hash.0, now.millis())?;
    Ok(renewed.then(|| NewSession {
        id,
        handle: session.handle.clone(),
        user: user.clone(),
        expires_at: Timestamp::from_millis(session.expires_at),
        remember: session.remember,
    }))
}

/// Whether a session lives: not ended, not past its end, not idle for too long.
pub fn is_live(session: &CurrentSession, now: Timestamp) -> bool {
    session.ended_at.is_none()
        && session.expires_at > now.millis()
        && session.last_seen_at > (now - idle_lifetime(session.remember)).millis()
}

/// Whether it opens something: it lives, and its user is not locked out. A lock ends all sessions; but one may have begun since
/// on a node that knows no locks yet.
pub fn is_open(session: &CurrentSession, user: &User, now: Timestamp) -> bool {
    is_live(session, now) && user.locked_at.is_none()
}

/// Whether it is time to note that it was used.
pub fn is_seen_due(session: &CurrentSession, now: Timestamp) -> bool {
    session.last_seen_at <= (now - SEEN_EVERY).millis()
}

/// Notes that a session was used, at most once a minute.
pub fn note_seen(connection: &mut DbConnection, session: &OwnedSession, now: Timestamp) -> Result<(), DbError> {
    let due = (now - SEEN_EVERY).millis();
    Ok(sessions::seen(connection, &session.user.0, &session.hash.0, due, now.millis())?)
}

/// The session that a cookie names, live or not, with its user.
pub fn find(connection: &mut DbConnection, session: &OwnedSession) -> Result<Option<Current>, DbError> {
    Ok(sessions::current(connection, &session.hash.0, &session.user.0)?)
}

/// The program's session that an access token names, live or not, with its user.
pub fn find_of_program(connection: &mut DbConnection, user: &UserId, handle: &str) -> Result<Option<Current>, DbError> {
    Ok(sessions::current_of_program(connection, handle, &user.0)?)
}

/// The session that a cookie names, live or not, with its user and a glance at all of the user's.
pub fn find_with_summary(
    connection: &mut DbConnection,
    session: &OwnedSession,
    now: Timestamp,
) -> Result<Option<(Current, SessionSummary)>, DbError> {
    let (user, hash) = (&session.user.0, &session.hash.0);
    Ok(sessions::current_with_summary(connection, hash, user, now.millis(), idle_since(now))?)
}

fn make_room(connection: &mut DbConnection, user: &UserId, now: Timestamp) -> Result<(), DbError> {
    let live = sessions::live(connection, &user.0, now.millis(), idle_since(now))?;
    for id_hash in live.into_iter().skip(MOST_SESSIONS - 1) {
        let old = OwnedSession { user: user.clone(), hash: SessionIdHash(id_hash) };
        sign_out::end(connection, &old, EndReason::TooMany, now)?;
    }
    Ok(())
}

/// The last-seen times below which a session has idled away by `now`.
pub fn idle_since(now: Timestamp) -> IdleSince {
    IdleSince { plain: (now - idle_lifetime(false)).millis(), remembered: (now - idle_lifetime(true)).millis() }
}
