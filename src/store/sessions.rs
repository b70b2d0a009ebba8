//! Sessions, by the hash of their id. Every query is restricted to one owner.

use diesel::prelude::*;

use super::schema::{sessions, users};
use super::users::User;
use crate::clock::Timestamp;
use crate::db::{DbConnection, on_either};
use crate::values::{SessionIdHash, UserId};

/// A session to store.
#[derive(Debug, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub struct NewSession<'a> {
    /// SHA-256 of the session id.
    pub id_hash: &'a SessionIdHash,
    pub user_id: &'a UserId,
    /// The authentication method of the login, such as `password`.
    pub signed_in_by: &'a str,
    /// True if the session outlives the browser process.
    pub remember: bool,
    pub created_at: Timestamp,
    /// Time of the last request, accurate to a minute.
    pub last_seen_at: Timestamp,
    /// The absolute end of the session, even if it is in use.
    pub expires_at: Timestamp,
    /// The User-Agent header of the client.
    pub user_agent: &'a str,
    /// The IP address of the client, as text.
    pub client_address: &'a str,
    /// The public id, shown on pages and in the API. It grants no access.
    pub handle: &'a str,
    /// Time of the last login or reauthentication.
    pub proven_at: Timestamp,
    /// Number of refresh token exchanges. `None` for a browser session.
    pub refresh_generation: Option<i64>,
    /// The passkey that opened the session, if one did.
    pub passkey_id: Option<&'a str>,
}

/// The parts of a session that a request needs.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct CurrentSession {
    /// SHA-256 of the session id.
    pub id_hash: SessionIdHash,
    /// True if the session outlives the browser process.
    pub remember: bool,
    pub created_at: Timestamp,
    /// Time of the last request, accurate to a minute.
    pub last_seen_at: Timestamp,
    /// The absolute end of the session, even if it is in use.
    pub expires_at: Timestamp,
    /// The User-Agent header of the client.
    pub user_agent: String,
    pub ended_at: Option<Timestamp>,
    pub end_reason: Option<String>,
    /// The public id, shown on pages and in the API. It grants no access.
    pub handle: String,
    /// Time of the last login or reauthentication.
    pub proven_at: Timestamp,
}

/// An API session that is being refreshed.
#[derive(Clone, Debug)]
pub struct ProgramSession {
    pub session: CurrentSession,
    /// The method of the login, such as `password`.
    pub signed_in_by: String,
    /// Number of refresh token exchanges.
    pub refresh_generation: i64,
    /// Time of the last exchange.
    pub refreshed_at: Option<Timestamp>,
}

/// The session of a request and its user.
#[derive(Clone, Debug, Queryable)]
pub struct Current {
    /// The session, ended or not.
    pub session: CurrentSession,
    pub user: User,
}

/// Returns the session of a browser request.
pub fn current(
    db: &mut DbConnection,
    id_hash: &SessionIdHash,
    user_id: &UserId,
) -> QueryResult<Option<Current>> {
    on_either!(db, db => sessions::table
        .inner_join(users::table)
        .filter(sessions::id_hash.eq(id_hash))
        .filter(sessions::user_id.eq(user_id))
        .select((CurrentSession::as_select(), User::as_select()))
        .get_result(db)
        .optional())
}

/// Returns the session of an API request by its public id.
pub fn current_of_program(
    db: &mut DbConnection,
    handle: &str,
    user_id: &UserId,
) -> QueryResult<Option<Current>> {
    on_either!(db, db => sessions::table
        .inner_join(users::table)
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::handle.eq(handle))
        .filter(sessions::refresh_generation.is_not_null())
        .select((CurrentSession::as_select(), User::as_select()))
        .get_result(db)
        .optional())
}

pub fn insert(db: &mut DbConnection, session: &NewSession<'_>) -> QueryResult<()> {
    diesel::insert_into(sessions::table)
        .values(session)
        .execute(db)?;
    Ok(())
}

/// Updates the time of the last request unless it is later than `due`. Only one of several
/// concurrent requests writes. The time never goes back, even if the clocks of several nodes
/// differ.
pub fn seen(
    db: &mut DbConnection,
    user_id: &UserId,
    id_hash: &SessionIdHash,
    due: Timestamp,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(sessions::table.find(id_hash))
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::last_seen_at.le(due))
        .set(sessions::last_seen_at.eq(now))
        .execute(db)?;
    Ok(())
}

/// Ends a user's session. Returns false if it had already ended or does not exist.
pub fn end(
    db: &mut DbConnection,
    user_id: &UserId,
    id_hash: &SessionIdHash,
    reason: &str,
    now: Timestamp,
) -> QueryResult<bool> {
    let updated = diesel::update(sessions::table.find(id_hash))
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::ended_at.is_null())
        .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
        .execute(db)?;
    Ok(updated == 1)
}

