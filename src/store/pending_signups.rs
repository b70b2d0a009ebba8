//! Sign-ups that wait for their link. One waits per address.

use diesel::prelude::*;

use super::schema::pending_signups;
use crate::db::DbConnection;

/// A sign-up that waits.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = pending_signups)]
pub struct PendingSignup {
    /// Random, without meaning.
    pub id: String,
    /// As typed.
    pub email: String,
    /// As compared.
    pub email_key: String,
    /// What the person wants to be called.
    pub name: Option<String>,
    /// `None` once a second sign-up has dropped the password: then it is chosen at the link.
    pub password_hash: Option<String>,
    /// When it began.
    pub created_at: i64,
    /// When it is forgotten.
    pub expires_at: i64,
    /// What tells the same form that comes twice from another one.
    pub form_digest: Option<String>,
}

/// The sign-up that waits for this address, if its time has not run out.
pub fn by_email_key(connection: &mut DbConnection, email_key: &str, now: i64) -> QueryResult<Option<PendingSignup>> {
    pending_signups::table
        .filter(pending_signups::email_key.eq(email_key))
        .filter(pending_signups::expires_at.gt(now))
        .select(PendingSignup::as_select())
        .first(connection)
        .optional()
}

/// The sign-up that a link belongs to, if its time has not run out.
pub fn by_id(connection: &mut DbConnection, id: &str, now: i64) -> QueryResult<Option<PendingSignup>> {
    pending_signups::table
        .find(id)
        .filter(pending_signups::expires_at.gt(now))
        .select(PendingSignup::as_select())
        .first(connection)
        .optional()
}

/// Lets a sign-up wait.
pub fn insert(connection: &mut DbConnection, signup: &PendingSignup) -> QueryResult<()> {
    diesel::insert_into(pending_signups::table).values(signup).execute(connection)?;
    Ok(())
}

/// Removes the sign-up for an address, whether or not its time has run out; gives its id.
pub fn remove(connection: &mut DbConnection, email_key: &str) -> QueryResult<Option<String>> {
    diesel::delete(pending_signups::table.filter(pending_signups::email_key.eq(email_key)))
        .returning(pending_signups::id)
        .get_result(connection)
        .optional()
}

/// Forgets the password, and what came with it: another one wants the address, too.
pub fn drop_password(connection: &mut DbConnection, id: &str) -> QueryResult<()> {
    diesel::update(pending_signups::table.find(id))
        .set((
            pending_signups::password_hash.eq(None::<String>),
            pending_signups::name.eq(None::<String>),
            pending_signups::form_digest.eq(None::<String>),
        ))
        .execute(connection)?;
    Ok(())
}

/// Lets it wait until `expires_at`.
pub fn extend(connection: &mut DbConnection, id: &str, expires_at: i64) -> QueryResult<()> {
    diesel::update(pending_signups::table.find(id))
        .set(pending_signups::expires_at.eq(expires_at))
        .execute(connection)?;
    Ok(())
}

/// Removes it: it has become an account.
pub fn delete(connection: &mut DbConnection, id: &str) -> QueryResult<()> {
    diesel::delete(pending_signups::table.find(id)).execute(connection)?;
    Ok(())
}
