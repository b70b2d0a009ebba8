//! Links in emails. The row of a link holds everything that it grants: the purpose, the subject and
//! the email address it was sent to.

use diesel::prelude::*;

use super::schema::links;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::values::{StoredAddress, TokenHash};

/// A link as stored. The server can recognise its token but not recover it.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = links, treat_none_as_default_value = false)]
pub struct Link {
    pub id: String,
    /// SHA-256 of the token.
    pub token_hash: TokenHash,
    pub purpose: String,
    /// The id of a user, a pending sign-up or an invitation, depending on the purpose.
    pub subject_id: String,
    /// The email address that the link was sent to, in the form used for comparison.
    pub email_key: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
    /// Time at which a newer link or a security event invalidated this one.
    pub invalidated_at: Option<Timestamp>,
    /// The same email address as typed. `None` in rows of earlier versions.
    #[diesel(deserialize_as = StoredAddress<Option<String>>)]
    pub email: Option<String>,
}

/// Returns the link with this token in any state.
pub fn by_token_hash(
    db: &mut DbConnection,
    purpose: &str,
    token_hash: &TokenHash,
) -> QueryResult<Option<Link>> {
    links::table
        .filter(links::token_hash.eq(token_hash))
        .filter(links::purpose.eq(purpose))
        .select(Link::as_select())
        .first(db)
        .optional()
}

pub fn insert(db: &mut DbConnection, link: &Link) -> QueryResult<()> {
    diesel::insert_into(links::table).values(link).execute(db)?;
    Ok(())
}

/// Marks a link as used unless it is used, invalidated or expired. A single statement ensures that
/// only one of several concurrent requests gets `true` (CVE-2026-32700).
pub fn consume(
    db: &mut DbConnection,
    subject_id: &str,
    id: &str,
    now: Timestamp,
) -> QueryResult<bool> {
    let updated = diesel::update(links::table.find(id))
        .filter(links::subject_id.eq(subject_id))
        .filter(links::used_at.is_null())
        .filter(links::invalidated_at.is_null())
        .filter(links::expires_at.gt(now))
        .set(links::used_at.eq(now))
        .execute(db)?;
    Ok(updated == 1)
}

/// Invalidates the subject's unused links for these purposes.
pub fn invalidate(
    db: &mut DbConnection,
    subject_id: &str,
    purposes: &[&str],
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(links::table)
        .filter(links::subject_id.eq(subject_id))
        .filter(links::purpose.eq_any(purposes))
        .filter(links::used_at.is_null())
        .filter(links::invalidated_at.is_null())
        .set(links::invalidated_at.eq(now))
        .execute(db)?;
    Ok(())
}

/// Invalidates the subject's unused links for `purpose` that were created after `after`.
pub fn invalidate_created_after(
    db: &mut DbConnection,
    subject_id: &str,
    purpose: &str,
    after: Timestamp,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(links::table)
        .filter(links::subject_id.eq(subject_id))
        .filter(links::purpose.eq(purpose))
        .filter(links::created_at.gt(after))
        .filter(links::used_at.is_null())
        .filter(links::invalidated_at.is_null())
        .set(links::invalidated_at.eq(now))
        .execute(db)?;
    Ok(())
}

/// Invalidates the subject's unused links for `purpose` to addresses other than `email_key`.
pub fn invalidate_to_others(
    db: &mut DbConnection,
    subject_id: &str,
    purpose: &str,
    email_key: &str,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(links::table)
        .filter(links::subject_id.eq(subject_id))
        .filter(links::purpose.eq(purpose))
        .filter(links::email_key.ne(email_key))
        .filter(links::used_at.is_null())
        .filter(links::invalidated_at.is_null())
        .set(links::invalidated_at.eq(now))
        .execute(db)?;
    Ok(())
}

/// Returns true if a link of the subject for `purpose` was used and is still kept.
pub fn was_used(db: &mut DbConnection, subject_id: &str, purpose: &str) -> QueryResult<bool> {
    let used = links::table
        .filter(links::subject_id.eq(subject_id))
        .filter(links::purpose.eq(purpose))
        .filter(links::used_at.is_not_null());
    diesel::select(diesel::dsl::exists(used)).get_result(db)
}

/// Returns the creation time of the subject's newest link for `purpose`.
pub fn newest(
    db: &mut DbConnection,
    subject_id: &str,
    purpose: &str,
) -> QueryResult<Option<Timestamp>> {
    links::table
        .filter(links::subject_id.eq(subject_id))
        .filter(links::purpose.eq(purpose))
        .select(diesel::dsl::max(links::created_at))
        .first(db)
}

/// Returns the subject's working links for `purpose`, newest first.
pub fn live(
    db: &mut DbConnection,
    subject_id: &str,
    purpose: &str,
    now: Timestamp,
) -> QueryResult<Vec<Link>> {
    links::table
        .filter(links::subject_id.eq(subject_id))
        .filter(links::purpose.eq(purpose))
        .filter(links::used_at.is_null())
        .filter(links::invalidated_at.is_null())
        .filter(links::expires_at.gt(now))
        .order((links::created_at.desc(), links::id))
        .select(Link::as_select())
        .load(db)
}

/// Returns those of `ids` that are working links of the subject for `purpose`.
pub fn live_among(
    db: &mut DbConnection,
    subject_id: &str,
    purpose: &str,
    ids: &[&str],
    now: Timestamp,
) -> QueryResult<Vec<String>> {
    links::table
        .filter(links::subject_id.eq(subject_id))
        .filter(links::id.eq_any(ids))
        .filter(links::purpose.eq(purpose))
        .filter(links::used_at.is_null())
        .filter(links::invalidated_at.is_null())
        .filter(links::expires_at.gt(now))
        .select(links::id)
        .load(db)
}

/// Returns the link `id`, in any state, if it belongs to the subject.
pub fn of_subject(db: &mut DbConnection, subject_id: &str, id: &str) -> QueryResult<Option<Link>> {
    links::table
        .find(id)
        .filter(links::subject_id.eq(subject_id))
        .select(Link::as_select())
        .first(db)
        .optional()
}

/// Returns all stored links of a subject, newest first.
pub fn all(db: &mut DbConnection, subject_id: &str) -> QueryResult<Vec<Link>> {
    links::table
        .filter(links::subject_id.eq(subject_id))
        .order(links::created_at.desc())
        .select(Link::as_select())
        .load(db)
}

/// Moves the links of a pending sign-up or an invitation to the user that it has become.
pub fn hand_over(db: &mut DbConnection, from: &str, to: &str) -> QueryResult<()> {
    diesel::update(links::table.filter(links::subject_id.eq(from)))
        .set(links::subject_id.eq(to))
        .execute(db)?;
    Ok(())
}

pub fn delete_all(db: &mut DbConnection, subject_id: &str) -> QueryResult<()> {
    diesel::delete(links::table.filter(links::subject_id.eq(subject_id))).execute(db)?;
    Ok(())
}
