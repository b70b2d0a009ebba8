//! Personal access tokens, by the hash of their secret. Every query but the one that a program's request begins with has
//! the owner in its WHERE.

use diesel::prelude::*;

use super::schema::{personal_tokens, users};
use super::users::User;
use crate::db::{DbConnection, on_either};

/// A token to be.
#[derive(Debug, Insertable)]
#[diesel(table_name = personal_tokens)]
pub struct NewPersonalToken<'a> {
    /// What pages call it; opens nothing.
    pub id: &'a str,
    /// Whose it is.
    pub user_id: &'a str,
    /// What its owner calls it.
    pub name: &'a str,
    /// SHA-256 of the secret.
    pub token_hash: &'a str,
    /// When it was made.
    pub created_at: i64,
    /// Its end.
    pub expires_at: i64,
}

/// A token as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = personal_tokens)]
pub struct PersonalToken {
    /// What pages call it; opens nothing.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was made.
    pub created_at: i64,
    /// Its end.
    pub expires_at: i64,
    /// Last request, to the minute.
    pub last_used_at: Option<i64>,
}

/// Makes one.
pub fn insert(connection: &mut DbConnection, token: &NewPersonalToken<'_>) -> QueryResult<()> {
    diesel::insert_into(personal_tokens::table).values(token).execute(connection)?;
    Ok(())
}

/// The token with this secret, live or not, and its owner.
pub fn by_hash(connection: &mut DbConnection, token_hash: &str) -> QueryResult<Option<(PersonalToken, User)>> {
    on_either!(connection, db => personal_tokens::table
        .inner_join(users::table)
        .filter(personal_tokens::token_hash.eq(token_hash))
        .select((PersonalToken::as_select(), User::as_select()))
        .get_result(db)
        .optional())
}

/// One of a user's, live or not.
pub fn of_user(connection: &mut DbConnection, user_id: &str, id: &str) -> QueryResult<Option<PersonalToken>> {
    personal_tokens::table
        .find(id)
        .filter(personal_tokens::user_id.eq(user_id))
        .select(PersonalToken::as_select())
        .first(connection)
        .optional()
}

/// All of a user's that are still kept, the newest first.
pub fn all(connection: &mut DbConnection, user_id: &str) -> QueryResult<Vec<PersonalToken>> {
    personal_tokens::table
        .filter(personal_tokens::user_id.eq(user_id))
        .order((personal_tokens::created_at.desc(), personal_tokens::id.desc()))
        .select(PersonalToken::as_select())
        .load(connection)
}

/// How many of a user's live.
pub fn count_live(connection: &mut DbConnection, user_id: &str, now: i64) -> QueryResult<i64> {
    personal_tokens::table
        .filter(personal_tokens::user_id.eq(user_id))
        .filter(personal_tokens::expires_at.gt(now))
        .count()
        .get_result(connection)
}

/// The names of a user's live ones, the newest first.
pub fn live_names(connection: &mut DbConnection, user_id: &str, now: i64) -> QueryResult<Vec<String>> {
    personal_tokens::table
        .filter(personal_tokens::user_id.eq(user_id))
        .filter(personal_tokens::expires_at.gt(now))
        .order((personal_tokens::created_at.desc(), personal_tokens::id.desc()))
        .select(personal_tokens::name)
        .load(connection)
}

/// Notes that one was used, if the last note is not after `due`.
pub fn used(connection: &mut DbConnection, user_id: &str, id: &str, due: i64, now: i64) -> QueryResult<()> {
    diesel::update(personal_tokens::table.find(id))
        .filter(personal_tokens::user_id.eq(user_id))
        .filter(personal_tokens::last_used_at.is_null().or(personal_tokens::last_used_at.le(due)))
        .set(personal_tokens::last_used_at.eq(now))
        .execute(connection)?;
    Ok(())
}

/// Removes one of a user's; tells whether it was there.
pub fn delete(connection: &mut DbConnection, user_id: &str, id: &str) -> QueryResult<bool> {
    let deleted = diesel::delete(personal_tokens::table.find(id))
        .filter(personal_tokens::user_id.eq(user_id))
        .execute(connection)?;
    Ok(deleted == 1)
}

/// Removes all of a user's.
pub fn delete_all(connection: &mut DbConnection, user_id: &str) -> QueryResult<()> {
    diesel::delete(personal_tokens::table.filter(personal_tokens::user_id.eq(user_id))).execute(connection)?;
    Ok(())
}
