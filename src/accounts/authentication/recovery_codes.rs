//! Recovery codes, which replace a lost authenticator app. A set is shown once, and each code works
//! once.

use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::security::tokens::{hash_recovery_code, new_recovery_code};
use crate::store::recovery_codes::{self, NewRecoveryCode};
use crate::values::{RecoveryCode, UserId};

/// Number of codes in a set.
pub const SET_SIZE: usize = 10;
/// Number of codes left at which pages ask for a new set.
const FEW: i64 = 3;

/// Returns true if so few codes are left that pages ask for a new set.
pub const fn are_few(left: i64) -> bool {
    left <= FEW
}

/// Creates a new set for a user. Earlier codes stop working.
pub fn create(
    tx: &mut Tx<'_>,
    user: &UserId,
    created_at: Timestamp,
) -> Result<Vec<RecoveryCode>, DbError> {
    recovery_codes::remove_all(tx, user, created_at)?;
    let codes: Vec<RecoveryCode> = (0..SET_SIZE).map(|_| new_recovery_code()).collect();
    for code in &codes {
        let row = NewRecoveryCode {
            code_hash: &hash_recovery_code(code),
            user_id: user,
            created_at,
        };
        recovery_codes::insert(tx, &row)?;
    }
    Ok(codes)
}

/// Returns the number of codes that a user can still use.
pub fn count_left(tx: &mut Tx<'_>, user: &UserId) -> Result<i64, DbError> {
    Ok(recovery_codes::count_left(tx, user)?)
}
