//! Pending logins: the password was right, and the second step is still to come. The client keeps a
//! random secret, and everything else is a row in the database. The secret opens nothing but the
//! second step.

use std::time::Duration;

use super::finish_login::SessionRequest;
use crate::accounts::devices;
use crate::accounts::sessions::SessionKind;
use crate::db::{DbError, Tx};
use crate::security::tokens::{self, hash_device_id, hash_program_secret};
use crate::store::pending_logins::{self, PendingLogin};
use crate::store::{recovery_codes, totp_credentials};
use crate::values::{DeviceHash, ProgramSecret, ProgramSecretHash, ProgramSecretKind, UserId};

/// Time in which the second step must follow.
pub const LIFETIME: Duration = Duration::from_mins(10);
/// Number of pending logins of a known device, and of all other clients together. A further one
/// replaces the oldest.
const MAX_PENDING: usize = 5;

/// A new pending login, for its client.
#[derive(Debug)]
pub struct PendingSecondStep {
    pub secret: ProgramSecret,
    /// False for an API client if the account has neither an authenticator app nor a recovery code.
    /// Such a client cannot use a passkey.
    pub has_codes: bool,
}

/// Creates a pending login.
pub fn create(
    tx: &mut Tx<'_>,
    user: &UserId,
    client: &SessionRequest,
) -> Result<PendingSecondStep, DbError> {
    let secret = tokens::new_program_secret(ProgramSecretKind::PendingLogin);
    let is_api = matches!(client.kind, SessionKind::Api);
    let login = PendingLogin {
        id_hash: hash_program_secret(&secret),
        user_id: user.clone(),
        is_api,
        remember: client.remember,
        device_hash: (!is_api).then(|| hash_device_id(&client.device)),
        user_agent: tx.client.user_agent.clone(),
        client_address: tx.client.address.clone(),
        created_at: tx.now,
        expires_at: tx.now + LIFETIME,
    };
    let device = login.device_hash.as_ref();
    make_room(tx, user, device)?;
    pending_logins::insert(tx, &login)?;
    // The page asks for itself, and this transaction holds a lock.
    let has_codes = !is_api || has_codes(tx, user)?;
    Ok(PendingSecondStep { secret, has_codes })
}

fn has_codes(tx: &mut Tx<'_>, user: &UserId) -> Result<bool, DbError> {
    let has_app = !totp_credentials::live(tx, user)?.is_empty();
    Ok(has_app || recovery_codes::count_left(tx, user)? > 0)
}

/// Ends the oldest pending logins of a device. All unknown devices and API clients share one limit,
/// so an attacker who knows the password cannot push out a login on a known device.
fn make_room(tx: &mut Tx<'_>, user: &UserId, device: Option<&DeviceHash>) -> Result<(), DbError> {
    let now = tx.now;
    let wanted = known(tx, user, device)?;
    let mut same = Vec::new();
    for (id, device) in pending_logins::of_user(tx, user, now)? {
        if known(tx, user, device.as_ref())? == wanted {
            same.push(id);
        }
    }
    let surplus = same.get(MAX_PENDING - 1..).unwrap_or_default();
    Ok(pending_logins::end(tx, user, surplus, now)?)
}

/// Returns the device if it is a known device of the user.
fn known(
    tx: &mut Tx<'_>,
    user: &UserId,
    device: Option<&DeviceHash>,
) -> Result<Option<DeviceHash>, DbError> {
    Ok(match device {
        Some(device) if devices::is_known(tx, user, device)? => Some(device.clone()),
        _ => None,
    })
}

/// Returns the pending login of a browser or of an API client, if it is neither used nor expired.
pub fn find(
    tx: &mut Tx<'_>,
    secret: &ProgramSecretHash,
    is_api: bool,
) -> Result<Option<PendingLogin>, DbError> {
    let now = tx.now;
    let found = pending_logins::live(tx, secret, now)?;
    Ok(found.filter(|login| login.is_api == is_api))
}

/// Uses a pending login. Only one of several concurrent requests gets `true`.
pub fn consume(tx: &mut Tx<'_>, login: &PendingLogin) -> Result<bool, DbError> {
    let now = tx.now;
    Ok(pending_logins::consume(
        tx,
        &login.user_id,
        &login.id_hash,
        now,
    )?)
}

/// Ends all pending logins of a user, and the trust in browsers. Both rest on earlier logins, and
/// the password or the factors may have changed.
pub fn end_all_and_revoke_trust(tx: &mut Tx<'_>, user: &UserId) -> Result<(), DbError> {
    devices::end_trust(tx, user)?;
    let now = tx.now;
    let ids: Vec<_> = pending_logins::of_user(tx, user, now)?
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    Ok(pending_logins::end(tx, user, &ids, now)?)
}
