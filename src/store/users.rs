//! Users. Each has a confirmed email address.

use diesel::prelude::*;

use super::schema::{password_credentials, users};
use super::text_search::{ESCAPE, containing};
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::security::password_hash::PasswordHash;
use crate::values::{Cursor, StoredAddress, StoredText, UserId, address_key, sort_name};

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub struct User {
    pub id: UserId,
    /// The email address as typed.
    #[diesel(deserialize_as = StoredAddress<String>)]
    pub email: String,
    /// The email address in the form used for comparison.
    pub email_key: String,
    /// Time at which the email address was confirmed.
    pub created_at: Timestamp,
    #[diesel(deserialize_as = StoredText)]
    pub name: Option<String>,
    /// The name of the public page in URLs.
    pub handle: Option<String>,
    #[diesel(deserialize_as = StoredText)]
    pub bio: Option<String>,
    /// True if other users can see the profile.
    pub is_public: bool,
    /// The form of the name used for sorting and searching.
    pub sort_name: String,
    /// True if the user may manage other accounts.
    pub is_admin: bool,
    /// Time since which the account is locked.
    pub locked_at: Option<Timestamp>,
    /// Time at which the oldest factor was added. `None` without a second step.
    pub factor_since: Option<Timestamp>,
    /// The end of the wait of an open request to remove the second step.
    pub recovery_ready_at: Option<Timestamp>,
}

impl User {
    /// Creates the row of a new user, without a public profile.
    pub fn new(id: UserId, email: &str, name: Option<&str>, created_at: Timestamp) -> Self {
        Self {
            id,
            email: email.to_owned(),
            email_key: address_key(email),
            created_at,
            name: name.map(str::to_owned),
            handle: None,
            bio: None,
            is_public: false,
            sort_name: sort_name(name, None),
            is_admin: false,
            locked_at: None,
            factor_since: None,
            recovery_ready_at: None,
        }
    }

    /// Returns true if a login asks for more than the password.
    pub fn has_second_step(&self) -> bool {
        self.factor_since.is_some()
    }
}

pub fn by_email_key(db: &mut DbConnection, email_key: &str) -> QueryResult<Option<User>> {
    users::table
        .filter(users::email_key.eq(email_key))
        .select(User::as_select())
        .first(db)
        .optional()
}

pub fn by_id(db: &mut DbConnection, id: &UserId) -> QueryResult<Option<User>> {
    users::table
        .find(id)
        .select(User::as_select())
        .first(db)
        .optional()
}

/// Returns the user and the password hash for a login.
pub fn with_password(
    db: &mut DbConnection,
    email_key: &str,
) -> QueryResult<Option<(User, PasswordHash)>> {
    users::table
        .inner_join(password_credentials::table)
        .filter(users::email_key.eq(email_key))
        .select((User::as_select(), password_credentials::password_hash))
        .first(db)
        .optional()
}

pub fn insert(db: &mut DbConnection, user: &User) -> QueryResult<()> {
    diesel::insert_into(users::table).values(user).execute(db)?;
    Ok(())
}

/// Replaces a user's email address. The caller makes sure that no other account has it.
pub fn change_email(
    db: &mut DbConnection,
    id: &UserId,
    email: &str,
    email_key: &str,
) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set((users::email.eq(email), users::email_key.eq(email_key)))
        .execute(db)?;
    Ok(())
}

/// Replaces the profile of a user: name, handle, bio and visibility. The caller makes sure that the
/// handle is free.
pub fn change_profile(db: &mut DbConnection, user: &User) -> QueryResult<()> {
    let profile = (
        users::name.eq(&user.name),
        users::handle.eq(&user.handle),
        users::bio.eq(&user.bio),
        users::is_public.eq(user.is_public),
        users::sort_name.eq(&user.sort_name),
    );
    diesel::update(users::table.find(&user.id))
        .set(profile)
        .execute(db)?;
    Ok(())
}

