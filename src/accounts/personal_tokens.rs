//! API tokens. A user creates one for a program, which then acts for that user in the API. The
//! rules for their number and lifetime are here. The format is in `values::ProgramSecret`.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::store::personal_tokens::{self, PersonalToken};
use crate::store::users::User;
use crate::values::{ProgramSecretHash, UserId};

/// Maximum number of working API tokens per account. More would be hard to keep track of.
pub const MOST_TOKENS: u32 = 50;
/// Minimum time between two recorded uses.
const USED_EVERY: Duration = Duration::from_mins(1);

/// Returns true if the token has not expired and its owner's account is not locked.
pub fn is_live(token: &PersonalToken, owner: &User, now: Timestamp) -> bool {
    token.expires_at > now.millis() && owner.locked_at.is_none()
}

/// Returns the token with this secret and its owner, if the token works.
pub fn find_live(
    connection: &mut DbConnection,
    secret: &ProgramSecretHash,
    now: Timestamp,
) -> Result<Option<(PersonalToken, User)>, DbError> {
    let found = personal_tokens::by_hash(connection, &secret.0)?;
    Ok(found.filter(|(token, owner)| is_live(token, owner, now)))
}

/// Returns the number of a user's working tokens.
pub fn count_live(connection: &mut DbConnection, user: &UserId, now: Timestamp) -> Result<u32, DbError> {
    let count = personal_tokens::count_live(connection, &user.0, now.millis())?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Returns the names of a user's working tokens, newest first.
pub fn live_names(connection: &mut DbConnection, user: &UserId, now: Timestamp) -> Result<Vec<String>, DbError> {
    Ok(personal_tokens::live_names(connection, &user.0, now.millis())?)
}

/// Returns true if no use was recorded within the last minute.
pub fn is_use_due(token: &PersonalToken, now: Timestamp) -> bool {
    token.last_used_at.is_none_or(|used| used <= (now - USED_EVERY).millis())
}

/// Records a use of the token, at most once a minute.
pub fn note_used(connection: &mut DbConnection, user: &UserId, id: &str, now: Timestamp) -> Result<(), DbError> {
    let due = (now - USED_EVERY).millis();
    Ok(personal_tokens::used(connection, &user.0, id, due, now.millis())?)
}
