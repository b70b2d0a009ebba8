//! Pending sign-ups. There is at most one for each email address.

use diesel::prelude::*;

use super::schema::pending_signups;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::security::password_hash::PasswordHash;
use crate::values::{Cursor, DeviceHash, StoredAddress, StoredText};

/// A pending sign-up as stored.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = pending_signups, treat_none_as_default_value = false)]
pub struct PendingSignup {
    pub id: String,
    /// The email address as typed.
    #[diesel(deserialize_as = StoredAddress<String>)]
    pub email: String,
    /// The email address in the form used for comparison.
    pub email_key: String,
    /// The display name, if one was given.
    #[diesel(deserialize_as = StoredText)]
    pub name: Option<String>,
    /// `None` once a second sign-up has dropped the password. The user then chooses one after
    /// opening the confirmation link.
    pub password_hash: Option<PasswordHash>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// Time at which the owner of the mailbox confirmed the sign-up. It awaits approval since then.
    pub confirmed_at: Option<Timestamp>,
    /// The device that confirmed it.
    pub device_hash: Option<DeviceHash>,
}

impl PendingSignup {
    /// Returns true if the sign-up is confirmed and an administrator must approve it.
    pub fn awaits_approval(&self) -> bool {
        self.confirmed_at.is_some()
    }

    /// Returns the sign-up without its password and name.
    #[must_use]
    pub fn contested(self) -> Self {
        Self {
            password_hash: None,
            name: None,
            ..self
        }
    }
}

/// Returns the pending sign-up for this email address if it has not expired.
pub fn by_email_key(
    db: &mut DbConnection,
    email_key: &str,
    now: Timestamp,
) -> QueryResult<Option<PendingSignup>> {
    pending_signups::table
        .filter(pending_signups::email_key.eq(email_key))
        .filter(pending_signups::expires_at.gt(now))
        .select(PendingSignup::as_select())
        .first(db)
        .optional()
}

/// Returns the pending sign-up `id` if it has not expired.
pub fn by_id(
    db: &mut DbConnection,
    id: &str,
    now: Timestamp,
) -> QueryResult<Option<PendingSignup>> {
    pending_signups::table
        .find(id)
        .filter(pending_signups::expires_at.gt(now))
        .select(PendingSignup::as_select())
        .first(db)
        .optional()
}

pub fn insert(db: &mut DbConnection, signup: &PendingSignup) -> QueryResult<()> {
    diesel::insert_into(pending_signups::table)
        .values(signup)
        .execute(db)?;
    Ok(())
}

/// Deletes the pending sign-up for an email address, expired or not. Returns its id.
pub fn remove(db: &mut DbConnection, email_key: &str) -> QueryResult<Option<String>> {
    diesel::delete(pending_signups::table.filter(pending_signups::email_key.eq(email_key)))
        .returning(pending_signups::id)
        .get_result(db)
        .optional()
}

/// Clears the password and name because a second sign-up wants the same email address. Also clears
/// the digest of the form, which a node of an earlier version may have stored.
pub fn drop_password(db: &mut DbConnection, id: &str) -> QueryResult<()> {
    diesel::update(pending_signups::table.find(id))
        .set((
            pending_signups::password_hash.eq(None::<String>),
            pending_signups::name.eq(None::<String>),
            pending_signups::form_digest.eq(None::<String>),
        ))
        .execute(db)?;
    Ok(())
}

/// Records that the owner of the mailbox confirmed the sign-up, with this password.
pub fn confirm(db: &mut DbConnection, confirmed: &PendingSignup) -> QueryResult<()> {
    diesel::update(pending_signups::table.find(&confirmed.id))
        .set((
            pending_signups::password_hash.eq(&confirmed.password_hash),
            pending_signups::confirmed_at.eq(confirmed.confirmed_at),
            pending_signups::device_hash.eq(&confirmed.device_hash),
            pending_signups::expires_at.eq(confirmed.expires_at),
        ))
        .execute(db)?;
    Ok(())
}

/// Returns sign-ups that await approval, the oldest first, after the cursor, at most `limit`.
pub fn awaiting_approval(
    db: &mut DbConnection,
    after: Option<&Cursor>,
    limit: i64,
    now: Timestamp,
) -> QueryResult<Vec<PendingSignup>> {
    let (time, id) = after.map_or((Timestamp::MIN, ""), Cursor::key);
    pending_signups::table
        .filter(pending_signups::confirmed_at.is_not_null())
        .filter(pending_signups::confirmed_at.assume_not_null().ge(time))
        .filter(
            pending_signups::confirmed_at
                .assume_not_null()
                .gt(time)
                .or(pending_signups::id.gt(id)),
        )
        .filter(pending_signups::expires_at.gt(now))
        .order((pending_signups::confirmed_at, pending_signups::id))
        .limit(limit)
        .select(PendingSignup::as_select())
        .load(db)
}

/// Returns the number of sign-ups that await approval.
pub fn count_awaiting_approval(db: &mut DbConnection, now: Timestamp) -> QueryResult<i64> {
    pending_signups::table
        .filter(pending_signups::confirmed_at.is_not_null())
        .filter(pending_signups::expires_at.gt(now))
        .count()
        .get_result(db)
}

/// Returns true if a sign-up awaits approval that no email has announced to administrators.
pub fn has_unannounced(db: &mut DbConnection, now: Timestamp) -> QueryResult<bool> {
    let unannounced = pending_signups::table
        .filter(pending_signups::confirmed_at.is_not_null())
        .filter(pending_signups::is_announced.eq(false))
        .filter(pending_signups::expires_at.gt(now));
    diesel::select(diesel::dsl::exists(unannounced)).get_result(db)
}

/// Records that an email has announced the sign-ups that await approval.
pub fn set_announced(db: &mut DbConnection) -> QueryResult<()> {
    diesel::update(pending_signups::table)
        .filter(pending_signups::confirmed_at.is_not_null())
        .filter(pending_signups::is_announced.eq(false))
        .set(pending_signups::is_announced.eq(true))
        .execute(db)?;
    Ok(())
}

pub fn extend(db: &mut DbConnection, id: &str, expires_at: Timestamp) -> QueryResult<()> {
    diesel::update(pending_signups::table.find(id))
        .set(pending_signups::expires_at.eq(expires_at))
        .execute(db)?;
    Ok(())
}

/// Deletes a pending sign-up that has become an account.
pub fn delete(db: &mut DbConnection, id: &str) -> QueryResult<()> {
    diesel::delete(pending_signups::table.find(id)).execute(db)?;
    Ok(())
}