/// Locks an account, or unlocks it if `since` is `None`.
pub fn set_locked(db: &mut DbConnection, id: &UserId, since: Option<Timestamp>) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set(users::locked_at.eq(since))
        .execute(db)?;
    Ok(())
}

/// Stores the time at which the oldest factor of an account was added. `None` if it has none.
pub fn set_factor_since(
    db: &mut DbConnection,
    id: &UserId,
    since: Option<Timestamp>,
) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set(users::factor_since.eq(since))
        .execute(db)?;
    Ok(())
}

/// Stores the end of the wait of an open request to remove the second step.
pub fn set_recovery_ready_at(
    db: &mut DbConnection,
    id: &UserId,
    ready_at: Option<Timestamp>,
) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set(users::recovery_ready_at.eq(ready_at))
        .execute(db)?;
    Ok(())
}

/// Grants or revokes administrator rights.
pub fn set_admin(db: &mut DbConnection, id: &UserId, is_admin: bool) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set(users::is_admin.eq(is_admin))
        .execute(db)?;
    Ok(())
}

/// Returns the email addresses of those ids that have an account.
pub fn emails_of(db: &mut DbConnection, ids: &[UserId]) -> QueryResult<Vec<(UserId, String)>> {
    users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, users::email))
        .load(db)
}

/// Returns the administrators whose accounts are not locked.
pub fn unlocked_administrators(db: &mut DbConnection) -> QueryResult<Vec<User>> {
    users::table
        .filter(users::is_admin)
        .filter(users::locked_at.is_null())
        .select(User::as_select())
        .load(db)
}

/// Returns the cursor `count` users after `after`, newest first, or after the start of the list.
/// Returns `None` if there are fewer users.
pub fn cursor_after(
    db: &mut DbConnection,
    after: Option<&Cursor>,
    count: i64,
) -> QueryResult<Option<Cursor>> {
    let (time, id) = after.map_or((Timestamp::MAX, ""), Cursor::key);
    let found: Option<(Timestamp, UserId)> = users::table
        .filter(users::created_at.le(time))
        .filter(users::created_at.lt(time).or(users::id.lt(id)))
        .order((users::created_at.desc(), users::id.desc()))
        .offset(count - 1)
        .limit(1)
        .select((users::created_at, users::id))
        .first(db)
        .optional()?;
    Ok(found.map(|(time, id)| Cursor::new(time, &id.0)))
}

/// Returns users, newest first, at most `limit`, starting after `after` and ending with `up_to`.
/// `query` must occur in the email address, name or handle, and is in lower case.
pub fn page(
    db: &mut DbConnection,
    query: &str,
    after: Option<&Cursor>,
    up_to: Option<&Cursor>,
    limit: i64,
) -> QueryResult<Vec<User>> {
    let (time, id) = after.map_or((Timestamp::MAX, ""), Cursor::key);
    let (end, last) = up_to.map_or((Timestamp::MIN, ""), Cursor::key);
    let pattern = containing(query);
    let has_part = users::email_key
        .like(&pattern)
        .escape(ESCAPE)
        // `email` has an internationalised domain in its own letters, and `email_key` in Punycode.
        .or(users::email.like(&pattern).escape(ESCAPE))
        .or(users::sort_name.like(&pattern).escape(ESCAPE))
        .or(users::handle.is_not_null().and(
            users::handle
                .assume_not_null()
                .like(&pattern)
                .escape(ESCAPE),
        ));
    users::table
        .filter(users::created_at.le(time))
        .filter(users::created_at.lt(time).or(users::id.lt(id)))
        .filter(users::created_at.ge(end))
        .filter(users::created_at.gt(end).or(users::id.ge(last)))
        .filter(has_part)
        .order((users::created_at.desc(), users::id.desc()))
        .limit(limit)
        .select(User::as_select())
        .load(db)
}

/// Deletes a user and every row that refers to it by a foreign key.
pub fn delete(db: &mut DbConnection, id: &UserId) -> QueryResult<()> {
    diesel::delete(users::table.find(id)).execute(db)?;
    Ok(())
}
