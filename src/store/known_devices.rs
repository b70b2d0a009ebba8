//! Known devices of users. A device is identified by the hash of the id in its cookie.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::schema::known_devices;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::values::{DeviceHash, UserId};

/// A known device, without the hash that identifies it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = known_devices)]
pub struct KnownDevice {
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    /// Set for the browser of a recent password reset, until the user logs in there.
    pub counts_as_known_until: Option<Timestamp>,
    /// Time until which the browser skips the second step.
    pub trusted_until: Option<Timestamp>,
}

/// Updates the time of last use. Returns true if the user has logged in on the device before.
pub fn used(
    db: &mut DbConnection,
    user_id: &UserId,
    device_hash: &DeviceHash,
    now: Timestamp,
) -> QueryResult<bool> {
    let updated = diesel::update(known_devices::table.find((user_id, device_hash)))
        .filter(known_devices::counts_as_known_until.is_null())
        .set(known_devices::last_used_at.eq(now))
        .execute(db)?;
    Ok(updated == 1)
}

/// Returns true if the device is known to the user at `now`, or counts as known.
pub fn counts_as_known(
    db: &mut DbConnection,
    user_id: &UserId,
    device_hash: &DeviceHash,
    now: Timestamp,
) -> QueryResult<bool> {
    let until = known_devices::counts_as_known_until;
    let known = known_devices::table
        .find((user_id, device_hash))
        .filter(until.is_null().or(until.gt(now)));
    diesel::select(exists(known)).get_result(db)
}

/// Returns true if the user has logged in on the device before.
pub fn is_known(
    db: &mut DbConnection,
    user_id: &UserId,
    device_hash: &DeviceHash,
) -> QueryResult<bool> {
    let known = known_devices::table
        .find((user_id, device_hash))
        .filter(known_devices::counts_as_known_until.is_null());
    diesel::select(exists(known)).get_result(db)
}

/// Gives a user's known device a new id, and trusts it until `until`.
pub fn trust(
    db: &mut DbConnection,
    user_id: &UserId,
    device_hash: &DeviceHash,
    new_hash: &DeviceHash,
    until: Timestamp,
) -> QueryResult<()> {
    diesel::update(known_devices::table.find((user_id, device_hash)))
        .set((
            known_devices::device_hash.eq(new_hash),
            known_devices::trusted_until.eq(until),
        ))
        .execute(db)?;
    Ok(())
}

/// Returns true if the device is trusted at `now`.
pub fn is_trusted(
    db: &mut DbConnection,
    user_id: &UserId,
    device_hash: &DeviceHash,
    now: Timestamp,
) -> QueryResult<bool> {
    let trusted = known_devices::table
        .find((user_id, device_hash))
        .filter(known_devices::trusted_until.gt(now));
    diesel::select(exists(trusted)).get_result(db)
}

/// Returns the number of a user's devices that are trusted at `now`.
pub fn count_trusted(db: &mut DbConnection, user_id: &UserId, now: Timestamp) -> QueryResult<i64> {
    known_devices::table
        .filter(known_devices::user_id.eq(user_id))
        .filter(known_devices::trusted_until.gt(now))
        .count()
        .get_result(db)
}

/// Ends the trust in all devices of a user. They stay known.
pub fn end_trust(db: &mut DbConnection, user_id: &UserId) -> QueryResult<()> {
    diesel::update(known_devices::table)
        .filter(known_devices::user_id.eq(user_id))
        .set(known_devices::trusted_until.eq(None::<Timestamp>))
        .execute(db)?;
    Ok(())
}

/// Adds or replaces a device of a user, with its first use at `now`.
pub fn save(
    db: &mut DbConnection,
    user_id: &UserId,
    device_hash: &DeviceHash,
    now: Timestamp,
    counts_as_known_until: Option<Timestamp>,
) -> QueryResult<()> {
    let key = (
        known_devices::user_id.eq(user_id),
        known_devices::device_hash.eq(device_hash),
    );
    let values = (
        known_devices::created_at.eq(now),
        known_devices::last_used_at.eq(now),
        known_devices::counts_as_known_until.eq(counts_as_known_until),
        known_devices::trusted_until.eq(None::<Timestamp>),
    );
    if diesel::update(known_devices::table.find((user_id, device_hash)))
        .set(values)
        .execute(db)?
        == 0
    {
        diesel::insert_into(known_devices::table)
            .values((key, values))
            .execute(db)?;
    }
    Ok(())
}

/// Returns a user's known devices, the most recently used first.
pub fn all(db: &mut DbConnection, user_id: &UserId) -> QueryResult<Vec<KnownDevice>> {
    known_devices::table
        .filter(known_devices::user_id.eq(user_id))
        .order(known_devices::last_used_at.desc())
        .select(KnownDevice::as_select())
        .load(db)
}

/// Returns the device hashes of a user's known devices.
pub fn hashes(db: &mut DbConnection, user_id: &UserId) -> QueryResult<Vec<DeviceHash>> {
    known_devices::table
        .filter(known_devices::user_id.eq(user_id))
        .select(known_devices::device_hash)
        .load(db)
}

/// Deletes a user's known devices except for the `limit` most recently used.
pub fn keep_newest(db: &mut DbConnection, user_id: &UserId, limit: i64) -> QueryResult<()> {
    let old: Vec<DeviceHash> = known_devices::table
        .filter(known_devices::user_id.eq(user_id))
        .order((
            known_devices::last_used_at.desc(),
            known_devices::device_hash,
        ))
        .offset(limit)
        .limit(i64::MAX)
        .select(known_devices::device_hash)
        .load(db)?;
    if !old.is_empty() {
        diesel::delete(known_devices::table)
            .filter(known_devices::user_id.eq(user_id))
            .filter(known_devices::device_hash.eq_any(old))
            .execute(db)?;
    }
    Ok(())
}

/// Deletes a user's known devices except for `except`.
pub fn forget(
    db: &mut DbConnection,
    user_id: &UserId,
    except: Option<&DeviceHash>,
) -> QueryResult<()> {
    diesel::delete(known_devices::table)
        .filter(known_devices::user_id.eq(user_id))
        .filter(known_devices::device_hash.ne(except.map_or("", |hash| hash.0.as_str())))
        .execute(db)?;
    Ok(())
}
