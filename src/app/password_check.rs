//! The only place that compares a login's password. It checks the rate limits first, then counts
//! the attempt, and only then hashes. A second login path that skipped the limits caused
//! CVE-2026-9798. `tests/conventions.rs` ensures that there is no other such place.

use super::{App, Failure};
use crate::accounts::audit::ClientInfo;
use crate::accounts::login_protection::{DeviceKind, FailureCount, LoginAttempt, LoginBlocked};
use crate::accounts::throttle::Limits;
use crate::accounts::{devices, passwords};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, take_turn};
use crate::security::password_hash::PasswordHash;
use crate::security::tokens::{self, hash_device_id};
use crate::values::{DeviceId, Password, UserId};

/// The account and the client for which a password is checked.
#[derive(Clone, Debug)]
pub struct PasswordCheck {
    /// The email address in comparable form: the account's, or the typed one. `None` if the typed
    /// text is no email address.
    pub email_key: Option<String>,
    pub user: Option<UserId>,
    /// The browser, identified by its cookie. `None` for API clients.
    pub device: Option<DeviceId>,
    pub client: ClientInfo,
}

/// The result of a password check.
#[derive(Debug)]
pub enum CheckOutcome {
    /// The password matches. Contains a new hash if the stored one has an outdated format or cost.
    Match(Option<PasswordHash>),
    /// The password is wrong and was counted as a failure.
    Mismatch(FailureCount),
    /// The password was not compared.
    Blocked(LoginBlocked),
}

impl App {
    /// Compares a password with the stored hash. Takes equally long if no hash is stored.
    pub async fn check_password(
        &self,
        check: PasswordCheck,
        password: Password,
        stored: Option<PasswordHash>,
    ) -> Result<CheckOutcome, Failure> {
        let (limits, now) = (self.limits.clone(), self.clock.now());
        let count = move |db: &mut DbConnection| {
            let attempt = login_attempt(db, &limits, check, now)?;
            lock_subjects(db, &attempt)?;
            Ok(limits.begin_attempt(db, &attempt, now)?.map(|failure_count| (attempt, failure_count)))
        };
        let (attempt, failure_count) = match self.db.write(count).await? {
            Ok(failure_count) => failure_count,
            Err(blocked) => return Ok(CheckOutcome::Blocked(blocked)),
        };
        match passwords::compare(&self.hasher, password, stored, self.settings.bcrypt_cost).await {
            Ok((true, rehashed)) => {
                self.record_success(attempt, failure_count, now).await?;
                Ok(CheckOutcome::Match(rehashed))
            }
            Ok((false, _)) => Ok(CheckOutcome::Mismatch(failure_count)),
            Err(busy) => {
                let limits = self.limits.clone();
                self.db.write_later(move |db| {
                    lock_subjects(db, &attempt)?;
                    limits.cancel_attempt(db, &attempt, now)
                });
                Err(busy.into())
            }
        }
    }

    async fn record_success(
        &self,
        attempt: LoginAttempt,
        failure_count: FailureCount,
        attempted_at: Timestamp,
    ) -> Result<(), DbError> {
        let limits = self.limits.clone();
        let work = move |db: &mut DbConnection| {
            lock_subjects(db, &attempt)?;
            limits.record_success(db, &attempt, failure_count, attempted_at)
        };
        self.db.write(work).await
    }
}

/// Locks the email address and the network of an attempt. Without the locks, two concurrent
/// attempts could both pass as the last one allowed.
fn lock_subjects(db: &mut DbConnection, attempt: &LoginAttempt) -> Result<(), DbError> {
    for subject in attempt.email_key.iter().cloned().chain(attempt.network.map(|network| network.to_string())) {
        take_turn(db, &subject)?;
    }
    Ok(())
}

/// Finds out which counter the attempt belongs to. Does the same lookups for an email address
/// without an account.
fn login_attempt(
    db: &mut DbConnection,
    limits: &Limits,
    check: PasswordCheck,
    now: Timestamp,
) -> Result<LoginAttempt, DbError> {
    let user = check.user.unwrap_or_else(|| UserId(tokens::random_id()));
    let device = check.device.as_ref().map(hash_device_id);
    let device_kind = match device {
        Some(device) if devices::is_known(db, &user, &device)? || limits.is_trusted(db, &user, &device, now)? => {
            DeviceKind::Known { user, device }
        }
        _ => DeviceKind::Unknown,
    };
    Ok(LoginAttempt { email_key: check.email_key, device_kind, network: check.client.network })
}
