//! The part that every new password has in common, and the removal of the password.

use super::factor_recovery::{self, RecoveryEnd};
use super::pending_logins;
use crate::accounts::links;
use crate::db::{DbError, Tx};
use crate::security::password_hash::PasswordHash;
use crate::store::{password_credentials, pending_logins as pending_login_rows};
use crate::values::UserId;

/// Stores a password, and ends what rests on the earlier one. These are links other than undo
/// links, pending logins, the trust in browsers, and a requested removal of the second step. The
/// caller decides about sessions and known devices.
pub fn replace_password(
    tx: &mut Tx<'_>,
    user: &UserId,
    password_hash: &PasswordHash,
) -> Result<(), DbError> {
    let now = tx.now;
    password_credentials::change(tx, user, password_hash, now)?;
    links::invalidate_all(tx, &user.0)?;
    pending_logins::end_all_and_revoke_trust(tx, user)?;
    // The owner may have begun these logins before the reset. A notice would be a false alarm.
    pending_login_rows::set_notified(tx, user, now)?;
    factor_recovery::stop(tx, user, RecoveryEnd::PasswordChanged)
}
