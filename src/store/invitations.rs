//! Invitations to create an account. There is at most one for each email address.

use diesel::prelude::*;

use super::schema::invitations;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::values::{Cursor, GroupName, StoredAddress, UserId};

/// An invitation as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = invitations, treat_none_as_default_value = false)]
pub struct Invitation {
    pub id: String,
    /// The email address as the operator typed it.
    #[diesel(deserialize_as = StoredAddress<String>)]
    pub email: String,
    /// The email address in the form used for comparison.
    pub email_key: String,
    pub created_at: Timestamp,
    /// End of the link. An acceptance sets it to its own time, so that nodes of the previous
    /// version treat the invitation as expired.
    pub expires_at: Timestamp,
    /// The administrator who invites. `None` for the operator, and after the administrator's
    /// account was deleted.
    pub invited_by: Option<UserId>,
    /// Names of the groups that the new account joins, separated by commas.
    pub groups: String,
    pub accepted_at: Option<Timestamp>,
    /// The account that was created for the address.
    pub accepted_by: Option<UserId>,
}

impl Invitation {
    pub fn groups(&self) -> Vec<GroupName> {
        // Only names are stored.
        GroupName::parse_list(&self.groups).unwrap_or_default()
    }
}

/// Returns the invitation of this email address if it is open.
pub fn by_email_key(
    db: &mut DbConnection,
    email_key: &str,
    now: Timestamp,
) -> QueryResult<Option<Invitation>> {
    invitations::table
        .filter(invitations::email_key.eq(email_key))
        .filter(invitations::expires_at.gt(now))
        .select(Invitation::as_select())
        .first(db)
        .optional()
}

/// Returns the invitation `id` if it is open.
pub fn by_id(db: &mut DbConnection, id: &str, now: Timestamp) -> QueryResult<Option<Invitation>> {
    invitations::table
        .find(id)
        .filter(invitations::expires_at.gt(now))
        .select(Invitation::as_select())
        .first(db)
        .optional()
}

/// Returns invitations, the newest first, after the cursor, at most `limit`.
pub fn page(
    db: &mut DbConnection,
    after: Option<&Cursor>,
    limit: i64,
) -> QueryResult<Vec<Invitation>> {
    let (time, id) = after.map_or((Timestamp::MAX, ""), Cursor::key);
    invitations::table
        .filter(invitations::created_at.le(time))
        .filter(invitations::created_at.lt(time).or(invitations::id.lt(id)))
        .order((invitations::created_at.desc(), invitations::id.desc()))
        .limit(limit)
        .select(Invitation::as_select())
        .load(db)
}

pub fn count_open(db: &mut DbConnection, now: Timestamp) -> QueryResult<i64> {
    invitations::table
        .filter(invitations::expires_at.gt(now))
        .count()
        .get_result(db)
}

pub fn insert(db: &mut DbConnection, invitation: &Invitation) -> QueryResult<()> {
    diesel::insert_into(invitations::table)
        .values(invitation)
        .execute(db)?;
    Ok(())
}

/// Returns the invitation that a user has accepted.
pub fn accepted_by(db: &mut DbConnection, user_id: &UserId) -> QueryResult<Option<Invitation>> {
    invitations::table
        .filter(invitations::accepted_by.eq(user_id))
        .select(Invitation::as_select())
        .first(db)
        .optional()
}

/// Ends an invitation as accepted by a user.
pub fn accept(
    db: &mut DbConnection,
    id: &str,
    user_id: &UserId,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(invitations::table.find(id))
        .set((
            invitations::accepted_at.eq(now),
            invitations::accepted_by.eq(user_id),
            invitations::expires_at.eq(now),
        ))
        .execute(db)?;
    Ok(())
}

/// Deletes the invitation of an email address, open or not. Returns its id.
pub fn remove(db: &mut DbConnection, email_key: &str) -> QueryResult<Option<String>> {
    diesel::delete(invitations::table.filter(invitations::email_key.eq(email_key)))
        .returning(invitations::id)
        .get_result(db)
        .optional()
}
