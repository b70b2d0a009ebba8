//! The one place where a password that somebody gives is compared: it asks the limits first, counts, and only then hashes
//! (CVE-2026-9798: a second way in that forgot to ask). `tests/conventions.rs` sees to it that there is no other.

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

/// For whom, and from where, a password is given.
#[derive(Clone, Debug)]
pub struct PasswordCheck {
    /// The address, as addresses are compared: the account's, or what was typed, if that is one.
    pub email_key: Option<String>,
    /// Its account, if there is one.
    pub user: Option<UserId>,
    /// The browser, by its cookie; none if it is a program.
    pub device: Option<DeviceId>,
    /// Who asks.
    pub client: ClientInfo,
}

/// What a password came to.
#[derive(Debug)]
pub enum CheckOutcome {
    /// It is right. At the present cost, if it was stored at another one.
    Match(Option<PasswordHash>),
    /// It is wrong, and counted so.
    Mismatch(FailureCount),
    /// Nothing was compared.
    Blocked(LoginBlocked),
}

impl App {
    /// Compares a password with the stored one, or spends the same time where none is stored.
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

/// Two guesses at once must not both be the last that is let through.
fn lock_subjects(db: &mut DbConnection, attempt: &LoginAttempt) -> Result<(), DbError> {
    for subject in attempt.email_key.iter().cloned().chain(attempt.network.map(|network| network.to_string())) {
        take_turn(db, &subject)?;
    }
    Ok(())
}

/// Whose row it counts in. The same is looked up for an address that nobody has.
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
