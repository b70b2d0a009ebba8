//! The session of a browser request with a summary of its account. One query reads all but
//! the API tokens, because each query takes the database locks.
//!
//! The query is text. Diesel walks a query's whole tree twice for each request, which took a
//! quarter of the dashboard's time with a tree of this size.

use diesel::backend::Backend;
use diesel::dsl::SqlTypeOf;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel::sqlite::Sqlite;

use super::schema::{personal_tokens, sessions};
use super::session_lists::{LiveAt, live_of, mine};
use super::sessions::{Current, CurrentSession};
use super::users::User;
use crate::clock::Timestamp;
use crate::db::{DbConnection, on_either};
use crate::security::password_hash;
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
    /// `None` for an account without a password.
    pub password_changed_at: Option<Timestamp>,
    /// Number of unexpired API tokens.
    pub live_tokens: i64,
    /// The API token that expires next, if that is soon.
    pub expiring_token: Option<ExpiringToken>,
    /// True if any registered app has a tile for those who may use it.
    pub has_tiles: bool,
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

/// SQL condition for a usable link. The current time must be bound right after it.
const IS_USABLE: &str = "links.used_at IS NULL AND links.void_at IS NULL AND links.expires_at > ";

/// The columns of a row. Both databases have the same.
type Columns<Row> = <Row as Selectable<Sqlite>>::SelectExpression;

/// The query for a session and the summary of its account, as text.
#[derive(QueryId)]
struct SummaryQuery<LiveSessions> {
    id_hash: SessionIdHash,
    user_id: UserId,
    session: Columns<CurrentSession>,
    user: Columns<User>,
    live_sessions: LiveSessions,
    scope: SummaryScope,
}

impl<LiveSessions: QueryId> Query for SummaryQuery<LiveSessions> {
    type SqlType = (
        SqlTypeOf<Columns<CurrentSession>>,
        SqlTypeOf<Columns<User>>,
        BigInt,
        Nullable<(BigInt, Text)>,
        Nullable<(BigInt, Text, Text)>,
        Nullable<Text>,
        Nullable<BigInt>,
        Nullable<BigInt>,
        Bool,
    );
}

impl<LiveSessions, Connection> RunQueryDsl<Connection> for SummaryQuery<LiveSessions> {}