/// The values that a session gets at reauthentication. `None` keeps the present value.
#[derive(Clone, Copy, Debug)]
pub struct Renewal<'a> {
    pub id_hash: &'a SessionIdHash,
    /// The method of the login, such as `password`.
    pub signed_in_by: Option<&'a str>,
    /// The passkey whose removal ends the session.
    pub passkey_id: Option<&'a str>,
}

/// Replaces the id of a session after reauthentication. Returns false if the session has ended or
/// does not exist.
pub fn renew(
    db: &mut DbConnection,
    user_id: &UserId,
    id_hash: &SessionIdHash,
    new: &Renewal<'_>,
    now: Timestamp,
) -> QueryResult<bool> {
    let updated = diesel::update(sessions::table.find(id_hash))
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::ended_at.is_null())
        .set((
            sessions::id_hash.eq(new.id_hash),
            sessions::proven_at.eq(now),
            sessions::last_seen_at.eq(now),
            new.signed_in_by
                .map(|method| sessions::signed_in_by.eq(method)),
            new.passkey_id.map(|id| sessions::passkey_id.eq(id)),
        ))
        .execute(db)?;
    Ok(updated == 1)
}

/// Returns a user's session, live or not.
pub fn of_user(
    db: &mut DbConnection,
    user_id: &UserId,
    id_hash: &SessionIdHash,
) -> QueryResult<Option<CurrentSession>> {
    sessions::table
        .find(id_hash)
        .filter(sessions::user_id.eq(user_id))
        .select(CurrentSession::as_select())
        .first(db)
        .optional()
}

/// Returns a user's API session, live or not.
pub fn of_program(
    db: &mut DbConnection,
    user_id: &UserId,
    id_hash: &SessionIdHash,
) -> QueryResult<Option<ProgramSession>> {
    let found = sessions::table
        .find(id_hash)
        .filter(sessions::user_id.eq(user_id))
        .select((
            CurrentSession::as_select(),
            sessions::signed_in_by,
            sessions::refresh_generation,
            sessions::refreshed_at,
        ))
        .first::<(CurrentSession, String, Option<i64>, Option<Timestamp>)>(db)
        .optional()?;
    Ok(found.and_then(
        |(session, signed_in_by, refresh_generation, refreshed_at)| {
            Some(ProgramSession {
                session,
                signed_in_by,
                refresh_generation: refresh_generation?,
                refreshed_at,
            })
        },
    ))
}

/// Stores an exchange of the refresh token.
pub fn set_refresh_generation(
    db: &mut DbConnection,
    user_id: &UserId,
    id_hash: &SessionIdHash,
    generation: i64,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(sessions::table.find(id_hash))
        .filter(sessions::user_id.eq(user_id))
        .set((
            sessions::refresh_generation.eq(generation),
            sessions::refreshed_at.eq(now),
            sessions::last_seen_at.eq(now),
        ))
        .execute(db)?;
    Ok(())
}

/// Returns the id hash of a user's session by its public id, live or not.
pub fn by_handle(
    db: &mut DbConnection,
    user_id: &UserId,
    handle: &str,
) -> QueryResult<Option<SessionIdHash>> {
    sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::handle.eq(handle))
        .select(sessions::id_hash)
        .first(db)
        .optional()
}

/// Ends all sessions of a user except for one. Returns the number of ended sessions.
pub fn end_others(
    db: &mut DbConnection,
    user_id: &UserId,
    except: Option<&SessionIdHash>,
    reason: &str,
    now: Timestamp,
) -> QueryResult<usize> {
    let except = except.map_or("", |hash| hash.0.as_str());
    diesel::update(sessions::table)
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::id_hash.ne(except))
        .filter(sessions::ended_at.is_null())
        .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
        .execute(db)
}

/// Ends the sessions of a user that a passkey opened, except for one.
pub fn end_of_passkey(
    db: &mut DbConnection,
    user_id: &UserId,
    passkey_id: &str,
    except: Option<&SessionIdHash>,
    (reason, now): (&str, Timestamp),
) -> QueryResult<()> {
    let except = except.map_or("", |hash| hash.0.as_str());
    diesel::update(sessions::table)
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::passkey_id.eq(passkey_id))
        .filter(sessions::id_hash.ne(except))
        .filter(sessions::ended_at.is_null())
        .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
        .execute(db)?;
    Ok(())
}

/// Ends all sessions of a user. Returns the number of ended sessions.
pub fn end_all(
    db: &mut DbConnection,
    user_id: &UserId,
    reason: &str,
    now: Timestamp,
) -> QueryResult<usize> {
    diesel::update(sessions::table)
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::ended_at.is_null())
        .set((sessions::ended_at.eq(now), sessions::end_reason.eq(reason)))
        .execute(db)
}
