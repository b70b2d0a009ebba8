//! Users: proven addresses.

use diesel::prelude::*;

use super::schema::{password_credentials, users};
use crate::db::DbConnection;

/// One user.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct User {
    /// Random, without meaning.
    pub id: String,
    /// As typed.
    pub email: String,
    /// What the person wants to be called.
    pub name: Option<String>,
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
    /// When the address was confirmed.
    pub created_at: i64,
}

/// The user with this address.
pub fn by_email_key(connection: &mut DbConnection, email_key: &str) -> QueryResult<Option<User>> {
    users::table.filter(users::email_key.eq(email_key)).select(User::as_select()).first(connection).optional()
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
