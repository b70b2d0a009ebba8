//! API tokens. A user creates one for a program, which then acts for that user in the API. The
//! rules for their number and lifetime are here. The format is in `values::ProgramSecret`.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::store::personal_tokens::{self, PersonalToken};
use crate::store::users::User;
use crate::values::{ProgramSecretHash, UserId};

/// Maximum number of working API tokens per account. More would be hard to keep track of.
pub const MAX_TOKENS: u32 = 50;
/// Minimum time between two recorded uses.
const USED_EVERY: Duration = Duration::from_mins(1);

/// Returns true if the token has not expired and its owner's account is not locked.
pub fn is_live(token: &PersonalToken, owner: &User, now: Timestamp) -> bool {
    token.expires_at > now && owner.locked_at.is_none()
}

/// Returns the token with this secret and its owner, if the token works.
pub fn find_live(
    tx: &mut Tx<'_>,
    secret: &ProgramSecretHash,
) -> Result<Option<(PersonalToken, User)>, DbError> {
    let (found, now) = (personal_tokens::by_hash(tx, secret)?, tx.now);
    Ok(found.filter(|(token, owner)| is_live(token, owner, now)))
}

/// Returns the number of a user's working tokens.
pub fn count_live(tx: &mut Tx<'_>, user: &UserId) -> Result<u32, DbError> {
    let now = tx.now;
    let count = personal_tokens::count_live(tx, user, now)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Returns the names of a user's working tokens, newest first.
pub fn live_names(tx: &mut Tx<'_>, user: &UserId) -> Result<Vec<String>, DbError> {
    let now = tx.now;
    Ok(personal_tokens::live_names(tx, user, now)?)
}

/// Returns true if no use was recorded within the last minute.
pub fn is_use_due(token: &PersonalToken, now: Timestamp) -> bool {
    token
        .last_used_at
        .is_none_or(|used| used <= now - USED_EVERY)
}

/// Records a use of the token, at most once a minute.
pub fn record_use(tx: &mut Tx<'_>, user: &UserId, id: &str) -> Result<(), DbError> {
    let (now, due) = (tx.now, tx.now - USED_EVERY);
    Ok(personal_tokens::used(tx, user, id, due, now)?)
}