impl<LiveSessions, DB> QueryFragment<DB> for SummaryQuery<LiveSessions>
where
    DB: Backend,
    Columns<CurrentSession>: QueryFragment<DB>,
    Columns<User>: QueryFragment<DB>,
    LiveSessions: QueryFragment<DB>,
    SessionIdHash: ToSql<Text, DB>,
    UserId: ToSql<Text, DB>,
    str: ToSql<Text, DB>,
    Timestamp: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let SummaryScope {
            live_at,
            new_since,
            login,
            email_change,
            ..
        } = &self.scope;
        let now = &live_at.now;

        out.push_sql("SELECT ");
        self.session.walk_ast(out.reborrow())?;
        out.push_sql(", ");
        self.user.walk_ast(out.reborrow())?;
        out.push_sql(", (");
        self.live_sessions.walk_ast(out.reborrow())?;
        out.push_sql(
            "), other.created_at, other.user_agent, \
             login.happened_at, login.user_agent, login.client_address, \
             (SELECT links.email FROM links \
               WHERE links.subject_id = users.id AND links.purpose = ",
        );
        out.push_bind_param::<Text, str>(email_change)?;
        out.push_sql(" AND ");
        out.push_sql(IS_USABLE);
        out.push_bind_param::<BigInt, _>(now)?;
        out.push_sql(
            " ORDER BY links.created_at DESC LIMIT 1), \
             (SELECT changed_at FROM password_credentials \
               WHERE user_id = users.id AND password_hash <> ",
        );
        out.push_bind_param::<Text, str>(password_hash::NONE)?;
        out.push_sql(
            "), \
             (SELECT MIN(expires_at) FROM personal_tokens \
               WHERE user_id = users.id AND expires_at > ",
        );
        out.push_bind_param::<BigInt, _>(now)?;
        // The current session began in the transaction of its own event.
        out.push_sql(
            "), EXISTS (SELECT 1 FROM apps WHERE url IS NOT NULL AND disabled_at IS NULL) \
             FROM sessions INNER JOIN users ON users.id = sessions.user_id \
             LEFT JOIN sessions AS other ON other.id_hash = \
               (SELECT mine.id_hash FROM sessions AS mine \
                 WHERE mine.user_id = users.id AND mine.id_hash <> sessions.id_hash \
                 ORDER BY mine.created_at DESC, mine.id_hash DESC LIMIT 1) \
             LEFT JOIN events AS login ON login.id = \
               (SELECT events.id FROM events \
                 WHERE events.user_id = users.id \
                   AND events.happened_at <> sessions.created_at AND events.happened_at > ",
        );
        out.push_bind_param::<BigInt, _>(new_since)?;
        out.push_sql(" AND events.kind = ");
        out.push_bind_param::<Text, str>(login)?;
        out.push_sql(" AND EXISTS (SELECT 1 FROM links WHERE links.id = events.undo_link_id AND ");
        out.push_sql(IS_USABLE);
        out.push_bind_param::<BigInt, _>(now)?;
        out.push_sql(") ORDER BY events.happened_at DESC LIMIT 1) WHERE sessions.id_hash = ");
        out.push_bind_param::<Text, _>(&self.id_hash)?;
        out.push_sql(" AND sessions.user_id = ");
        out.push_bind_param::<Text, _>(&self.user_id)
    }
}

/// Returns the session of a browser request and a summary of its account.
pub fn current_with_summary(
    db: &mut DbConnection,
    id_hash: &SessionIdHash,
    user_id: &UserId,
    scope: SummaryScope,
) -> QueryResult<Option<(Current, AccountSummary)>> {
    let query = SummaryQuery {
        id_hash: id_hash.clone(),
        user_id: user_id.clone(),
        session: <CurrentSession as Selectable<Sqlite>>::construct_selection(),
        user: <User as Selectable<Sqlite>>::construct_selection(),
        live_sessions: live_of!(user_id, scope.live_at).count(),
        scope,
    };
    let row = on_either!(db, db => query.get_result(db).optional())?;
    let Some((
        session,
        user,
        live_sessions,
        other_login,
        new_login,
        pending_email,
        password_changed_at,
        next_end,
        has_tiles,
    )) = row
    else {
        return Ok(None);
    };
    let next_end: Option<Timestamp> = next_end;
    let pending_email: StoredAddress<Option<String>> = pending_email;
    // Counted apart, because most users have no token, and each part costs every request.
    let (live_tokens, expiring_token) = match next_end {
        Some(end) => (
            count_live_tokens(db, user_id, scope.live_at.now)?,
            expiring_token(db, user_id, end, scope.expiring_until)?,
        ),
        None => (0, None),
    };
    let summary = AccountSummary {
        live_sessions,
        other_login,
        new_login,
        pending_email: pending_email.into(),
        password_changed_at,
        live_tokens,
        expiring_token,
        has_tiles,
    };
    Ok(Some((Current { session, user }, summary)))
}

fn count_live_tokens(db: &mut DbConnection, user_id: &UserId, now: Timestamp) -> QueryResult<i64> {
    personal_tokens::table
        .filter(personal_tokens::user_id.eq(user_id))
        .filter(personal_tokens::expires_at.gt(now))
        .count()
        .get_result(db)
}

/// Returns a user's API token that expires at `end`, if that is not after `until`.
fn expiring_token(
    db: &mut DbConnection,
    user_id: &UserId,
    end: Timestamp,
    until: Timestamp,
) -> QueryResult<Option<ExpiringToken>> {
    if end > until {
        return Ok(None);
    }
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
