//! Passkeys of users. A removed passkey stays for a while, so that the owner can undo the removal.

use diesel::prelude::*;

use super::schema::passkeys;
use super::undoable::undoable;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::values::UserId;

/// A passkey to store.
#[derive(Debug, Insertable)]
#[diesel(table_name = passkeys, treat_none_as_default_value = false)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a column, and an authenticator sets them independently"
)]
pub struct NewPasskey<'a> {
    /// The id in URLs.
    pub id: &'a str,
    pub user_id: &'a UserId,
    /// The id that the authenticator chose, in base64url.
    pub credential_id: &'a str,
    /// The host for which the passkey works.
    pub rp_id: &'a str,
    /// The name that the owner sees.
    pub name: &'a str,
    /// The algorithm's number in the COSE registry.
    pub algorithm: i32,
    pub public_key: &'a [u8],
    /// The counter of the last use.
    pub counter: i64,
    /// Names separated by commas, or empty.
    pub transports: &'a str,
    /// True if the authenticator finds the passkey without a list of ids.
    pub is_discoverable: bool,
    /// True if the passkey has verified the user once.
    pub has_verified: bool,
    pub backup_eligible: bool,
    pub backed_up: bool,
    pub created_at: Timestamp,
}

/// A passkey.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = passkeys)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a column, and an authenticator sets them independently"
)]
pub struct Passkey {
    /// The id in URLs.
    pub id: String,
    /// The id that the authenticator chose, in base64url.
    pub credential_id: String,
    /// The name that the owner sees.
    pub name: String,
    /// The algorithm's number in the COSE registry.
    pub algorithm: i32,
    pub public_key: Vec<u8>,
    /// The counter of the last use.
    pub counter: i64,
    /// Names separated by commas, or empty.
    pub transports: String,
    /// True if the authenticator finds the passkey without a list of ids.
    pub is_discoverable: bool,
    /// True if the passkey has verified the user once.
    pub has_verified: bool,
    pub backup_eligible: bool,
    pub backed_up: bool,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub removed_at: Option<Timestamp>,
}

/// The values that each use of a passkey changes.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = passkeys)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a column, and an authenticator sets them independently"
)]
pub struct PasskeyUpdate {
    pub counter: i64,
    pub is_discoverable: bool,
    pub has_verified: bool,
    pub backup_eligible: bool,
    pub backed_up: bool,
    pub last_used_at: Timestamp,
}

undoable!(passkeys, Passkey);

/// Stores a passkey. No account has its credential id.
pub fn insert(db: &mut DbConnection, passkey: &NewPasskey<'_>) -> QueryResult<()> {
    diesel::insert_into(passkeys::table)
        .values(passkey)
        .execute(db)?;
    Ok(())
}

/// Returns true if an account has or had a passkey with this credential id.
pub fn exists(db: &mut DbConnection, credential_id: &str) -> QueryResult<bool> {
    let same = passkeys::table.filter(passkeys::credential_id.eq(credential_id));
    diesel::select(diesel::dsl::exists(same)).get_result(db)
}

/// Returns a user's live passkey with this credential id.
pub fn by_credential_id(
    db: &mut DbConnection,
    user_id: &UserId,
    credential_id: &str,
) -> QueryResult<Option<Passkey>> {
    passkeys::table
        .filter(passkeys::credential_id.eq(credential_id))
        .filter(passkeys::user_id.eq(user_id))
        .filter(passkeys::removed_at.is_null())
        .select(Passkey::as_select())
        .first(db)
        .optional()
}

/// Returns the owner of a live passkey.
pub fn owner(db: &mut DbConnection, credential_id: &str) -> QueryResult<Option<UserId>> {
    passkeys::table
        .filter(passkeys::credential_id.eq(credential_id))
        .filter(passkeys::removed_at.is_null())
        .select(passkeys::user_id)
        .first(db)
        .optional()
}

/// Stores the values that a use has changed.
pub fn update(
    db: &mut DbConnection,
    user_id: &UserId,
    id: &str,
    update: &PasskeyUpdate,
) -> QueryResult<()> {
    diesel::update(passkeys::table.find(id))
        .filter(passkeys::user_id.eq(user_id))
        .set(update)
        .execute(db)?;
    Ok(())
}

/// Stores a counter that was too low, so that the next higher one works.
pub fn set_counter(
    db: &mut DbConnection,
    user_id: &UserId,
    id: &str,
    counter: i64,
) -> QueryResult<()> {
    diesel::update(passkeys::table.find(id))
        .filter(passkeys::user_id.eq(user_id))
        .set(passkeys::counter.eq(counter))
        .execute(db)?;
    Ok(())
}

/// Renames a user's live passkey.
pub fn rename(db: &mut DbConnection, user_id: &UserId, id: &str, name: &str) -> QueryResult<()> {
    diesel::update(passkeys::table.find(id))
        .filter(passkeys::user_id.eq(user_id))
        .filter(passkeys::removed_at.is_null())
        .set(passkeys::name.eq(name))
        .execute(db)?;
    Ok(())
}

/// Returns the number of live passkeys that work for another host.
pub fn count_of_other_hosts(db: &mut DbConnection, rp_id: &str) -> QueryResult<i64> {
    passkeys::table
        .filter(passkeys::rp_id.ne(rp_id))
        .filter(passkeys::removed_at.is_null())
        .count()
        .get_result(db)
}
