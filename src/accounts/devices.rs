//! Known devices, and those that skip the second step. A browser is identified by a random id in a
//! signed cookie, which grants no access by itself. The id shows that the account was used in this
//! browser. In a trusted browser, it also skips the second step.

use std::time::Duration;

use crate::db::{DbError, Tx};
use crate::security::tokens::{hash_device_id, new_device_id};
use crate::store::known_devices;
use crate::values::{DeviceHash, DeviceId, UserId};

/// Time for which a device stays known after its last use. Browsers keep a cookie for the same time
/// (RFC 6265bis §5.5).
pub const KEEP: Duration = Duration::from_hours(400 * 24);
/// Time for which a trusted browser skips the second step.
const TRUST: Duration = Duration::from_hours(30 * 24);
/// Number of known devices per account. A client without cookies counts as a new device at every
/// login. The least recently used device is forgotten.
const MAX_DEVICES: i64 = 50;

/// Returns true if this browser is a known device of the user, and updates its last use. Otherwise
/// makes the browser a known device.
pub fn remember(tx: &mut Tx<'_>, user: &UserId, device: &DeviceId) -> Result<bool, DbError> {
    remember_hash(tx, user, &hash_device_id(device))
}

/// Does the same for a device by the hash of its id.
pub fn remember_hash(tx: &mut Tx<'_>, user: &UserId, hash: &DeviceHash) -> Result<bool, DbError> {
    let now = tx.now;
    if known_devices::used(tx, user, hash, now)? {
        return Ok(true);
    }
    known_devices::save(tx, user, hash, now, None)?;
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

/// Trusts a known device: for 30 days, a login with the password skips the second step there. The
/// browser gets a new id, so a cookie that was copied before is worth nothing. Returns the new id.
pub fn trust(tx: &mut Tx<'_>, user: &UserId, device: &DeviceId) -> Result<DeviceId, DbError> {
    let (new, until) = (new_device_id(), tx.now + TRUST);
    let (old_hash, new_hash) = (hash_device_id(device), hash_device_id(&new));
    known_devices::trust(tx, user, &old_hash, &new_hash, until)?;
    Ok(new)
}

/// Returns true if a login with the password skips the second step on this device.
pub fn is_trusted(tx: &mut Tx<'_>, user: &UserId, device: &DeviceHash) -> Result<bool, DbError> {
    let now = tx.now;
    Ok(known_devices::is_trusted(tx, user, device, now)?)
}

/// Returns the number of a user's trusted browsers.
pub fn count_trusted(tx: &mut Tx<'_>, user: &UserId) -> Result<i64, DbError> {
    let now = tx.now;
    Ok(known_devices::count_trusted(tx, user, now)?)
}

/// Ends the trust in all browsers of a user. They stay known devices.
pub fn end_trust(tx: &mut Tx<'_>, user: &UserId) -> Result<(), DbError> {
    Ok(known_devices::end_trust(tx, user)?)
}

/// Deletes a user's known devices except for `this`.
pub fn forget(tx: &mut Tx<'_>, user: &UserId, this: Option<&DeviceId>) -> Result<(), DbError> {
    let this = this.map(hash_device_id);
    Ok(known_devices::forget(tx, user, this.as_ref())?)
}
