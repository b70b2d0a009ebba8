//! Personal access tokens: what a person makes for a program, which then acts as that person on the API. Rules for how
//! many and how long; how one looks is `values::ProgramSecret`.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::store::personal_tokens::{self, PersonalToken};
use crate::store::users::User;
use crate::values::{ProgramSecretHash, UserId};

/// More than anybody can keep an eye on.
pub const MOST_TOKENS: u32 = 50;
/// Last-used is noted at most this often.
const USED_EVERY: Duration = Duration::from_mins(1);

/// Whether it opens something: not past its end, and its owner not locked out.
pub fn is_live(token: &PersonalToken, owner: &User, now: Timestamp) -> bool {
    token.expires_at > now.millis() && owner.locked_at.is_none()
}

/// The token with this secret and its owner, if it opens something.
pub fn find_live(
    connection: &mut DbConnection,
    secret: &ProgramSecretHash,
    now: Timestamp,
) -> Result<Option<(PersonalToken, User)>, DbError> {
    let found = personal_tokens::by_hash(connection, &secret.0)?;
    Ok(found.filter(|(token, owner)| is_live(token, owner, now)))
}

/// How many of a user's work.
pub fn count_live(connection: &mut DbConnection, user: &UserId, now: Timestamp) -> Result<u32, DbError> {
    let count = personal_tokens::count_live(connection, &user.0, now.millis())?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The names of a user's tokens that work, the newest first.
pub fn live_names(connection: &mut DbConnection, user: &UserId, now: Timestamp) -> Result<Vec<String>, DbError> {
    Ok(personal_tokens::live_names(connection, &user.0, now.millis())?)
}

/// Whether it is time to note that it was used.
pub fn is_use_due(token: &PersonalToken, now: Timestamp) -> bool {
    token.last_used_at.is_none_or(|used| used <= (now - USED_EVERY).millis())
}

/// Notes that it was used, at most once a minute.
pub fn note_used(connection: &mut DbConnection, user: &UserId, id: &str, now: Timestamp) -> Result<(), DbError> {
    let due = (now - USED_EVERY).millis();
    Ok(personal_tokens::used(connection, &user.0, id, due, now.millis())?)
}
