//! Browsers that an account has been used in. One is known by a random id in a signed cookie, which opens nothing: it only
//! tells a login from a browser that was never used before from the others.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::security::tokens::hash_device_id;
use crate::store::known_devices;
use crate::values::{DeviceHash, DeviceId, UserId};

/// How long a browser is known after it was used last: as long as browsers keep a cookie (RFC 6265bis §5.5).
pub const KEEP: Duration = Duration::from_hours(400 * 24);
/// A program that keeps no cookies is another browser each time: the one that was used longest ago is forgotten.
const MOST_DEVICES: i64 = 50;

/// Whether a user has used this browser before; from now on it is known.
pub fn recognise(
    connection: &mut DbConnection,
    user: &UserId,
    device: &DeviceId,
    now: Timestamp,
) -> Result<bool, DbError> {
    let hash = hash_device_id(device);
    if known_devices::used(connection, &user.0, &hash.0, now.millis())? {
        return Ok(true);
    }
    known_devices::insert(connection, &user.0, &hash.0, now.millis())?;
    known_devices::keep_newest(connection, &user.0, MOST_DEVICES)?;
    Ok(false)
}

/// Whether a user has used this browser before.
pub fn is_known(connection: &mut DbConnection, user: &UserId, device: &DeviceHash) -> Result<bool, DbError> {
    Ok(known_devices::is_there(connection, &user.0, &device.0)?)
}

/// Knows none of a user's browsers any more, but for `this`.
pub fn forget(connection: &mut DbConnection, user: &UserId, this: Option<&DeviceId>) -> Result<(), DbError> {
    let this = this.map(hash_device_id);
    Ok(known_devices::forget(connection, &user.0, this.as_ref().map(|hash| hash.0.as_str()))?)
}
