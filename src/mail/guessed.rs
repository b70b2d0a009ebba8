//! Telling the owner of an account of many wrong passwords in a row.

use super::letter::Letter;
use super::outbox::Outbox;
use crate::accounts::guesses::UNKNOWN;
use crate::accounts::throttle::{Limit, Limits};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::store::users::User;

/// From so many in a row on the owner is told (ASVS 6.3.5), once a day.
const MANY: u32 = 20;

/// Tells the owner, where it is time for it; an address that nobody has costs the same writing.
pub fn tell_of_guesses(
    connection: &mut DbConnection,
    outbox: &Outbox,
    limits: &Limits,
    user: Option<&User>,
    email_key: &str,
    in_a_row: u32,
    now: Timestamp,
) -> Result<(), DbError> {
    // The last one is told whatever was told before: from now on something is different.
    let is_last = UNKNOWN.most() == Some(in_a_row);
    let is_due = in_a_row >= MANY && (is_last || limits.admit(connection, Limit::GuessNotices, email_key, now)?);
    if !is_due {
        return Ok(());
    }
    let Some(user) = user else { return outbox.put_nothing(connection, now) };
    let (name, at) = (user.name.clone(), now.millis());
    let letter =
        if is_last { Letter::LogInOff { name, at } } else { Letter::ManyGuesses { name, at, count: in_a_row } };
    outbox.put(connection, user.into(), letter, now)
}
