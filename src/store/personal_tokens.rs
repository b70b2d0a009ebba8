//! API tokens, by the hash of their secret. Every query names the owner, except for the one that
//! authenticates an API request.

use diesel::prelude::*;

use super::schema::{personal_tokens, users};
use super::users::User;
use crate::clock::Timestamp;
use crate::db::{DbConnection, on_either};
use crate::values::{ProgramSecretHash, UserId};

/// An API token to store.
#[derive(Debug, Insertable)]
#[diesel(table_name = personal_tokens, treat_none_as_default_value = false)]
pub struct NewPersonalToken<'a> {
    /// The public id, shown on pages. It grants no access.
    pub id: &'a str,
    pub user_id: &'a UserId,
    /// The name that the owner chose.
    pub name: &'a str,
    /// SHA-256 of the secret.
    pub token_hash: &'a ProgramSecretHash,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// An API token, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = personal_tokens)]
pub struct PersonalToken {
    /// The public id, shown on pages. It grants no access.
    pub id: String,
    /// The name that the owner chose.
    pub name: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// Time of the last request, accurate to a minute.
    pub last_used_at: Option<Timestamp>,
}

pub fn insert(db: &mut DbConnection, token: &NewPersonalToken<'_>) -> QueryResult<()> {
    diesel::insert_into(personal_tokens::table)
        .values(token)
        .execute(db)?;
    Ok(())
}

/// Returns the API token with this secret, expired or not, and its owner.
pub fn by_hash(
    db: &mut DbConnection,
    token_hash: &ProgramSecretHash,
) -> QueryResult<Option<(PersonalToken, User)>> {
    on_either!(db, db => personal_tokens::table
        .inner_join(users::table)
        .filter(personal_tokens::token_hash.eq(token_hash))
        .select((PersonalToken::as_select(), User::as_select()))
        .get_result(db)
        .optional())
}

/// Returns the API token `id`, expired or not, if it belongs to the user.
pub fn of_user(
    db: &mut DbConnection,
    user_id: &UserId,
    id: &str,
) -> QueryResult<Option<PersonalToken>> {
    personal_tokens::table
        .find(id)
        .filter(personal_tokens::user_id.eq(user_id))
        .select(PersonalToken::as_select())
        .first(db)
        .optional()
}

/// Returns all stored API tokens of a user, newest first.
pub fn all(db: &mut DbConnection, user_id: &UserId) -> QueryResult<Vec<PersonalToken>> {
    personal_tokens::table
        .filter(personal_tokens::user_id.eq(user_id))
        .order((
            personal_tokens::created_at.desc(),
            personal_tokens::id.desc(),
        ))
        .select(PersonalToken::as_select())
        .load(db)
}

/// Returns the number of a user's unexpired API tokens.
pub fn count_live(db: &mut DbConnection, user_id: &UserId, now: Timestamp) -> QueryResult<i64> {
    personal_tokens::table
        .filter(personal_tokens::user_id.eq(user_id))
        .filter(personal_tokens::expires_at.gt(now))
        .count()
        .get_result(db)
}

/// Returns the names of a user's unexpired API tokens, newest first.
pub fn live_names(
    db: &mut DbConnection,
    user_id: &UserId,
    now: Timestamp,
) -> QueryResult<Vec<String>> {
    personal_tokens::table
        .filter(personal_tokens::user_id.eq(user_id))
        .filter(personal_tokens::expires_at.gt(now))
        .order((
            personal_tokens::created_at.desc(),
            personal_tokens::id.desc(),
        ))
        .select(personal_tokens::name)
        .load(db)
}

/// Updates the time of last use unless it is later than `due`.
pub fn used(
    db: &mut DbConnection,
    user_id: &UserId,
    id: &str,
    due: Timestamp,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(personal_tokens::table.find(id))
        .filter(personal_tokens::user_id.eq(user_id))
        .filter(
            personal_tokens::last_used_at
                .is_null()
                .or(personal_tokens::last_used_at.le(due)),
        )
        .set(personal_tokens::last_used_at.eq(now))
        .execute(db)?;
    Ok(())
}

/// Deletes a user's API token. Returns false if it did not exist.
pub fn delete(db: &mut DbConnection, user_id: &UserId, id: &str) -> QueryResult<bool> {
    let deleted = diesel::delete(personal_tokens::table.find(id))
        .filter(personal_tokens::user_id.eq(user_id))
        .execute(db)?;
    Ok(deleted == 1)
}

pub fn delete_all(db: &mut DbConnection, user_id: &UserId) -> QueryResult<()> {
    diesel::delete(personal_tokens::table.filter(personal_tokens::user_id.eq(user_id)))
        .execute(db)?;
    Ok(())
}
