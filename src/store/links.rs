//! Links in mails. A link's row carries all that it grants: purpose, subject, and the address that it went to.

use diesel::prelude::*;

use super::schema::links;
use crate::db::DbConnection;

/// A link as the database knows it: it can be recognised, not made again.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = links)]
pub struct Link {
    /// Random, without meaning.
    pub id: String,
    /// SHA-256 of the token.
    pub token_hash: String,
    /// What it is for.
    pub purpose: String,
    /// Whose it is: a waiting sign-up or a user, by purpose.
    pub subject_id: String,
    /// The address that it went to.
    pub email_key: String,
    /// When it was made.
    pub created_at: i64,
    /// When it stops working.
    pub expires_at: i64,
    /// When it was used.
    pub used_at: Option<i64>,
    /// When a newer one or an event made it void.
    pub void_at: Option<i64>,
}

/// The link with this token, whatever its state.
pub fn by_token_hash(connection: &mut DbConnection, purpose: &str, token_hash: &str) -> QueryResult<Option<Link>> {
    links::table
        .filter(links::token_hash.eq(token_hash))
        .filter(links::purpose.eq(purpose))
        .select(Link::as_select())
        .first(connection)
        .optional()
}

/// Keeps a new link.
pub fn insert(connection: &mut DbConnection, link: &Link) -> QueryResult<()> {
    diesel::insert_into(links::table).values(link).execute(connection)?;
    Ok(())
}

/// Uses a link up, if it is neither used nor void nor past its end. One statement: of many who press at once, one gets
/// `true` (CVE-2026-32700).
pub fn consume(connection: &mut DbConnection, id: &str, now: i64) -> QueryResult<bool> {
    let updated = diesel::update(links::table.find(id))
        .filter(links::used_at.is_null())
        .filter(links::void_at.is_null())
        .filter(links::expires_at.gt(now))
        .set(links::used_at.eq(now))
        .execute(connection)?;
    Ok(updated == 1)
}

/// Makes the subject's unused links void: those for one purpose, or all.
pub fn void(connection: &mut DbConnection, subject_id: &str, purpose: Option<&str>, now: i64) -> QueryResult<()> {
    let open = links::table
        .filter(links::subject_id.eq(subject_id))
        .filter(links::used_at.is_null())
        .filter(links::void_at.is_null());
    match purpose {
        Some(purpose) => {
            diesel::update(open.filter(links::purpose.eq(purpose))).set(links::void_at.eq(now)).execute(connection)?
        }
        None => diesel::update(open).set(links::void_at.eq(now)).execute(connection)?,
    };
    Ok(())
}
