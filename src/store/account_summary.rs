//! The session of a browser request with a summary of its account. One query reads it,
//! because each query takes the database locks.

use diesel::dsl::{exists, min};
use diesel::prelude::*;

use super::schema::{events, links, password_credentials, personal_tokens, sessions, users};
use super::sessions::{Current, CurrentSession, LiveAt, live_of, mine, other};
use super::users::User;
use crate::clock::Timestamp;
use crate::db::{DbConnection, on_either};
use crate::values::{SessionIdHash, StoredAddress, UserId};

/// The state of an account, for its owner.
#[derive(Clone, Debug)]
pub struct AccountSummary {
    /// Number of live sessions.
    pub live_sessions: i64,
    /// The user's last login apart from the current session.
    pub other_login: Option<OtherLogin>,
    /// The newest login from a new device that the user can still undo, apart from the current
    /// session.
    pub new_login: Option<NewLogin>,
    /// The address that waits for confirmation.
    pub pending_email: Option<String>,
    pub password_changed_at: Option<Timestamp>,
    /// Number of unexpired API tokens.
    pub live_tokens: i64,
    /// The API token that expires next, if that is soon.
    pub expiring_token: Option<ExpiringToken>,
}

/// A login other than that of the current session.
#[derive(Clone, Debug, Queryable)]
pub struct OtherLogin {
    pub at: Timestamp,
    /// The User-Agent header of the client.
    pub user_agent: String,
}

/// A login from a new device.
#[derive(Clone, Debug, Queryable)]
pub struct NewLogin {
    pub at: Timestamp,
    /// The User-Agent header of the client.
    pub user_agent: String,
    /// The IP address of the client, as text.
    pub client_address: String,
}

#[derive(Clone, Debug)]
pub struct ExpiringToken {
    pub name: String,
    pub expires_at: Timestamp,
}

/// The times and stored names by which the query selects.
#[derive(Clone, Copy, Debug)]
pub struct SummaryScope {
    pub live_at: LiveAt,
    /// Earliest time of a new login.
    pub new_since: Timestamp,
    /// Latest end of an expiring token.
    pub expiring_until: Timestamp,
    /// Kind of the event of a login.
    pub login: &'static str,
    /// Purpose of the link that confirms a new address.
    pub email_change: &'static str,
}

// An alias for the events table, so that one query can join it and search it.
diesel::alias! {
    const logins: Alias<Logins> = events as logins;
}

/// Returns the session of a browser request and a summary of its account.
pub fn current_with_summary(
    db: &mut DbConnection,
    id_hash: &SessionIdHash,
    user_id: &UserId,
    scope: SummaryScope,
) -> QueryResult<Option<(Current, AccountSummary)>> {
    let now = scope.live_at.now;
    // A table can only be joined to others if the conditions of their joins own their values.
    let latest_other = mine
        .filter(mine.field(sessions::user_id).eq(user_id.clone()))
        .filter(mine.field(sessions::id_hash).ne(id_hash.clone()))
        .order((
            mine.field(sessions::created_at).desc(),
            mine.field(sessions::id_hash).desc(),
        ))
        .limit(1)
        .select(mine.field(sessions::id_hash))
        .single_value();
    let undo_works = exists(
        links::table
            .filter(links::id.nullable().eq(logins.field(events::undo_link_id)))
            .filter(links::used_at.is_null())
            .filter(links::invalidated_at.is_null())
            .filter(links::expires_at.gt(now)),
    );
    let latest_new = logins
        .filter(logins.field(events::user_id).eq(user_id.clone()))
        .filter(logins.field(events::happened_at).gt(scope.new_since))
        // The current session began in the transaction of its own event.
        .filter(logins.field(events::happened_at).ne(sessions::created_at))
        .filter(logins.field(events::kind).eq(scope.login))
        .filter(undo_works)
        .order(logins.field(events::happened_at).desc())
        .limit(1)
        .select(logins.field(events::id))
        .single_value();
    let pending_email = links::table
        .filter(links::subject_id.eq(&user_id.0))
        .filter(links::purpose.eq(scope.email_change))
        .filter(links::used_at.is_null())
        .filter(links::invalidated_at.is_null())
        .filter(links::expires_at.gt(now))
        .order(links::created_at.desc())
        .limit(1)
        .select(links::email)
        .single_value();
    let password_changed_at = password_credentials::table
        .filter(password_credentials::user_id.eq(user_id))
        .select(password_credentials::changed_at)
        .single_value();
    let live_tokens = personal_tokens::table
        .filter(personal_tokens::user_id.eq(user_id))
        .filter(personal_tokens::expires_at.gt(now));
    let next_end = live_tokens.select(min(personal_tokens::expires_at));
    let row = on_either!(db, db => sessions::table
        .inner_join(users::table)
        .left_join(other.on(other.field(sessions::id_hash).nullable().eq(latest_other)))
        .left_join(events::table.on(events::id.nullable().eq(latest_new)))
        .filter(sessions::id_hash.eq(id_hash))
        .filter(sessions::user_id.eq(user_id))
        .select((
            CurrentSession::as_select(),
            User::as_select(),
            live_of!(user_id, scope.live_at).count().single_value(),
            other.fields((sessions::created_at, sessions::user_agent)).nullable(),
            (events::happened_at, events::user_agent, events::client_address).nullable(),
            pending_email,
            password_changed_at,
            live_tokens.count().single_value(),
            next_end.single_value(),
        ))
        .get_result(db)
        .optional())?;
    let Some((
        session,
        user,
        live_sessions,
        other_login,
        new_login,
        pending_email,
        password_changed_at,
        live_tokens,
        next_end,
    )) = row
    else {
        return Ok(None);
    };
    let next_end: Option<Timestamp> = next_end;
    let pending_email: StoredAddress<Option<String>> = pending_email;
    // The name is looked up only if it is shown. In the query, it would cost every request a sort.
    let expiring_token = match next_end {
        Some(end) if end <= scope.expiring_until => expiring_token(db, user_id, end)?,
        _ => None,
    };
    let summary = AccountSummary {
        live_sessions: Option::unwrap_or_default(live_sessions),
        other_login,
        new_login,
        pending_email: pending_email.into(),
        password_changed_at,
        live_tokens: Option::unwrap_or_default(live_tokens),
        expiring_token,
    };
    Ok(Some((Current { session, user }, summary)))
}

/// Returns a user's API token that expires at `end`.
fn expiring_token(
    db: &mut DbConnection,
    user_id: &UserId,
    end: Timestamp,
) -> QueryResult<Option<ExpiringToken>> {
    let name = personal_tokens::table
        .filter(personal_tokens::user_id.eq(user_id))
        .filter(personal_tokens::expires_at.eq(end))
        .order(personal_tokens::created_at)
        .select(personal_tokens::name)
        .first::<String>(db)
        .optional()?;
    Ok(name.map(|name| ExpiringToken {
        name,
        expires_at: end,
    }))
}
