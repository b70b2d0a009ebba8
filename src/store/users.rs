//! Users: proven addresses.

use diesel::prelude::*;

use super::people::{ESCAPE, literally};
use super::schema::{password_credentials, users};
use crate::db::DbConnection;
use crate::values::Cursor;

/// One user.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct User {
    /// Random, without meaning.
    pub id: String,
    /// As typed.
    pub email: String,
    /// As compared.
    pub email_key: String,
    /// What the person wants to be called.
    pub name: Option<String>,
    /// Whether they may look after other people's accounts.
    pub is_admin: bool,
    /// Since when nobody can log in.
    pub locked_at: Option<i64>,
}

/// All that is kept in a user's own row.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct UserRow {
    /// Random, without meaning.
    pub id: String,
    /// As typed.
    pub email: String,
    /// As compared.
    pub email_key: String,
    /// What the person wants to be called.
    pub name: Option<String>,
    /// When the address was confirmed.
    pub created_at: i64,
    /// What the person's public page is called.
    pub handle: Option<String>,
    /// What the person says there.
    pub bio: Option<String>,
    /// Whether others see it.
    pub is_public: bool,
    /// By which the name is ordered and searched.
    pub sort_name: String,
    /// Whether they may look after other people's accounts.
    pub is_admin: bool,
    /// Since when nobody can log in.
    pub locked_at: Option<i64>,
}

/// A user to be.
#[derive(Debug, Insertable)]
#[diesel(table_name = users)]
pub struct NewUser<'a> {
    /// Random, without meaning.
    pub id: &'a str,
    /// As typed.
    pub email: &'a str,
    /// As compared.
    pub email_key: &'a str,
    /// What the person wants to be called.
    pub name: Option<&'a str>,
    /// By which the name is ordered and searched.
    pub sort_name: &'a str,
    /// When the address was confirmed.
    pub created_at: i64,
}

/// Returns the time at which an account was created: at the confirmation or the import.
pub fn created_at(connection: &mut DbConnection, id: &str) -> QueryResult<Option<i64>> {
    users::table.find(id).select(users::created_at).first(connection).optional()
}

/// The user with this address.
pub fn by_email_key(connection: &mut DbConnection, email_key: &str) -> QueryResult<Option<User>> {
    users::table.filter(users::email_key.eq(email_key)).select(User::as_select()).first(connection).optional()
}

/// The user with this id.
pub fn by_id(connection: &mut DbConnection, id: &str) -> QueryResult<Option<User>> {
    users::table.find(id).select(User::as_select()).first(connection).optional()
}

/// All that the row of the user with this id has.
pub fn kept(connection: &mut DbConnection, id: &str) -> QueryResult<Option<UserRow>> {
    users::table.find(id).select(UserRow::as_select()).first(connection).optional()
}

/// The user and the stored password, for a login.
pub fn with_password(connection: &mut DbConnection, email_key: &str) -> QueryResult<Option<(User, String)>> {
    users::table
        .inner_join(password_credentials::table)
        .filter(users::email_key.eq(email_key))
        .select((User::as_select(), password_credentials::password_hash))
        .first(connection)
        .optional()
}

/// Makes a user.
pub fn insert(connection: &mut DbConnection, user: &NewUser<'_>) -> QueryResult<()> {
    diesel::insert_into(users::table).values(user).execute(connection)?;
    Ok(())
}

/// Gives a user another address, which nobody else has.
pub fn change_email(connection: &mut DbConnection, id: &str, email: &str, email_key: &str) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set((users::email.eq(email), users::email_key.eq(email_key)))
        .execute(connection)?;
    Ok(())
}

/// Locks a user out, or lets them in again.
pub fn set_locked(connection: &mut DbConnection, id: &str, since: Option<i64>) -> QueryResult<()> {
    diesel::update(users::table.find(id)).set(users::locked_at.eq(since)).execute(connection)?;
    Ok(())
}

/// Lets a user look after other people's accounts, or no longer.
pub fn set_admin(connection: &mut DbConnection, id: &str, is_admin: bool) -> QueryResult<()> {
    diesel::update(users::table.find(id)).set(users::is_admin.eq(is_admin)).execute(connection)?;
    Ok(())
}

/// Of all users, the newest first, the place of the one who comes `count` after a place, or after the beginning; `None` if
/// there are fewer.
pub fn cursor_after(connection: &mut DbConnection, after: Option<&Cursor>, count: i64) -> QueryResult<Option<Cursor>> {
    let (time, id) = after.map_or((i64::MAX, ""), Cursor::key);
    let found: Option<(i64, String)> = users::table
        .filter(users::created_at.le(time))
        .filter(users::created_at.lt(time).or(users::id.lt(id)))
        .order((users::created_at.desc(), users::id.desc()))
        .offset(count - 1)
        .limit(1)
        .select((users::created_at, users::id))
        .first(connection)
        .optional()?;
    Ok(found.map(|(time, id)| Cursor::new(time, &id)))
}

/// Users, the newest first, at most `limit`: those after a place, or the first, up to another one, or the last. `query` is in the
/// address, in small letters, in the name or in the handle.
pub fn page(
    connection: &mut DbConnection,
    query: &str,
    after: Option<&Cursor>,
    up_to: Option<&Cursor>,
    limit: i64,
) -> QueryResult<Vec<UserRow>> {
    let (time, id) = after.map_or((i64::MAX, ""), Cursor::key);
    let (end, last) = up_to.map_or((i64::MIN, ""), Cursor::key);
    let pattern = format!("%{}%", literally(query));
    let has_part = users::email_key
        .like(&pattern)
        .escape(ESCAPE)
        .or(users::sort_name.like(&pattern).escape(ESCAPE))
        .or(users::handle.is_not_null().and(users::handle.assume_not_null().like(&pattern).escape(ESCAPE)));
    users::table
        .filter(users::created_at.le(time))
        .filter(users::created_at.lt(time).or(users::id.lt(id)))
        .filter(users::created_at.ge(end))
        .filter(users::created_at.gt(end).or(users::id.ge(last)))
        .filter(has_part)
        .order((users::created_at.desc(), users::id.desc()))
        .limit(limit)
        .select(UserRow::as_select())
        .load(connection)
}

/// Removes a user, and with the row everything that refers to it.
pub fn delete(connection: &mut DbConnection, id: &str) -> QueryResult<()> {
    diesel::delete(users::table.find(id)).execute(connection)?;
    Ok(())
}
