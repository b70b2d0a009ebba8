//! The only place that compares a login's password. It checks the rate limits first, then counts
//! the attempt, and only then hashes. A second login path that skipped the limits caused
//! CVE-2026-9798. `tests/conventions.rs` ensures that there is no other such place.

use super::{App, Failure};
use crate::accounts::authentication::passwords;
use crate::accounts::devices;
use crate::accounts::login_protection::{
    self, BeginOutcome, DeviceKind, FailureCount, LoginAttempt, LoginBlocked,
};
use crate::db::{DbError, LockKey, Tx};
use crate::security::password_hash::PasswordHash;
use crate::security::tokens::{self, hash_device_id};
use crate::values::{ClientInfo, DeviceId, Password, UserId};

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
        let client = check.client.clone();
        let begin = move |tx: &mut Tx<'_>| {
            let attempt = login_attempt(tx, check)?;
            lock_subjects(tx, &attempt)?;
            let outcome = login_protection::begin(tx, &attempt)?;
            Ok((attempt, outcome))
        };
        let (attempt, failures) = match self.write(client, begin).await? {
            (attempt, BeginOutcome::Allowed(failures)) => (attempt, failures),
            (_, BeginOutcome::Blocked(blocked)) => return Ok(CheckOutcome::Blocked(blocked)),
        };
        match passwords::compare(&self.hasher, password, stored, self.settings.bcrypt_cost).await {
            Ok((true, rehashed)) => {
                self.record_success(attempt, failures).await?;
                Ok(CheckOutcome::Match(rehashed))
            }
            Ok((false, _)) => Ok(CheckOutcome::Mismatch(failures)),
            Err(busy) => {
                self.write_later(move |tx| {
                    lock_subjects(tx, &attempt)?;
                    login_protection::cancel(tx, &attempt)
                });
                Err(busy.into())
            }
        }
    }

    async fn record_success(
        &self,
        attempt: LoginAttempt,
        failures: FailureCount,
    ) -> Result<(), DbError> {
        let record = move |tx: &mut Tx<'_>| {
            lock_subjects(tx, &attempt)?;
            login_protection::succeed(tx, &attempt, failures)
        };
        self.write(ClientInfo::hidden(), record).await
    }
}

/// Locks the email address and the network of an attempt. Without the locks, two concurrent
/// attempts could both pass as the last one allowed.
fn lock_subjects(tx: &mut Tx<'_>, attempt: &LoginAttempt) -> Result<(), DbError> {
    let address = attempt.email_key.as_deref().map(LockKey::Address);
    tx.lock_all(
        address
            .into_iter()
            .chain(attempt.network.map(LockKey::Network)),
    )
}

/// Builds the attempt with the counter that it belongs to. An email address without an account gets
/// a random id, so that the lookups are the same.
fn login_attempt(tx: &mut Tx<'_>, check: PasswordCheck) -> Result<LoginAttempt, DbError> {
    let user = check.user.unwrap_or_else(|| UserId(tokens::random_id()));
    let device = check.device.as_ref().map(hash_device_id);
    let device_kind = match device {
        Some(device) if devices::counts_as_known(tx, &user, &device)? => {
            DeviceKind::Known { user, device }
        }
        _ => DeviceKind::Unknown,
    };
    Ok(LoginAttempt {
        email_key: check.email_key,
        device_kind,
        network: check.client.network,
        at: tx.now,
    })
}
