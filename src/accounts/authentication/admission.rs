//! The gate: decides if a user may get a session. A session cannot start without [`Admitted`], and
//! only this file can make one, so code that skips the gate does not compile.

use super::factor_check::{VerifiedFactor, VerifiedPasskey};
use super::methods::LoginMethod;
use crate::accounts::devices;
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::store::password_credentials;
use crate::store::users::User;
use crate::values::{DeviceHash, UserId};

/// Evidence that this request has verified.
#[derive(Clone, Copy, Debug)]
pub enum Verified<'a> {
    /// The password, just now. A trusted browser needs no second step.
    Password {
        /// The browser. `None` for an API client, which is never trusted.
        device: Option<&'a DeviceHash>,
    },
    /// The password and the second step, just now.
    PasswordAnd(&'a VerifiedFactor),
    /// A passkey that verified the user, just now.
    Passkey(&'a VerifiedPasskey),
    /// The new account's email address, in the browser that signed up. The password was given with
    /// the sign-up, which may be hours ago. A sensitive change then asks for it.
    Confirmation { password_given_at: Timestamp },
}

/// Outcome of the gate.
#[derive(Debug)]
pub enum Admission {
    Admitted(Admitted),
    /// The account asks for the second step.
    SecondStep,
    /// An undo has blocked the password.
    Blocked,
    /// An administrator has locked the account.
    Locked,
}

/// The permission to start one session.
#[derive(Debug)]
pub struct Admitted {
    user: UserId,
    method: LoginMethod,
    proven_at: Timestamp,
    passkey: Option<String>,
}

impl Admitted {
    pub fn user(&self) -> &UserId {
        &self.user
    }

    pub fn method(&self) -> LoginMethod {
        self.method
    }

    /// Returns the time at which the user last gave everything that a login asks for.
    pub fn proven_at(&self) -> Timestamp {
        self.proven_at
    }

    /// Returns the id of the passkey that opens the session, if one does.
    pub fn passkey(&self) -> Option<&str> {
        self.passkey.as_deref()
    }
}

/// Decides if `user` may get a session. The caller has locked the user and read it afterwards.
pub fn decide_admission(
    tx: &mut Tx<'_>,
    user: &User,
    verified: Verified<'_>,
) -> Result<Admission, DbError> {
    if user.locked_at.is_some() {
        return Ok(Admission::Locked);
    }
    let stored = password_credentials::of(tx, &user.id)?;
    if stored.is_some_and(|stored| stored.blocked_at.is_some()) {
        return Ok(Admission::Blocked);
    }
    let (method, proven_at) = match verified {
        Verified::Password { device } if user.has_second_step() => {
            if !is_trusted(tx, user, device)? {
                return Ok(Admission::SecondStep);
            }
            // This time is never recent, so the first sensitive change requires reauthentication.
            (LoginMethod::PasswordTrusted, Timestamp::from_millis(0))
        }
        Verified::Password { .. } => (LoginMethod::Password, tx.now),
        Verified::PasswordAnd(factor) => (LoginMethod::with(factor.factor(), true), tx.now),
        Verified::Passkey(_) => (LoginMethod::Passkey, tx.now),
        Verified::Confirmation { password_given_at } => {
            (LoginMethod::Confirmation, password_given_at)
        }
    };
    Ok(Admission::Admitted(Admitted {
        user: user.id.clone(),
        method,
        proven_at,
        passkey: passkey_of(verified),
    }))
}

/// Returns true if the browser skips the second step. Administrators never do.
fn is_trusted(tx: &mut Tx<'_>, user: &User, device: Option<&DeviceHash>) -> Result<bool, DbError> {
    match device {
        Some(device) if !user.is_admin => devices::is_trusted(tx, &user.id, device),
        _ => Ok(false),
    }
}

fn passkey_of(verified: Verified<'_>) -> Option<String> {
    match verified {
        Verified::Passkey(passkey) => Some(passkey.id().to_owned()),
        Verified::PasswordAnd(factor) => factor.factor().passkey_id().map(str::to_owned),
        Verified::Password { .. } | Verified::Confirmation { .. } => None,
    }
}
