//! Whose an address is: how an account comes to another one.

use super::signups;
use crate::db::{DbConnection, DbError};
use crate::store::users::{self, User};
use crate::values::address_key;

/// Makes `email`, which no account has, the address of a user. Whoever signed up with it and has not confirmed it comes too
/// late. The caller has the turn of that address.
pub fn move_to(connection: &mut DbConnection, user: &User, email: &str) -> Result<(), DbError> {
    let email_key = address_key(email);
    users::change_email(connection, &user.id, email, &email_key)?;
    signups::remove_waiting(connection, &email_key)
}
