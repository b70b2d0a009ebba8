//! Telling the owner of an account of many wrong passwords in a row. An address that nobody has costs the same writing.

use super::letter::Letter;
use super::outbox::Outbox;
use crate::accounts::attempts::Counted;
use crate::accounts::throttle::{Limit, Limits};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::store::users::User;

/// From so many in a row on the owner is told (ASVS 6.3.5), once a day.
const MANY: u32 = 20;

/// Tells the owner of a wrong password, where it is time for it.
pub fn tell_of_guesses(
    connection: &mut DbConnection,
    outbox: &Outbox,
    limits: &Limits,
    user: Option<&User>,
    email_key: &str,
    counted: Counted,
    now: Timestamp,
) -> Result<(), DbError> {
    // Whatever was told of those before it: from now on something is different.
    if counted.is_last {
        return tell_of_the_end_of_guesses(connection, outbox, limits, user, email_key, now);
    }
    if counted.in_a_row < MANY || !limits.admit(connection, Limit::GuessNotices, email_key, now)? {
        return Ok(());
    }
    put(connection, outbox, user, now, |name, at| Letter::ManyGuesses { name, at, count: counted.in_a_row })
}

/// Tells the owner that no stranger's password is compared any more, once a week while somebody tries.
pub fn tell_of_the_end_of_guesses(
    connection: &mut DbConnection,
    outbox: &Outbox,
    limits: &Limits,
    user: Option<&User>,
    email_key: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    if !limits.admit(connection, Limit::OffNotices, email_key, now)? {
        return Ok(());
    }
    put(connection, outbox, user, now, |name, at| Letter::LogInOff { name, at })
}

fn put(
    connection: &mut DbConnection,
    outbox: &Outbox,
    user: Option<&User>,
    now: Timestamp,
    letter: impl FnOnce(Option<String>, i64) -> Letter,
) -> Result<(), DbError> {
    match user {
        Some(user) => outbox.put(connection, user.into(), letter(user.name.clone(), now.millis()), now),
        None => outbox.put_nothing(connection, now),
    }
}
