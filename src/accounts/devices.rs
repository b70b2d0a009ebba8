//! Known devices. A browser is identified by a random id in a signed cookie, which grants no
//! access. The id only shows if the account was used in this browser before.

use std::time::Duration;

use crate::db::{DbError, Tx};
use crate::security::tokens::hash_device_id;
use crate::store::known_devices;
use crate::values::{DeviceHash, DeviceId, UserId};

/// Time for which a device stays known after its last use. Browsers keep a cookie for the same time
/// (RFC 6265bis §5.5).
pub const KEEP: Duration = Duration::from_hours(400 * 24);
/// Number of known devices per account. A client without cookies counts as a new device at every
/// login. The least recently used device is forgotten.
const MAX_DEVICES: i64 = 50;

/// Returns true if this browser is a known device of the user, and updates its last use. Otherwise
/// makes the browser a known device.
pub fn remember(tx: &mut Tx<'_>, user: &UserId, device: &DeviceId) -> Result<bool, DbError> {
    let (hash, now) = (hash_device_id(device), tx.now);
    if known_devices::used(tx, user, &hash, now)? {
        return Ok(true);
    }
    known_devices::save(tx, user, &hash, now, None)?;
    known_devices::keep_newest(tx, user, MAX_DEVICES)?;
    Ok(false)
}

/// Lets login protection treat a browser like a known device for a day. The user has just set a new
/// password in it with a reset link, and must be able to log in even during an attack. For
/// everything else the browser is unknown (`docs/security.md`, 13, 30).
pub fn count_as_known_for_a_day(
    tx: &mut Tx<'_>,
    user: &UserId,
    device: &DeviceId,
) -> Result<(), DbError> {
    let (now, until) = (tx.now, tx.now + Duration::from_hours(24));
    Ok(known_devices::save(
        tx,
        user,
        &hash_device_id(device),
        now,
        Some(until),
    )?)
}

/// Returns true if login protection treats this browser as a known device of the user. Changes
/// nothing.
pub fn counts_as_known(
    tx: &mut Tx<'_>,
    user: &UserId,
    device: &DeviceHash,
) -> Result<bool, DbError> {
    let now = tx.now;
    Ok(known_devices::counts_as_known(tx, user, device, now)?)
}

/// Returns true if the user has logged in on this device before. The browser of a password reset is
/// not known, because a reset does not replace the second step.
pub fn is_known(tx: &mut Tx<'_>, user: &UserId, device: &DeviceHash) -> Result<bool, DbError> {
    Ok(known_devices::is_known(tx, user, device)?)
}

/// Deletes a user's known devices except for `this`.
pub fn forget(tx: &mut Tx<'_>, user: &UserId, this: Option<&DeviceId>) -> Result<(), DbError> {
    let this = this.map(hash_device_id);
    Ok(known_devices::forget(tx, user, this.as_ref())?)
}
