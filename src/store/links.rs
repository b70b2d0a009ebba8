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
    /// The same address, as typed; missing in rows of earlier versions.
    pub email: Option<String>,
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
pub fn consume(connection: &mut DbConnection, subject_id: &str, id: &str, now: i64) -> QueryResult<bool> {
    let updated = diesel::update(links::table.find(id))
        .filter(links::subject_id.eq(subject_id))
        .filter(links::used_at.is_null())
        .filter(links::void_at.is_null())
        .filter(links::expires_at.gt(now))
        .set(links::used_at.eq(now))
        .execute(connection)?;
    Ok(updated == 1)
}

/// Makes the subject's unused links for these purposes void.
pub fn void(connection: &mut DbConnection, subject_id: &str, purposes: &[&str], now: i64) -> QueryResult<()> {
    diesel::update(links::table)
        .filter(links::subject_id.eq(subject_id))
        .filter(links::purpose.eq_any(purposes))
        .filter(links::used_at.is_null())
        .filter(links::void_at.is_null())
        .set(links::void_at.eq(now))
        .execute(connection)?;
    Ok(())
}

/// Makes the subject's unused links for `purpose` void that were made after `created_at`.
pub fn void_later(
    connection: &mut DbConnection,
    subject_id: &str,
    purpose: &str,
    created_at: i64,
    now: i64,
) -> QueryResult<()> {
    diesel::update(links::table)
        .filter(links::subject_id.eq(subject_id))
        .filter(links::purpose.eq(purpose))
        .filter(links::created_at.gt(created_at))
        .filter(links::used_at.is_null())
        .filter(links::void_at.is_null())
        .set(links::void_at.eq(now))
        .execute(connection)?;
    Ok(())
}

/// Invalidates the subject's unused links for `purpose` to addresses other than `email_key`.
pub fn invalidate_to_others(
    connection: &mut DbConnection,
    subject_id: &str,
    purpose: &str,
    email_key: &str,
    now: i64,
) -> QueryResult<()> {
    diesel::update(links::table)
        .filter(links::subject_id.eq(subject_id))
        .filter(links::purpose.eq(purpose))
        .filter(links::email_key.ne(email_key))
        .filter(links::used_at.is_null())
        .filter(links::void_at.is_null())
        .set(links::void_at.eq(now))
        .execute(connection)?;
    Ok(())
}

/// Returns true if a link of the subject for `purpose` was used and is still kept.
pub fn was_used(connection: &mut DbConnection, subject_id: &str, purpose: &str) -> QueryResult<bool> {
    let used = links::table
        .filter(links::subject_id.eq(subject_id))
        .filter(links::purpose.eq(purpose))
        .filter(links::used_at.is_not_null());
    diesel::select(diesel::dsl::exists(used)).get_result(connection)
}

/// When the subject's newest link for `purpose` was made.
pub fn newest(connection: &mut DbConnection, subject_id: &str, purpose: &str) -> QueryResult<Option<i64>> {
    links::table
        .filter(links::subject_id.eq(subject_id))
        .filter(links::purpose.eq(purpose))
        .select(diesel::dsl::max(links::created_at))
        .first(connection)
}

/// The subject's links for `purpose` that work, newest first.
pub fn live(connection: &mut DbConnection, subject_id: &str, purpose: &str, now: i64) -> QueryResult<Vec<Link>> {
    links::table
        .filter(links::subject_id.eq(subject_id))
        .filter(links::purpose.eq(purpose))
        .filter(links::used_at.is_null())
        .filter(links::void_at.is_null())
        .filter(links::expires_at.gt(now))
        .order((links::created_at.desc(), links::id))
        .select(Link::as_select())
        .load(connection)
}

/// Which of the subject's links for `purpose` work, of those with these ids.
pub fn live_among(
    connection: &mut DbConnection,
    subject_id: &str,
    purpose: &str,
    ids: &[&str],
    now: i64,
) -> QueryResult<Vec<String>> {
    links::table
        .filter(links::subject_id.eq(subject_id))
        .filter(links::id.eq_any(ids))
        .filter(links::purpose.eq(purpose))
        .filter(links::used_at.is_null())
        .filter(links::void_at.is_null())
        .filter(links::expires_at.gt(now))
        .select(links::id)
        .load(connection)
}

/// One link of a subject.
pub fn of_subject(connection: &mut DbConnection, subject_id: &str, id: &str) -> QueryResult<Option<Link>> {
    links::table
        .find(id)
        .filter(links::subject_id.eq(subject_id))
        .select(Link::as_select())
        .first(connection)
        .optional()
}

/// Every link of a subject that is still kept, newest first.
pub fn all(connection: &mut DbConnection, subject_id: &str) -> QueryResult<Vec<Link>> {
    links::table
        .filter(links::subject_id.eq(subject_id))
        .order(links::created_at.desc())
        .select(Link::as_select())
        .load(connection)
}

/// Makes the links of one subject those of another: a sign-up has become a user.
pub fn hand_over(connection: &mut DbConnection, from: &str, to: &str) -> QueryResult<()> {
    diesel::update(links::table.filter(links::subject_id.eq(from)))
        .set(links::subject_id.eq(to))
        .execute(connection)?;
    Ok(())
}

/// Removes every link of a subject.
pub fn delete_all(connection: &mut DbConnection, subject_id: &str) -> QueryResult<()> {
    diesel::delete(links::table.filter(links::subject_id.eq(subject_id))).execute(connection)?;
    Ok(())
}
