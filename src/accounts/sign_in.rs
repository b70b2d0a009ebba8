//! The start of sessions, and the rules for their lifetime. No other code creates a session.

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
/// Number of live sessions per account. A login beyond it ends the session that has been idle
/// longest (ASVS 7.1.2).
const MOST_SESSIONS: usize = 50;
/// Number of sessions stored per account, because a client can log in any number of times. Finished
/// sessions are stored for at most 30 days. Live sessions are never removed.
const KEPT_SESSIONS_LIMIT: i64 = 500;
/// Minimum time between two updates of the last-seen time.
const SEEN_EVERY: Duration = Duration::from_mins(1);

/// The kind of a new session.
#[derive(Clone, Debug)]
pub enum Carrier {
    /// A browser, which gets a cookie. The session that came with the request ends.
    Browser(Option<OwnedSession>),
    /// An API client, which gets tokens.
    Program,
}

/// A new or renewed session.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The id for the cookie or the refresh token. The database stores only its hash.
    pub id: SessionId,
    /// The public id, shown on pages and in the API. It grants no access.
    pub handle: String,
    pub user: UserId,
    /// The absolute end of the session, even if it is in use.
    pub expires_at: Timestamp,
    /// True if the session outlives the browser process.
    pub remember: bool,
}

/// Returns the absolute lifetime of a session.
pub const fn overall_lifetime(remember: bool) -> Duration {
    if remember { DAY.saturating_mul(180) } else { DAY.saturating_mul(7) }
}

/// Returns the time without requests after which a session expires.
pub const fn idle_lifetime(remember: bool) -> Duration {
    if remember { DAY.saturating_mul(30) } else { HOUR.saturating_mul(24) }
}

/// Starts a session after a password check. The caller records the audit event. The session always
/// has a new id, and the session that came with the request ends (GHSA-c9h6-v78w-52wj).
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

/// Replaces the id of a live session after reauthentication (ASVS 7.2.4). The previous id stops
/// working. Returns `None` if the session has ended.
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

/// Returns true if a session has not ended, expired or been idle for too long.
pub fn is_live(session: &CurrentSession, now: Timestamp) -> bool {
    session.ended_at.is_none()
        && session.expires_at > now.millis()
        && session.last_seen_at > (now - idle_lifetime(session.remember)).millis()
}

/// Returns true if a session is live and the account is not locked. Locking an account ends its
/// sessions. However, a node of an older version that ignores locks may have started another one.
pub fn is_open(session: &CurrentSession, user: &User, now: Timestamp) -> bool {
    is_live(session, now) && user.locked_at.is_none()
}

/// Returns true if the last-seen time is at least a minute old.
pub fn is_seen_due(session: &CurrentSession, now: Timestamp) -> bool {
    session.last_seen_at <= (now - SEEN_EVERY).millis()
}

/// Updates the last-seen time of a session, at most once a minute.
pub fn note_seen(connection: &mut DbConnection, session: &OwnedSession, now: Timestamp) -> Result<(), DbError> {
    let due = (now - SEEN_EVERY).millis();
    Ok(sessions::seen(connection, &session.user.0, &session.hash.0, due, now.millis())?)
}

/// Returns the session of a cookie, live or not, with its user.
pub fn find(connection: &mut DbConnection, session: &OwnedSession) -> Result<Option<Current>, DbError> {
    Ok(sessions::current(connection, &session.hash.0, &session.user.0)?)
}

/// Returns the API session of an access token, live or not, with its user.
pub fn find_of_program(connection: &mut DbConnection, user: &UserId, handle: &str) -> Result<Option<Current>, DbError> {
    Ok(sessions::current_of_program(connection, handle, &user.0)?)
}

/// Returns the session of a cookie, live or not, with its user and a summary of all the user's
/// sessions.
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

/// Returns the idle limits at `now`. A session last seen at or before its limit has expired.
pub fn idle_since(now: Timestamp) -> IdleSince {
    IdleSince { plain: (now - idle_lifetime(false)).millis(), remembered: (now - idle_lifetime(true)).millis() }
}
